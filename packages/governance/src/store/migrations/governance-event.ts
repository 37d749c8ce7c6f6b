import type { Migration } from './migration.ts';

export const governanceEvent: Migration = {
  name: '0001-governance-event',
  async up(schema) {
    await schema
      .createTable('governance_event')
      .addColumn('domain', 'text', (column) => column.notNull())
      .addColumn('seq', 'bigint', (column) => column.notNull())
      .addColumn('ts', 'text', (column) => column.notNull())
      .addColumn('type', 'text', (column) => column.notNull())
      .addColumn('subject', 'text', (column) => column.notNull())
      .addColumn('body', 'text', (column) => column.notNull())
      .addColumn('prev_hash', 'text', (column) => column.notNull())
      .addColumn('hash', 'text', (column) => column.notNull())
      .addPrimaryKeyConstraint('governance_event_place', ['domain', 'seq'])
      .addUniqueConstraint('governance_event_hash', ['domain', 'hash'])
      .execute();
    await schema
      .createIndex('governance_event_subject')
      .on('governance_event')
      .columns(['domain', 'subject', 'seq'])
      .execute();
  },
};

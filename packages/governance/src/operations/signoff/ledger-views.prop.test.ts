import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { entryDocument } from '@holdfast/runtime/proof';
import type { LedgerEntry } from './ledger-event.ts';
import { readDocuments } from './ledger-views.ts';

const SHA = 'a'.repeat(64);
const nasty = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 40 }),
  fc
    .array(
      fc.constantFrom(': ', '#', ' #', '"', "'", '\n', '\r', '\t', '---', '...', '$1820.93', '`'),
      { maxLength: 8 },
    )
    .map((parts) => parts.join('')),
  fc.constantFrom('yes', 'null', '~', '2026-01-27', '0x1f', '1e3', '<<', '%TAG', '\ufeff', '- a'),
);

describe('O-13 a ledger document', () => {
  it('reads back as it was, whatever the names hold', () => {
    fc.assert(
      fc.property(nasty, nasty, nasty, fc.option(nasty, { nil: null }), (name, blast, note, by) => {
        const entry: LedgerEntry = {
          operation_id: 'OPS-2026-03-01-001',
          operation_name: name,
          requested_by: 'ana',
          approved_by: by,
          approval_timestamp: null,
          execution_timestamp: '2026-03-01T08:00:00.000Z',
          risk_class: 'READ_ONLY',
          blast_radius: blast,
          changes_summary: name,
          rollback_ref: '',
          outcome: 'SUCCESS',
          notes: note,
          environment: 'DEV',
          declaration_digest: SHA,
          audit_head: SHA,
          report_sha256: SHA,
          approvals: [],
          amendments: [],
          seq: 1,
          prev_hash: SHA,
          hash: SHA,
        };
        const text = `---\n${entryDocument(entry)}---\n${entryDocument(entry)}`;
        expect(readDocuments(text)).toEqual([entry, entry]);
      }),
      { numRuns: 400 },
    );
  });
});

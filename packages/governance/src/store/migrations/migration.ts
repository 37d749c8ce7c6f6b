import type { SchemaModule } from 'kysely';

/** One step of the tables, forward only. What was released is never changed again. */
export interface Migration {
  readonly name: string;
  up(schema: SchemaModule): Promise<void>;
}

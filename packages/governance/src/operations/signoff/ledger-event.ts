/** What the sign-off ledger holds (section 9.10): its events, and the entries they add up to. */
import { closed, createParser, type Parser } from '@holdfast/core/parse';
import { foldEntries } from '@holdfast/runtime/proof';
import { type Static, Type } from 'typebox';
import { UTC_MS } from '../audit/record-schema.ts';
import { ENVIRONMENTS, OPERATION_ID, RISK_CLASSES } from '../declaration.ts';

const text = Type.String();
const sha256 = Type.String({ pattern: '^[0-9a-f]{64}$' });
const time = Type.String({ pattern: UTC_MS });
const maybe = Type.Union([text, Type.Null()]);
const id = Type.String({ pattern: OPERATION_ID });
const link = { seq: Type.Integer({ minimum: 0 }), prev_hash: sha256, hash: sha256 };

const approval = closed({
  approver: text,
  role: text,
  key_id: sha256,
  at: time,
  expires_at: time,
  self: Type.Boolean(),
});

const amendment = {
  outcome: Type.Literal('ROLLBACK'),
  rollback_timestamp: time,
  /** SHA-256 of what its verification printed. */
  rollback_evidence: Type.Array(sha256),
  actor: text,
  /** The record of the rollback in the operation's log. */
  audit_head: sha256,
};

/** The keys of the seed, then those of the specification, in the order they are written in. */
const entry = {
  operation_id: id,
  operation_name: text,
  requested_by: text,
  /** `SELF` where it is the requester; null where nobody approved, and nobody had to. */
  approved_by: maybe,
  approval_timestamp: maybe,
  /** Null where no step was begun. */
  execution_timestamp: maybe,
  risk_class: Type.Enum(RISK_CLASSES),
  blast_radius: text,
  changes_summary: text,
  rollback_ref: text,
  outcome: Type.Enum(['SUCCESS', 'ROLLBACK', 'PARTIAL'] as const),
  notes: Type.Optional(text),
  environment: Type.Enum(ENVIRONMENTS),
  declaration_digest: sha256,
  /** The record that sealed it. */
  audit_head: sha256,
  report_sha256: sha256,
  approvals: Type.Array(approval),
};

const EventSchema = Type.Union([
  closed({
    event: Type.Literal('allocated'),
    operation_id: id,
    environment: Type.Enum(ENVIRONMENTS),
    requested_by: text,
    at: time,
    ...link,
  }),
  closed({ event: Type.Literal('entry'), ...entry, ...link }),
  closed({ event: Type.Literal('amendment'), of: id, ...amendment, ...link }),
  closed({ event: Type.Literal('torn_line_cut'), bytes: Type.Integer(), sha256, ...link }),
]);
export type LedgerEvent = Static<typeof EventSchema>;
export const parseLedgerEvent: Parser<LedgerEvent> = createParser(EventSchema);

type Unlinked<E> = E extends LedgerEvent ? Omit<E, 'seq' | 'prev_hash' | 'hash'> : never;
/** An event before it has its place in the chain. */
export type LedgerFact = Unlinked<LedgerEvent>;

type EntryEvent = Extract<LedgerEvent, { event: 'entry' }>;
export type Amendment = Omit<
  Extract<LedgerEvent, { event: 'amendment' }>,
  'event' | 'of' | 'seq' | 'prev_hash'
>;

/** An entry with what happened to it since. `seq`, `prev_hash` and `hash` are its event's. */
export interface LedgerEntry extends Omit<EntryEvent, 'event'> {
  readonly amendments: readonly Amendment[];
}

/** The entries, in the order they were made: what the verifier adds up, by the schema above. */
export function entriesOf(events: readonly LedgerEvent[]): readonly LedgerEntry[] {
  return foldEntries(events) as readonly unknown[] as readonly LedgerEntry[];
}

/** How it ended as far as is known today. */
export function latestOutcome({ outcome, amendments }: LedgerEntry): LedgerEntry['outcome'] {
  return amendments.at(-1)?.outcome ?? outcome;
}

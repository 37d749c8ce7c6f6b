/**
 * What governance knows is facts in chains, one chain for each domain (promotion-gate
 * specification 10.7). Everything else - ledger, diary, registry - is a fold over one of them.
 */
import { closed, createParser, type Parsed, type Violation } from '@holdfast/core/parse';
import { NO_HASH } from '@holdfast/runtime/proof';
import { type Static, Type } from 'typebox';

/** Operations keep their own chains, as files of the project (section 9.10). */
export const DOMAINS = ['diary', 'ledger', 'registry', 'rollout', 'manifest'] as const;
export type Domain = (typeof DOMAINS)[number];

const sha256 = Type.String({ pattern: '^[0-9a-f]{64}$' });
/** A name is one line: it stands in logs, and a text of PostgreSQL holds no NUL. */
const name = Type.String({ minLength: 1, maxLength: 200, pattern: '^[^\\u0000-\\u001f\\u007f]+$' });

const RefsSchema = closed({
  policy_id: Type.Optional(name),
  run_id: Type.Optional(name),
  candidate_id: Type.Optional(name),
  operation_id: Type.Optional(name),
  intent_id: Type.Optional(name),
});
export type Refs = Static<typeof RefsSchema>;

/** All but the payload, which belongs to its type and is checked by who folds it. */
const EnvelopeSchema = closed({
  v: Type.Literal(1),
  domain: Type.Enum(DOMAINS),
  /** From nought, without a gap. */
  seq: Type.Integer({ minimum: 0, maximum: Number.MAX_SAFE_INTEGER }),
  /** When it was written, UTC with milliseconds; never when what it tells of happened. */
  ts: Type.String({ pattern: '^\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\d\\.\\d{3}Z$' }),
  type: name,
  /** What it is about: a policy, an entry of the diary, a strategy. */
  subject: name,
  /** Who caused it. */
  actor: name,
  refs: RefsSchema,
  /** Of the event before; zeros for the first. */
  prev_hash: sha256,
  /** SHA-256 of the canonical JSON of all the rest. */
  hash: sha256,
});
export type GovernanceEvent = Static<typeof EnvelopeSchema> & {
  payload: Record<string, unknown>;
};
const parseEnvelope = createParser(EnvelopeSchema);

/** The envelope strictly, the payload as far as that it is an object. */
export function parseGovernanceEvent(value: unknown): Parsed<GovernanceEvent> {
  if (!isObject(value)) return parseEnvelope(value) as Parsed<GovernanceEvent>;
  const { payload, ...envelope } = value;
  const parsed = parseEnvelope(envelope);
  if (isObject(payload)) {
    return parsed.ok ? { ok: true, value: value as GovernanceEvent } : parsed;
  }
  const wrong: Violation =
    payload === undefined
      ? { path: '/payload', rule: 'missing_key', message: 'missing key "payload"' }
      : { path: '/payload', rule: 'type', message: 'must be object' };
  return { ok: false, violations: parsed.ok ? [wrong] : [...parsed.violations, wrong] };
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** An event before it has its time and its place. */
export type Fact = Pick<GovernanceEvent, 'type' | 'subject' | 'actor' | 'payload' | 'refs'>;

/** Where a chain ends: the number and hash of its last event; -1 and zeros where it is empty. */
export interface ChainHead {
  readonly seq: number;
  readonly hash: string;
}

export const EMPTY_CHAIN: ChainHead = Object.freeze({ seq: -1, hash: NO_HASH });

export const isSameHead = (one: ChainHead, other: ChainHead): boolean =>
  one.seq === other.seq && one.hash === other.hash;

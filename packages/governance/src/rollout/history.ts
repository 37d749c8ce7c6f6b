/**
 * `rollout-history.jsonl`: what was decided and who acknowledged it, chained and never rewritten.
 * It is the truth of what went before; the state file is a view of its last decision.
 */
import { closed, createParser, type Parser } from '@holdfast/core/parse';
import { NO_HASH, readChain } from '@holdfast/runtime/proof';
import { type Static, Type } from 'typebox';
import { cleanAfter, DECISIONS, NO_PRIOR, NOT_CLEAN, type Prior, reviewAfter } from './decision.ts';
import { GATE_IDS } from './gate.ts';
import {
  countSchema,
  daySchema,
  nameSchema,
  parseTime,
  reasonSchema,
  sha256Schema,
  timeSchema,
} from './spelling.ts';
import type { RolloutState } from './state.ts';

const link = { seq: countSchema, prev_hash: sha256Schema, hash: sha256Schema };

const EventSchema = Type.Union([
  closed({
    event: Type.Literal('decided'),
    at: timeSchema,
    as_of: Type.Union([daySchema, Type.Null()]),
    decision: Type.Enum(DECISIONS),
    raw_decision: Type.Enum(DECISIONS),
    hard_gates: Type.Array(Type.Enum(GATE_IDS)),
    warn_gates: Type.Array(Type.Enum(GATE_IDS)),
    reasons: Type.Array(reasonSchema),
    policy_sha256: Type.String({ minLength: 1 }),
    trace_id: Type.String({ pattern: '^[0-9a-f]{24}$' }),
    ...link,
  }),
  closed({
    event: Type.Literal('acknowledged'),
    at: timeSchema,
    by: nameSchema,
    /** Of the review that was seen. */
    review_opened_at: timeSchema,
    ...link,
  }),
  /** The end of a line that a crash left unfinished, and nothing was published by. */
  closed({
    event: Type.Literal('torn_line_cut'),
    bytes: countSchema,
    sha256: sha256Schema,
    ...link,
  }),
]);
export type HistoryEvent = Static<typeof EventSchema>;
const parseEvent: Parser<HistoryEvent> = createParser(EventSchema);

type Unlinked<E> = E extends HistoryEvent ? Omit<E, 'seq' | 'prev_hash' | 'hash'> : never;
/** An event before it has its place in the chain. */
export type HistoryFact = Unlinked<HistoryEvent>;
export type DecidedEvent = Extract<HistoryEvent, { event: 'decided' }>;

export interface HistoryRead {
  readonly events: readonly HistoryEvent[];
  /** The first record that is not what was written, `code:record`; null where all are. */
  readonly fault: string | null;
  readonly torn: Uint8Array;
  /** How many bytes are whole lines. */
  readonly whole: number;
}

export function readHistory(bytes: Uint8Array): HistoryRead {
  const { records, faults, torn, whole } = readChain(bytes);
  const events: HistoryEvent[] = [];
  const broken = faults.map(({ code, at }) => `${code}:${at}`);
  if (records[0] !== undefined && records[0].prev_hash !== NO_HASH) broken.push('chain_broken:0');
  for (const record of records) {
    const parsed = parseEvent(record);
    if (parsed.ok && isTimed(parsed.value)) events.push(parsed.value);
    else broken.push(`record_malformed:${record.seq}`);
  }
  return { events, fault: broken[0] ?? null, torn, whole };
}

function isTimed(event: HistoryEvent): boolean {
  switch (event.event) {
    case 'decided':
      return parseTime(event.at) !== null;
    case 'acknowledged':
      return parseTime(event.at) !== null && parseTime(event.review_opened_at) !== null;
    case 'torn_line_cut':
      return true;
  }
}

export function decisionsOf(events: readonly HistoryEvent[]): readonly DecidedEvent[] {
  return events.filter((event) => event.event === 'decided');
}

/** What the next run has to know of all before it. */
export function priorOf(events: readonly HistoryEvent[]): Prior {
  return events.reduce(fold, NO_PRIOR);
}

function fold(prior: Prior, event: HistoryEvent): Prior {
  switch (event.event) {
    case 'decided':
      return afterDecision(prior, event);
    case 'acknowledged': {
      const { review } = prior;
      if (review === null || review.openedAt !== Date.parse(event.review_opened_at)) return prior;
      const acknowledgedAt = Date.parse(event.at);
      return { ...prior, review: { ...review, acknowledgedBy: event.by, acknowledgedAt } };
    }
    case 'torn_line_cut':
      return prior;
  }
}

function afterDecision(prior: Prior, event: DecidedEvent): Prior {
  const { decision, raw_decision: raw, as_of: asOf } = event;
  const isNewer = asOf !== null && (prior.newest === null || asOf > prior.newest);
  const newest = isNewer ? asOf : prior.newest;
  if (decision === 'ROLLBACK_REVIEW_REQUIRED') {
    const review = reviewAfter(prior, Date.parse(event.at));
    return { decision, review, clean: NOT_CLEAN, newest };
  }
  const review = decision === 'FORWARD_OK' ? null : prior.review;
  return { decision, review, clean: cleanAfter(raw, prior.clean, asOf), newest };
}

/** The event that tells of a state. */
export function decidedFactOf(state: RolloutState): Unlinked<DecidedEvent> {
  return {
    event: 'decided',
    at: state.generated_at,
    as_of: state.as_of,
    decision: state.decision,
    raw_decision: state.raw_decision,
    hard_gates: state.hard_gates,
    warn_gates: state.warn_gates,
    reasons: state.reasons,
    policy_sha256: state.policy_sha256,
    trace_id: state.trace_id,
  };
}

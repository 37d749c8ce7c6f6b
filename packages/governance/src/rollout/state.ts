/** `rollout-state.json`: the decision as all others read it (section 8.8); small on purpose. */
import { closed, createParser, type Parser } from '@holdfast/core/parse';
import { digestOf } from '@holdfast/runtime/proof';
import { type Static, Type } from 'typebox';
import { parseDay } from './calendar.ts';
import { type Decided, DECISIONS } from './decision.ts';
import type { Streaks } from './evidence.ts';
import { GATE_IDS, type GateResult } from './gate.ts';
import {
  countSchema,
  daySchema,
  nameSchema,
  parseTime,
  reasonSchema,
  sha256Schema,
  textOfTime,
  timeSchema,
} from './spelling.ts';

const maybeDay = Type.Union([daySchema, Type.Null()]);
const maybeName = Type.Union([nameSchema, Type.Null()]);
const maybeTime = Type.Union([timeSchema, Type.Null()]);
const decision = Type.Enum(DECISIONS);

const InputSchema = closed({
  path: Type.String({ minLength: 1 }),
  /** Null where nothing could be read. */
  sha256: Type.Union([sha256Schema, Type.Null()]),
  as_of: maybeDay,
});
export type StateInput = Static<typeof InputSchema>;

const StateSchema = closed({
  schema_version: Type.Literal('rollout-state.v1'),
  generated_at: timeSchema,
  /** The reference date of the manifest; null where it does not tell. */
  as_of: maybeDay,
  decision,
  /** What the gates alone say. */
  raw_decision: decision,
  candidate_branch: maybeName,
  fallback_branch: nameSchema,
  /** A recommendation; nothing switches by itself. Null: no branch is safe, and nothing opens. */
  recommended_active_branch: maybeName,
  hard_gates: Type.Array(Type.Enum(GATE_IDS)),
  warn_gates: Type.Array(Type.Enum(GATE_IDS)),
  /** Sorted, each once; those of a gate begin with its id. */
  reasons: Type.Array(reasonSchema),
  streaks: closed({
    hard: countSchema,
    warning: countSchema,
    divergence_high: countSchema,
    misaligned: countSchema,
    clean: countSchema,
  }),
  review: closed({
    required: Type.Boolean(),
    opened_at: maybeTime,
    acknowledged_by: maybeName,
    acknowledged_at: maybeTime,
  }),
  /** `unknown` where the policy could not be read. */
  policy_sha256: Type.Union([sha256Schema, Type.Literal('unknown')]),
  inputs: Type.Array(InputSchema),
  trace_id: Type.String({ pattern: '^[0-9a-f]{24}$' }),
});
export type RolloutState = Static<typeof StateSchema>;
export const parseState: Parser<RolloutState> = createParser(StateSchema);

/** The same of the same inputs: neither when it was made nor the id itself takes part (DG-12). */
export function traceOf(state: Omit<RolloutState, 'generated_at' | 'trace_id'>): string {
  return digestOf(state).slice(0, 24);
}

export interface Making {
  readonly results: readonly GateResult[];
  readonly decided: Decided;
  readonly streaks: Streaks;
  readonly asOf: string | null;
  readonly candidate: string | null;
  readonly fallback: string;
  readonly policySha256: string;
  readonly inputs: readonly StateInput[];
  /** Epoch ms. */
  readonly now: number;
}

export function makeState(making: Making): RolloutState {
  const { results, decided, streaks, candidate, fallback } = making;
  const isReview = decided.decision === 'ROLLBACK_REVIEW_REQUIRED';
  const recommended = isReview ? fallbackOf(results, fallback) : candidate;
  const reasons = [
    ...results.flatMap(({ gate, reasons: codes }) => codes.map((code) => `${gate}:${code}`)),
    ...decided.reasons,
    ...(recommended === null ? ['no_safe_branch'] : []),
  ];
  const those = (status: GateResult['status']) =>
    results.filter((result) => result.status === status).map(({ gate }) => gate);
  const body: Omit<RolloutState, 'generated_at' | 'trace_id'> = {
    schema_version: 'rollout-state.v1',
    as_of: making.asOf,
    decision: decided.decision,
    raw_decision: decided.raw,
    candidate_branch: candidate,
    fallback_branch: fallback,
    recommended_active_branch: recommended,
    hard_gates: those('hard'),
    warn_gates: those('warn'),
    reasons: [...new Set(reasons)].sort(),
    streaks: {
      hard: streaks.hard,
      warning: streaks.warning,
      divergence_high: streaks.divergenceHigh,
      misaligned: streaks.misaligned,
      clean: decided.clean.count,
    },
    review: reviewOf(decided),
    policy_sha256: making.policySha256,
    inputs: [...making.inputs],
  };
  return { ...body, generated_at: textOfTime(making.now), trace_id: traceOf(body) };
}

/** Where the gate of the fallback did not pass, or nobody asked it, there is no safe branch. */
function fallbackOf(results: readonly GateResult[], fallback: string): string | null {
  const gate = results.find((result) => result.gate === 'rg_fallback_available');
  return gate?.status === 'pass' ? fallback : null;
}

function reviewOf({ review }: Decided): RolloutState['review'] {
  if (review === null) {
    return { required: false, opened_at: null, acknowledged_by: null, acknowledged_at: null };
  }
  const { openedAt, acknowledgedBy, acknowledgedAt } = review;
  return {
    required: true,
    opened_at: textOfTime(openedAt),
    acknowledged_by: acknowledgedBy,
    acknowledged_at: acknowledgedAt === null ? null : textOfTime(acknowledgedAt),
  };
}

/** What no run of ours would have written, whoever did. */
export function contradictionOfState(state: RolloutState): string | null {
  const { generated_at: generatedAt, trace_id: traceId, ...body } = state;
  if (traceOf(body) !== traceId) return 'trace_id is not that of the state';
  const { review, decision: is, hard_gates: hard, warn_gates: warn } = state;
  const times = [generatedAt, review.opened_at, review.acknowledged_at];
  if (times.some((time) => time !== null && parseTime(time) === null)) return 'a time is none';
  const days = [state.as_of, ...state.inputs.map((input) => input.as_of)];
  if (days.some((day) => day !== null && parseDay(day) === null)) return 'a day is none';
  if (review.required !== (review.opened_at !== null)) return 'a review without its beginning';
  if (is === 'ROLLBACK_REVIEW_REQUIRED' && !review.required) return 'no review is open';
  if (is === 'FORWARD_OK' && (review.required || hard.length + warn.length > 0)) {
    return 'FORWARD_OK beside a finding';
  }
  return null;
}

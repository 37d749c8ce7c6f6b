import type { IntentEvent } from '../event.ts';
import { type GateAnswers, NO_ANSWERS } from '../gates/answers.ts';
import type { GateContext } from '../gates/gate.ts';
import type { Reject, RejectCode } from '../gates/reject.ts';
import type { RiskCause } from '../guard/risk-state.ts';
import type { IntentClass } from '../intent/intent.ts';
import type { State } from '../state.ts';
import { gateContext } from './context.ts';
import { known } from './known.ts';
import type { Output } from './output.ts';
import { pauseStructure } from './public-trades.ts';
import { raiseRisk } from './safety.ts';

export type Proposed = Extract<IntentEvent, { kind: 'intentProposed' }>;

/**
 * Refusals that mean something of ours is miswired, not that the market is wrong (contract-1
 * section 30.2).
 */
const DEGRADING: ReadonlyMap<RejectCode, RiskCause> = new Map([
  ['ContractsAmountMismatch', 'contracts_amount_mismatch'],
  ['LabelTooLong', 'label_too_long'],
  ['InventorySkewDeltaLimitMissing', 'delta_limit_missing'],
] as const);

/**
 * What a refusal says of our own state. A latch that is not set yet refuses all the same: the
 * public trades have gone stale since the last tick, and the next one sets it (AT-953).
 */
export function degradedBy({ code }: Reject, { latchReasons }: GateContext): RiskCause | undefined {
  const isStale = code === 'OpenPermissionLatched' && latchReasons.length === 0;
  return isStale ? 'public_trades_stale' : DEGRADING.get(code);
}

/** A no, who was asked before it, and what they were given. */
export interface Refusal {
  readonly refusal: Reject;
  readonly trace: readonly string[];
  readonly answers: GateAnswers;
  readonly gates: GateContext;
  /** The leg that was refused. */
  readonly legIndex?: 0 | 1;
}

/** A no that needs no gate. */
export function unasked(state: State, refusal: Reject): Refusal {
  return { refusal, trace: [], answers: NO_ANSWERS, gates: gateContext(state) };
}

/** A rejection leaves no fact, no reservation and no order; only this report (D-10). */
export function refuse(
  state: State,
  event: Proposed,
  intentClass: IntentClass,
  { refusal, trace, answers, gates, legIndex = 0 }: Refusal,
  output: Output,
): void {
  const instrument = event.proposal.legs[legIndex]?.instrument ?? null;
  const cause = degradedBy(refusal, gates);
  if (cause !== undefined) raiseRisk(state, cause, output);
  if (refusal.code === 'FeedbackLoopGuardActive') {
    pauseStructure(state, refusal.operands.key, refusal.operands.remainingMs);
  }
  output.report({
    kind: 'intentRejected',
    intentId: `${event.groupId}:${legIndex}`,
    groupId: event.groupId,
    strategyId: event.strategyId,
    intentClass,
    instrument,
    reject: refusal,
    gateTrace: trace,
    context: known(state, gates, instrument),
    answers,
  });
}

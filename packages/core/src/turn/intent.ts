import type { IntentEvent } from '../event.ts';
import { admit } from '../gates/gates.ts';
import { createCandidate } from '../gates/candidate.ts';
import type { DecisionContext } from '../decision.ts';
import { type GateAnswers, NO_ANSWERS } from '../gates/answers.ts';
import type { Candidate, GateContext } from '../gates/gate.ts';
import { type Reject, type RejectCode, reject } from '../gates/reject.ts';
import { attemptKey } from '../intent/attempt.ts';
import { assessCancel, type CancelContext } from '../guard/cancel-permission.ts';
import type { TradingMode } from '../guard/mode.ts';
import { currentRiskState, type RiskCause } from '../guard/risk-state.ts';
import { classify } from '../intent/classify.ts';
import type { IntentClass, IntentProposal } from '../intent/intent.ts';
import { misshapenField } from '../intent/shape.ts';
import type { IntentRecorded } from '../ledger/record.ts';
import type { Order } from '../order/order.ts';
import type { State } from '../state.ts';
import {
  E8,
  type IntentHash,
  type Label,
  type PriceE8,
  priceE8 as asPrice,
  wallMs,
} from '../values/index.ts';
import { askToCancel, isCancelMoot } from './cancel.ts';
import { gateContext } from './context.ts';
import { known } from './known.ts';
import { currentMode, reportMode } from './mode.ts';
import type { Output } from './output.ts';
import { pauseStructure } from './public-trades.ts';
import { raiseRisk } from './safety.ts';

/** Stands for a proposal nothing can be read from. */
const NOTHING: IntentProposal = Object.freeze({
  action: '',
  reduceOnly: null,
  legs: [],
  target: null,
});

type Proposed = Extract<IntentEvent, { kind: 'intentProposed' }>;

/**
 * Refusals that mean something of ours is miswired, not that the market is wrong (contract-1
 * section 30.2).
 */
const DEGRADING: ReadonlyMap<RejectCode, RiskCause> = new Map([
  ['ContractsAmountMismatch', 'contracts_amount_mismatch'],
  ['LabelTooLong', 'label_too_long'],
  ['InventorySkewDeltaLimitMissing', 'delta_limit_missing'],
] as const);

export function onIntentProposed(state: State, event: Proposed, output: Output): void {
  const judgedIn = judge(state, event, output);
  // A refusal that degraded us, or a mode that has changed by time alone since it was last told.
  if (judgedIn !== state.observations.lastMode) reportMode(state, output);
}

/** @returns the mode the intent was judged in; null where it may have changed by it. */
function judge(state: State, event: Proposed, output: Output): TradingMode | null {
  const misshapen = misshapenField(event.proposal);
  if (misshapen !== null) {
    const refusal = reject('InvalidInput', { field: misshapen });
    refuse(state, { ...event, proposal: NOTHING }, 'OPEN', unasked(state, refusal), output);
    return null;
  }
  const { proposal, groupId, strategyId } = event;
  const intentClass = classify(proposal);
  if (intentClass === 'CANCEL') {
    onCancelProposed(state, event, output);
    return null;
  }
  if (proposal.target !== null) {
    const refusal = reject('ReplaceUnsupported', { target: proposal.target });
    refuse(state, event, intentClass, unasked(state, refusal), output);
    return null;
  }
  const candidate = createCandidate({ groupId, strategyId, proposal, intentClass }, 0);
  const gates = gateContext(state);
  const { reject: refusal, trace, answers } = admit(gates, candidate);
  if (refusal !== null) {
    refuse(state, event, intentClass, { refusal, trace, answers, gates }, output);
    return degradedBy(refusal, gates) === undefined ? gates.mode.mode : null;
  }
  const { hash, label } = candidate;
  if (hash === null || label === null) return null;
  const attempt = attemptKey(groupId, candidate.legIndex);
  if (isKnown(state, attempt, hash)) {
    output.report({ kind: 'intentDuplicate', intentId: candidate.intentId, label });
    return gates.mode.mode;
  }
  const context = known(state, gates, candidate.leg.instrument);
  output.report({
    kind: 'intentAdmitted',
    intentId: candidate.intentId,
    strategyId,
    label,
    gateTrace: trace,
    context,
    answers,
  });
  const record = intentRecord(state, candidate, hash, label, context);
  accept(state, candidate, record, attempt, output);
  return gates.mode.mode;
}

/** A no, who was asked before it, and what they were given. */
interface Refusal {
  readonly refusal: Reject;
  readonly trace: readonly string[];
  readonly answers: GateAnswers;
  readonly gates: GateContext;
}

/** A no that needs no gate. */
function unasked(state: State, refusal: Reject): Refusal {
  return { refusal, trace: [], answers: NO_ANSWERS, gates: gateContext(state) };
}

/**
 * Recorded, or on its way to be: the same identity is never an order twice (AT-928). Neither is one
 * leg of one group at another price: a group is one attempt, so that would be the same intent after
 * the market moved.
 */
function isKnown(state: State, attempt: IntentHash, hash: IntentHash): boolean {
  const { seenIntents, seenAttempts } = state.facts;
  const { pendingAttempts } = state.observations;
  return seenIntents.has(hash) || seenAttempts.has(attempt) || pendingAttempts.has(attempt);
}

/**
 * A latch that is not set yet, and refuses all the same: the public trades have gone stale since
 * the last tick, and the next one sets it (AT-953).
 */
function degradedBy({ code }: Reject, { latchReasons }: GateContext): RiskCause | undefined {
  const isStale = code === 'OpenPermissionLatched' && latchReasons.length === 0;
  return isStale ? 'public_trades_stale' : DEGRADING.get(code);
}

/** A rejection leaves no fact, no reservation and no order; only this report (D-10). */
function refuse(
  state: State,
  event: Proposed,
  intentClass: IntentClass,
  { refusal, trace, answers, gates }: Refusal,
  output: Output,
): void {
  const instrument = event.proposal.legs[0]?.instrument ?? null;
  const cause = degradedBy(refusal, gates);
  if (cause !== undefined) raiseRisk(state, cause, output);
  if (refusal.code === 'FeedbackLoopGuardActive') {
    pauseStructure(state, refusal.operands.key, refusal.operands.remainingMs);
  }
  output.report({
    kind: 'intentRejected',
    intentId: `${event.groupId}:0`,
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

/** Reserves, then asks for intent and sending marker in one commit: one sync on the path (D-8). */
function accept(
  state: State,
  candidate: Candidate,
  record: IntentRecorded,
  attempt: IntentHash,
  output: Output,
): void {
  const { observations } = state;
  const { label } = record.terms;
  if (candidate.intentClass === 'OPEN' && candidate.listing !== null) {
    const { underlying } = candidate.listing.instrument;
    const { deltaE8, notional } = candidate;
    observations.reservations.reserve(label, underlying, deltaE8, notional, record.terms);
  }
  observations.rate.note(observations.now);
  observations.requests.spend();
  observations.pendingIntents.set(label, record);
  observations.pendingAttempts.add(attempt);
  output.append(record, { type: 'orderSending', at: record.at, label });
}

function intentRecord(
  state: State,
  candidate: Candidate,
  hash: IntentHash,
  label: Label,
  context: DecisionContext,
): IntentRecorded {
  const { leg, proposal } = candidate;
  return {
    type: 'intentRecorded',
    at: wallMs(state.observations.now),
    terms: Object.freeze({
      label,
      intentHash: hash,
      groupId: candidate.groupId,
      legIndex: candidate.legIndex,
      strategyId: candidate.strategyId,
      intentClass: candidate.intentClass,
      instrument: leg.instrument,
      side: leg.side,
      amountE8: candidate.amountE8,
      limitPriceE8: candidate.limitPriceE8,
      timeInForce: leg.timeInForce,
      postOnly: leg.postOnly,
      reduceOnly: proposal.reduceOnly === true,
    }),
    deltaE8: candidate.deltaE8,
    notional: candidate.notional,
    context: Object.freeze(recordContext(candidate, context)),
  };
}

/** What was known: on disk with the intent, before the wire. */
function recordContext(candidate: Candidate, context: DecisionContext): IntentRecorded['context'] {
  return {
    tradingMode: context.mode,
    policyHash: context.policyHash,
    bookAgeMs: candidate.bookAgeMs,
    bestBidE8: context.bestBidE8,
    bestAskE8: context.bestAskE8,
    indexPriceE8: context.indexPriceE8,
    fairPriceE8: fairPrice(candidate),
    grossEdge: candidate.grossEdge,
    fee: candidate.fee,
    expectedSlippage: candidate.expectedSlippage,
    minEdge: candidate.minEdge,
    slippageBps: candidate.slippageBps,
    marginUtilization: context.mmUtil,
    currentDeltaE8: context.currentDeltaE8,
    pendingDeltaE8: context.pendingDeltaE8,
  };
}

/** A fair value is analytics and lives off every grid: the record keeps it rounded to 1e-8. */
function fairPrice(candidate: Candidate): PriceE8 | null {
  const fair = candidate.leg.fairPrice;
  if (fair === null || !Number.isFinite(fair)) return null;
  return asPrice(Math.round(fair * E8));
}

/** An unmet cancel target is refused by code; a cancel already asked for is a no-op (AMB-51). */
function onCancelProposed(state: State, event: Proposed, output: Output): void {
  const target = event.proposal.target;
  const order = target === null ? undefined : state.facts.orders.get(target);
  if (target === null || order === undefined) {
    const refusal = reject('CancelTargetUnknown', { target: target ?? '' });
    refuse(state, event, 'CANCEL', unasked(state, refusal), output);
    return;
  }
  if (isCancelMoot(state, target, order.terms.instrument)) {
    output.report({ kind: 'intentDuplicate', intentId: `${event.groupId}:0`, label: target });
    return;
  }
  const refusal = assessCancel(cancelContext(state, order), order);
  if (refusal !== null) {
    refuse(state, event, 'CANCEL', unasked(state, refusal), output);
    return;
  }
  askToCancel(state, order, output);
}

function cancelContext(state: State, order: Order): CancelContext {
  const { observations, session } = state;
  const { latch, riskCauses, guardInputs, exposure } = observations;
  return {
    mode: currentMode(state).mode,
    latchReasons: latch.reasons,
    riskState: currentRiskState(riskCauses),
    enforcedProfile: session.enforcedProfile,
    evidenceChain: guardInputs.evidenceChain,
    positionE8: exposure.positionE8(order.terms.instrument),
  };
}

import type { IntentEvent } from '../event.ts';
import { admit } from '../gates/gates.ts';
import { createCandidate } from '../gates/candidate.ts';
import type { Candidate } from '../gates/gate.ts';
import { type Reject, type RejectCode, reject } from '../gates/reject.ts';
import { attemptKey } from '../intent/attempt.ts';
import { assessCancel, type CancelContext } from '../guard/cancel-permission.ts';
import { currentRiskState } from '../guard/risk-state.ts';
import { classify } from '../intent/classify.ts';
import type { IntentClass, IntentProposal } from '../intent/intent.ts';
import { misshapenField } from '../intent/shape.ts';
import type { IntentRecorded } from '../ledger/record.ts';
import type { Order } from '../order/order.ts';
import type { State } from '../state.ts';
import {
  type CoinE8,
  coinE8,
  type Currency,
  E8,
  type IntentHash,
  type Label,
  type PriceE8,
  priceE8 as asPrice,
  wallMs,
} from '../values/index.ts';
import { askToCancel, isCancelMoot } from './cancel.ts';
import { gateContext } from './context.ts';
import { currentMode } from './mode.ts';
import type { Output } from './output.ts';
import { raiseRisk } from './safety.ts';

const ZERO_COIN = coinE8(0);

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
const DEGRADING: ReadonlyMap<RejectCode, Parameters<typeof raiseRisk>[1]> = new Map([
  ['ContractsAmountMismatch', 'contracts_amount_mismatch'],
  ['LabelTooLong', 'label_too_long'],
  ['InventorySkewDeltaLimitMissing', 'delta_limit_missing'],
] as const);

export function onIntentProposed(state: State, event: Proposed, output: Output): void {
  const misshapen = misshapenField(event.proposal);
  if (misshapen !== null) {
    const refusal = reject('InvalidInput', { field: misshapen });
    refuse(state, { ...event, proposal: NOTHING }, 'OPEN', refusal, [], output);
    return;
  }
  const { proposal, groupId, strategyId } = event;
  const intentClass = classify(proposal);
  if (intentClass === 'CANCEL') {
    onCancelProposed(state, event, output);
    return;
  }
  if (proposal.target !== null) {
    const refusal = reject('ReplaceUnsupported', { target: proposal.target });
    refuse(state, event, intentClass, refusal, [], output);
    return;
  }
  const candidate = createCandidate({ groupId, strategyId, proposal, intentClass }, 0);
  const admission = admit(gateContext(state), candidate);
  if (!admission.pass) {
    refuse(state, event, intentClass, admission.reject, admission.trace, output);
    return;
  }
  const { hash, label } = candidate;
  if (hash === null || label === null) return;
  if (isKnown(state, candidate, hash)) {
    output.report({ kind: 'intentDuplicate', intentId: candidate.intentId, label });
    return;
  }
  output.report({
    kind: 'intentAdmitted',
    intentId: candidate.intentId,
    strategyId,
    label,
    gateTrace: admission.trace,
  });
  accept(state, candidate, hash, label, output);
}

/**
 * Recorded, or on its way to be: the same identity is never an order twice (AT-928). Neither is one
 * leg of one group at another price: a group is one attempt, so that would be the same intent after
 * the market moved.
 */
function isKnown(state: State, candidate: Candidate, hash: IntentHash): boolean {
  const { groupId, legIndex } = candidate;
  const { seenIntents, seenAttempts } = state.facts;
  const attempt = attemptKey(groupId, legIndex);
  const { pendingAttempts } = state.observations;
  return seenIntents.has(hash) || seenAttempts.has(attempt) || pendingAttempts.has(attempt);
}

/** A rejection leaves no fact, no reservation and no order; only this report (D-10). */
function refuse(
  state: State,
  event: Proposed,
  intentClass: IntentClass,
  refusal: Reject,
  gateTrace: readonly string[],
  output: Output,
): void {
  const cause = DEGRADING.get(refusal.code);
  if (cause !== undefined) raiseRisk(state, cause, output);
  output.report({
    kind: 'intentRejected',
    intentId: `${event.groupId}:0`,
    groupId: event.groupId,
    strategyId: event.strategyId,
    intentClass,
    instrument: event.proposal.legs[0]?.instrument ?? null,
    reject: refusal,
    gateTrace,
  });
}

/** Reserves, then asks for intent and sending marker in one commit: one sync on the path (D-8). */
function accept(
  state: State,
  candidate: Candidate,
  hash: IntentHash,
  label: Label,
  output: Output,
): void {
  const { observations } = state;
  const record = intentRecord(state, candidate, hash, label);
  if (candidate.intentClass === 'OPEN' && candidate.listing !== null) {
    const { underlying } = candidate.listing.instrument;
    observations.reservations.reserve(label, underlying, candidate.deltaE8, candidate.notional);
  }
  observations.rate.note(observations.now);
  observations.pendingIntents.set(label, record);
  observations.pendingAttempts.add(attemptKey(candidate.groupId, candidate.legIndex));
  output.append(record, { type: 'orderSending', at: record.at, label });
}

function intentRecord(
  state: State,
  candidate: Candidate,
  hash: IntentHash,
  label: Label,
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
    context: Object.freeze(decisionContext(state, candidate)),
  };
}

/** What was known: on disk with the intent, before the wire. */
function decisionContext(state: State, candidate: Candidate): IntentRecorded['context'] {
  const { observations } = state;
  const listing = candidate.listing;
  const book = listing?.book;
  const underlying = listing?.instrument.underlying;
  const tick = listing?.instrument.tickE8 ?? 0;
  const { exposure } = observations;
  return {
    tradingMode: currentMode(state).mode,
    policyHash: observations.policyHash ?? '',
    bookAgeMs: candidate.bookAgeMs,
    bestBidE8: book === undefined || book.bidCount === 0 ? null : asPrice(book.bidPrice(0) * tick),
    bestAskE8: book === undefined || book.askCount === 0 ? null : asPrice(book.askPrice(0) * tick),
    indexPriceE8:
      underlying === undefined ? null : (observations.indexes.get(underlying)?.priceE8 ?? null),
    fairPriceE8: fairPrice(candidate),
    grossEdge: candidate.grossEdge,
    fee: candidate.fee,
    expectedSlippage: candidate.expectedSlippage,
    minEdge: candidate.minEdge,
    slippageBps: candidate.slippageBps,
    marginUtilization: observations.mmUtil?.value ?? null,
    currentDeltaE8: underlying === undefined ? ZERO_COIN : exposure.currentDeltaE8(underlying),
    pendingDeltaE8: underlying === undefined ? ZERO_COIN : pendingDelta(state, underlying),
  };
}

function pendingDelta(state: State, underlying: Currency): CoinE8 {
  const { exposure } = state.observations;
  return coinE8(exposure.pendingLongDeltaE8(underlying) + exposure.pendingShortDeltaE8(underlying));
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
    refuse(state, event, 'CANCEL', refusal, [], output);
    return;
  }
  if (isCancelMoot(state, target, order.terms.instrument)) {
    output.report({ kind: 'intentDuplicate', intentId: `${event.groupId}:0`, label: target });
    return;
  }
  const refusal = assessCancel(cancelContext(state, order), order);
  if (refusal !== null) {
    refuse(state, event, 'CANCEL', refusal, [], output);
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

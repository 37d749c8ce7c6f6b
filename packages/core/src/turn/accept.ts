import type { DecisionContext } from '../decision.ts';
import type { Candidate } from '../gates/gate.ts';
import { attemptKey } from '../intent/attempt.ts';
import type { IntentRecorded } from '../ledger/record.ts';
import type { State } from '../state.ts';
import {
  E8,
  type IntentHash,
  type Label,
  type PriceE8,
  priceE8 as asPrice,
  wallMs,
} from '../values/index.ts';

/** Keeps room for what an order could become, before anything is recorded or sent. */
export function reserve({ observations }: State, candidate: Candidate): void {
  const { amountE8, intentClass, leg, limitPriceE8, listing, label } = candidate;
  const { deltaE8, notional } = candidate;
  if (intentClass !== 'OPEN' || listing === null || label === null) return;
  const { underlying } = listing.instrument;
  const { instrument, side } = leg;
  const order = { instrument, side, amountE8, limitPriceE8 };
  observations.reservations.reserve(label, underlying, deltaE8, notional, order);
}

/** Its record is asked for in this turn: from here on it is known, and it counts. */
export function expect({ observations }: State, record: IntentRecorded): void {
  const { label, groupId, legIndex } = record.terms;
  observations.rate.note(observations.now);
  observations.requests.spend();
  observations.pendingIntents.set(label, record);
  observations.pendingAttempts.add(attemptKey(groupId, legIndex));
}

/**
 * Recorded, or on its way to be: the same identity is never an order twice (AT-928). Neither is one
 * leg of one group at another price: a group is one attempt, so that would be the same intent after
 * the market moved.
 */
export function isKnown(state: State, attempt: IntentHash, hash: IntentHash): boolean {
  const { seenIntents, seenAttempts } = state.facts;
  const { pendingAttempts } = state.observations;
  return seenIntents.has(hash) || seenAttempts.has(attempt) || pendingAttempts.has(attempt);
}

/** An admitted candidate as it goes on record. */
export function intentRecord(
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

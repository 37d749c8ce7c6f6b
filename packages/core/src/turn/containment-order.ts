import type { PlannedClose } from '../containment/close.ts';
import { type Attempt, attemptGroupId } from '../containment/identity.ts';
import type { Run } from '../containment/run.ts';
import type { Candidate } from '../gates/gate.ts';
import type { Instrument } from '../instrument/instrument.ts';
import { notionalOf } from '../instrument/sizing.ts';
import { attemptKey } from '../intent/attempt.ts';
import { identify } from '../intent/identity.ts';
import type { Side } from '../intent/intent.ts';
import { buildLabel } from '../intent/label.ts';
import type { ContainmentPlanned } from '../ledger/group-records.ts';
import type { DecisionContext, IntentRecorded } from '../ledger/record.ts';
import type { State } from '../state.ts';
import {
  ageMs,
  type CoinE8,
  coinE8,
  microUsd,
  type PriceE8,
  priceE8,
  wallMs,
} from '../values/index.ts';
import { expect, intentRecord, isKnown, reserve } from './accept.ts';
import { gateContext } from './context.ts';
import { known } from './known.ts';
import { lastIndexE8 } from './last-index.ts';
import { hurry } from './ledger.ts';
import { currentMode } from './mode.ts';
import type { Output } from './output.ts';

/** An order that reduces, or hedges, as containment wants it. */
export interface Wanted extends PlannedClose {
  readonly instrument: Instrument;
  readonly legIndex: 0 | 1;
  readonly purpose: 'close' | 'hedge';
  readonly reduceOnly: boolean;
  readonly deltaE8: CoinE8;
}

/** Which attempt of a run the next order of this purpose is. */
export function attemptOf(
  { observations }: State,
  run: Run,
  purpose: Attempt['purpose'],
  legIndex: 0 | 1,
): Attempt {
  const { parent, round } = run;
  const nth = { rescue: run.rescues + 1, close: run.attempt, hedge: hedgeNumber(run) }[purpose];
  return { parent, purpose, epoch: observations.containment.epoch, round, attempt: nth, legIndex };
}

/** The reduce-only one is the first of its round, the other one the second. */
function hedgeNumber({ hedge }: Run): number {
  return hedge === 'opening' ? 2 : 1;
}

/**
 * Asks for intent, plan and marker in one commit. By a receipt as any order; while the ledger is
 * broken, or stands still, a reduce-only one leaves on a waiver (D-9).
 * @returns false for an attempt that was made before: it is never made twice (AT-928).
 */
export function askForOrder(state: State, run: Run, wanted: Wanted, output: Output): boolean {
  const { now, policyHash } = state.observations;
  const attempt = attemptOf(state, run, wanted.purpose, wanted.legIndex);
  const groupId = attemptGroupId(attempt);
  const { instrument, side, amountE8, limitPriceE8, legIndex, reduceOnly } = wanted;
  const identity = { instrument: instrument.name, side, amountE8, limitPriceE8, groupId, legIndex };
  const intentHash = identify(identity);
  const built = buildLabel({ strategyId: run.strategyId, groupId, legIndex, intentHash });
  if (!built.ok || isKnown(state, attemptKey(groupId, legIndex), intentHash)) return false;
  const terms = Object.freeze({
    ...identity,
    label: built.label,
    intentHash,
    strategyId: run.strategyId,
    intentClass: wanted.purpose === 'hedge' ? ('HEDGE' as const) : ('CLOSE' as const),
    timeInForce: 'immediate_or_cancel' as const,
    postOnly: false,
    reduceOnly,
  });
  const notional = notionalOf(instrument, amountE8, lastIndexE8(state, instrument));
  const record: IntentRecorded = {
    type: 'intentRecorded',
    at: wallMs(now),
    terms,
    deltaE8: wanted.deltaE8,
    notional: microUsd(Number.isNaN(notional) ? 0 : notional),
    context: Object.freeze(contextOf(state, instrument, policyHash)),
  };
  leave(state, run, attempt, record, wanted.source, output);
  return true;
}

/** A rescue passed gates: its candidate says what it is. */
export function askForRescue(
  state: State,
  run: Run,
  candidate: Candidate,
  source: 'l2' | 'l1',
  output: Output,
): boolean {
  const { hash, label, listing, legIndex, groupId } = candidate;
  if (hash === null || label === null || listing === null) return false;
  if (isKnown(state, attemptKey(groupId, legIndex), hash)) return false;
  const attempt = attemptOf(state, run, 'rescue', legIndex);
  const context = known(state, gateContext(state), listing.instrument.name);
  const record = intentRecord(state, candidate, hash, label, context);
  reserve(state, candidate);
  run.rescues += 1;
  leave(state, run, attempt, record, source, output);
  return true;
}

function leave(
  state: State,
  run: Run,
  { purpose, round, attempt, legIndex, parent }: Attempt,
  record: IntentRecorded,
  priceSource: 'l2' | 'l1',
  output: Output,
): void {
  const { now } = state.observations;
  const { label, groupId, instrument, side, amountE8 } = record.terms;
  const flight = { instrument, side, amountE8, purpose, legIndex, askedAt: now };
  run.flying.set(label, Object.freeze(flight));
  expect(state, record);
  const told = { groupId: parent, purpose, round, attempt, label, instrument, priceSource };
  output.report({ kind: 'containmentPlanned', ...told });
  const planned: ContainmentPlanned = {
    type: 'containmentPlanned',
    at: record.at,
    parentGroupId: parent,
    groupId,
    purpose,
    round,
    attempt,
    legIndex,
    label,
  };
  output.append(planned, record, { type: 'orderSending', at: record.at, label });
  hurry(state, record, output);
}

/** What was known: no gate was asked, so no gate's numbers. */
function contextOf(
  state: State,
  instrument: Instrument,
  policyHash: string | null,
): DecisionContext {
  const { exposure, listings, mmUtil, now } = state.observations;
  const listing = listings.get(instrument.name);
  const { underlying } = instrument;
  const pending =
    exposure.pendingLongDeltaE8(underlying) + exposure.pendingShortDeltaE8(underlying);
  return {
    tradingMode: currentMode(state).mode,
    policyHash,
    // Below zero: there was no book, and the price came from the ticker.
    bookAgeMs: (listing === undefined ? null : ageMs(now, listing.book.updatedAt)) ?? -1,
    bestBidE8: touchOf(listing, 'buy'),
    bestAskE8: touchOf(listing, 'sell'),
    indexPriceE8: lastIndexE8(state, instrument),
    fairPriceE8: null,
    grossEdge: null,
    fee: microUsd(0),
    expectedSlippage: microUsd(0),
    minEdge: null,
    slippageBps: 0,
    marginUtilization: mmUtil?.value ?? null,
    currentDeltaE8: exposure.currentDeltaE8(underlying),
    pendingDeltaE8: coinE8(pending),
  };
}

type Listed = ReturnType<State['observations']['listings']['get']>;

/** The side's own best in the book, as it stood, whether it counted or not. */
function touchOf(listing: Listed, side: Side): PriceE8 | null {
  if (listing === undefined) return null;
  const { book, instrument } = listing;
  if ((side === 'buy' ? book.bidCount : book.askCount) === 0) return null;
  return priceE8((side === 'buy' ? book.bidPrice(0) : book.askPrice(0)) * instrument.tickE8);
}

import type {
  AccountObserved,
  DispatchFailed,
  FillObserved,
  ObservedFill,
  OrderReported,
  SettlementObserved,
} from '../event.ts';
import {
  type AmountE8,
  amountE8,
  type CoinE8,
  type Currency,
  E8,
  type InstrumentName,
  type Label,
  microUsd,
  monoMs,
  mulDivDown,
  mulDivUp,
  priceE8,
  type PriceE8,
  type VenueOrderId,
  wallMs,
} from '../values/index.ts';
import { fillCashE8 } from '../instrument/cash.ts';
import { isDollar } from '../instrument/hedge-name.ts';
import { anomalyOf } from '../order/lifecycle.ts';
import type { Anomaly, FillRecorded, ObservationSource } from '../ledger/record.ts';
import type { Facts } from '../facts.ts';
import type { Order, OrderTerms } from '../order/order.ts';
import { ownerOfFill } from '../reconcile/ownership.ts';
import type { State } from '../state.ts';
import { endInstrument } from './expiry.ts';
import { takeFees } from './fees.ts';
import { noteHeard, roleOf } from './held.ts';
import { freshIndexE8 } from './index-price.ts';
import { takeLimits } from './limits.ts';
import { watchLosses } from './losses.ts';
import { noteTooManyRequests, block, raiseRisk, TOO_MANY_REQUESTS } from './safety.ts';
import type { Output } from './output.ts';

/**
 * Division guard of the margin ratio: equity at or below zero gives a ratio far past every
 * threshold.
 */
const EQUITY_EPSILON = 1e-9;
/** How soon an account that could not be valued is asked for again. */
const ACCOUNT_RETRY_MS = 1_000;

/** Deribit's `other_reject`: an answer of the matching engine that is in no list of refusals. */
const OTHER_REJECT = 11_030;

const ONE_USD = priceE8(E8);

/** Margin utilisation is the worst currency's (AMB-43). Dollars of the venue count as dollars. */
export function onAccountObserved(state: State, event: AccountObserved, output: Output): void {
  const { observations } = state;
  let worst = 0;
  let equity = 0;
  let priced = true;
  for (const each of event.currencies) {
    worst = Math.max(worst, each.maintenanceMarginE8 / Math.max(each.equityE8, EQUITY_EPSILON));
    const index = isDollar(each.currency) ? ONE_USD : freshIndexE8(observations, each.currency);
    if (index !== null) equity += usdFloor(each.equityE8, index);
    // What cannot be priced counts for nothing where it is ours, and for too much where it is owed.
    else if (each.equityE8 < 0) priced = false;
    else if (each.equityE8 > 0 && isUnderlying(state, each.currency)) priced = false;
  }
  // A margin below nothing is no reading of it.
  const readable = event.currencies.every(({ maintenanceMarginE8 }) => maintenanceMarginE8 >= 0);
  const usable = event.currencies.length > 0 && readable && Number.isFinite(worst);
  priced &&= Number.isSafeInteger(equity);
  observations.mmUtil = usable ? { value: worst, at: event.at } : null;
  observations.equity = usable && priced ? { value: microUsd(equity), at: event.at } : null;
  watchLosses(state, output);
  // An index that had not come yet is no reason to go without an answer until the next poll.
  if (observations.equity === null) {
    const soon = monoMs(event.at + ACCOUNT_RETRY_MS);
    if (soon < observations.polls.accountAt) observations.polls.accountAt = soon;
  }
  observations.feeModelCachedAt = event.feeModelCachedAt;
  takeFees(state, event.currencies);
  takeLimits(state, event, output);
}

/** Whether the coin is one that is traded, whose index we hear and must have. */
function isUnderlying({ observations }: State, code: Currency): boolean {
  return observations.policy?.universe.underlyings.includes(code) ?? true;
}

/** Micro-USD of an amount of coin, rounded down; NaN when it leaves the exact range. */
function usdFloor(coin: CoinE8, index: PriceE8): number {
  // 1e-8 coin times 1e-8 USD per coin is 1e-16 USD; a micro-USD is 1e-6.
  const divisor = E8 * 100;
  return coin >= 0 ? mulDivDown(coin, index, divisor) : 0 - mulDivUp(0 - coin, index, divisor);
}

export function onOrderReported(state: State, event: OrderReported, output: Output): void {
  const { facts, observations } = state;
  const at = wallMs(event.at);
  const order = facts.orders.get(event.label) ?? adoptedOrder(facts, event.venueOrderId);
  noteEnd(state, order?.terms.label ?? event.label, event.state, event.filledE8);
  observations.unresolved.delete(event.label);
  if (order === undefined) return;
  const { label } = order.terms;
  observations.unresolved.delete(label);
  // News of a part that traded is no answer to a cancel.
  if (event.state !== 'open') observations.canceling.delete(label);
  if (order.ackAt === null && event.venueOrderId !== null && event.state !== 'rejected') {
    // Known before it is on record: a list that was asked for earlier says nothing of it.
    if (facts.working.has(label)) observations.leftAt.set(label, event.at);
    noteAnomaly(
      anomalyOf(order, { kind: 'acked', at, venueOrderId: event.venueOrderId }),
      label,
      state,
      output,
    );
    output.append({
      type: 'orderAcked',
      at,
      label,
      venueOrderId: event.venueOrderId,
      source: event.source,
    });
  }
  if (event.state !== 'cancelled' && event.state !== 'rejected') return;
  const outcome = event.state === 'rejected' ? 'Failed' : 'Canceled';
  noteAnomaly(anomalyOf(order, { kind: 'closed', outcome }), label, state, output);
  output.append({
    type: 'orderClosed',
    at,
    label,
    outcome,
    cause: event.cause ?? (outcome === 'Failed' ? 'venue_reject' : 'canceled_by_venue'),
    venueCode: event.venueCode,
    source: event.source,
  });
}

/** Ended orders of groups and containment that are remembered; far more than are ever looked at. */
const ENDS_KEPT = 4_096;

/**
 * The venue will do nothing more with an order of a group: known before it is on record, with how
 * much it says was filled, because its trades may be told later than its end.
 */
function noteEnd(state: State, label: Label, at: OrderReported['state'], filled: AmountE8): void {
  if (at === 'open' || roleOf(state, label) === null) return;
  const { ended } = state.observations.containment;
  ended.set(label, filled);
  const [oldest] = ended.keys();
  if (ended.size > ENDS_KEPT && oldest !== undefined) ended.delete(oldest);
}

/** Taken over under a label that was not quite ours: the venue's id is what names it. */
function adoptedOrder(facts: Facts, id: VenueOrderId | null): Order | undefined {
  if (id === null) return undefined;
  for (const label of facts.working) {
    const order = facts.orders.get(label);
    if (order?.venueOrderId === id) return order;
  }
  return undefined;
}

/**
 * A refusal closes the order; a silence keeps it, reserved and unresolved, until the venue is asked
 * (D-14).
 */
export function onDispatchFailed(state: State, event: DispatchFailed, output: Output): void {
  if (event.venueCode === TOO_MANY_REQUESTS) noteTooManyRequests(state, output);
  output.report({ kind: 'fault', fault: `dispatch_failed: ${event.fault}`, subject: event.label });
  if (event.outcome === 'unknown') {
    block(state, 'SESSION_TERMINATION_RECONCILE_REQUIRED', output);
    if (event.venueCode === OTHER_REJECT) noteAnswered(state, event);
    return;
  }
  state.observations.unresolved.delete(event.label);
  noteEnd(state, event.label, 'rejected', amountE8(0));
  const order = state.facts.orders.get(event.label);
  if (order === undefined || !state.facts.working.has(event.label)) return;
  output.append({
    type: 'orderClosed',
    at: wallMs(event.at),
    label: event.label,
    outcome: 'Failed',
    cause: 'venue_reject',
    venueCode: event.venueCode,
    source: 'reply',
  });
  endInstrument(state, order.terms.instrument, event, output);
}

/**
 * The venue is done with an order and does not say how it ended. What only reduces and cannot rest,
 * as a hedge that nothing is held for, is not waited for any longer: whoever asks from now on is
 * told. All others keep the time in which an answer may still be wrong.
 */
function noteAnswered({ facts, observations }: State, { label, at }: DispatchFailed): void {
  const terms = facts.orders.get(label)?.terms;
  if (terms?.reduceOnly !== true || terms.timeInForce !== 'immediate_or_cancel') return;
  observations.unresolved.delete(label);
  observations.leftAt.set(label, at);
}

/**
 * Recorded first, applied when heard back; a trade id seen before is a no-op (contract-1 section
 * 29).
 */
export function onFillObserved(state: State, event: FillObserved, output: Output): void {
  const { facts, observations } = state;
  const { fill } = event;
  if (facts.seenTrades.has(fill.tradeId) || observations.pendingTrades.has(fill.tradeId)) return;
  const record = fillRecord(state, fill, event.source);
  if (record === null) {
    output.report({ kind: 'fault', fault: 'fill_in_unknown_instrument', subject: fill.instrument });
    block(state, 'INVENTORY_MISMATCH_RECONCILE_REQUIRED', output);
    return;
  }
  observations.pendingTrades.add(fill.tradeId);
  observations.lastActivityAt = event.at;
  noteHeard(state, record, fill.label);
  noteFillAnomaly(state, fill, output);
  output.append(record);
}

function noteFillAnomaly(state: State, fill: ObservedFill, output: Output): void {
  const note = (anomaly: Anomaly | null): void =>
    noteAnomaly(anomaly, fill.label, state, output, fill.instrument);
  const owner = ownerOfFill(state.facts, fill);
  if (owner.kind === 'nobody' && awaitedTerms(state, fill) !== undefined) return;
  if (owner.kind === 'ours') {
    if (owner.disagreements.length > 0) note('label_hash_mismatch');
    note(anomalyOf(owner.order, { kind: 'filled', at: fill.tradedAt, amountE8: fill.amountE8 }));
    return;
  }
  if (owner.kind === 'ambiguous') raiseRisk(state, 'label_match_ambiguous', output);
  note('fill_without_order');
}

/**
 * An order that left on a waiver may be filled before its record is heard back; that record is in
 * the ledger before the fill's, because it was asked for first.
 */
function awaitedTerms({ observations }: State, { label }: ObservedFill): OrderTerms | undefined {
  return label === null ? undefined : observations.pendingIntents.get(label)?.terms;
}

/** @returns null when the instrument, or the cash the trade moved, cannot be known here. */
export function fillRecord(
  state: State,
  fill: ObservedFill,
  source: ObservationSource,
): FillRecorded | null {
  const listing = state.observations.listings.get(fill.instrument);
  if (listing === undefined) return null;
  const owner = ownerOfFill(state.facts, fill);
  const terms = owner.kind === 'ours' ? owner.order.terms : awaitedTerms(state, fill);
  const cashE8 = fillCashE8(listing.instrument, fill.side, fill.amountE8, fill.priceE8);
  // A fee whose worth cannot be counted is no fee we can book.
  if (cashE8 === null || Number.isNaN(usdFloor(fill.feeE8, fill.indexPriceE8))) return null;
  return {
    type: 'fillRecorded',
    at: wallMs(state.observations.now),
    tradeId: fill.tradeId,
    label: terms?.label ?? null,
    venueOrderId: fill.venueOrderId,
    strategyId: terms?.strategyId ?? null,
    instrument: fill.instrument,
    side: fill.side,
    amountE8: fill.amountE8,
    priceE8: fill.priceE8,
    feeE8: fill.feeE8,
    feeCurrency: fill.feeCurrency,
    cashE8,
    indexPriceE8: fill.indexPriceE8,
    tradedAt: fill.tradedAt,
    source,
  };
}

export function onSettlementObserved(
  state: State,
  event: SettlementObserved,
  output: Output,
): void {
  const { facts, observations } = state;
  const { settlement } = event;
  const id = settlement.settlementId;
  if (facts.seenTrades.has(id) || observations.pendingTrades.has(id)) return;
  observations.pendingTrades.add(id);
  observations.lastActivityAt = event.at;
  output.append({ type: 'settlementRecorded', at: wallMs(event.at), ...settlement });
}

/** Accepted, recorded beside the fact it concerns, and reconciled later (contract-1 section 27). */
function noteAnomaly(
  anomaly: Anomaly | null,
  label: Label | null,
  state: State,
  output: Output,
  instrument: InstrumentName | null = null,
): void {
  if (anomaly === null) return;
  output.append({
    type: 'anomalyRecorded',
    at: wallMs(state.observations.now),
    anomaly,
    label,
    instrument,
  });
  output.report({ kind: 'anomaly', anomaly, label, instrument });
  if (NEEDS_RECONCILIATION.has(anomaly)) {
    raiseRisk(state, 'order_anomaly', output);
    block(state, 'INVENTORY_MISMATCH_RECONCILE_REQUIRED', output);
  }
}

/** Only these make what we believe doubtful; an early fill or ack is merely early. */
const NEEDS_RECONCILIATION: ReadonlySet<Anomaly> = new Set<Anomaly>([
  'fill_after_terminal',
  'fill_beyond_quantity',
  'fill_without_order',
  'reject_after_fill',
  'ghost_order',
]);

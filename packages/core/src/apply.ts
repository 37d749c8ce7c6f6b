import { assert, unreachable } from './assert.ts';
import { dayOf } from './position/losses.ts';
import { underlyingOf } from './instrument/name.ts';
import { type Facts, RECENT_FILLS_MAX } from './facts.ts';
import { awaitDelivery, awaitFill, cashBookOf, foldCash, isOfCash } from './apply-cash.ts';
import type { RecordOfCash } from './ledger/cash-records.ts';
import type { ReductionTakenOver } from './ledger/group-records.ts';
import { applyOfGroup, countGroupFill, dispatchGroup } from './apply-groups.ts';
import { attemptKey } from './intent/attempt.ts';
import {
  type EquityMarked,
  callsEmergency,
  type FillRecorded,
  type IntentRecorded,
  type LedgerRecord,
  type LossLatched,
  type OperatorCommandRecorded,
  type OrderAcked,
  type SettlementRecorded,
  WATCHDOG,
} from './ledger/record.ts';
import { advance, type OrderFact } from './order/lifecycle.ts';
import { isTerminal, type Order } from './order/order.ts';
import type { CashTotal, Position } from './position/position.ts';
import { turnoverOf } from './position/turnover.ts';
import {
  type AmountE8,
  amountE8,
  type CoinE8,
  coinE8,
  type Currency,
  E8,
  type InstrumentName,
  type Label,
  mulDivDown,
  mulDivUp,
  type PriceE8,
  type WallMs,
} from './values/index.ts';

/** Finished orders kept for late news. Older ones are explained by the ledger alone. */
const FINISHED_ORDERS_KEPT = 4_096;

/**
 * The only writer of Facts: one record, in place. Total over every record any released version
 * wrote, and idempotent for all that may be observed twice, so that recovery is this same fold.
 */
export function apply(facts: Facts, record: LedgerRecord): void {
  facts.records += 1;
  if (isOfCash(record)) applyOfCash(facts, record);
  else applyOther(facts, record);
}

function applyOther(facts: Facts, record: Exclude<LedgerRecord, RecordOfCash>): void {
  switch (record.type) {
    case 'sessionStarted':
      facts.epoch = record.epoch;
      facts.buildId = record.buildId;
      return;
    case 'policyActivated':
      facts.policyHash = record.policyHash;
      return;
    case 'intentRecorded':
      return applyIntent(facts, record);
    case 'orderSending':
      applyToOrder(facts, record, { kind: 'sending', at: record.at });
      return dispatchGroup(facts, record.label);
    case 'orderAbandoned':
      return applyToOrder(facts, record, { kind: 'abandoned' });
    case 'orderAcked':
      return applyAck(facts, record);
    case 'orderClosed':
      return applyToOrder(facts, record, { kind: 'closed', outcome: record.outcome });
    case 'fillRecorded':
      return applyFill(facts, record);
    case 'settlementRecorded':
      return applySettlement(facts, record);
    case 'operatorCommandRecorded':
      return applyCommand(facts, record);
    case 'instrumentClosed':
      facts.closedInstruments.add(record.instrument);
      return;
    case 'latchCleared':
      facts.totals.reconciliations += 1;
      facts.lastReconciledAt = record.at;
      return;
    case 'anomalyRecorded':
      facts.totals.anomalies += 1;
      if (record.anomaly === 'unmapped_reason_code') facts.brokenBuildId = facts.buildId;
      return;
    case 'equityMarked':
      return applyMark(facts, record);
    case 'lossLatched':
      return applyLossLatch(facts, record);
    case 'lossLatchReset':
      facts.lossLatches.delete(record.limit);
      return;
    case 'groupRecorded':
    case 'groupStateChanged':
    case 'containmentPlanned':
    case 'atomicNakedEventRecorded':
      return applyOfGroup(facts, record);
    case 'reductionTakenOver':
      return applyTakenOver(facts, record);
    case 'latchSet':
    case 'ledgerProbed':
    case 'presenceRecorded':
      return;
    default:
      unreachable(record);
  }
}

/** What was asked for under this name had its turn, and has no other (D-5). */
function applyTakenOver(facts: Facts, { groupId }: ReductionTakenOver): void {
  facts.seenAttempts.add(attemptKey(groupId, 0));
}

function applyOfCash(facts: Facts, record: RecordOfCash): void {
  const book = cashBookOf(facts, record.currency);
  if (record.type === 'cashMismatched') facts.totals.anomalies += 1;
  if (record.type === 'cashRecorded' && record.rowId > book.rowId) {
    const total = cashTotal(facts, record.currency);
    total.fundingE8 = coinE8(total.fundingE8 + record.fundingE8);
  }
  foldCash(book, record);
}

function applyAck(facts: Facts, record: OrderAcked): void {
  const { at, venueOrderId } = record;
  applyToOrder(facts, record, { kind: 'acked', at, venueOrderId });
}

function applyCommand(facts: Facts, { at, command, operator }: OperatorCommandRecorded): void {
  // The watchdog watches the process that it called: its call ends with that process.
  if (operator === WATCHDOG) return;
  if (callsEmergency(operator)) {
    facts.emergencyCalledAt = at;
    return;
  }
  facts.operatorStop = command === 'release' ? null : command;
}

function applyLossLatch({ lossLatches }: Facts, record: LossLatched): void {
  if (!lossLatches.has(record.limit)) lossLatches.set(record.limit, record);
}

function applyIntent(facts: Facts, record: IntentRecorded): void {
  const { label, intentHash, groupId, legIndex } = record.terms;
  assert(!facts.orders.has(label), 'AT-928: one label is recorded once');
  facts.seenIntents.add(intentHash);
  facts.seenAttempts.add(attemptKey(groupId, legIndex));
  facts.totals.intents += 1;
  facts.working.add(label);
  facts.orders.set(label, {
    terms: record.terms,
    state: 'Created',
    sendingRecorded: false,
    abandoned: false,
    createdAt: record.at,
    sentAt: null,
    ackAt: null,
    lastFillAt: null,
    endedAt: null,
    venueOrderId: null,
    lastTradeId: null,
    filledE8: amountE8(0),
    deltaE8: record.deltaE8,
    notional: record.notional,
    decision: { fairPriceE8: record.context.fairPriceE8, grossEdge: record.context.grossEdge },
  });
}

/** What a record says of one order, and when it was taken in. */
interface OrderNews {
  readonly label: Label;
  readonly at: WallMs;
}

function applyToOrder(facts: Facts, { label, at }: OrderNews, fact: OrderFact): void {
  const order = facts.orders.get(label);
  // News of an order finished so long ago that it was let go: its effect is already in the totals.
  if (order === undefined) return;
  const before = order.state;
  if (fact.kind === 'sending' && !order.sendingRecorded) facts.totals.sent += 1;
  advance(order, fact);
  if (isTerminal(before) || !isTerminal(order.state)) return;
  order.endedAt = at;
  finish(facts, order);
}

function finish(facts: Facts, order: Order): void {
  if (order.state === 'Filled') facts.totals.filledOrders += 1;
  else if (order.abandoned) facts.totals.abandoned += 1;
  else if (order.state === 'Canceled') facts.totals.canceled += 1;
  else facts.totals.failed += 1;
  facts.working.delete(order.terms.label);
  facts.finished.push(order.terms.label);
  // Let go of the older half at once: a shift for every order would make the fold quadratic.
  if (facts.finished.length < FINISHED_ORDERS_KEPT * 2) return;
  for (const label of facts.finished.splice(0, FINISHED_ORDERS_KEPT)) {
    facts.orders.delete(label);
    facts.roles.delete(label);
  }
}

function applyFill(facts: Facts, record: FillRecorded): void {
  if (facts.seenTrades.has(record.tradeId)) return;
  facts.seenTrades.add(record.tradeId);
  facts.totals.fills += 1;
  const signed = record.side === 'buy' ? record.amountE8 : 0 - record.amountE8;
  move(facts, record.instrument, record.feeCurrency, amountE8(signed), record.cashE8);
  payFee(facts, record.feeCurrency, record.feeE8, record.indexPriceE8);
  awaitFill(facts, record);
  countTurnover(facts, record);
  remember(facts, record);
  const { label, at, amountE8: amount } = record;
  if (label === null) return;
  countGroupFill(facts, label, record);
  const order = facts.orders.get(label);
  if (order !== undefined) order.lastTradeId = record.tradeId;
  applyToOrder(facts, { label, at }, { kind: 'filled', at, amountE8: amount });
}

/** The first reading of a period stands for its start; of its peak the highest does. */
function applyMark(facts: Facts, { mark, period, equity }: EquityMarked): void {
  const before = facts.equityMarks.get(mark);
  const isNewer = before === undefined || period > before.period;
  const isHigher = mark === 'week_peak' && period === before?.period && equity > before.equity;
  if (isNewer || isHigher) facts.equityMarks.set(mark, { period, equity });
}

/** Trades told late count for their own day: one of a day before the latest counts no more. */
function countTurnover({ traded }: Facts, record: FillRecorded): void {
  const day = dayOf(record.tradedAt);
  if (day < traded.day) return;
  const { instrument, feeCurrency, cashE8, indexPriceE8 } = record;
  const turnover = turnoverOf(cashE8, feeCurrency, underlyingOf(instrument), indexPriceE8);
  traded.turnover = day === traded.day ? traded.turnover + turnover : turnover;
  traded.day = day;
}

function remember({ recentFills }: Facts, record: FillRecorded): void {
  const { at, instrument, side, amountE8: amount, indexPriceE8 } = record;
  recentFills.push({ at, instrument, side, amountE8: amount, indexPriceE8 });
  if (recentFills.length > RECENT_FILLS_MAX) recentFills.shift();
}

function applySettlement(facts: Facts, record: SettlementRecorded): void {
  if (facts.seenTrades.has(record.settlementId)) return;
  facts.seenTrades.add(record.settlementId);
  facts.totals.settlements += 1;
  move(facts, record.instrument, record.currency, amountE8(0 - record.amountE8), record.cashE8);
  awaitDelivery(facts, record);
}

function move(
  facts: Facts,
  instrument: InstrumentName,
  currency: Currency,
  signed: AmountE8,
  cash: CoinE8,
): void {
  const position = facts.positions.get(instrument) ?? emptyPosition(instrument, currency);
  position.amountE8 = amountE8(position.amountE8 + signed);
  position.cashE8 = coinE8(position.cashE8 + cash);
  if (position.amountE8 === 0) facts.positions.delete(instrument);
  else facts.positions.set(instrument, position);
  const total = cashTotal(facts, currency);
  total.cashE8 = coinE8(total.cashE8 + cash);
}

function payFee(facts: Facts, currency: Currency, fee: CoinE8, index: PriceE8): void {
  const total = cashTotal(facts, currency);
  total.feesE8 = coinE8(total.feesE8 + fee);
  // 1e-8 coin times 1e-8 USD per coin, as micro-USD: 1e-16 to 1e-6. A fee rounds up and a rebate
  // down; one that cannot be valued leaves a total that is not a number, and no exception.
  const usd =
    fee >= 0 ? mulDivUp(fee, index, E8 * 100) : 0 - mulDivDown(Math.abs(fee), index, E8 * 100);
  total.feesMicroUsd += usd;
}

function emptyPosition(instrument: InstrumentName, currency: Currency): Position {
  return { instrument, currency, amountE8: amountE8(0), cashE8: coinE8(0) };
}

function cashTotal(facts: Facts, currency: Currency): CashTotal {
  let total = facts.cash.get(currency);
  if (total === undefined) {
    const none = coinE8(0);
    total = { cashE8: none, feesE8: none, feesMicroUsd: 0, fundingE8: none };
    facts.cash.set(currency, total);
  }
  return total;
}

import type { Instrument } from '@holdfast/core/instrument';
import type { Currency } from '@holdfast/core/values';
import { heldSteps } from './account.ts';
import { mulDivFloor } from './signed-quotient.ts';
import type { Trader } from './trader.ts';
import type { VenueState } from './venue-state.ts';
import { contractsOf, decimal, wireAmount, type WireTrade } from './wire.ts';

/** Rows of one account that queries can still find; older ones are forgotten. */
const ROWS_KEPT = 200_000;

/** Deribit's row of the transaction log. What a kind of row does not have is null. */
export interface WireTransaction {
  readonly id: number;
  readonly user_id: number;
  readonly user_seq: number;
  readonly username: string;
  readonly timestamp: number;
  readonly currency: string;
  readonly type: 'trade' | 'settlement' | 'delivery' | 'deposit' | 'correction';
  readonly instrument_name: string | null;
  readonly side: string;
  readonly amount: number | null;
  readonly position: number | null;
  readonly price: number | null;
  readonly price_currency?: string;
  readonly trade_id: string | null;
  readonly order_id: string | null;
  readonly commission: number;
  readonly cashflow: number;
  readonly change: number;
  readonly balance: number;
  readonly interest_pl: number | null;
  readonly [detail: string]: unknown;
}

export interface KeptTransaction {
  readonly wire: WireTransaction;
  readonly kind: Instrument['kind'] | null;
}

/**
 * What trading and funding in one future have brought since the last daily settlement: the account
 * has it, and its cash balance has not (Deribit pays futures once a day).
 */
export interface Unsettled {
  readonly instrument: Instrument;
  profitE8: number;
  fundingE8: number;
}

/** What differs from row to row. */
type Row = Pick<WireTransaction, 'type' | 'side'> & {
  readonly currency: Currency;
  readonly instrument: Instrument | null;
  readonly feeE8: number;
  readonly cashflowE8: number;
  readonly changeE8: number;
  /** After it. */
  readonly balanceE8: number;
  readonly details?: Readonly<Record<string, unknown>>;
};

/** Cash without what futures have earned since the last daily settlement: Deribit's balance. */
export function balanceE8({ holdings, unsettled }: Trader, currency: Currency): number {
  let balance = holdings.cash.get(currency) ?? 0;
  for (const { instrument, profitE8, fundingE8 } of unsettled.values()) {
    if (instrument.settlement === currency) balance -= profitE8 + fundingE8;
  }
  return balance;
}

/** What one future has earned and not been paid. */
export function unsettledOf(trader: Trader, instrument: Instrument): Unsettled {
  const { unsettled } = trader;
  const known = unsettled.get(instrument.name);
  if (known !== undefined) return known;
  const fresh = { instrument, profitE8: 0, fundingE8: 0 };
  unsettled.set(instrument.name, fresh);
  return fresh;
}

export interface BookedTrade {
  readonly instrument: Instrument;
  readonly wire: WireTrade;
  /** Signed steps of it, and what they cost. */
  readonly steps: number;
  readonly paidE8: number;
  readonly feeE8: number;
  readonly profitE8: number;
  /** Funding that it made due. */
  readonly fundingE8: number;
}

/**
 * A trade that has just been booked. One that turns a position over is two rows, as at Deribit:
 * what closed, and what opened.
 */
export function logTrade(state: VenueState, trader: Trader, trade: BookedTrade): void {
  const { instrument, steps } = trade;
  const after = heldSteps(trader.holdings, instrument.name);
  const before = after - steps;
  const closes = before !== 0 && before > 0 !== steps > 0;
  const closed = closes ? Math.min(Math.abs(before), Math.abs(steps)) : 0;
  const opened = Math.abs(steps) - closed;
  if (closed > 0 && opened > 0) {
    const paid = mulDivFloor(trade.paidE8, closed, Math.abs(steps));
    const fee = mulDivFloor(trade.feeE8, closed, Math.abs(steps));
    const first = { ...trade, steps: Math.sign(steps) * closed, paidE8: paid, feeE8: fee };
    const rest = {
      ...trade,
      steps: Math.sign(steps) * opened,
      paidE8: trade.paidE8 - paid,
      feeE8: trade.feeE8 - fee,
      profitE8: 0,
      fundingE8: 0,
    };
    const later = changeOf(rest);
    logPart(state, trader, first, { opens: false, position: 0, later });
    logPart(state, trader, rest, { opens: true, position: after, later: 0 });
  } else logPart(state, trader, trade, { opens: closed === 0, position: after, later: 0 });
}

/** A future's profit waits for the daily settlement; an option's premium does not. */
function changeOf({ instrument, paidE8, feeE8 }: BookedTrade): number {
  return instrument.kind === 'option' ? 0 - paidE8 - feeE8 : 0 - feeE8;
}

interface Part {
  readonly opens: boolean;
  /** Held after it, steps. */
  readonly position: number;
  /** What the rest of the same trade has changed since. */
  readonly later: number;
}

function logPart(state: VenueState, trader: Trader, trade: BookedTrade, part: Part): void {
  const { instrument, wire, steps, feeE8 } = trade;
  const isOption = instrument.kind === 'option';
  log(state, trader, {
    type: 'trade',
    side: `${part.opens ? 'open' : 'close'} ${wire.direction}`,
    currency: instrument.settlement,
    instrument,
    feeE8,
    cashflowE8: isOption ? 0 - trade.paidE8 : trade.profitE8,
    changeE8: changeOf(trade),
    balanceE8: balanceE8(trader, instrument.settlement) - part.later,
    details: {
      amount: wireAmount(instrument, Math.abs(steps)),
      contracts: contractsOf(instrument, Math.abs(steps)),
      position: wireAmount(instrument, part.position),
      price: wire.price,
      price_currency: instrument.quote === 'coin' ? instrument.settlement : 'USD',
      trade_id: wire.trade_id,
      order_id: wire.order_id,
      user_role: wire.liquidity === 'M' ? 'maker' : 'taker',
      fee_role: wire.liquidity === 'M' ? 'maker' : 'taker',
      profit_as_cashflow: false,
      interest_pl: decimal(trade.fundingE8),
      mark_price: wire.mark_price,
      index_price: wire.index_price,
      info: 'Source: api',
    },
  });
}

/** A day of one future: what it has earned since the last one becomes cash. */
export interface SettledDay {
  readonly instrument: Instrument;
  readonly steps: number;
  readonly markE8: number;
  readonly indexE8: number;
  /** Realised and floating profit and funding since the last settlement. */
  readonly realisedE8: number;
  readonly floatingE8: number;
  readonly fundingE8: number;
}

export function logSettlement(state: VenueState, trader: Trader, day: SettledDay): void {
  const { instrument, steps } = day;
  const changeE8 = day.realisedE8 + day.floatingE8 + day.fundingE8;
  log(state, trader, {
    type: 'settlement',
    side: steps < 0 ? 'short' : 'long',
    currency: instrument.settlement,
    instrument,
    feeE8: 0,
    cashflowE8: changeE8,
    changeE8,
    balanceE8: balanceE8(trader, instrument.settlement),
    details: {
      amount: wireAmount(instrument, Math.abs(steps)),
      position: wireAmount(instrument, steps),
      price: decimal(day.markE8),
      price_currency: 'USD',
      mark_price: decimal(day.markE8),
      index_price: decimal(day.indexE8),
      interest_pl: decimal(day.fundingE8),
      total_interest_pl: decimal(day.fundingE8),
      // Deribit counts funding among what the session has realised.
      session_rpl: decimal(day.realisedE8 + day.fundingE8),
      session_upl: decimal(day.floatingE8),
      info: { settlement_price: decimal(day.markE8), floating_pl: decimal(day.floatingE8) },
    },
  });
}

export interface LoggedDelivery {
  readonly instrument: Instrument;
  /** Signed, before it. */
  readonly steps: number;
  readonly settlementPriceE8: number;
  readonly indexPriceE8: number;
  readonly feeE8: number;
  readonly changeE8: number;
}

export function logDelivery(state: VenueState, trader: Trader, delivery: LoggedDelivery): void {
  const { instrument, steps, feeE8, changeE8 } = delivery;
  log(state, trader, {
    type: 'delivery',
    side: steps > 0 ? 'close sell' : 'close buy',
    currency: instrument.settlement,
    instrument,
    feeE8,
    cashflowE8: changeE8 + feeE8,
    changeE8,
    balanceE8: balanceE8(trader, instrument.settlement),
    details: {
      amount: wireAmount(instrument, Math.abs(steps)),
      position: 0,
      price: decimal(delivery.settlementPriceE8),
      price_currency: instrument.quote === 'coin' ? instrument.settlement : 'USD',
      settlement_price: decimal(delivery.settlementPriceE8),
      index_price: decimal(delivery.indexPriceE8),
      mark_price: decimal(delivery.settlementPriceE8),
      interest_pl: 0,
    },
  });
}

/** What an account brought. */
export function logDeposits(state: VenueState, trader: Trader): void {
  for (const [currency, amountE8] of trader.deposits) {
    log(state, trader, {
      type: 'deposit',
      side: '-',
      currency,
      instrument: null,
      feeE8: 0,
      cashflowE8: amountE8,
      changeE8: amountE8,
      balanceE8: amountE8,
      details: { info: { deposit_type: 'wallet' } },
    });
  }
}

function log(state: VenueState, trader: Trader, row: Row): void {
  const { instrument } = row;
  state.transactions += 1;
  trader.transactionSeq += 1;
  const wire: WireTransaction = {
    id: state.transactions,
    user_id: trader.number,
    user_seq: trader.transactionSeq,
    username: trader.id,
    timestamp: state.now,
    currency: row.currency,
    type: row.type,
    instrument_name: instrument?.name ?? null,
    side: row.side,
    amount: null,
    position: null,
    price: null,
    trade_id: null,
    order_id: null,
    interest_pl: null,
    commission: decimal(row.feeE8),
    cashflow: decimal(row.cashflowE8),
    change: decimal(row.changeE8),
    balance: decimal(row.balanceE8),
    ...row.details,
  };
  trader.transactions.push({ wire, kind: instrument?.kind ?? null });
  if (trader.transactions.length > ROWS_KEPT) trader.transactions.splice(0, ROWS_KEPT / 4);
}

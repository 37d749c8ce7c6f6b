import type {
  AccountObserved,
  FeeTier,
  ObservedFill,
  RequestBudget,
  RequestLimits,
  VenueOrder,
} from '@holdfast/core';
import {
  type AmountE8,
  amountE8,
  type CoinE8,
  coinE8,
  currency,
  E8,
  e8FromNumber,
  type InstrumentName,
  instrumentName,
  scaleUp,
  venueOrderId,
} from '@holdfast/core/values';
import { Type } from 'typebox';
import { Compile } from 'typebox/compile';
import { ORDER, parseTrade } from './order-reply.ts';

/** `fixed` is the fee, `relative` a fraction of the instrument's own. */
const FeeSchedule = Type.Object({
  default: Type.Object({
    type: Type.Union([Type.Literal('fixed'), Type.Literal('relative')]),
    maker: Type.Number(),
    taker: Type.Number(),
  }),
});

/**
 * By index name, then by family of instruments; only there with `extended` and when the account has
 * a discount (phases section 7.2).
 */
const Fees = Type.Record(Type.String(), Type.Record(Type.String(), FeeSchedule));

const Budget = Type.Object({
  rate: Type.Number({ exclusiveMinimum: 0 }),
  burst: Type.Number({ exclusiveMinimum: 0 }),
});

/** The one shape of `limits` that is documented for accounts without limits per currency. */
const Limits = Compile(
  Type.Object({
    non_matching_engine: Budget,
    matching_engine: Type.Object({ trading: Type.Object({ total: Budget }) }),
  }),
);

/** What we read of one currency's summary. Unknown fields are tolerated. */
export const SUMMARY = Type.Object({
  currency: Type.String({ minLength: 1 }),
  equity: Type.Number(),
  initial_margin: Type.Number(),
  maintenance_margin: Type.Number(),
  fees: Type.Optional(Fees),
  limits: Type.Optional(Type.Unknown()),
});

/** `private/get_account_summaries`: one summary per currency. */
export const SUMMARIES = Type.Object({ summaries: Type.Array(SUMMARY) });

/** `private/get_positions`; `size` is in the instrument's own amount unit, signed. */
export const POSITION = Type.Object({
  instrument_name: Type.String({ minLength: 1 }),
  size: Type.Number(),
});

const Summaries = Compile(SUMMARIES);
const OpenOrder = Compile(ORDER);
const Positions = Compile(Type.Array(POSITION));
const TradesPage = Compile(
  Type.Object({ trades: Type.Array(Type.Unknown()), has_more: Type.Optional(Type.Boolean()) }),
);

const FAMILIES = ['option', 'future', 'perpetual'] as const satisfies FeeTier['family'][];

export interface HeldPosition {
  readonly instrument: InstrumentName;
  readonly amountE8: AmountE8;
}

export interface ParsedTrades {
  readonly trades: readonly ObservedFill[];
  /** The page was full: the rest has to be asked for. */
  readonly hasMore: boolean;
}

/** Null from here on means: not what Deribit documents, so nothing may be concluded from it. */
export function parseAccountSummaries(
  result: unknown,
): Pick<AccountObserved, 'currencies' | 'limits'> | null {
  if (!Summaries.Check(result)) return null;
  const currencies = result.summaries.map((each) => ({
    currency: currency(each.currency),
    equityE8: roundedCoin(each.equity),
    initialMarginE8: roundedCoin(each.initial_margin),
    maintenanceMarginE8: roundedCoin(each.maintenance_margin),
    fees: tiersOf(each.fees ?? {}),
  }));
  if (!currencies.every(isWhole)) return null;
  return { currencies, limits: tightest(result.summaries.map(({ limits }) => limits)) };
}

/** The smallest of what the summaries say; null when any of them cannot be read. */
function tightest(limits: readonly unknown[]): RequestLimits | null {
  const read = limits.filter((each) => Limits.Check(each));
  if (read.length === 0 || read.length < limits.length) return null;
  return {
    matching: smallest(read.map((each) => each.matching_engine.trading.total)),
    nonMatching: smallest(read.map((each) => each.non_matching_engine)),
  };
}

function smallest(budgets: readonly Type.Static<typeof Budget>[]): RequestBudget {
  return {
    ratePerSecond: Math.min(...budgets.map(({ rate }) => rate)),
    burst: Math.min(...budgets.map(({ burst }) => burst)),
  };
}

export function parsePositions(result: unknown): readonly HeldPosition[] | null {
  if (!Positions.Check(result)) return null;
  const held: HeldPosition[] = [];
  for (const row of result) {
    const size = e8FromNumber(row.size);
    if (size === null) return null;
    if (size !== 0)
      held.push({ instrument: instrumentName(row.instrument_name), amountE8: amountE8(size) });
  }
  return held;
}

export function parseOpenOrders(result: unknown): readonly VenueOrder[] | null {
  if (!Array.isArray(result)) return null;
  const orders: VenueOrder[] = [];
  for (const row of result) {
    const order = openOrder(row);
    if (order === null) return null;
    orders.push(order);
  }
  return orders;
}

/** Somebody else's trigger order rests as well; it has filled nothing. */
function openOrder(row: unknown): VenueOrder | null {
  if (!OpenOrder.Check(row)) return null;
  const amount = e8FromNumber(row.amount);
  const filled = e8FromNumber(row.filled_amount ?? (row.order_state === 'untriggered' ? 0 : NaN));
  if (amount === null || filled === null || filled < 0) return null;
  return {
    venueOrderId: venueOrderId(row.order_id),
    label: row.label ?? '',
    instrument: instrumentName(row.instrument_name),
    side: row.direction,
    amountE8: amountE8(amount),
    filledE8: amountE8(filled),
    reduceOnly: row.reduce_only === true,
  };
}

export function parseTrades(result: unknown): ParsedTrades | null {
  if (!TradesPage.Check(result)) return null;
  const trades: ObservedFill[] = [];
  for (const row of result.trades) {
    const trade = parseTrade(row);
    if (trade === null) return null;
    trades.push(trade);
  }
  return { trades, hasMore: result.has_more === true };
}

function tiersOf(fees: Type.Static<typeof Fees>): readonly FeeTier[] {
  return Object.entries(fees).flatMap(([indexName, families]) =>
    FAMILIES.flatMap((family) => {
      const rates = families[family]?.default;
      if (rates === undefined) return [];
      const { type: basis, maker, taker } = rates;
      return [
        { indexName, family, basis, makerE8: scaleUp(maker, E8), takerE8: scaleUp(taker, E8) },
      ];
    }),
  );
}

/** Account figures are marks, not amounts: they may have any number of decimals. */
function roundedCoin(value: number): CoinE8 {
  return coinE8(Math.round(value * 100_000_000));
}

function isWhole(figures: AccountObserved['currencies'][number]): boolean {
  return (
    Number.isSafeInteger(figures.equityE8) &&
    Number.isSafeInteger(figures.initialMarginE8) &&
    Number.isSafeInteger(figures.maintenanceMarginE8) &&
    figures.fees.every(({ makerE8, takerE8 }) => Number.isSafeInteger(makerE8 + takerE8))
  );
}

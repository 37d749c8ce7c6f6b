/**
 * What the monitor measures of an options strategy (section 8.6, D-42), from closed trades alone.
 * Every measure is exact integer arithmetic; null means that it could not be measured, which is no
 * nought. Without trades nothing is known of a branch.
 */
import { dayAt, dayOf } from './calendar.ts';
import { type Decimal, ratioOf } from './decimal.ts';
import type { BranchTrades, ClosedTrade } from './trade.ts';

const ONE = 10_000_000_000n;
const BPS = 10_000n;
const STRESS_BPS_PER_SIDE = 20n;
const DAYS_PER_YEAR = 365n;

type Trades = readonly ClosedTrade[];

const netOf = ({ gross_micro_usd: gross, fees_micro_usd: fees }: ClosedTrade): bigint =>
  BigInt(gross) - BigInt(fees);

const sum = (values: readonly bigint[]): bigint => values.reduce((one, other) => one + other, 0n);

const minus = (one: Decimal | null, other: Decimal | null): Decimal | null =>
  one === null || other === null ? null : one - other;

/** As they were closed; those of one moment by their names, so that it is one order. */
function inOrder(trades: Trades): Trades {
  return [...trades].sort(
    (one, other) => one.closed_at - other.closed_at || (one.trade_id < other.trade_id ? -1 : 1),
  );
}

/** Result after fees on the capital it held, mean over the trades. */
function meanReturn(trades: Trades): Decimal | null {
  const returns = trades.map(
    (trade) => ratioOf(netOf(trade), BigInt(trade.capital_micro_usd)) ?? 0n,
  );
  return ratioOf(sum(returns), BigInt(trades.length) * ONE);
}

export function netReturnDelta({ candidate, control }: BranchTrades): Decimal | null {
  return minus(meanReturn(candidate), meanReturn(control));
}

/** What was won by what was lost; null where nothing was lost, which is no number. */
function profitFactor(trades: Trades): Decimal | null {
  const results = trades.map(netOf);
  const won = sum(results.filter((result) => result > 0n));
  return ratioOf(won, -sum(results.filter((result) => result < 0n)));
}

export function profitFactorDelta({ candidate, control }: BranchTrades): Decimal | null {
  return minus(profitFactor(candidate), profitFactor(control));
}

/** How far equity fell below its highest, on that: nought or less (DG-18). */
export function maxDrawdown(trades: BranchTrades): Decimal | null {
  if (trades.candidate.length === 0) return null;
  let equity = BigInt(trades.start_equity_micro_usd);
  let highest = equity;
  let worst: Decimal = 0n;
  for (const trade of inOrder(trades.candidate)) {
    equity += netOf(trade);
    if (equity > highest) highest = equity;
    const fall = ratioOf(equity - highest, highest) ?? 0n;
    if (fall < worst) worst = fall;
  }
  return worst;
}

/** Trades in a row that lost after fees. */
export function maxLossStreak({ candidate }: BranchTrades): Decimal | null {
  if (candidate.length === 0) return null;
  let streak = 0n;
  let longest = 0n;
  for (const trade of inOrder(candidate)) {
    streak = netOf(trade) < 0n ? streak + 1n : 0n;
    if (streak > longest) longest = streak;
  }
  return longest * ONE;
}

/** Result of a year on the first equity, each fill 20 bps of its value worse; not compounded. */
function stressedYear(trades: Trades, { start_equity_micro_usd: start, ...window }: BranchTrades) {
  if (trades.length === 0) return null;
  const costs = trades.map(
    (trade) =>
      (BigInt(trade.entry_value_micro_usd) + BigInt(trade.exit_value_micro_usd)) *
      STRESS_BPS_PER_SIDE,
  );
  const result = sum(trades.map(netOf)) * BPS - sum(costs);
  const days = BigInt(dayOf(window.as_of) - dayOf(window.from) + 1);
  return ratioOf(result * DAYS_PER_YEAR, BigInt(start) * BPS * days);
}

export function stressedReturnDelta(trades: BranchTrades): Decimal | null {
  return minus(stressedYear(trades.candidate, trades), stressedYear(trades.control, trades));
}

/** Trades of the control that the candidate did not take. */
function removedBy({ candidate, control }: BranchTrades): Trades {
  const taken = new Set(candidate.map((trade) => trade.opportunity_id));
  return control.filter((trade) => !taken.has(trade.opportunity_id));
}

/** Removed, and it had earned something after fees. */
export function overRemovals(trades: BranchTrades): Decimal | null {
  if (trades.control.length === 0) return null;
  return BigInt(removedBy(trades).filter((trade) => netOf(trade) > 0n).length) * ONE;
}

/** Removed, and only its fees had kept it from earning: to be observed, no clear gain. */
export function observeRemovals(trades: BranchTrades): Decimal | null {
  if (trades.control.length === 0) return null;
  const near = removedBy(trades).filter(
    (trade) => netOf(trade) <= 0n && trade.gross_micro_usd >= 0,
  );
  return BigInt(near.length) * ONE;
}

/** Replays with one parameter moved that still return at least what the control does. */
export function robustCases({ sensitivity, control }: BranchTrades): Decimal | null {
  const least = meanReturn(control);
  if (sensitivity === null || least === null) return null;
  const robust = sensitivity.filter(({ trades }) => {
    const mean = meanReturn(trades);
    return mean !== null && mean >= least;
  });
  return BigInt(robust.length) * ONE;
}

/** Entries of the reference that the control made as well and the candidate did not. */
export function entryOverlapLoss({ reference, control, candidate }: BranchTrades): Decimal | null {
  return overlapLoss([reference, control, candidate], ({ opportunity_id: id }) => id);
}

/** The same of ways out: one of another session is another one. */
export function exitOverlapLoss({ reference, control, candidate }: BranchTrades): Decimal | null {
  const key = ({ opportunity_id: id, closed_at: at }: ClosedTrade): string => `${id} ${dayAt(at)}`;
  return overlapLoss([reference, control, candidate], key);
}

function overlapLoss(
  [reference, control, candidate]: readonly [Trades, Trades, Trades],
  keyOf: (trade: ClosedTrade) => string,
): Decimal | null {
  if (reference.length === 0 || control.length === 0) return null;
  const there = new Set(candidate.map(keyOf));
  const known = new Set(control.map(keyOf));
  const lost = reference.map(keyOf).filter((key) => known.has(key) && !there.has(key));
  return BigInt(lost.length) * ONE;
}

import type { Instrument } from '@holdfast/core/instrument';
import { impliedVol, optionPriceUsd } from '@holdfast/core/strategy';
import { E8 } from '@holdfast/core/values';
import type { MarketRow } from './market.ts';
import { yearsTo } from './option-pricer.ts';

/** One instrument as it was recorded: its row, and when, at what index. */
export interface Recorded {
  readonly at: number;
  readonly row: MarketRow;
  readonly indexE8: number;
}

/**
 * One price between two recordings. `vol`: as an implied volatility against its future; `over`: as
 * coin above exercise value, where the price has no implied volatility of its own.
 */
interface Line {
  readonly measure: 'vol' | 'over';
  readonly from: number;
  readonly to: number;
}

/** An option on its way from one recording to the next. */
export interface RecordedOption {
  readonly instrument: Instrument;
  readonly from: Recorded;
  readonly to: Recorded;
  /** Future over index, at both ends. */
  readonly ratioFrom: number;
  readonly ratioTo: number;
  readonly mark: Line;
  readonly bid: Line | null;
  readonly ask: Line | null;
}

/**
 * What only the earlier recording quoted stands, at its volatility, until the later one; what only
 * the later quoted comes with it. So both are told exactly, and nothing is told before it was seen.
 *
 * @param to null where the later recording has no such option: it expires in between, or is gone.
 */
export function recordedOption(from: Recorded, to: Recorded | null): RecordedOption {
  const end = to ?? from;
  const { tickE8 } = from.row.instrument;
  const line = (priceOf: (row: MarketRow) => number | null): Line | null => {
    const first = priceOf(from.row);
    if (first === null) return null;
    const last = priceOf(end.row);
    return last === null ? lineOf(from, first, from, first) : lineOf(from, first, end, last);
  };
  const coin = (ticks: number | null): number | null =>
    ticks === null ? null : (ticks * tickE8) / E8;
  return {
    instrument: from.row.instrument,
    from,
    to: end,
    ratioFrom: from.row.underlyingE8 / from.indexE8,
    ratioTo: end.row.underlyingE8 / end.indexE8,
    mark: lineOf(from, from.row.markE8 / E8, end, end.row.markE8 / E8),
    bid: line(({ bidTicks }) => coin(bidTicks)),
    ask: line(({ askTicks }) => coin(askTicks)),
  };
}

export interface Position {
  readonly now: number;
  /** 0 at the earlier recording, 1 at the later one. */
  readonly share: number;
  readonly indexE8: number;
}

/** USD. */
export function forwardAt(option: RecordedOption, { share, indexE8 }: Position): number {
  const { ratioFrom, ratioTo } = option;
  return (indexE8 / E8) * (ratioFrom + (ratioTo - ratioFrom) * share);
}

/** Volatility of the mark; null where it has none of its own. */
export function markVolAt({ mark }: RecordedOption, { share }: Position): number | null {
  return mark.measure === 'vol' ? mark.from + (mark.to - mark.from) * share : null;
}

/** Coin, off the ladder; never negative. Null past the option's expiry. */
export function priceAt(
  option: RecordedOption,
  which: 'mark' | 'bid' | 'ask',
  position: Position,
): number | null {
  const line = option[which];
  const { option: terms, expiry } = option.instrument;
  if (line === null || terms === null || expiry === null) return null;
  const forward = forwardAt(option, position);
  const strike = terms.strikeE8 / E8;
  const value = line.from + (line.to - line.from) * position.share;
  if (line.measure === 'over') return Math.max(0, exercise(terms.type, forward, strike) + value);
  const years = yearsTo(expiry, position.now);
  const usd = optionPriceUsd(terms.type, forward, strike, value, years);
  return usd === null ? null : usd / forward;
}

function lineOf(from: Recorded, first: number, to: Recorded, last: number): Line {
  const [a, b] = [volOf(from, first), volOf(to, last)];
  if (a !== null && b !== null) return { measure: 'vol', from: a, to: b };
  return { measure: 'over', from: overOf(from, first), to: overOf(to, last) };
}

function volOf({ at, row }: Recorded, price: number): number | null {
  const { option, expiry } = row.instrument;
  if (option === null || expiry === null) return null;
  const forward = row.underlyingE8 / E8;
  const years = yearsTo(expiry, at);
  return impliedVol(option.type, forward, option.strikeE8 / E8, price * forward, years);
}

function overOf({ row }: Recorded, price: number): number {
  const { option } = row.instrument;
  const strike = (option?.strikeE8 ?? 0) / E8;
  return price - exercise(option?.type ?? 'call', row.underlyingE8 / E8, strike);
}

/** Coin that exercise at the forward would pay. */
function exercise(type: 'call' | 'put', forward: number, strike: number): number {
  return Math.max(0, type === 'call' ? 1 - strike / forward : strike / forward - 1);
}

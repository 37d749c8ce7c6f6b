import { MS_PER_YEAR } from '@holdfast/core/strategy';
import type { Bar } from './bar.ts';
import type { RuntimeTrade } from './result.ts';
import { decimal } from './table.ts';

/** Of the closed trades of a run; an empty text is a figure that nothing can be said about. */
export interface Headline {
  readonly trades: number;
  readonly win_rate: string;
  readonly avg_return: string;
  readonly profit_factor: string;
  readonly cagr: string;
  readonly max_drawdown: string;
}

const DAY_MS = 86_400_000;
/** A few lucky days, carried on for a year, say nothing about one. */
const GROWTH_MAX = 1_000;

/**
 * Returns as if each trade had all of the equity, one after the other as they ended. No loss: no
 * profit factor. Less than a day of bars, or
 * growth by more than a thousand times: no yearly growth, for it would be a fantasy.
 */
export function headlineOf(trades: readonly RuntimeTrade[], bars: readonly Bar[]): Headline {
  const closed = trades
    .filter((trade): trade is Closed => trade.return !== null && trade.exit_bar !== null)
    .sort((one, other) => one.exit_bar - other.exit_bar);
  const returns = closed.map((trade) => trade.return);
  const gains = sum(returns.filter((each) => each > 0));
  const losses = -sum(returns.filter((each) => each < 0));
  const { equity, drawdown } = curveOf(returns);
  const spanMs = (bars.at(-1)?.at ?? 0) - (bars[0]?.at ?? 0);
  const has = returns.length > 0;
  const growth = Math.exp((Math.log(equity) * MS_PER_YEAR) / spanMs) - 1;
  const hasGrowth = has && spanMs >= DAY_MS && equity > 0 && growth < GROWTH_MAX;
  return {
    trades: returns.length,
    win_rate: has ? decimal(returns.filter((each) => each > 0).length / returns.length) : '',
    avg_return: has ? decimal(sum(returns) / returns.length) : '',
    profit_factor: losses > 0 ? decimal(gains / losses) : '',
    cagr: hasGrowth ? decimal(growth) : '',
    max_drawdown: has ? decimal(drawdown) : '',
  };
}

type Closed = RuntimeTrade & { readonly return: number; readonly exit_bar: number };

const sum = (values: readonly number[]): number => values.reduce((a, b) => a + b, 0);

/** What is left of one, and the deepest fall from a height before it, not positive. */
function curveOf(returns: readonly number[]): {
  readonly equity: number;
  readonly drawdown: number;
} {
  let [equity, peak, drawdown] = [1, 1, 0];
  for (const each of returns) {
    equity *= 1 + each;
    peak = Math.max(peak, equity);
    drawdown = Math.min(drawdown, equity / peak - 1);
  }
  return { equity, drawdown };
}

import { MS_PER_YEAR, type StrategyView } from '@holdfast/core/strategy';

/** How the past is kept. Ms, and counts of samples. */
export interface HistoryRules {
  /** Between two samples. */
  readonly sampleMs: number;
  /** Kept at most; the oldest goes. */
  readonly samplesMax: number;
  /** Fewer say nothing. */
  readonly samplesMin: number;
  /** A wait for a sample that is longer than this many of its intervals ends the history. */
  readonly gapSamplesMax: number;
}

interface Sample {
  readonly at: number;
  readonly index: number;
  readonly volatilityIndex: number;
}

/** Samples of one coin's index and DVOL taken together, oldest first. Bounded by `samplesMax`. */
export type VolatilityHistory = Sample[];

/** The past of one coin, in volatilities per square root of a year. */
export interface VolatilityPast {
  readonly samples: number;
  /** Of the index: root of the mean squared return, over the time the samples cover. */
  readonly realised: number;
  /** Median of DVOL. */
  readonly median: number;
}

/**
 * Takes a sample when one is due and both numbers are known. A history with a hole in it is begun
 * anew: what moved in the hole is not known to have moved as little as the rest.
 */
export function observe(
  history: VolatilityHistory,
  view: StrategyView,
  coin: string,
  rules: HistoryRules,
): void {
  const last = history.at(-1);
  if (last !== undefined && view.now - last.at < rules.sampleMs) return;
  const index = view.index(coin);
  const volatilityIndex = view.volatilityIndex(coin);
  if (last !== undefined && view.now - last.at > rules.gapSamplesMax * rules.sampleMs) {
    history.length = 0;
  }
  if (!isPositive(index) || !isPositive(volatilityIndex)) return;
  history.push({ at: view.now, index, volatilityIndex });
  if (history.length > rules.samplesMax) history.shift();
}

/** Null while the history is too short to say anything. */
export function pastOf(history: VolatilityHistory, rules: HistoryRules): VolatilityPast | null {
  const [first] = history;
  const last = history.at(-1);
  if (first === undefined || last === undefined || history.length < rules.samplesMin) return null;
  let squares = 0;
  for (const [i, sample] of history.entries()) {
    const before = history[i - 1];
    if (before === undefined) continue;
    const moved = Math.log(sample.index / before.index);
    squares += moved * moved;
  }
  const years = (last.at - first.at) / MS_PER_YEAR;
  const realised = Math.sqrt(squares / years);
  const sorted = history.map(({ volatilityIndex }) => volatilityIndex).sort((a, b) => a - b);
  const median = sorted[sorted.length >> 1] ?? Number.NaN;
  return Number.isFinite(realised) ? { samples: history.length, realised, median } : null;
}

function isPositive(value: number | null): value is number {
  return value !== null && value > 0 && value < Infinity;
}

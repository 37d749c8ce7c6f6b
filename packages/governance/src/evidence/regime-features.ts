/** The features of a regime, measured over a window of what the market showed. */
import type { Feature, MarketFeatures, RegimeParameters } from './regime.ts';
import { YEAR_MS } from './regime.ts';

/** One look at the market; null where the venue did not say. */
export interface MarketSample {
  /** Epoch ms. */
  readonly at: number;
  readonly index: number | null;
  readonly perpetual: number | null;
  /** The volatility index, a year's deviation: 0.6 is 60 %. */
  readonly impliedVol: number | null;
}

export interface WindowRules extends Pick<RegimeParameters, 'windowMs'> {
  /** A longer silence of the index, and the window is not known. */
  readonly gapMaxMs: number;
}

interface Point {
  readonly at: number;
  readonly value: number;
}

/**
 * `samples` in any order; what is older than the window or from the future does not count. The
 * window must be covered from its beginning, without a gap, else what is summed over it is unknown.
 */
export function measureFeatures(
  samples: readonly MarketSample[],
  now: number,
  rules: WindowRules,
): MarketFeatures {
  const inside = samples
    .filter(({ at }) => at <= now && at >= now - rules.windowMs - rules.gapMaxMs)
    .toSorted((a, b) => a.at - b.at);
  const prices = inside.flatMap(({ at, index }) => pointsOf(at, index));
  return {
    ...overWindow(coveredBy(prices, now, rules)),
    impliedVol: latest(inside.flatMap(({ at, impliedVol }) => pointsOf(at, impliedVol))),
    basis: latest(
      inside.flatMap(({ at, index, perpetual }) =>
        index === null || perpetual === null ? [] : pointsOf(at, perpetual / index - 1, -1),
      ),
    ),
  };
}

/** Nothing where the value is none, or not above `least`. */
function pointsOf(at: number, value: number | null, least = 0): readonly Point[] {
  return value !== null && Number.isFinite(value) && value > least ? [{ at, value }] : [];
}

function latest(points: readonly Point[]): Feature | null {
  return points.at(-1) ?? null;
}

/** From the last point at or before the window's beginning; none where it is not covered. */
function coveredBy(points: readonly Point[], now: number, rules: WindowRules): readonly Point[] {
  const from = points.findLastIndex(({ at }) => at <= now - rules.windowMs);
  const window = from === -1 ? [] : points.slice(from);
  const isWhole = window.every(
    ({ at }, index) => at - (window[index - 1]?.at ?? at) <= rules.gapMaxMs,
  );
  return isWhole ? window : [];
}

type Summed = Pick<MarketFeatures, 'indexReturn' | 'realizedVol' | 'trend'>;

function overWindow(points: readonly Point[]): Summed {
  const [first] = points;
  const last = points.at(-1);
  const nothing = { indexReturn: null, realizedVol: null, trend: null };
  if (first === undefined || last === undefined || last.at === first.at) return nothing;
  let net = 0;
  let way = 0;
  let squares = 0;
  points.forEach(({ value }, index) => {
    const step = Math.log(value / (points[index - 1]?.value ?? value));
    net += step;
    way += Math.abs(step);
    squares += step * step;
  });
  const { at } = last;
  const realizedVol = Math.sqrt((squares * YEAR_MS) / (at - first.at));
  return {
    indexReturn: { value: net, at },
    realizedVol: { value: realizedVol, at },
    // A market that stood still has no direction; rounding may carry the share past one.
    trend: { value: way === 0 ? 0 : Math.max(-1, Math.min(1, net / way)), at },
  };
}

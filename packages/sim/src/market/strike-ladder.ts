import type { Currency } from '@holdfast/core/values';
import type { Tenor } from './deribit-calendar.ts';

/** Out to a log-distance from the forward, strikes are the multiples of a step, USD. */
type Band = readonly [reach: number, step: number];

/** Read off the recorded chains of August 2026, symmetric in the logarithm. */
const BANDS: ReadonlyMap<string, Readonly<Record<Tenor, readonly Band[]>>> = new Map([
  [
    'BTC',
    {
      day: [
        [0.04, 500],
        [0.13, 1_000],
      ],
      week: [
        [0.09, 1_000],
        [0.2, 2_000],
        [0.28, 5_000],
      ],
      month: [
        [0.3, 1_000],
        [0.44, 2_000],
        [0.6, 5_000],
      ],
      quarter: [
        [0.42, 2_000],
        [0.75, 5_000],
        [1.3, 10_000],
      ],
    },
  ],
  [
    'ETH',
    {
      day: [
        [0.06, 20],
        [0.12, 50],
        [0.2, 100],
      ],
      week: [
        [0.14, 50],
        [0.3, 100],
      ],
      month: [
        [0.24, 50],
        [0.45, 100],
        [0.75, 200],
      ],
      quarter: [
        [0.65, 100],
        [1.1, 200],
        [1.7, 1_000],
      ],
    },
  ],
]);

/** Strikes that are listed around a forward, ascending; empty for a coin of unknown terms. */
export function strikesAround(coin: Currency, tenor: Tenor, forward: number): readonly number[] {
  const strikes = new Set<number>();
  let from = 0;
  for (const [reach, step] of BANDS.get(coin)?.[tenor] ?? []) {
    const lowest = Math.ceil((forward * Math.exp(-reach)) / step);
    const highest = Math.floor((forward * Math.exp(reach)) / step);
    for (let count = lowest; count <= highest; count += 1) {
      const strike = count * step;
      if (strike > 0 && Math.abs(Math.log(strike / forward)) >= from) strikes.add(strike);
    }
    from = reach;
  }
  return [...strikes].sort((a, b) => a - b);
}

/** What holds of every run, over scripts and bars nobody chose. */
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Bar, RuntimeResult } from '../src/backtest/index.ts';
import { barAt, quoteOf } from '../src/backtest/bars.fixture.ts';
import { tablesOf } from '../src/backtest/table.ts';
import { comparedWith, resultOfScript, type Step } from './backtest-hooks.fixture.ts';

const BARS = 6;
/** A run is most of a second. */
const RUNS = 4;

const basis = fc.constantFrom('this_bar' as const, 'next_bar' as const, undefined);
const mark = fc.constantFrom('BUY' as const, 'SELL' as const, undefined);

/** One thing a bar: who turns twice in one is a matter of the guard against chasing oneself. */
const steps = fc.array(
  fc.tuple(basis, mark, fc.boolean()).map(
    ([when, aux, leaves]): Step => ({
      ...(when === undefined ? {} : leaves ? { exit: when } : { entry: when }),
      ...(aux === undefined ? {} : { aux }),
    }),
  ),
  { minLength: BARS, maxLength: BARS },
);

/** Prices anywhere on the grid; now and then nobody quotes. */
const bars = fc
  .array(fc.option(fc.integer({ min: 60, max: 110 }), { freq: 6 }), {
    minLength: BARS,
    maxLength: BARS,
  })
  .map((mids): readonly Bar[] =>
    mids.map((mid, index) => {
      if (mid === null) return barAt(index, []);
      const price = (ticks: number): number => Math.round(ticks * 5e4) / 1e8;
      const [bid, ask] = [price(mid), price(mid + 1)];
      return barAt(index, [quoteOf({ bid, ask, mark: bid })]);
    }),
  );

const bytesOf = (result: RuntimeResult): string => {
  const { events, trades, daily } = tablesOf(result);
  return events.text + trades.text + daily.text + result.warnings.join('\n');
};

/** Of the bars before that one, with the trades that were over by then. */
function until(result: RuntimeResult, end: number) {
  return {
    events: result.events.filter(({ bar }) => bar < end),
    daily: result.daily.filter(({ bar }) => bar < end),
    closed: result.trades.filter(({ exit_bar }) => exit_bar !== null && exit_bar < end),
  };
}

describe('any script over any bars', () => {
  it('is the same bytes twice, equals the oracle, and begins as a shorter one does', async () => {
    let filled = 0;
    await fc.assert(
      fc.asyncProperty(
        bars,
        steps,
        fc.integer({ min: 1, max: BARS - 1 }),
        async (all, script, cut) => {
          const whole = await resultOfScript(all, script);
          expect(bytesOf(await resultOfScript(all, script))).toBe(bytesOf(whole));
          if (!whole.warnings.some((warning) => warning.startsWith('rejected:'))) {
            const { told, oracle } = comparedWith(all, script, whole.events);
            expect(told).toEqual(oracle);
          }
          const shorter = await resultOfScript(all.slice(0, cut), script);
          expect(until(whole, cut)).toEqual(until(shorter, cut));
          filled += whole.events.filter(({ kind }) => kind === 'real').length;
        },
      ),
      { numRuns: RUNS, seed: 20_261_122 },
    );
    expect(filled).toBeGreaterThan(5);
  });

  it('knows nothing of a later bar: another one changes no row before it', async () => {
    await fc.assert(
      fc.asyncProperty(
        bars,
        bars,
        steps,
        fc.integer({ min: 1, max: BARS - 1 }),
        async (one, other, script, cut) => {
          const mixed = [...one.slice(0, cut), ...other.slice(cut)];
          const [first, second] = [
            await resultOfScript(one, script),
            await resultOfScript(mixed, script),
          ];
          expect(until(second, cut)).toEqual(until(first, cut));
        },
      ),
      { numRuns: RUNS, seed: 20_261_123 },
    );
  });
});

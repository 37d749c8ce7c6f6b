/**
 * Black-76 and implied volatility over every recorded quote, against fixed point with 60 decimals.
 * Set `HOLDFAST_DATA` to the folder that holds `option-chain`; without it these tests are skipped,
 * and with `HOLDFAST_REQUIRE_DATA=1` that is a failure.
 */
import { describe, expect, it } from 'vitest';
import { optionPriceUsd } from '../src/market/black76.ts';
import { exactPrice, fixedOf, numberOf, over } from '../src/market/exact-black76.fixture.ts';
import { impliedVol } from '../src/market/implied-vol.ts';
import {
  type RecordedQuote,
  recordedFolder,
  recordedSnapshots,
} from './recorded-quotes.fixture.ts';

const folder = recordedFolder();
if (folder === null) console.log('skipped: recorded pricing (HOLDFAST_DATA has no option-chain)');

it('recorded chains are there when they are required', () => {
  expect(folder !== null || process.env['HOLDFAST_REQUIRE_DATA'] !== '1').toBe(true);
});

describe.skipIf(folder === null)('every recorded quote', () => {
  const quotes = folder === null ? [] : recordedSnapshots(folder).flat();

  /** Coin by which a price misses the exact one of these terms. */
  function missCoin(quote: RecordedQuote, vol: number, coin: bigint): number {
    const forward = fixedOf(quote.forward);
    const exact = exactPrice({
      type: quote.type,
      forward,
      strike: fixedOf(quote.strike),
      vol: fixedOf(vol),
      years: fixedOf(quote.years),
    });
    return Math.abs(numberOf(coin - over(exact, forward)));
  }

  it('has a price accurate to 1e-10 coin', () => {
    let worst = 0;
    for (const quote of quotes) {
      const { type, forward, strike, markVol, years } = quote;
      const usd = optionPriceUsd(type, forward, strike, markVol, years) ?? Number.NaN;
      const miss = missCoin(quote, markVol, over(fixedOf(usd), fixedOf(forward)));
      expect(miss).toBeLessThan(1e-10);
      worst = Math.max(worst, miss);
    }
    console.log(`prices ${quotes.length}: worst error ${worst.toExponential(2)} coin`);
    expect(quotes.length).toBeGreaterThan(29_000);
    // Measured 8.2e-16.
    expect(worst).toBeLessThan(2e-15);
  });

  it('has implied volatilities that lead back to it within 1e-10 coin', () => {
    let worst = 0;
    let answered = 0;
    let unanswered = 0;
    for (const quote of quotes) {
      const { type, forward, strike, years } = quote;
      const intrinsic = Math.max(0, type === 'call' ? 1 - strike / forward : strike / forward - 1);
      for (const price of [quote.bid, quote.ask, quote.mark]) {
        if (price === null) continue;
        const vol = impliedVol(type, forward, strike, price * forward, years);
        if (vol === null) {
          // At or below what exercise pays there is none; just above, the last digit would decide.
          expect(price - intrinsic).toBeLessThan(2e-5);
          unanswered += price > intrinsic ? 1 : 0;
          continue;
        }
        const miss = missCoin(quote, vol, fixedOf(price));
        expect(miss).toBeLessThan(1e-10);
        worst = Math.max(worst, miss);
        answered += 1;
      }
    }
    console.log(
      `implied volatilities ${answered}: worst round trip ${worst.toExponential(2)} coin; ` +
        `${unanswered} above exercise value without one`,
    );
    expect(answered).toBeGreaterThan(75_000);
    expect(unanswered).toBeLessThan(200);
    // Measured 1.7e-15.
    expect(worst).toBeLessThan(4e-15);
  });
});

import { describe, expect, it } from 'vitest';
import type { Instrument } from '../instrument/instrument.ts';
import type { LegProposal } from '../intent/intent.ts';
import { feeE8 } from '../market/fees.ts';
import { microUsd, priceE8 } from '../values/index.ts';
import {
  BTC_CALL,
  BTC_PERPETUAL,
  BTC_USDC_PERPETUAL,
  bookOf,
  candidateOf,
  contextWithListing,
  exposureOf,
  INDEX_E8,
  policyWith,
  reducingCandidateOf,
} from './context.fixture.ts';
import { admit } from './gates.ts';

const feeOf = (instrument: Instrument, leg: Partial<LegProposal>) => {
  const candidate = candidateOf({ instrument: instrument.name, ...leg });
  admit(contextWithListing({ instrument }), candidate);
  return candidate.fee / 1e6;
};

describe('the fee of an order, USD', () => {
  it('is the rate on the notional for futures, linear or inverse', () => {
    const fair = { fairPrice: 100_500, delta: null };
    const linear = { ...BTC_USDC_PERPETUAL, takerFeeE8: 50_000, makerFeeE8: 10_000 };
    expect(feeOf(linear, { ...fair, quantity: 2 })).toBe(100);
    const inverse = { ...BTC_PERPETUAL, takerFeeE8: 50_000, makerFeeE8: 10_000 };
    expect(feeOf(inverse, { ...fair, quantity: 100_000 })).toBe(50);
  });

  it('is the maker rate for what may only rest, else the taker rate', () => {
    const instrument = { ...BTC_CALL, makerFeeE8: 10_000 };
    const resting = { timeInForce: 'good_til_cancelled', limitPrice: 0.04 } as const;
    expect(feeOf(instrument, { ...resting, postOnly: true })).toBe(3);
    expect(feeOf(instrument, resting)).toBe(9);
  });

  it('counts a rebate for us, and not once the rates are ageing', () => {
    const instrument = { ...BTC_CALL, makerFeeE8: -10_000 };
    const context = contextWithListing({ instrument });
    const leg = { timeInForce: 'good_til_cancelled', limitPrice: 0.04, postOnly: true } as const;
    const young = candidateOf(leg);
    expect(admit(context, young)).toMatchObject({ pass: true });
    expect(young.fee).toBe(-3_000_000);
    const ageing = candidateOf(leg);
    expect(admit({ ...context, feeModelAgeS: 301 }, ageing)).toMatchObject({ pass: true });
    expect(ageing.fee).toBe(0);
  });

  it('is rounded against us, paid or received', () => {
    const odd = priceE8(10_000_000_010_000);
    const fee = (rates: Partial<Instrument>) => {
      const instrument = { ...BTC_CALL, ...rates };
      const resting = { timeInForce: 'good_til_cancelled', limitPrice: 0.04 } as const;
      const candidate = candidateOf({ ...resting, postOnly: true, quantity: 0.1 });
      admit(contextWithListing({ instrument }, { indexPriceE8: () => odd }), candidate);
      return candidate.fee;
    };
    // 1000 E8 BTC at 100 000.0001 USD: 1 000 000.001 micro-USD.
    expect(fee({ makerFeeE8: 10_000 })).toBe(1_000_001);
    expect(fee({ makerFeeE8: -10_000 })).toBe(-1_000_000);
  });

  it('is capped at an eighth of the price of a cheap option', () => {
    // 0.0016 / 8 = 0.0002 BTC, below the rate of 0.0003, on 0.3 BTC.
    expect(feeOf(BTC_CALL, { fairPrice: 0.0016 })).toBe(6);
  });

  it('of a sale is at least what its limit will be charged, so the edge at the limit holds', () => {
    const candidate = candidateOf({ side: 'sell', fairPrice: 0.0006, grossEdgeUsd: 40 });
    const book = bookOf([[8, 99]], [[9, 99]]);
    expect(admit(contextWithListing({ book }), candidate)).toMatchObject({ pass: true });
    const charged = feeE8(BTC_CALL, candidate.amountE8, candidate.limitPriceE8, 'taker', INDEX_E8);
    const chargedUsd = (charged / 1e8) * 100_000;
    expect(chargedUsd).toBeLessThanOrEqual(candidate.fee / 1e6);
    // At the fair price alone the fee would have been guessed too low.
    expect(chargedUsd).toBeGreaterThan((0.0006 / 8) * 0.3 * 100_000);
    const gain = (candidate.limitPriceE8 / 1e8 - 0.0006) * 0.3 * 100_000;
    expect(gain - chargedUsd).toBeGreaterThanOrEqual(10);
  });

  it('without a price is the rate alone; without an index, nothing a record could not hold', () => {
    const holding = { exposure: exposureOf({ position: 1 }) };
    const reducing = reducingCandidateOf('CLOSE');
    expect(admit(contextWithListing({}, holding), reducing)).toMatchObject({ pass: true });
    expect(reducing.fee).toBe(9_000_000);
    // A fair price of nothing is no price either: it caps no fee.
    const worthless = reducingCandidateOf('CLOSE', { fairPrice: 0 });
    expect(admit(contextWithListing({}, holding), worthless)).toMatchObject({ pass: true });
    expect(worthless.fee).toBe(9_000_000);
    const blind = reducingCandidateOf('CLOSE');
    admit(contextWithListing({}, { ...holding, indexPriceE8: () => null }), blind);
    expect(blind.fee).toBe(0);
  });
});

describe('the minimum edge and a rebate', () => {
  it('a rebate above the minimum edge buys no price beyond fair', () => {
    const instrument = { ...BTC_CALL, makerFeeE8: -100_000 };
    const policy = policyWith({ minEdge: microUsd(0) });
    const candidate = candidateOf({
      timeInForce: 'good_til_cancelled',
      postOnly: true,
      grossEdgeUsd: 0,
      fairPrice: 0.04,
    });
    expect(admit(contextWithListing({ instrument }, { policy }), candidate)).toMatchObject({
      pass: true,
    });
    expect(candidate.limitPriceE8).toBeLessThanOrEqual(4_000_000);
  });
});

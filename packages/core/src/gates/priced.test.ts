import { describe, expect, it } from 'vitest';
import type { LegProposal } from '../intent/intent.ts';
import { amountE8, microUsd } from '../values/index.ts';
import {
  bookOf,
  candidateOf,
  contextOf,
  contextWithListing,
  type ExposureParts,
  exposureOf,
  listingOf,
  reducingCandidateOf,
} from './context.fixture.ts';
import type { Candidate } from './gate.ts';
import { admit } from './gates.ts';
import { priced } from './priced.ts';

const limitOf = (
  leg: Partial<LegProposal>,
  exposure: ExposureParts = {},
  book = bookOf([[475, 99]], [[480, 99]]),
) => {
  const candidate = candidateOf(leg);
  const admission = admit(
    contextWithListing({ book }, { exposure: exposureOf(exposure) }),
    candidate,
  );
  return admission.pass ? candidate.limitPriceE8 / 10_000 : admission.reject.code;
};

describe('the skew on the limit', () => {
  it('concedes ticks on the side that takes inventory away', () => {
    expect(limitOf({ grossEdgeUsd: 100 })).toBe(480);
    // Two ticks of five at 2/3 of the limit: from 484.8 up.
    expect(limitOf({ grossEdgeUsd: 100 }, { current: { BTC: -6 } })).toBe(490);
    expect(limitOf({ grossEdgeUsd: 100, side: 'sell' })).toBe(520);
    expect(limitOf({ grossEdgeUsd: 100, side: 'sell' }, { current: { BTC: 6 } })).toBe(510);
  });

  it('concedes nothing beyond the bound', () => {
    // Fair 500 less (5.5 + 9) USD on 0.3 BTC: 495.17; three ticks up from 494.7 would be 505.
    expect(limitOf({ grossEdgeUsd: 40 }, { current: { BTC: -9 } })).toBe(495);
  });

  it('holds back from the touch where the order adds, unless the pricer is stricter', () => {
    expect(limitOf({ grossEdgeUsd: 100 }, { current: { BTC: 3 } })).toBe(475);
    expect(limitOf({ grossEdgeUsd: 400 }, { current: { BTC: 3 } })).toBe(430);
    expect(limitOf({ grossEdgeUsd: 100, side: 'sell' }, { current: { BTC: -3 } })).toBe(520);
  });

  it('counts ticks of the ladder, across its step', () => {
    // Ask 0.0055 of tick 0.0005; one down is 0.005, from there ticks are 0.0001.
    const book = bookOf([[10, 99]], [[55, 99]]);
    const cheap = { grossEdgeUsd: 60, fairPrice: 0.0065 };
    expect(limitOf(cheap, { current: { BTC: 9 } }, book)).toBe(48);
  });

  it('never makes a price of nothing or less', () => {
    const book = bookOf([[1, 99]], [[2, 99]]);
    const cheap = { grossEdgeUsd: 60, fairPrice: 0.004 };
    expect(limitOf(cheap, {}, book)).toBe(31);
    expect(limitOf(cheap, { current: { BTC: 9 } }, book)).toBe('InventorySkew');
  });

  it('goes down to exactly one tick', () => {
    const book = bookOf([[1, 99]], [[2, 99]]);
    // 42 USD of net edge, half of it 0.0007 BTC per BTC: 0.0001 is left of 0.0008.
    expect(limitOf({ grossEdgeUsd: 45, fairPrice: 0.0008 }, {}, book)).toBe(1);
    expect(limitOf({ grossEdgeUsd: 45.01, fairPrice: 0.0008 }, {}, book)).toBe('NetEdgeTooLow');
  });

  it('says what left no price: the inventory, or the edge', () => {
    const book = bookOf([[1, 99]], [[2, 99]]);
    const exposure = exposureOf({ current: { BTC: 9 } });
    const cheap = candidateOf({ grossEdgeUsd: 60, fairPrice: 0.004 });
    expect(admit(contextWithListing({ book }, { exposure }), cheap)).toMatchObject({
      reject: {
        code: 'InventorySkew',
        operands: { bias: 0.9, netEdgeUsd: 51, adjustedMinEdgeUsd: 14.5 },
      },
    });
    const cheaper = candidateOf({ fairPrice: 0.0005 });
    expect(admit(contextWithListing({ book }), cheaper)).toMatchObject({
      reject: { code: 'NetEdgeTooLow', operands: { netEdgeUsd: 98.125, minEdgeUsd: 10 } },
    });
  });
});

describe('the limit of a reduction', () => {
  it('is its strategy\u2019s, rounded away from the market', () => {
    const limitAt = (side: 'buy' | 'sell', limitPrice: number) => {
      const candidate = reducingCandidateOf('CLOSE', { side, limitPrice });
      const exposure = exposureOf({ position: side === 'sell' ? 1 : -1 });
      expect(admit(contextWithListing({}, { exposure }), candidate)).toMatchObject({ pass: true });
      return candidate.limitPriceE8 / 10_000;
    };
    expect(limitAt('sell', 0.0451)).toBe(455);
    expect(limitAt('buy', 0.0459)).toBe(455);
    // What is finer than 1e-8 is rounded away from the market too.
    expect(limitAt('sell', 0.045000001)).toBe(455);
    expect(limitAt('buy', 0.044999999)).toBe(445);
    // Below the best bid a sale is still a limit, at the price its strategy can live with.
    expect(limitAt('sell', 0.0001)).toBe(1);
  });

  it('is not moved by inventory', () => {
    const candidate = reducingCandidateOf('CLOSE', { limitPrice: 0.045 });
    const exposure = exposureOf({ position: 1, current: { BTC: 9 } });
    admit(contextWithListing({}, { exposure }), candidate);
    expect(candidate.limitPriceE8).toBe(4_500_000);
  });

  it('is refused below one tick', () => {
    const candidate = reducingCandidateOf('CLOSE', { side: 'buy', limitPrice: 0.00001 });
    const exposure = exposureOf({ position: -1 });
    expect(admit(contextWithListing({}, { exposure }), candidate)).toMatchObject({
      reject: { code: 'InvalidInput', operands: { field: 'limit_price' } },
    });
  });
});

describe('an OPEN without what its price is made of', () => {
  /** Asked alone: the gates before it refuse all of this too. */
  const refused = (parts: Partial<Candidate>, leg: Partial<LegProposal> = {}) =>
    priced.check(contextOf(), {
      ...candidateOf(leg),
      listing: listingOf(),
      amountE8: amountE8(30_000_000),
      fee: microUsd(9_000_000),
      minEdge: microUsd(10_000_000),
      ...parts,
    });

  it('is priced where nothing is missing', () => {
    expect(refused({})).toBeNull();
  });

  it.each([0, Number.NaN])('has no price for an amount of %d', (amount) => {
    expect(refused({ amountE8: amountE8(amount) })).toEqual({
      code: 'InvalidInput',
      operands: { field: 'quantity' },
    });
  });

  it.each([null, Number.NaN, 0, -1])('has no price from a fair price of %d', (fairPrice) => {
    expect(refused({}, { fairPrice })).toEqual({
      code: 'NetEdgeInputMissing',
      operands: { field: 'fair_price' },
    });
  });

  it('has no price without a gross or a minimum edge', () => {
    expect(refused({ grossEdge: null })).toEqual({
      code: 'NetEdgeInputMissing',
      operands: { field: 'gross_edge_usd' },
    });
    expect(refused({ minEdge: null })).toEqual({
      code: 'NetEdgeInputMissing',
      operands: { field: 'min_edge_usd' },
    });
  });

  it('has no price that leaves less than the minimum edge, and one that leaves exactly it', () => {
    expect(refused({ grossEdge: microUsd(19_000_000) })).toBeNull();
    expect(refused({ grossEdge: microUsd(18_999_999) })).toEqual({
      code: 'NetEdgeTooLow',
      operands: { netEdgeUsd: 9.999999, minEdgeUsd: 10 },
    });
  });

  it('holds back from no touch where there is none', () => {
    const blind = listingOf({ book: bookOf([], [[480, 99]]) });
    const held = { skewTicks: -1, listing: blind };
    expect(refused(held, { side: 'sell' })).not.toBeNull();
    expect(refused({ ...held, listing: listingOf() }, { side: 'sell' })).toBeNull();
  });
});

describe('a sale worth less than a tick', () => {
  it('is offered at one tick: only a purchase can run out of prices', () => {
    const sale = { side: 'sell', quantity: 3, fairPrice: 0.00001, grossEdgeUsd: 12 } as const;
    const book = bookOf([[1, 99]], [[2, 99]]);
    expect(limitOf(sale, {}, book)).toBe(1);
    expect(limitOf({ ...sale, side: 'buy' }, {}, book)).toBe('NetEdgeTooLow');
  });
});

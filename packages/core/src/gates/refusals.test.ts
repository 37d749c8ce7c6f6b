import { describe, expect, it } from 'vitest';
import type { LegProposal } from '../intent/intent.ts';
import { amountE8, microUsd } from '../values/index.ts';
import {
  BTC_CALL,
  BTC_USDC_PERPETUAL,
  bookOf,
  candidateOf,
  contextOf,
  contextWithListing,
  type ExposureParts,
  exposureOf,
  policyWith,
  reducingCandidateOf,
} from './context.fixture.ts';
import { admit } from './gates.ts';

/** The edges of gates that the contract tests do not stand on. */
describe('operands', () => {
  it('of a reservation: what is pending on that side, without what is held', () => {
    const exposure = exposureOf({ current: { BTC: 4 }, pendingLong: { BTC: 5.9 } });
    expect(admit(contextOf({ exposure }), candidateOf())).toMatchObject({
      reject: {
        code: 'PendingExposureBudgetExceeded',
        operands: { pendingDelta: 5.9, deltaImpact: 0.15, limit: 10 },
      },
    });
  });

  it('of a crossing: the limit and both touches, null where there is none', () => {
    const resting = {
      postOnly: true,
      timeInForce: 'good_til_cancelled',
      limitPrice: 0.048,
    } as const;
    const operandsOf = (parts: Parameters<typeof bookOf>) => {
      const admission = admit(contextWithListing({ book: bookOf(...parts) }), candidateOf(resting));
      return admission.pass ? null : admission.reject.operands;
    };
    expect(operandsOf([[[475, 1]], [[480, 1]]])).toEqual({
      limitPrice: 0.048,
      bestBid: 0.0475,
      bestAsk: 0.048,
    });
    const nobody = { limitPrice: 0.048, bestBid: null, bestAsk: null };
    expect(operandsOf([[[475, 1]], [[480, 1]], { usable: false }])).toEqual(nobody);
    expect(operandsOf([[], []])).toEqual(nobody);
  });
});

describe('exact edges', () => {
  it('margin of nothing used is headroom', () => {
    expect(admit(contextOf({ mmUtil: 0 }), candidateOf())).toMatchObject({ pass: true });
  });

  it('a delta of exactly one is a delta', () => {
    expect(admit(contextOf(), candidateOf({ delta: 1 }))).toMatchObject({ pass: true });
    expect(admit(contextOf(), candidateOf({ delta: -1 }))).toMatchObject({ pass: true });
  });

  it('expected slippage is taken from the edge', () => {
    const book = bookOf(
      [[199_999, 9]],
      [
        [200_000, 1],
        [200_002, 9],
      ],
    );
    const instrument = { ...BTC_USDC_PERPETUAL, takerFeeE8: 0 };
    const judged = (grossEdgeUsd: number) => {
      const leg: Partial<LegProposal> = {
        instrument: instrument.name,
        quantity: 2,
        fairPrice: 101_000,
        grossEdgeUsd,
        delta: null,
      };
      return admit(contextWithListing({ instrument, book }), candidateOf(leg));
    };
    // 1 USD of slippage and a minimum of 10.
    expect(judged(11)).toMatchObject({ pass: true });
    expect(judged(10.999999)).toMatchObject({ reject: { code: 'NetEdgeTooLow' } });
  });

  it('gross notional counts what is pending in the order\u2019s own underlying', () => {
    const policy = policyWith({ limits: { maxGrossNotional: microUsd(500_000_000_000) } });
    const judged = (pending: number) =>
      admit(
        contextOf({ policy, exposure: exposureOf({ pendingNotional: { BTC: pending } }) }),
        candidateOf(),
      );
    expect(judged(470_000)).toMatchObject({ pass: true });
    expect(judged(470_001)).toMatchObject({
      reject: { operands: { limit: 'max_gross_notional_usd', value: 500_001, max: 500_000 } },
    });
  });

  it('a bought hedge is held to the same as a sold one', () => {
    const policy = policyWith({ universe: { hedgeOnlyFamilies: ['linear_perpetual'] } });
    const bought = (parts: ExposureParts) =>
      admit(
        contextOf({ policy, exposure: exposureOf(parts) }),
        candidateOf({
          instrument: BTC_USDC_PERPETUAL.name,
          quantity: 1,
          fairPrice: 101_000,
          grossEdgeUsd: 1000,
          delta: null,
        }),
      ).pass;
    expect(bought({ current: { BTC: -0.50000001 } })).toBe(true);
    expect(bought({ current: { BTC: -0.5 } })).toBe(false);
    expect(bought({ current: { BTC: -2 }, pendingLong: { BTC: 1.4 } })).toBe(true);
    expect(bought({ current: { BTC: -2 }, pendingLong: { BTC: 1.5 } })).toBe(false);
    expect(bought({ current: { BTC: 2 } })).toBe(false);
  });
});

describe('reductions', () => {
  const holds = (position: number) => ({ exposure: exposureOf({ position }) });

  it('down to exactly the venue minimum are sent', () => {
    const candidate = reducingCandidateOf('CLOSE', { quantity: 0.3 });
    expect(admit(contextOf(holds(0.1)), candidate)).toMatchObject({ pass: true });
    expect(candidate.amountE8).toBe(10_000_000);
  });

  it('ask for no contract size unless contracts were given', () => {
    const instrument = { ...BTC_CALL, contractMultiplierE8: amountE8(Number.NaN) };
    const context = contextWithListing({ instrument }, holds(1));
    expect(admit(context, reducingCandidateOf())).toMatchObject({ pass: true });
    expect(admit(context, reducingCandidateOf('CLOSE', { contracts: 0.3 }))).toMatchObject({
      reject: {
        code: 'InstrumentMetadataMissing',
        operands: { field: 'contract_multiplier' },
      },
    });
  });

  it('are recorded with their slippage, or with none that an index would be needed for', () => {
    const book = bookOf(
      [
        [1000, 4],
        [995, 9],
      ],
      [[1005, 9]],
    );
    // Half of the ten lots cost 50 bps more; the limit is widened to see the figure.
    const policy = policyWith({ parameters: { maxSlippageBps: 100 } });
    const valued = reducingCandidateOf('CLOSE', { quantity: 0.5 });
    const context = contextWithListing({ book }, { ...holds(1), policy });
    expect(admit(context, valued)).toMatchObject({ pass: true });
    expect(valued.expectedSlippage).toBe(5_000_000);
    const blind = reducingCandidateOf('CLOSE', { quantity: 0.5 });
    expect(admit({ ...context, indexPriceE8: () => null }, blind)).toMatchObject({ pass: true });
    expect(blind.expectedSlippage).toBe(0);
  });
});

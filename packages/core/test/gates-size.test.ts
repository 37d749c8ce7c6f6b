import { describe, expect, it } from 'vitest';
import {
  BTC_CALL,
  BTC_PERPETUAL,
  BTC_USDC_PERPETUAL,
  bookOf,
  candidateOf,
  contextOf,
  contextWithListing,
  exposureOf,
  NOW,
  policyWith,
  reducingCandidateOf,
} from '../src/gates/context.fixture.ts';
import type { Candidate, GateContext } from '../src/gates/gate.ts';
import { admit } from '../src/gates/gates.ts';
import type { RejectCode } from '../src/gates/reject.ts';
import type { Instrument } from '../src/instrument/instrument.ts';
import { amountE8, monoMs, priceE8, quantity } from '../src/values/index.ts';

function codeOf(context: GateContext, candidate: Candidate): RejectCode | 'admitted' {
  const admission = admit(context, candidate);
  return admission.pass ? 'admitted' : admission.reject.code;
}

const listing = (parts: Partial<Instrument>) =>
  contextWithListing({ instrument: { ...BTC_CALL, ...parts } });

describe('size', () => {
  it('AT-277 sizes options in coin and perpetuals in USD, with one notional', () => {
    const option = candidateOf({ contracts: 0.3 });
    expect(codeOf(contextOf(), option)).toBe('admitted');
    expect([option.amountE8, option.notional]).toEqual([30_000_000, 30_000_000_000]);

    const perpetual = candidateOf({
      instrument: BTC_PERPETUAL.name,
      quantity: 30_000,
      contracts: 3000,
      fairPrice: 100_500,
      delta: null,
    });
    expect(codeOf(contextOf(), perpetual)).toBe('admitted');
    expect([perpetual.amountE8, perpetual.notional]).toEqual([3_000_000_000_000, 30_000_000_000]);
    expect(perpetual.deltaE8).toBe(30_000_000);

    expect(codeOf(contextOf(), candidateOf({ contracts: 3 }))).toBe('ContractsAmountMismatch');
  });

  it('AT-920 contracts and amount that disagree are refused, with both', () => {
    expect(admit(contextOf(), candidateOf({ contracts: 0.4 }))).toMatchObject({
      reject: {
        code: 'ContractsAmountMismatch',
        operands: { amount: 0.3, contracts: 0.4, contractMultiplier: 1 },
      },
    });
    expect(codeOf(contextOf(), candidateOf({ contracts: 0.3002 }))).toBe('admitted');
    expect(codeOf(contextOf(), candidateOf({ contracts: 0.3004 }))).toBe('ContractsAmountMismatch');
  });

  it('AT-908 below the minimum is refused', () => {
    expect(codeOf(contextOf(), candidateOf({ quantity: 0.09 }))).toBe('TooSmallAfterQuantization');
    expect(codeOf(contextOf(), candidateOf({ quantity: 0.1 }))).toBe('admitted');
    const context = listing({ minAmount: quantity(4) });
    expect(codeOf(context, candidateOf({ quantity: 0.3 }))).toBe('TooSmallAfterQuantization');
    expect(codeOf(context, candidateOf({ quantity: 0.4 }))).toBe('admitted');
  });

  it.each([
    ['tick_size', { tickE8: priceE8(Number.NaN) }],
    ['tick_size', { tickE8: priceE8(0) }],
    ['tick_size', { tickE8: priceE8(-1) }],
    ['amount_step', { amountStepE8: amountE8(Number.NaN) }],
    ['amount_step', { amountStepE8: amountE8(0) }],
    ['min_amount', { minAmount: quantity(Number.NaN) }],
    ['min_amount', { minAmount: quantity(0) }],
    ['contract_multiplier', { contractMultiplierE8: amountE8(Number.NaN) }],
  ] as const)('AT-926 without %s nothing is sized (%o)', (field, parts) => {
    expect(admit(listing(parts), candidateOf())).toMatchObject({
      reject: { code: 'InstrumentMetadataMissing', operands: { field } },
    });
  });

  it('AT-333 sizes and prices with the fetched metadata', () => {
    const size = (parts: Partial<Instrument>) => {
      const candidate = candidateOf({ quantity: 0.37 });
      expect(codeOf(listing(parts), candidate)).toBe('admitted');
      return [candidate.amountE8, candidate.limitPriceE8];
    };
    expect(size({})).toEqual([30_000_000, 4_800_000]);
    expect(size({ amountStepE8: amountE8(1_000_000) })[0]).toBe(37_000_000);
    expect(size({ tickE8: priceE8(1000), tickLadder: [] })[1]).not.toBe(4_800_000);
    const doubled = listing({ contractMultiplierE8: amountE8(200_000_000) });
    expect(codeOf(doubled, candidateOf({ contracts: 0.15 }))).toBe('admitted');
  });

  it('needs the index to value the order (AMB-04)', () => {
    const context = contextOf({ indexPriceE8: () => null });
    expect(admit(context, candidateOf())).toMatchObject({
      reject: { code: 'InstrumentMetadataMissing', operands: { field: 'index_price' } },
    });
  });

  it('keeps the order size limit, in contracts', () => {
    const policy = policyWith({ limits: { maxOrderSizeContractsE8: amountE8(30_000_000) } });
    expect(codeOf(contextOf({ policy }), candidateOf({ quantity: 0.3 }))).toBe('admitted');
    expect(admit(contextOf({ policy }), candidateOf({ quantity: 0.4 }))).toMatchObject({
      reject: {
        code: 'PolicyLimitExceeded',
        operands: { limit: 'max_order_size_contracts', value: 0.4, max: 0.3 },
      },
    });
    const usd = { instrument: BTC_PERPETUAL.name, fairPrice: 100_500, quantity: 10, delta: null };
    expect(codeOf(contextOf({ policy }), candidateOf(usd))).toBe('PolicyLimitExceeded');
  });

  it('refuses a size nothing can be computed with, and does not fall over', () => {
    for (const size of [1e9, 1e15, 1e22, Number.MAX_VALUE]) {
      expect(codeOf(contextOf(), candidateOf({ quantity: size }))).not.toBe('admitted');
    }
  });
});

describe('reductions are never more than the position', () => {
  const holds = (position: number) => contextOf({ exposure: exposureOf({ position }) });

  it('caps a close at the position', () => {
    const candidate = reducingCandidateOf('CLOSE', { quantity: 5 });
    expect(codeOf(holds(0.35), candidate)).toBe('admitted');
    expect(candidate.amountE8).toBe(30_000_000);
  });

  it('caps the buying back of a short', () => {
    const candidate = reducingCandidateOf('HEDGE', { side: 'buy', quantity: 5 });
    expect(codeOf(holds(-0.2), candidate)).toBe('admitted');
    expect(candidate.amountE8).toBe(20_000_000);
  });

  it('leaves a smaller close as it is', () => {
    const candidate = reducingCandidateOf('CLOSE', { quantity: 0.2 });
    expect(codeOf(holds(1), candidate)).toBe('admitted');
    expect(candidate.amountE8).toBe(20_000_000);
  });

  it.each([
    ['nothing held', 0],
    ['the same side held', -1],
  ])('refuses with %s: nothing there to reduce', (_name, position) => {
    expect(admit(holds(position), reducingCandidateOf())).toMatchObject({
      reject: { code: 'InvalidInput', operands: { field: 'reduceOnly' } },
    });
  });

  it('refuses dust that is below the venue minimum', () => {
    expect(codeOf(holds(0.05), reducingCandidateOf())).toBe('TooSmallAfterQuantization');
  });

  it('needs a limit from the strategy', () => {
    expect(admit(holds(1), reducingCandidateOf('CLOSE', { limitPrice: null }))).toMatchObject({
      reject: { code: 'InvalidInput', operands: { field: 'limitPrice' } },
    });
  });

  it('goes at that limit, on the grid and never worse', () => {
    const candidate = reducingCandidateOf('CLOSE', { limitPrice: 0.0451 });
    expect(codeOf(holds(1), candidate)).toBe('admitted');
    expect(candidate.limitPriceE8).toBe(4_550_000);
  });

  it('goes without policy, fees, index, margin or ledger', () => {
    const context = contextOf({
      exposure: exposureOf({ position: 1 }),
      policy: null,
      mmUtil: null,
      equity: null,
      feeModelAgeS: null,
      indexPriceE8: () => null,
      ledger: { depth: 1024, capacity: 1024, refusal: 'write_failed' },
    });
    const candidate = reducingCandidateOf();
    expect(codeOf(context, candidate)).toBe('admitted');
    expect([candidate.fee, candidate.notional, candidate.deltaE8].every(Number.isSafeInteger)).toBe(
      true,
    );
  });
});

describe('liquidity', () => {
  const holding = { exposure: exposureOf({ position: 1 }) };
  const stale = (ageMs: number) =>
    contextWithListing(
      { book: bookOf([[475, 99]], [[480, 99]], { updatedAt: monoMs(NOW - ageMs) }) },
      holding,
    );
  const unreadable = contextWithListing({ book: bookOf([], [], { usable: false }) }, holding);
  const never = contextWithListing({ book: bookOf([], [], { updatedAt: null }) }, holding);

  it('AT-344 no OPEN on a missing, unreadable or old book', () => {
    expect(codeOf(stale(1000), candidateOf())).toBe('admitted');
    expect(codeOf(stale(1001), candidateOf())).not.toBe('admitted');
    expect(codeOf(unreadable, candidateOf())).not.toBe('admitted');
    expect(codeOf(never, candidateOf())).not.toBe('admitted');
  });

  it('AT-909 says so', () => {
    expect(admit(stale(1001), candidateOf())).toMatchObject({
      reject: {
        code: 'LiquidityGateNoL2',
        operands: { instrument: BTC_CALL.name, bookAgeMs: 1001, maxAgeMs: 1000 },
      },
    });
    expect(codeOf(unreadable, candidateOf())).toBe('LiquidityGateNoL2');
    expect(codeOf(never, candidateOf())).toBe('LiquidityGateNoL2');
  });

  it('AT-421 refuses the placement of a reduction as well', () => {
    for (const context of [stale(1001), unreadable, never]) {
      expect(codeOf(context, reducingCandidateOf('CLOSE'))).toBe('LiquidityGateNoL2');
      expect(codeOf(context, reducingCandidateOf('HEDGE'))).toBe('LiquidityGateNoL2');
    }
  });

  it('refuses a book from the future', () => {
    expect(codeOf(stale(-1), candidateOf())).toBe('LiquidityGateNoL2');
  });

  /**
   * Four lots at 0.1000 and the rest at 0.1005: five lots cost exactly 10 bps more than the best.
   */
  const ladder = contextWithListing(
    {
      book: bookOf(
        [
          [995, 4],
          [900, 99],
        ],
        [
          [1000, 4],
          [1005, 99],
        ],
      ),
    },
    { exposure: exposureOf({ position: 5 }) },
  );
  const rich = { fairPrice: 0.2, grossEdgeUsd: 4000 };

  it('AT-317 more than 10 bps is refused, exactly 10 passes', () => {
    const even = candidateOf({ ...rich, quantity: 0.5 });
    expect(codeOf(ladder, even)).toBe('admitted');
    expect(even.slippageBps).toBeCloseTo(10, 9);
    expect(codeOf(ladder, candidateOf({ ...rich, quantity: 0.6 }))).toBe('ExpectedSlippageTooHigh');
  });

  it('a sweep through the levels is refused before edge and price are looked at', () => {
    const candidate = candidateOf({ ...rich, quantity: 2 });
    const admission = admit(ladder, candidate);
    expect(admission).toMatchObject({ pass: false, reject: { code: 'ExpectedSlippageTooHigh' } });
    expect(admission.trace.at(-1)).toBe('fee-fresh');
    expect(candidate.minEdge).toBeNull();
    expect(candidate.limitPrice).toBeNaN();
    expect(candidate.hash).toBeNull();
  });

  it('walks the bids for a sale, and for a reduction too', () => {
    expect(codeOf(ladder, reducingCandidateOf('CLOSE', { quantity: 0.4 }))).toBe('admitted');
    expect(codeOf(ladder, reducingCandidateOf('CLOSE', { quantity: 0.5 }))).toBe(
      'ExpectedSlippageTooHigh',
    );
  });

  it('refuses what the book cannot fill (AMB-10)', () => {
    const thin = contextWithListing({ book: bookOf([[475, 2]], [[480, 2]]) });
    expect(admit(thin, candidateOf())).toMatchObject({
      reject: { code: 'ExpectedSlippageTooHigh', operands: { filledAmount: 0.2 } },
    });
  });

  it('prices slippage in USD through the index, once', () => {
    const even = candidateOf({ ...rich, quantity: 0.5 });
    admit(ladder, even);
    // 0.0001 BTC per BTC on 0.5 BTC at 100 000 USD; bps times notional would say 50 USD.
    expect(even.expectedSlippage).toBe(5_000_000);
  });

  it('prices slippage of an inverse perpetual as bps of its notional', () => {
    const book = bookOf(
      [[199_999, 9]],
      [
        [200_000, 1000],
        [200_200, 9000],
      ],
    );
    const context = contextWithListing({ instrument: BTC_PERPETUAL, book });
    const candidate = candidateOf({
      instrument: BTC_PERPETUAL.name,
      quantity: 20_000,
      fairPrice: 101_000,
      grossEdgeUsd: 1000,
      delta: null,
    });
    expect(codeOf(context, candidate)).toBe('admitted');
    // Half of it 10 bps worse: 5 bps of 20 000 USD.
    expect(candidate.slippageBps).toBe(5);
    expect(candidate.expectedSlippage).toBe(10_000_000);
  });

  it('prices slippage of a linear perpetual in its own USD', () => {
    const book = bookOf(
      [[199_999, 9]],
      [
        [200_000, 1],
        [200_002, 9],
      ],
    );
    const context = contextWithListing({ instrument: BTC_USDC_PERPETUAL, book });
    const candidate = candidateOf({
      instrument: BTC_USDC_PERPETUAL.name,
      quantity: 2,
      fairPrice: 101_000,
      grossEdgeUsd: 1000,
      delta: null,
    });
    expect(codeOf(context, candidate)).toBe('admitted');
    // Half of the two BTC cost 1 USD more each.
    expect(candidate.expectedSlippage).toBe(1_000_000);
  });
});

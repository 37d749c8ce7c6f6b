import { describe, expect, it } from 'vitest';
import {
  BTC,
  BTC_CALL,
  BTC_PUT,
  candidateOf,
  contextOf,
  contextWithListing,
  exposureOf,
  policyWith,
  reducingCandidateOf,
} from '../src/gates/context.fixture.ts';
import type { Candidate, GateContext } from '../src/gates/gate.ts';
import { admit, GATES } from '../src/gates/gates.ts';
import type { Reject, RejectCode } from '../src/gates/reject.ts';
import { DEFAULT_PARAMETERS } from '../src/policy-defaults.ts';
import { coinE8, microUsd } from '../src/values/index.ts';

function codeOf(context: GateContext, candidate: Candidate): RejectCode | 'admitted' {
  const admission = admit(context, candidate);
  return admission.pass ? 'admitted' : admission.reject.code;
}

/** 0.3 BTC at 100 000 USD and 3 bps of fee: 9 USD. */
const edge = (grossEdgeUsd: number, parts = {}) => candidateOf({ grossEdgeUsd, ...parts });
const feeAge = (feeModelAgeS: number | null) => contextOf({ feeModelAgeS });

describe('net edge', () => {
  it('AT-015 less than the minimum is refused, exactly the minimum passes', () => {
    expect(codeOf(contextOf(), edge(19))).toBe('admitted');
    expect(admit(contextOf(), edge(18.99))).toMatchObject({
      reject: { code: 'NetEdgeTooLow', operands: { netEdgeUsd: 9.99, minEdgeUsd: 10 } },
    });
  });

  it('AT-243 a gross edge below the fees is refused', () => {
    expect(codeOf(contextOf(), edge(8.99))).toBe('NetEdgeTooLow');
  });

  it.each([
    ['gross_edge_usd', null],
    ['gross_edge_usd', Number.NaN],
    ['gross_edge_usd', Number.POSITIVE_INFINITY],
    ['gross_edge_usd', Number.NEGATIVE_INFINITY],
  ])('needs %s: %d is missing', (field, grossEdgeUsd) => {
    expect(admit(contextOf(), candidateOf({ grossEdgeUsd }))).toMatchObject({
      reject: { code: 'NetEdgeInputMissing', operands: { field } },
    });
  });

  it.each([
    ['fee_usd', { fee: microUsd(Number.NaN) }],
    ['fee_usd', { fee: microUsd(Number.POSITIVE_INFINITY) }],
    ['expected_slippage_usd', { expectedSlippage: microUsd(Number.NaN) }],
    ['expected_slippage_usd', { expectedSlippage: microUsd(Number.NEGATIVE_INFINITY) }],
  ] as const)('AT-932 without %s nothing is compared', (field, missing) => {
    const gate = GATES.find(({ name }) => name === 'net-edge');
    const context = contextOf();
    const ready: Candidate = {
      ...candidateOf({ grossEdgeUsd: 1_000_000 }),
      listing: context.listings.get(BTC_CALL.name) ?? null,
      fee: microUsd(5_000_000),
      expectedSlippage: microUsd(5_000_000),
      deltaE8: coinE8(15_000_000),
    };
    expect(gate?.check(context, { ...ready })).toBeNull();
    expect(gate?.check(context, { ...ready, ...missing })).toMatchObject({
      code: 'NetEdgeInputMissing',
      operands: { field },
    });
  });

  it('AT-932 a fee rate nobody knows ends the OPEN', () => {
    const instrument = { ...BTC_CALL, takerFeeE8: Number.NaN };
    expect(admit(contextWithListing({ instrument }), candidateOf())).toMatchObject({
      reject: { code: 'NetEdgeInputMissing', operands: { field: 'fee_usd' } },
    });
  });

  it('needs a minimum edge: none is not zero', () => {
    for (const minEdge of [null, microUsd(Number.NaN)]) {
      expect(admit(contextOf({ policy: policyWith({ minEdge }) }), candidateOf())).toMatchObject({
        reject: { code: 'NetEdgeInputMissing', operands: { field: 'min_edge_usd' } },
      });
    }
  });
});

describe('fee age', () => {
  it('AT-244 young rates are used as they are', () => {
    const candidate = edge(19);
    expect(codeOf(feeAge(300), candidate)).toBe('admitted');
    expect(candidate.fee).toBe(9_000_000);
  });

  it('AT-032 ageing rates are buffered by 20 %, inside (300 s, 900 s] only', () => {
    for (const age of [300.001, 301, 900]) {
      const candidate = edge(20.8);
      expect(codeOf(feeAge(age), candidate)).toBe('admitted');
      expect(candidate.fee).toBe(10_800_000);
      expect(codeOf(feeAge(age), edge(20.79))).toBe('NetEdgeTooLow');
    }
    expect(codeOf(feeAge(300), edge(20.79))).toBe('admitted');
  });

  it('AT-033 stale rates stop the OPEN, not the reduction', () => {
    expect(codeOf(feeAge(900), candidateOf())).toBe('admitted');
    expect(admit(feeAge(901), candidateOf())).toMatchObject({
      reject: { code: 'FeeCacheStale', operands: { ageS: 901, hardS: 900 } },
    });
    const holding = contextOf({ feeModelAgeS: 901, exposure: exposureOf({ position: 1 }) });
    expect(codeOf(holding, reducingCandidateOf())).toBe('admitted');
  });

  it('AT-031 one millisecond past the limit is past it', () => {
    expect(codeOf(feeAge(900.001), candidateOf())).toBe('FeeCacheStale');
  });

  it.each([null, Number.NaN, -1])('AT-042 an age of %d is no age', (age) => {
    expect(codeOf(feeAge(age), candidateOf())).toBe('FeeCacheStale');
    const holding = contextOf({ feeModelAgeS: age, exposure: exposureOf({ position: 1 }) });
    expect(codeOf(holding, reducingCandidateOf())).toBe('admitted');
  });
});

describe('inventory skew', () => {
  const held = (current: number, parts = {}) =>
    contextOf({ exposure: exposureOf({ current: { BTC: current }, ...parts }) });
  const sell = { side: 'sell' } as const;

  it('AT-224 near the limit the buy that had passed fails, the sale that had failed passes', () => {
    const bought = edge(20);
    expect(codeOf(held(0), edge(20))).toBe('admitted');
    expect(admit(held(9), bought)).toMatchObject({
      reject: { code: 'InventorySkew', operands: { netEdgeUsd: 11, adjustedMinEdgeUsd: 14.5 } },
    });
    const sold = edge(17, sell);
    expect(codeOf(held(0), edge(17, sell))).toBe('NetEdgeTooLow');
    expect(codeOf(held(9), sold)).toBe('admitted');
    expect(sold.provisional).toBe(true);
    expect(sold.minEdge).toBe(5_500_000);
  });

  it('mirrors for a short inventory', () => {
    expect(codeOf(held(-9), edge(20, sell))).toBe('InventorySkew');
    expect(codeOf(held(-9), edge(17))).toBe('admitted');
  });

  it('goes by the sign of the delta: buying a put sells delta', () => {
    const put = { instrument: BTC_PUT.name, delta: -0.5 };
    expect(codeOf(held(9), edge(17, put))).toBe('admitted');
    expect(codeOf(held(-9), edge(20, put))).toBe('InventorySkew');
  });

  it('calls it NetEdgeTooLow when the loosened minimum fails too (AMB-12)', () => {
    expect(codeOf(held(9), edge(14.49, sell))).toBe('NetEdgeTooLow');
    expect(codeOf(held(9), edge(14.5, sell))).toBe('admitted');
  });

  it('never loosens below the floor', () => {
    const policy = policyWith({ minEdgeFloor: microUsd(8_000_000) });
    const context = { ...held(9), policy };
    expect(codeOf(context, edge(16.99, sell))).toBe('NetEdgeTooLow');
    expect(codeOf(context, edge(17, sell))).toBe('admitted');
  });

  it('leaves a flat book alone', () => {
    const candidate = edge(19);
    expect(codeOf(held(0), candidate)).toBe('admitted');
    expect([candidate.minEdge, candidate.skewTicks]).toEqual([10_000_000, 0]);
  });

  it.each([undefined, 0, -1, Number.NaN])('AT-922 a delta limit of %d is none', (limit) => {
    const deltaLimitE8 = new Map(limit === undefined ? [] : [[BTC, coinE8(limit)] as const]);
    const policy = policyWith({ exposure: { deltaLimitE8 } });
    expect(admit(contextOf({ policy }), candidateOf())).toMatchObject({
      reject: { code: 'InventorySkewDeltaLimitMissing', operands: { underlying: 'BTC' } },
    });
  });

  it('AT-043 a missing delta limit opens nothing', () => {
    const policy = policyWith({ exposure: { deltaLimitE8: new Map() } });
    expect(codeOf(contextOf({ policy }), candidateOf())).toBe('InventorySkewDeltaLimitMissing');
    const holding = contextOf({ policy, exposure: exposureOf({ position: 1 }) });
    expect(codeOf(holding, reducingCandidateOf())).toBe('admitted');
  });

  it('AT-281 at 0.9 of the limit the minimum rises by 45 %', () => {
    const candidate = edge(100);
    expect(codeOf(held(9), candidate)).toBe('admitted');
    expect(candidate.minEdge).toBe(14_500_000);
  });

  it('AT-934 counts pending delta with the held', () => {
    const candidate = edge(100);
    expect(codeOf(held(4, { pendingLong: { BTC: 5 } }), candidate)).toBe('admitted');
    expect(candidate.minEdge).toBe(14_500_000);
    expect(codeOf(held(5, { pendingLong: { BTC: 6 } }), edge(100))).not.toBe('admitted');
    expect(codeOf(held(5), edge(100))).toBe('admitted');
  });

  /**
   * A bias of exactly 1 leaves no room for a reservation: the budget gate is taken out to see the
   * skew alone.
   */
  const unbudgeted = (context: GateContext, candidate: Candidate): Reject | null => {
    for (const gate of GATES) {
      if (gate.name === 'pending-exposure') continue;
      const refusal = gate.check(context, candidate);
      if (refusal !== null) return refusal;
    }
    return null;
  };

  it('AT-030 at bias 1 a buy sits exactly 3 ticks below the best ask', () => {
    const candidate = edge(100);
    expect(unbudgeted(held(10), candidate)).toBeNull();
    // Ask 0.048, tick 0.0005 there.
    expect(candidate.limitPriceE8).toBe(4_650_000);
    expect(candidate.skewTicks).toBe(-3);
  });

  it('AT-030 and its mirror: a sale 3 ticks above the best bid', () => {
    const candidate = edge(100, { ...sell, fairPrice: 0.045 });
    expect(unbudgeted(held(-10), candidate)).toBeNull();
    // Bid 0.0475.
    expect(candidate.limitPriceE8).toBe(4_900_000);
  });

  it('AT-282 does the same with the defaults of Appendix A', () => {
    const candidate = edge(100);
    const policy = policyWith({ parameters: DEFAULT_PARAMETERS });
    expect(unbudgeted({ ...held(10), policy }, candidate)).toBeNull();
    expect(candidate.limitPriceE8).toBe(4_650_000);
  });

  it('refuses beyond the limit whatever the edge', () => {
    expect(unbudgeted(held(10.00000001), edge(1000))).toMatchObject({
      code: 'InventorySkew',
      operands: { bias: 1 },
    });
  });
});

describe('the limit price', () => {
  it('AT-223 keeps the minimum edge at the limit, after fees', () => {
    const candidate = edge(25);
    expect(codeOf(contextOf(), candidate)).toBe('admitted');
    const limit = candidate.limitPriceE8 / 1e8;
    const realized = (0.05 - limit) * 0.3 * 100_000 - candidate.fee / 1e6;
    expect(realized).toBeGreaterThanOrEqual(10);
    // One tick more would not.
    expect((0.05 - (limit + 0.0005)) * 0.3 * 100_000 - 9).toBeLessThan(10);
  });

  it('is only made stricter by the strategy', () => {
    const priced = (limitPrice: number | null, side: 'buy' | 'sell') => {
      const candidate = edge(100, { limitPrice, side });
      expect(codeOf(contextOf(), candidate)).toBe('admitted');
      return candidate.limitPriceE8;
    };
    expect([priced(null, 'buy'), priced(0.09, 'buy'), priced(0.04, 'buy')]).toEqual([
      4_800_000, 4_800_000, 4_000_000,
    ]);
    expect([priced(null, 'sell'), priced(0.01, 'sell'), priced(0.06, 'sell')]).toEqual([
      5_200_000, 5_200_000, 6_000_000,
    ]);
  });

  it.each([null, Number.NaN, 0, -0.05, Number.POSITIVE_INFINITY])(
    'needs a fair price: %d is none',
    (fairPrice) => {
      expect(admit(contextOf(), candidateOf({ fairPrice }))).toMatchObject({
        reject: { code: 'NetEdgeInputMissing', operands: { field: 'fair_price' } },
      });
    },
  );

  it('refuses when no positive price leaves the minimum edge', () => {
    expect(codeOf(contextOf(), candidateOf({ fairPrice: 0.0005 }))).toBe('NetEdgeTooLow');
  });

  it('does not subtract USD from a coin price (D-16)', () => {
    // A few dollars of edge on a 0.05 BTC option: a limit near 0.05, not below zero.
    const candidate = edge(22);
    expect(codeOf(contextOf(), candidate)).toBe('admitted');
    expect(candidate.limitPriceE8).toBe(4_900_000);
  });
});

import { describe, expect, it } from 'vitest';
import { coinE8, microUsd } from '../values/index.ts';
import {
  BTC_CALL,
  candidateOf,
  contextOf,
  ETH_CALL,
  type ExposureParts,
  exposureOf,
  INDEX_E8,
  listingOf,
  policyWith,
  SOL,
} from './context.fixture.ts';
import { correlatedUsd, globalExposure } from './global-exposure.ts';

describe('correlation', () => {
  it('leaves one bucket as it is, exactly', () => {
    for (const usd of [0, 1, 85_000_000_001, 9_007_199_254_740]) {
      expect(correlatedUsd(usd, 0, 0)).toBe(usd);
      expect(correlatedUsd(0, usd, 0)).toBe(usd);
      expect(correlatedUsd(0, 0, usd)).toBe(usd);
    }
  });

  it('holds BTC and ETH at 0.8, either and alts at 0.6', () => {
    expect(correlatedUsd(1e6, 1e6, 0)).toBe(Math.ceil(Math.sqrt(3.6) * 1e6));
    expect(correlatedUsd(1e6, 0, 1e6)).toBe(Math.ceil(Math.sqrt(3.2) * 1e6));
    expect(correlatedUsd(0, 1e6, 1e6)).toBe(Math.ceil(Math.sqrt(3.2) * 1e6));
    expect(correlatedUsd(1e6, 1e6, 1e6)).toBe(Math.ceil(Math.sqrt(7) * 1e6));
  });

  it('is never less than its largest part, and never more than their sum', () => {
    expect(correlatedUsd(3, 4, 5)).toBeGreaterThanOrEqual(5);
    expect(correlatedUsd(3, 4, 5)).toBeLessThanOrEqual(12);
  });

  it('knows nothing of what is not a number', () => {
    expect(correlatedUsd(Number.NaN, 1, 1)).toBeNaN();
  });
});

describe('the worse end of each underlying', () => {
  /** With a limit of nothing the refusal says what was counted, USD. */
  const counted = (parts: ExposureParts, delta: number, instrument = BTC_CALL) => {
    const policy = policyWith({ exposure: { portfolioDelta: microUsd(0) } });
    const context = contextOf({ policy, exposure: exposureOf(parts) });
    const listing = listingOf({ instrument });
    const refusal = globalExposure.check(context, {
      ...candidateOf(),
      listing,
      deltaE8: coinE8(delta * 1e8),
    });
    return refusal?.code === 'GlobalExposureBudgetExceeded'
      ? refusal.operands.exposureUsd
      : refusal;
  };

  it('is the long or the short one, with every order of its side filled', () => {
    expect(counted({ current: { BTC: 0.5 }, pendingLong: { BTC: 0.3 } }, 0.1)).toBe(90_000);
    expect(counted({ current: { BTC: -0.5 }, pendingShort: { BTC: -0.3 } }, -0.1)).toBe(90_000);
    expect(counted({ current: { BTC: 0.5 }, pendingShort: { BTC: -2 } }, 0.1)).toBe(150_000);
    expect(counted({ current: { BTC: -0.5 }, pendingLong: { BTC: 2 } }, -0.1)).toBe(150_000);
  });

  it('counts the order in its own bucket, held there or not', () => {
    const together = Math.ceil(Math.sqrt(3.6) * 1e10) / 1e6;
    expect(counted({ current: { BTC: 0.1 } }, 0.1, ETH_CALL)).toBeCloseTo(together, 3);
    expect(counted({ current: { BTC: 0.1, ETH: 0 } }, 0.1, ETH_CALL)).toBeCloseTo(together, 3);
    const sol = { ...ETH_CALL, underlying: SOL };
    const apart = Math.sqrt(3.2) * 1e4;
    expect(counted({ current: { BTC: 0.1 } }, 0.1, sol)).toBeCloseTo(apart, 3);
  });

  it('finds nothing in an order without delta', () => {
    expect(counted({}, 0)).toBeNull();
  });

  it('of nothing at all still needs a limit to fit in', () => {
    const policy = policyWith({ exposure: { portfolioDelta: null } });
    const flat = { ...candidateOf(), listing: listingOf(), deltaE8: coinE8(0) };
    expect(globalExposure.check(contextOf({ policy }), flat)).toEqual({
      code: 'GlobalExposureBudgetExceeded',
      operands: { exposureUsd: 0, limitUsd: null },
    });
  });

  it('of what has no index is unknown, and of what is flat is nothing (AMB-04)', () => {
    const order = { ...candidateOf(), listing: listingOf(), deltaE8: coinE8(15_000_000) };
    const noIndexOf = (lost: string, parts: ExposureParts) =>
      globalExposure.check(
        contextOf({
          exposure: exposureOf(parts),
          indexPriceE8: (underlying) => (underlying === lost ? null : INDEX_E8),
        }),
        order,
      );
    const missing = (instrument: string) => ({
      code: 'InstrumentMetadataMissing',
      operands: { instrument, field: 'index_price' },
    });
    expect(noIndexOf('BTC', {})).toEqual(missing('BTC'));
    expect(noIndexOf('BTC', { current: { BTC: 1 } })).toEqual(missing('BTC'));
    expect(noIndexOf('SOL', { current: { SOL: 1 } })).toEqual(missing('SOL'));
    expect(noIndexOf('SOL', { current: { SOL: 0 } })).toBeNull();
  });
});

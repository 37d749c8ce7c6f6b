import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { amountE8, groupId, instrumentName, priceE8, strategyId } from '../values/index.ts';
import { GOLDEN_OPTION, GOLDEN_PERPETUAL } from './identity.fixture.ts';
import { canonicalIdentity, identify, type IntentIdentity, sid8 } from './identity.ts';

const OPTION = GOLDEN_OPTION.identity;

describe('identity', () => {
  it('matches the golden vectors of section 53', () => {
    for (const { identity, canonical, hash } of [GOLDEN_OPTION, GOLDEN_PERPETUAL]) {
      expect(canonicalIdentity(identity)).toBe(canonical);
      expect(identify(identity)).toBe(hash);
    }
    expect(sid8(strategyId('strangle_btc_low_vol'))).toBe('nttrxjr6');
  });

  it('AT-343 the same fields at another time hash the same', async () => {
    const first = identify(OPTION);
    await new Promise((resolve) => setTimeout(resolve, 5));
    expect(identify({ ...OPTION })).toBe(first);
  });

  it('AT-218 two ways to the same quantized fields hash the same', () => {
    const { groupId: group, legIndex, side, limitPriceE8, amountE8: amount } = OPTION;
    const reordered = { legIndex, groupId: group, limitPriceE8, amountE8: amount, side };
    const fromSteps: IntentIdentity = {
      ...reordered,
      instrument: OPTION.instrument,
      amountE8: amountE8(3 * 10_000_000),
      limitPriceE8: priceE8(455 * 10_000),
    };
    expect(identify(fromSteps)).toBe(identify(OPTION));
  });

  it('tells apart what differs in any one field', () => {
    const others: readonly IntentIdentity[] = [
      { ...OPTION, instrument: instrumentName('BTC-27MAR26-100000-P') },
      { ...OPTION, side: 'sell' },
      { ...OPTION, amountE8: amountE8(40_000_000) },
      { ...OPTION, limitPriceE8: priceE8(4_560_000) },
      { ...OPTION, groupId: groupId('9f1c2d3e-4b5a-4c6d-8e7f-0a1b2c3d4e5e') },
      { ...OPTION, legIndex: 1 },
    ];
    expect(new Set([OPTION, ...others].map(identify)).size).toBe(7);
  });

  it('does not confuse where one field ends and the next begins', () => {
    const grid = fc.integer({ min: 1, max: 1e12 });
    fc.assert(
      fc.property(grid, grid, grid, grid, (a, b, c, d) => {
        const left = canonicalIdentity({
          ...OPTION,
          amountE8: amountE8(a),
          limitPriceE8: priceE8(b),
        });
        const right = canonicalIdentity({
          ...OPTION,
          amountE8: amountE8(c),
          limitPriceE8: priceE8(d),
        });
        return (left === right) === (a === c && b === d);
      }),
    );
  });

  it('gives every strategy eight base32 characters', () => {
    fc.assert(fc.property(fc.string(), (id) => /^[a-z2-7]{8}$/.test(sid8(strategyId(id)))));
  });
});

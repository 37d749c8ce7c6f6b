import { describe, expect, it } from 'vitest';
import type { Instrument } from '../instrument/instrument.ts';
import { USDC_CALL } from '../instrument/samples.fixture.ts';
import type { ProductFamily } from '../policy.ts';
import { coinE8 } from '../values/index.ts';
import {
  BTC_CALL,
  BTC_PERPETUAL,
  BTC_USDC_PERPETUAL,
  candidateOf,
  contextOf,
  exposureOf,
  listingOf,
  policyWith,
} from './context.fixture.ts';
import { hedgeOnly, universe } from './universe.ts';

const { expiry } = BTC_CALL;
/** One instrument of each family the policy can name. */
const FAMILIES: readonly (readonly [ProductFamily, Instrument])[] = [
  ['inverse_option', BTC_CALL],
  ['linear_option', USDC_CALL],
  ['inverse_future', { ...BTC_PERPETUAL, kind: 'inverse_future', expiry }],
  ['linear_future', { ...BTC_USDC_PERPETUAL, expiry }],
  ['inverse_perpetual', BTC_PERPETUAL],
  ['linear_perpetual', BTC_USDC_PERPETUAL],
];

const judged = (instrument: Instrument, parts: Parameters<typeof policyWith>[0]['universe']) =>
  universe.check(contextOf({ policy: policyWith({ universe: parts ?? {} }) }), {
    ...candidateOf(),
    listing: listingOf({ instrument }),
  });

describe('the universe', () => {
  it.each(FAMILIES)('of %s alone lets in that family and no other', (family, own) => {
    for (const [, instrument] of FAMILIES) {
      const refusal = judged(instrument, { families: [family] });
      if (instrument === own) expect(refusal).toBeNull();
      else {
        expect(refusal).toEqual({
          code: 'InstrumentNotAllowed',
          operands: { instrument: instrument.name, rule: 'family' },
        });
      }
    }
  });

  it('lets a family in that may hedge alone, for the next gate to hold to it', () => {
    expect(judged(BTC_CALL, { families: [], hedgeOnlyFamilies: ['inverse_option'] })).toBeNull();
  });

  it('refuses an underlying nobody has listed, whatever its family', () => {
    expect(judged(BTC_CALL, { underlyings: [] })).toEqual({
      code: 'InstrumentNotAllowed',
      operands: { instrument: BTC_CALL.name, rule: 'underlying' },
    });
  });

  it('does not guess at a kind it does not know', () => {
    const swap = { ...BTC_CALL, kind: 'swap' as 'option' };
    expect(() => judged(swap, {})).toThrow('unhandled case "swap"');
  });
});

describe('a hedge-only family', () => {
  it('opens nothing that has no delta: it hedges nothing', () => {
    const policy = policyWith({ universe: { hedgeOnlyFamilies: ['inverse_option'] } });
    for (const held of [1, -1]) {
      const context = contextOf({ policy, exposure: exposureOf({ current: { BTC: held } }) });
      const flat = { ...candidateOf(), listing: listingOf(), deltaE8: coinE8(0) };
      expect(hedgeOnly.check(context, flat)).toEqual({
        code: 'InstrumentNotAllowed',
        operands: { instrument: BTC_CALL.name, rule: 'hedge_only' },
      });
    }
  });
});

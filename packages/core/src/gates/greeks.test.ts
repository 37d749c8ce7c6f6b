import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Greeks, Listing } from '../market/listing.ts';
import { amountE8, microUsd, monoMs, priceE8 } from '../values/index.ts';
import {
  BTC_CALL,
  BTC_PUT,
  BTC_USDC_PERPETUAL,
  candidateOf,
  contextOf,
  ETH_CALL,
  exposureOf,
  type ExposureParts,
  INDEX_E8,
  listingOf,
  NOW,
  policyWith,
} from './context.fixture.ts';
import type { GateContext } from './gate.ts';
import { admit } from './gates.ts';
import type { Reject } from './reject.ts';

const amount = (value: number) => amountE8(Math.round(value * 100_000_000));
const held = (instrument: Listing['instrument'], value: number) => ({
  instrument: instrument.name,
  amountE8: amount(value),
});
const pending = (instrument: Listing['instrument'], value: number) => ({
  ...held(instrument, value),
  limitPriceE8: priceE8(1),
});

interface World {
  readonly exposure?: ExposureParts;
  readonly maxGamma?: number;
  readonly maxVega?: number;
  readonly greeks?: Partial<Record<'call' | 'put' | 'eth', Partial<Greeks> | null>>;
  readonly context?: Partial<GateContext>;
  readonly side?: 'buy' | 'sell';
}

/** Gamma 0.00002 a dollar (0.02 BTC per percent at 100 000) and vega 100, unless said otherwise. */
function ask(world: World): Reject | null {
  const { greeks = {}, exposure = {}, maxGamma = 1_000, maxVega = 900_000_000 } = world;
  const told = (parts: Partial<Greeks> | null | undefined): Greeks | null =>
    parts === null ? null : { gamma: 0.00002, vega: 100, at: monoMs(NOW - 500), ...parts };
  const listings = new Map(contextOf().listings);
  for (const [instrument, parts] of [
    [BTC_CALL, greeks.call],
    [BTC_PUT, greeks.put],
    [ETH_CALL, greeks.eth],
  ] as const) {
    listings.set(instrument.name, listingOf({ instrument, greeks: told(parts) }));
  }
  const policy = policyWith({
    limits: { maxGammaBtcEquiv: maxGamma, maxVega: microUsd(Math.round(maxVega * 1_000_000)) },
  });
  const context = contextOf({ policy, listings, exposure: exposureOf(exposure), ...world.context });
  return admit(context, candidateOf({ side: world.side ?? 'buy', grossEdgeUsd: 1_000 })).reject;
}

const gamma = (value: number, max: number) => ({
  code: 'PolicyLimitExceeded',
  operands: { limit: 'max_gamma_btc_equiv', value, max },
});
const vega = (value: number, max: number) => ({
  code: 'PolicyLimitExceeded',
  operands: { limit: 'max_vega_usd', value, max },
});

describe('gamma', () => {
  it('NON-TRIP at exactly the limit, TRIP a hair over it', () => {
    // 0.3 x 0.00002 x 100 000 x 1 % = 0.006 BTC.
    expect(ask({ maxGamma: 0.006 })).toBeNull();
    expect(ask({ maxGamma: 0.00599999 })).toMatchObject(gamma(0.006, 0.00599999));
  });

  it('counts what is held, what is on its way, and this order', () => {
    const exposure = { held: [held(BTC_PUT, 1)], pending: [pending(BTC_CALL, 0.7)] };
    expect(ask({ exposure, maxGamma: 0.04 })).toBeNull();
    expect(ask({ exposure, maxGamma: 0.0399 })).toMatchObject(gamma(0.04, 0.0399));
  });

  it('nets inside a coin, and counts on no fill of the other side', () => {
    const short = { held: [held(BTC_PUT, -0.3)] };
    expect(ask({ exposure: short, maxGamma: 0.006 })).toBeNull();
    // The order may stay unfilled: what is held alone is the worse end.
    expect(ask({ exposure: short, maxGamma: 0.0059 })).toMatchObject(gamma(0.006, 0.0059));
    const exposure = { pending: [pending(BTC_PUT, -5)] };
    // Only the sale could fill: five against us, and not four point seven.
    expect(ask({ exposure, maxGamma: 0.1 })).toBeNull();
    expect(ask({ exposure, maxGamma: 0.0999 })).toMatchObject(gamma(0.1, 0.0999));
  });

  it('is a limit to selling as well', () => {
    const exposure = { held: [held(BTC_PUT, -1)] };
    expect(ask({ exposure, side: 'sell', maxGamma: 0.026 })).toBeNull();
    expect(ask({ exposure, side: 'sell', maxGamma: 0.0259 })).toMatchObject(gamma(0.026, 0.0259));
  });

  it('of another coin is counted in BTC by the two indexes, and never nets with it', () => {
    const index = (coin: string) => (coin === 'ETH' ? priceE8(INDEX_E8 / 25) : INDEX_E8);
    const context = { indexPriceE8: (coin: string) => index(coin) };
    // 10 x 0.001 a dollar x 4 000 x 1 % = 0.4 ETH, a 25th of that in BTC.
    const world = { greeks: { eth: { gamma: 0.001 } }, context } as const;
    const short = { held: [held(ETH_CALL, -10)] };
    expect(ask({ ...world, exposure: short, maxGamma: 0.022 })).toBeNull();
    expect(ask({ ...world, exposure: short, maxGamma: 0.0219 })).toMatchObject(
      gamma(0.022, 0.0219),
    );
  });

  it('is refused by name where the index that values it is missing', () => {
    const exposure = { held: [held(ETH_CALL, 1)] };
    const context = { indexPriceE8: (coin: string) => (coin === 'ETH' ? null : INDEX_E8) };
    expect(ask({ exposure, context })).toEqual({
      code: 'InstrumentMetadataMissing',
      operands: { instrument: 'ETH', field: 'index_price' },
    });
  });
});

describe('vega', () => {
  it('NON-TRIP at exactly the limit, TRIP a hair over it', () => {
    expect(ask({ maxVega: 30 })).toBeNull();
    expect(ask({ maxVega: 29.999999 })).toMatchObject(vega(30, 29.999999));
  });

  it('counts what is held and on its way, nets inside a coin, and adds up across coins', () => {
    const exposure = {
      held: [held(BTC_PUT, -1), held(ETH_CALL, -2)],
      pending: [pending(BTC_CALL, -0.5)],
    };
    // BTC: from -1.5 to -0.7; ETH: 2.
    expect(ask({ exposure, maxVega: 350 })).toBeNull();
    expect(ask({ exposure, maxVega: 349 })).toMatchObject(vega(350, 349));
  });
});

describe('a greek nobody can tell', () => {
  const odd = fc.constantFrom(null, Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY);
  const stale = fc.oneof(
    fc.integer({ min: 30_001, max: 10_000_000 }).map((ago) => NOW - ago),
    fc.constantFrom(Number.NaN, NOW + 1, Number.POSITIVE_INFINITY),
  );
  const trouble = fc.oneof(
    odd.map((value) => ({ gamma: value })),
    odd.map((value) => ({ vega: value })),
    stale.map((at) => ({ at: monoMs(at) })),
    fc.constant(null),
  );

  it('TRIP: refuses whatever needs it: the order, what is held, what is on its way', () => {
    fc.assert(
      fc.property(trouble, fc.constantFrom('call', 'put', 'eth'), (parts, whose) => {
        const exposure = { held: [held(BTC_PUT, 1)], pending: [pending(ETH_CALL, 1)] };
        const refusal = ask({ exposure, greeks: { [whose]: parts } });
        const name = { call: BTC_CALL, put: BTC_PUT, eth: ETH_CALL }[whose]?.name;
        expect(refusal).toMatchObject({
          code: 'GreeksUnknown',
          operands: { instrument: name, maxAgeMs: 30_000 },
        });
      }),
    );
  });

  it('NON-TRIP: at exactly the age that is allowed, and of what nobody holds', () => {
    expect(ask({ greeks: { call: { at: monoMs(NOW - 30_000) } } })).toBeNull();
    expect(ask({ greeks: { put: null, eth: null } })).toBeNull();
  });

  it('TRIP: what is held and no longer listed; NON-TRIP: what is no option', () => {
    const gone = { ...BTC_PUT, name: 'BTC-1JAN26-1-P' as typeof BTC_PUT.name };
    expect(ask({ exposure: { held: [held(gone, 1)] } })).toMatchObject({
      code: 'GreeksUnknown',
      operands: { instrument: gone.name, greek: 'gamma', ageMs: null },
    });
    const exposure = { held: [held(BTC_USDC_PERPETUAL, -5)] };
    expect(ask({ exposure, maxGamma: 0.006, maxVega: 30 })).toBeNull();
  });
});

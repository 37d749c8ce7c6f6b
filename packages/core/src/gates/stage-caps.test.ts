import { describe, expect, it } from 'vitest';
import type { Policy, StageCaps } from '../policy.ts';
import { amountE8, microUsd, priceE8 } from '../values/index.ts';
import {
  BTC_CALL,
  BTC_PUT,
  BTC_USDC_PERPETUAL,
  candidateOf,
  contextOf,
  ETH_CALL,
  exposureOf,
  type ExposureParts,
  policyWith,
} from './context.fixture.ts';
import type { GateContext } from './gate.ts';
import { admit } from './gates.ts';
import type { Reject } from './reject.ts';

const usd = (value: number) => microUsd(Math.round(value * 1_000_000));
const e8 = (value: number) => amountE8(Math.round(value * 100_000_000));
const ROOM: StageCaps = {
  maxDailyVolume: usd(1_000_000),
  maxOpenPositions: 100,
  maxSingleOrderContractsE8: e8(100),
};

interface World {
  readonly stage?: Policy['stage'];
  readonly micro?: Partial<StageCaps>;
  readonly full?: Partial<StageCaps>;
  readonly exposure?: ExposureParts;
  readonly traded?: number;
  readonly context?: Partial<GateContext>;
}

/** Buys 0.3 of the call at 0.048 and 100 000 USD: 1 440 USD. */
function ask({
  stage = 'pilot',
  micro,
  full,
  exposure,
  traded = 0,
  context,
}: World): Reject | null {
  const caps = {
    microLiveCaps: { ...ROOM, ...micro },
    fullCaps: { ...ROOM, ...full },
  };
  const given = contextOf({
    policy: policyWith({ stage, ...caps }),
    exposure: exposureOf(exposure),
    turnover: () => traded * 1_000_000,
    ...context,
  });
  return admit(given, candidateOf()).reject;
}

const over = (limit: string, value: number, max: number) => ({
  code: 'PolicyLimitExceeded',
  operands: { limit, value, max },
});
const at = (name: typeof BTC_CALL.name, amount: number, price = 0.048) => ({
  instrument: name,
  amountE8: e8(amount),
  limitPriceE8: priceE8(Math.round(price * 100_000_000)),
});

describe('the caps of a stage', () => {
  it.each(['experiment', 'paper', 'limited_live'] as const)('are the full ones in %s', (stage) => {
    const none = { maxOpenPositions: 0 };
    expect(ask({ stage, micro: none })).toBeNull();
    expect(ask({ stage, full: none })).toMatchObject(over('max_open_positions', 1, 0));
  });

  it('are the small ones in pilot', () => {
    const none = { maxOpenPositions: 0 };
    expect(ask({ full: none })).toBeNull();
    expect(ask({ micro: none })).toMatchObject(over('max_open_positions', 1, 0));
  });

  it.each([
    ['pilot', 'microLiveCaps', 'micro_live_caps'],
    ['limited_live', 'fullCaps', 'full_caps'],
  ] as const)('that are missing in %s refuse by name', (stage, field, key) => {
    const { [field]: _gone, ...policy } = policyWith({ stage });
    const refusal = admit(contextOf({ policy }), candidateOf()).reject;
    expect(refusal).toEqual({ code: 'CriticalConfigMissing', operands: { key } });
  });
});

describe('max_single_order_contracts', () => {
  it('NON-TRIP at exactly the cap, TRIP over it', () => {
    expect(ask({ micro: { maxSingleOrderContractsE8: e8(0.3) } })).toBeNull();
    expect(ask({ micro: { maxSingleOrderContractsE8: e8(0.29999999) } })).toMatchObject(
      over('max_single_order_contracts', 0.3, 0.29999999),
    );
  });
});

describe('max_open_positions', () => {
  const exposure: ExposureParts = {
    held: [{ instrument: BTC_PUT.name, amountE8: e8(-1) }],
    pending: [at(ETH_CALL.name, 1)],
  };

  it('counts each instrument once; NON-TRIP at the cap, TRIP over it', () => {
    expect(ask({ exposure, micro: { maxOpenPositions: 3 } })).toBeNull();
    expect(ask({ exposure, micro: { maxOpenPositions: 2 } })).toMatchObject(
      over('max_open_positions', 3, 2),
    );
  });

  it('lets more of what is held in', () => {
    const held = [{ instrument: BTC_CALL.name, amountE8: e8(1) }];
    const twice = { held, pending: [at(BTC_CALL.name, 1)] };
    expect(ask({ exposure: twice, micro: { maxOpenPositions: 1 } })).toBeNull();
  });
});

describe('max_daily_volume_usd', () => {
  it('counts the day’s trades and this order; NON-TRIP at the cap, TRIP over it', () => {
    const micro = { maxDailyVolume: usd(10_000) };
    expect(ask({ micro, traded: 8_560 })).toBeNull();
    expect(ask({ micro, traded: 8_560.000001 })).toMatchObject(
      over('max_daily_volume_usd', 10_000.000001, 10_000),
    );
  });

  it('counts what is on its way at its limit, whichever way it goes', () => {
    const exposure = { pending: [at(BTC_PUT.name, -1, 0.01), at(BTC_CALL.name, 0.2)] };
    const micro = { maxDailyVolume: usd(1_000 + 960 + 1_440) };
    expect(ask({ exposure, micro })).toBeNull();
    expect(ask({ exposure, micro, traded: 0.000001 })).toMatchObject({
      operands: { limit: 'max_daily_volume_usd' },
    });
  });

  it('counts what settles in dollars as dollars', () => {
    const exposure = { pending: [at(BTC_USDC_PERPETUAL.name, 1, 99_000)] };
    expect(ask({ exposure, micro: { maxDailyVolume: usd(100_440) } })).toBeNull();
    expect(ask({ exposure, micro: { maxDailyVolume: usd(100_439) } })).toMatchObject(
      over('max_daily_volume_usd', 100_440, 100_439),
    );
  });

  it.each([Number.NaN, Number.POSITIVE_INFINITY])(
    'TRIP: where the day has %d, nothing opens',
    (odd) => {
      expect(ask({ traded: odd })).not.toBeNull();
    },
  );

  it('TRIP: where something on its way is not listed, nothing opens', () => {
    const exposure = { pending: [at('BTC-1JAN26-1-C' as typeof BTC_CALL.name, 1)] };
    expect(ask({ exposure })).toMatchObject({ code: 'GreeksUnknown' });
  });
});

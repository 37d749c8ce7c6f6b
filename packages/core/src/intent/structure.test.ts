import { describe, expect, it } from 'vitest';
import { BTC_CALL, BTC_PERPETUAL } from '../instrument/samples.fixture.ts';
import { monoMs, priceE8 } from '../values/index.ts';
import { structureFingerprint, structureLeg, tenorBucket } from './structure.ts';

const NOW = monoMs(1_774_000_000_000);
const DAY_MS = 86_400_000;
const CALL = { ...BTC_CALL, expiry: monoMs(NOW + 20 * DAY_MS) };

describe('the fingerprint of a structure', () => {
  it('is its underlyings, kinds, sides and tenors', () => {
    const legs = [structureLeg(CALL, 'buy', NOW), structureLeg(BTC_PERPETUAL, 'sell', NOW)];
    expect(structureFingerprint(legs)).toBe('BTC:call:buy:month+BTC:perpetual:sell:perpetual');
  });

  it('knows no order of legs, no strike and no day within a bucket', () => {
    const other = {
      ...CALL,
      expiry: monoMs(NOW + 30 * DAY_MS),
      option: { type: 'call' as const, strikeE8: priceE8(1) },
    };
    const one = [structureLeg(CALL, 'buy', NOW), structureLeg(other, 'sell', NOW)];
    const two = [structureLeg(CALL, 'sell', NOW), structureLeg(other, 'buy', NOW)];
    expect(structureFingerprint(one)).toBe(structureFingerprint(two));
  });

  it.each([
    ['side', structureLeg(CALL, 'sell', NOW)],
    ['type', structureLeg({ ...CALL, option: { ...option(), type: 'put' } }, 'buy', NOW)],
    ['tenor', structureLeg({ ...CALL, expiry: monoMs(NOW + 90 * DAY_MS) }, 'buy', NOW)],
    ['kind', structureLeg(BTC_PERPETUAL, 'buy', NOW)],
  ])('tells another %s apart', (_, leg) => {
    expect(structureFingerprint([leg])).not.toBe(
      structureFingerprint([structureLeg(CALL, 'buy', NOW)]),
    );
  });

  it.each([
    [-1, 'day'],
    [2, 'day'],
    [2.01, 'week'],
    [9, 'week'],
    [35, 'month'],
    [100, 'quarter'],
    [101, 'far'],
  ] as const)('%s days off is %s', (days, bucket) => {
    expect(tenorBucket(monoMs(NOW + days * DAY_MS), NOW)).toBe(bucket);
  });
});

function option(): NonNullable<typeof CALL.option> {
  if (CALL.option === null) throw new Error('a call has option terms');
  return CALL.option;
}

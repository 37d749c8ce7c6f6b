import { currency } from '@holdfast/core/values';
import { expect, it } from 'vitest';
import { testPolicy } from './policy.fixture.ts';
import { LAUNCH_RULES, underRules } from './rules.ts';

const policy = testPolicy();
const BTC = currency('BTC');

it('NON-TRIP: the launch rules are the launch policy', () => {
  expect(underRules(policy, LAUNCH_RULES)).toEqual(policy);
});

it('TRIP: heedless, no amount of our own trades trips anything', () => {
  const { parameters } = underRules(policy, { ...LAUNCH_RULES, heedless: 1 });
  expect(parameters).toEqual({
    ...policy.parameters,
    selfTradeMinSelfNotionalUsd: 1e9,
    selfTradeNotionalTripUsd: 1e9,
  });
});

it('TRIP: each missing value is missing, and nothing else', () => {
  const lacking = underRules(policy, {
    ...LAUNCH_RULES,
    withoutMinEdge: 1,
    withoutLeverage: 1,
    withoutExpiryBuffer: 1,
    withoutPortfolioDelta: 1,
    withoutDeltaLimit: 1,
  });
  expect(lacking).toMatchObject({
    minEdge: null,
    expiryDelistBufferS: null,
    exposure: { portfolioDelta: null },
    limits: { maxLeverage: null, maxOrdersPerSecond: policy.limits.maxOrdersPerSecond },
  });
  expect(lacking.exposure.deltaLimitE8.has(BTC)).toBe(false);
  expect(lacking.exposure.deltaLimitE8.size).toBe(1);
});

it('TRIP: less room, less patience; no age is shorter than its producer needs', () => {
  const tight = underRules(policy, { ...LAUNCH_RULES, room: 0.1, patience: 0.001 });
  const limit = policy.exposure.deltaLimitE8.get(BTC) ?? 0;
  expect(tight.exposure.deltaLimitE8.get(BTC)).toBe(limit / 10);
  expect(tight.limits.maxOrdersPerSecond).toBe(1);
  expect(tight.parameters).toMatchObject({ feeCacheHardS: 12, exchangeHealthStaleS: 65 });
  const unpaced = underRules(policy, { ...LAUNCH_RULES, unpaced: 1, room: 0.1 });
  expect(unpaced.limits.maxOrdersPerSecond).toBe(1_000);
});

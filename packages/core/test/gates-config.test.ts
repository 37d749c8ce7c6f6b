import { describe, expect, it } from 'vitest';
import {
  BTC_PERPETUAL,
  candidateOf,
  contextOf,
  exposureOf,
  policyWith,
  reducingCandidateOf,
} from '../src/gates/context.fixture.ts';
import { admit } from '../src/gates/gates.ts';
import { amountE8, microUsd } from '../src/values/index.ts';

const policy = (parts: Parameters<typeof policyWith>[0]) =>
  contextOf({ policy: policyWith(parts) });

it('leaves a perpetual alone that has no expiry to guard, without a buffer for one', () => {
  const context = policy({ expiryDelistBufferS: null });
  const perpetual = {
    instrument: BTC_PERPETUAL.name,
    quantity: 30_000,
    fairPrice: 100_500,
    delta: null,
  };
  expect(admit(context, candidateOf(perpetual))).toMatchObject({ pass: true });
});

describe('the ledger', () => {
  it.each([
    [1023, 1024, null],
    [1024, 1024, 'queue_full'],
    [1025, 1024, 'queue_full'],
    [Number.NaN, 1024, 'queue_full'],
    [0, 0, 'queue_full'],
  ])('with %d of %d queued', (depth, capacity, cause) => {
    const context = contextOf({
      ledger: { depth, capacity, refusal: null },
      exposure: exposureOf({ position: 1 }),
    });
    const admission = admit(context, candidateOf());
    expect(admission.pass ? null : admission.reject).toEqual(
      cause === null ? null : { code: 'RecordedBeforeDispatchFailed', operands: { cause } },
    );
    expect(admit(context, reducingCandidateOf())).toMatchObject({ pass: true });
  });

  it('is asked last: what is refused for anything else says so', () => {
    const context = contextOf({ ledger: { depth: 9, capacity: 9, refusal: null } });
    expect(admit(context, candidateOf({ grossEdgeUsd: 1 }))).toMatchObject({
      reject: { code: 'NetEdgeTooLow' },
    });
    expect(admit(context, candidateOf()).trace.at(-1)).toBe('identified');
  });
});

describe('values that would loosen a guard if they were believed', () => {
  it.each([
    { maxSlippageBps: Number.NaN },
    { l2BookSnapshotMaxAgeMs: Number.NaN },
    { mmUtilRejectOpens: Number.NaN },
    { instrumentCacheTtlS: Number.NaN },
    { feeCacheHardS: Number.NaN },
    { contractsAmountMatchTolerance: Number.NaN },
  ])('%o opens nothing', (parameters) => {
    expect(admit(policy({ parameters }), candidateOf({ contracts: 0.3 }))).toMatchObject({
      pass: false,
    });
  });

  it('a fee buffer that is no number makes ageing rates useless, not cheaper', () => {
    const context = policy({ parameters: { feeStaleBuffer: Number.NaN } });
    expect(admit({ ...context, feeModelAgeS: 400 }, candidateOf())).toMatchObject({
      reject: { code: 'FeeCacheStale' },
    });
  });

  it.each([
    { maxOrderSizeContractsE8: amountE8(Number.NaN) },
    { maxOrdersPerSecond: Number.NaN },
    { maxOrdersPerMinute: Number.NaN },
    { maxGrossNotional: microUsd(Number.NaN) },
    { maxLeverage: Number.NaN },
  ])('%o opens nothing', (limits) => {
    expect(admit(policy({ limits }), candidateOf())).toMatchObject({
      reject: { code: 'PolicyLimitExceeded' },
    });
  });
});

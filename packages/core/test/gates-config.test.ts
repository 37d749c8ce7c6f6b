import { describe, expect, it } from 'vitest';
import {
  BTC,
  BTC_CALL,
  BTC_PERPETUAL,
  bookOf,
  candidateOf,
  contextOf,
  contextWithListing,
  exposureOf,
  POLICY,
  policyWith,
  reducingCandidateOf,
} from '../src/gates/context.fixture.ts';
import type { GateContext } from '../src/gates/gate.ts';
import { admit } from '../src/gates/gates.ts';
import type { LegProposal } from '../src/intent/intent.ts';
import type { Instrument } from '../src/instrument/instrument.ts';
import { amountE8, microUsd, priceE8, quantity } from '../src/values/index.ts';

/** P1-F: one critical value taken away, everything else passing; the code it must give. */
interface Missing {
  readonly key: string;
  readonly code: string;
  readonly operands: object;
  readonly context?: GateContext;
  readonly leg?: Partial<LegProposal>;
}

const instrument = (parts: Partial<Instrument>) =>
  contextWithListing({ instrument: { ...BTC_CALL, ...parts } });
const policy = (parts: Parameters<typeof policyWith>[0]) =>
  contextOf({ policy: policyWith(parts) });
const without = (underlying: string) =>
  new Map([...POLICY.limits.perUnderlying].filter(([key]) => key !== underlying));

const MISSING: readonly Missing[] = [
  {
    key: 'policy',
    code: 'CriticalConfigMissing',
    operands: { key: 'policy' },
    context: contextOf({ policy: null }),
  },
  {
    key: 'tick_size',
    code: 'InstrumentMetadataMissing',
    operands: { field: 'tick_size' },
    context: instrument({ tickE8: priceE8(Number.NaN) }),
  },
  {
    key: 'amount_step',
    code: 'InstrumentMetadataMissing',
    operands: { field: 'amount_step' },
    context: instrument({ amountStepE8: amountE8(0) }),
  },
  {
    key: 'min_amount',
    code: 'InstrumentMetadataMissing',
    operands: { field: 'min_amount' },
    context: instrument({ minAmount: quantity(Number.NaN) }),
  },
  {
    key: 'contract_multiplier',
    code: 'InstrumentMetadataMissing',
    operands: { field: 'contract_multiplier' },
    context: instrument({ contractMultiplierE8: amountE8(0) }),
  },
  {
    key: 'expiration_timestamp',
    code: 'InstrumentMetadataMissing',
    operands: { field: 'expiration_timestamp' },
    context: instrument({ expiry: null }),
  },
  {
    key: 'index_price',
    code: 'InstrumentMetadataMissing',
    operands: { field: 'index_price' },
    context: contextOf({ indexPriceE8: () => null }),
  },
  {
    // AMB-03: the section's own code.
    key: 'expiry_delist_buffer_s',
    code: 'InstrumentExpiredOrDelisted',
    operands: { instrument: BTC_CALL.name },
    context: policy({ expiryDelistBufferS: null }),
  },
  {
    key: 'l2_snapshot',
    code: 'LiquidityGateNoL2',
    operands: {},
    context: contextWithListing({ book: bookOf([], [], { usable: false }) }),
  },
  {
    key: 'fee_model_cached_at_ts',
    code: 'FeeCacheStale',
    operands: { ageS: null },
    context: contextOf({ feeModelAgeS: null }),
  },
  {
    key: 'gross_edge_usd',
    code: 'NetEdgeInputMissing',
    operands: { field: 'gross_edge_usd' },
    leg: { grossEdgeUsd: null },
  },
  {
    key: 'fee_usd',
    code: 'NetEdgeInputMissing',
    operands: { field: 'fee_usd' },
    context: instrument({ takerFeeE8: Number.NaN }),
  },
  {
    key: 'min_edge_usd',
    code: 'NetEdgeInputMissing',
    operands: { field: 'min_edge_usd' },
    context: policy({ minEdge: null }),
  },
  {
    key: 'fair_price',
    code: 'NetEdgeInputMissing',
    operands: { field: 'fair_price' },
    leg: { fairPrice: null },
  },
  {
    key: 'qty',
    code: 'InvalidInput',
    operands: { field: 'quantity' },
    leg: { quantity: Number.NaN },
  },
  {
    key: 'risk_state',
    code: 'RiskStateNotHealthy',
    operands: { riskState: 'Degraded' },
    context: contextOf({ riskState: 'Degraded' }),
  },
  {
    key: 'mm_util',
    code: 'MarginHeadroomRejectOpens',
    operands: { mmUtil: null },
    context: contextOf({ mmUtil: null }),
  },
  {
    key: 'equity_usd',
    code: 'InvalidInput',
    operands: { field: 'equity_usd' },
    context: contextOf({ equity: null }),
  },
  {
    key: 'delta_limit',
    code: 'InventorySkewDeltaLimitMissing',
    operands: { underlying: 'BTC' },
    context: policy({ exposure: { deltaLimitE8: new Map() } }),
  },
  {
    key: 'portfolio_delta',
    code: 'GlobalExposureBudgetExceeded',
    operands: { limitUsd: null },
    context: policy({ exposure: { portfolioDelta: null } }),
  },
  {
    key: 'max_leverage',
    code: 'CriticalConfigMissing',
    operands: { key: 'max_leverage' },
    context: policy({ limits: { maxLeverage: null } }),
  },
  {
    key: 'max_delta_abs',
    code: 'CriticalConfigMissing',
    operands: { key: 'max_delta_abs.BTC' },
    context: policy({ limits: { perUnderlying: without(BTC) } }),
  },
  {
    key: 'ledger',
    code: 'RecordedBeforeDispatchFailed',
    operands: { cause: 'write_failed' },
    context: contextOf({ ledger: { depth: 0, capacity: 1024, refusal: 'write_failed' } }),
  },
];

describe('P1-F a missing critical value refuses the OPEN in its own words', () => {
  it.each(MISSING)('without $key: $code', ({ code, operands, context = contextOf(), leg = {} }) => {
    expect(admit(context, candidateOf(leg))).toMatchObject({
      pass: false,
      reject: { code, operands },
    });
  });

  it('and with all of them there it is admitted', () => {
    expect(admit(contextOf(), candidateOf())).toMatchObject({ pass: true });
  });

  it('leaves a perpetual alone that has no expiry to guard', () => {
    const context = policy({ expiryDelistBufferS: null });
    const perpetual = {
      instrument: BTC_PERPETUAL.name,
      quantity: 30_000,
      fairPrice: 100_500,
      delta: null,
    };
    expect(admit(context, candidateOf(perpetual))).toMatchObject({ pass: true });
  });
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

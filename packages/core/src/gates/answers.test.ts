import { describe, expect, it } from 'vitest';
import { type GateAnswer, NO_ANSWERS } from './answers.ts';
import {
  BTC_USDC_PERPETUAL,
  candidateOf,
  contextOf,
  DAY_MS,
  exposureOf,
  policyWith,
  reducingCandidateOf,
} from './context.fixture.ts';
import { admit } from './gates.ts';

const passed = (gate: string, numbers: GateAnswer['numbers'] = {}): GateAnswer => ({
  gate,
  passed: true,
  numbers,
});

const RATE = {
  requestsAvailable: 20,
  requestsReserved: 5,
  msSinceLastOrder: null,
  minOrderIntervalMs: 200,
  ordersInSecond: 1,
  maxOrdersPerSecond: 5,
  ordersInMinute: 1,
  maxOrdersPerMinute: 100,
};
const LIQUIDITY = {
  bookAgeMs: 100,
  bookMaxAgeMs: 1_000,
  slippageBps: 0,
  maxSlippageBps: 10,
  expectedSlippageUsd: 0,
};
/** 3 bps of 30 000 USD. */
const FEE = { feeModelAgeS: 10, feeModelMaxAgeS: 900, feeUsd: 9 };

/** Worked by hand: 0.3 of a call at fair 0.05 and index 100 000, with 100 USD of edge. */
const OPENED: readonly GateAnswer[] = [
  passed('classified'),
  passed('mode'),
  passed('configured'),
  passed('suspended'),
  passed('rate-budget', RATE),
  passed('listed'),
  passed('metadata-fresh', { metadataAgeMs: 10_000, metadataMaxAgeMs: 3_600_000 }),
  passed('lifecycle', { msToExpiry: 30 * DAY_MS, delistBufferS: 60 }),
  passed('universe'),
  passed('preflight'),
  passed('well-formed', { quantity: 0.3, limitPrice: null, fairPrice: 0.05 }),
  passed('sized', {
    amountAsked: 0.3,
    positionFaced: null,
    contracts: 0.3,
    maxContracts: 10_000,
    amount: 0.3,
    notionalUsd: 30_000,
    delta: 0.15,
  }),
  passed('self-impact', {
    tradeFeedAgeMs: 1_000,
    selfNotionalUsd: 0,
    publicNotionalUsd: 0,
    cooldownMs: 0,
  }),
  passed('churn', {}),
  passed('margin-headroom', { mmUtil: 0.1, mmUtilRejectOpens: 0.7 }),
  passed('fee-fresh', FEE),
  passed('liquidity', LIQUIDITY),
  passed('net-edge', { grossEdgeUsd: 100, netEdgeUsd: 91, minEdgeUsd: 10 }),
  passed('pending-exposure', { reachedDelta: 0.15, deltaLimit: 10 }),
  passed('hedge-only', { opposedDelta: null, orderDelta: null }),
  passed('global-exposure', { exposureUsd: 15_000, exposureLimitUsd: 10_000_000 }),
  passed('launch-limits', {
    reachedDelta: 0.15,
    maxDelta: 100,
    positionNotionalUsd: 30_000,
    maxPositionNotionalUsd: 25_000_000,
    grossNotionalUsd: 30_000,
    maxGrossNotionalUsd: 50_000_000,
    leverage: 0.03,
    maxLeverage: 10,
  }),
  passed('losses', {
    dailyLossUsd: 0,
    maxDailyLossUsd: 5_000,
    weeklyLossUsd: 0,
    maxWeeklyLossUsd: 5_000,
    drawdownUsd: 0,
    maxDrawdownUsd: 5_000,
  }),
  // 0.3 of 0.00002 a dollar, one percent being 1 000; and 0.3 of 100 USD a point.
  passed('greeks', { gammaBtc: 0.006, maxGammaBtc: 100, vegaUsd: 30, maxVegaUsd: 1_000_000 }),
  passed('inventory-skew', {
    inventoryDelta: 0,
    deltaLimit: 10,
    skewTicks: 0,
    netEdgeUsd: 91,
    adjustedMinEdgeUsd: 10,
  }),
  // Fair less half of 91 USD on 0.3 BTC at 100 000.
  passed('priced', { ownLimit: 0.04848333, limit: 0.04848333, limitOnLadder: 0.048 }),
  passed('stage-caps', {
    contracts: 0.3,
    maxSingleOrderContracts: 10_000,
    openPositions: 1,
    maxOpenPositions: 100,
    dailyVolumeUsd: 1_440,
    maxDailyVolumeUsd: 10_000_000,
  }),
  passed('identified'),
  passed('ledger-headroom', { ledgerDepth: 0, ledgerCapacity: 1_024 }),
];

/** A sale of 0.3 out of 1: no edge, no order size and no price of ours is asked of it. */
const CLOSED: readonly GateAnswer[] = [
  passed('classified'),
  passed('listed'),
  passed('lifecycle', { msToExpiry: 30 * DAY_MS, delistBufferS: null }),
  passed('preflight'),
  passed('well-formed', { quantity: 0.3, limitPrice: 0.045, fairPrice: null }),
  passed('sized', {
    amountAsked: 0.3,
    positionFaced: 1,
    contracts: null,
    maxContracts: null,
    amount: 0.3,
    notionalUsd: 30_000,
    delta: -0.15,
  }),
  passed('fee-fresh', FEE),
  passed('liquidity', LIQUIDITY),
  passed('priced', { ownLimit: null, limit: 0.045, limitOnLadder: 0.045 }),
  passed('identified'),
];

describe('what an admission tells', () => {
  it('of an OPEN: every gate in order, and every number it was judged by', () => {
    expect(admit(contextOf(), candidateOf()).answers.list()).toEqual(OPENED);
  });

  it('of a reduction: the gates no placement does without, and what they asked of it', () => {
    const context = contextOf({ exposure: exposureOf({ position: 1 }) });
    expect(admit(context, reducingCandidateOf()).answers.list()).toEqual(CLOSED);
  });

  it('of a refusal: what passed, then the gate that refused, and no gate after it', () => {
    const told = admit(contextOf({ mmUtil: 0.7 }), candidateOf()).answers.list();
    const passing = OPENED.slice(0, 14);
    expect(told).toEqual([
      ...passing,
      {
        gate: 'margin-headroom',
        passed: false,
        numbers: { mmUtil: 0.7, mmUtilRejectOpens: 0.7 },
      },
    ]);
  });

  it('of a hedge-only family: the delta it opposes and its own', () => {
    const policy = policyWith({ universe: { hedgeOnlyFamilies: ['linear_perpetual'] } });
    const hedge = candidateOf({
      instrument: BTC_USDC_PERPETUAL.name,
      quantity: 1,
      fairPrice: 101_000,
      grossEdgeUsd: 1_000,
      delta: null,
    });
    const exposure = exposureOf({ current: { BTC: -2 }, pendingLong: { BTC: 0.5 } });
    const told = admit(contextOf({ policy, exposure }), hedge).answers.list();
    expect(told.find(({ gate }) => gate === 'hedge-only')).toEqual(
      passed('hedge-only', { opposedDelta: 1.5, orderDelta: 1 }),
    );
  });

  it('stays what it was when the next intent is judged', () => {
    const first = admit(contextOf(), candidateOf());
    const before = first.answers.list();
    admit(contextOf({ mmUtil: 0.2 }), candidateOf({ quantity: 0.6, grossEdgeUsd: 200 }));
    expect(first.answers.list()).toEqual(before);
    expect(candidateOf().found.every(Number.isNaN)).toBe(true);
  });

  it('of nobody: nothing', () => {
    expect(NO_ANSWERS.list()).toEqual([]);
  });
});

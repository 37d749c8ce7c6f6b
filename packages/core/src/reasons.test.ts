import { describe, expect, it } from 'vitest';
import { type Reject, type RejectOperands, reject } from './gates/reject.ts';
import {
  KILL_REASON_CODES,
  OPEN_PERMISSION_REASON_CODES,
  REDUCE_ONLY_REASON_CODES,
} from './guard/codes.ts';
import { RISK_CAUSES } from './guard/risk-state.ts';
import {
  CAUSE_REASONS,
  LATCH_REASONS,
  MODE_REASONS,
  REJECT_REASONS,
  renderReject,
} from './reasons.ts';

/** Contract-1 section 2.4, verbatim. */
const CONTRACT_REJECTS =
  `TooSmallAfterQuantization InstrumentMetadataMissing ChurnBreakerActive LiquidityGateNoL2
EmergencyCloseNoPrice ExpectedSlippageTooHigh NetEdgeTooLow NetEdgeInputMissing InventorySkew
InventorySkewDeltaLimitMissing PendingExposureBudgetExceeded GlobalExposureBudgetExceeded
ContractsAmountMismatch MarginHeadroomRejectOpens OrderTypeMarketForbidden OrderTypeStopForbidden
LinkedOrderTypeForbidden PostOnlyWouldCross RiskIncreasingCancelReplaceForbidden RateLimitBrownout
InstrumentExpiredOrDelisted FeedbackLoopGuardActive LabelTooLong`.split(/\s+/);

describe('reasons', () => {
  it('hold the 23 contract tokens first and verbatim, then the extensions', () => {
    expect(Object.keys(REJECT_REASONS).slice(0, 23)).toEqual(CONTRACT_REJECTS);
  });

  it('speak of every mode, latch and cause code, in contract order', () => {
    expect(Object.keys(MODE_REASONS)).toEqual([...KILL_REASON_CODES, ...REDUCE_ONLY_REASON_CODES]);
    expect(Object.keys(LATCH_REASONS)).toEqual([...OPEN_PERMISSION_REASON_CODES]);
    expect(Object.keys(CAUSE_REASONS)).toEqual(Object.keys(RISK_CAUSES));
  });

  it('are whole sentences, and Kill is critical', () => {
    const all = { ...REJECT_REASONS, ...MODE_REASONS, ...LATCH_REASONS, ...CAUSE_REASONS };
    for (const [code, { meaning, clears, severity }] of Object.entries(all)) {
      expect(meaning, code).toMatch(/^[A-Z0-9].{10,}\.$/);
      expect(clears, code).toMatch(/^[A-Z].{5,}\.$/);
      expect(severity === 'critical').toBe(
        code.startsWith('KILL_') || code === 'operator_kill' || code === 'weekly_loss',
      );
    }
  });
});

/** One of each, so that no renderer is left untried. */
const SAMPLES: RejectOperands = {
  TooSmallAfterQuantization: { amount: 0.05, minAmount: 0.1 },
  InstrumentMetadataMissing: { instrument: 'BTC-X', field: 'tick_size' },
  ChurnBreakerActive: { key: 'k', remainingMs: 5 },
  LiquidityGateNoL2: { instrument: 'BTC-X', bookAgeMs: null, maxAgeMs: 1000 },
  EmergencyCloseNoPrice: { instrument: 'BTC-X' },
  ExpectedSlippageTooHigh: { slippageBps: 11, maxSlippageBps: 10, filledAmount: 1 },
  NetEdgeTooLow: { netEdgeUsd: 4, minEdgeUsd: 5 },
  NetEdgeInputMissing: { field: 'fee_usd' },
  InventorySkew: { bias: 0.9, netEdgeUsd: 5, adjustedMinEdgeUsd: 7.25 },
  InventorySkewDeltaLimitMissing: { underlying: 'BTC' },
  PendingExposureBudgetExceeded: { pendingDelta: 1, deltaImpact: 2, limit: 2 },
  GlobalExposureBudgetExceeded: { exposureUsd: 3, limitUsd: null },
  ContractsAmountMismatch: { amount: 1, contracts: 2, contractMultiplier: 1 },
  MarginHeadroomRejectOpens: { mmUtil: null, threshold: 0.7 },
  OrderTypeMarketForbidden: { orderType: 'market' },
  OrderTypeStopForbidden: { orderType: 'stop_limit' },
  LinkedOrderTypeForbidden: { linkedOrderType: 'one_cancels_other' },
  PostOnlyWouldCross: { limitPrice: 1, bestBid: null, bestAsk: 1 },
  RiskIncreasingCancelReplaceForbidden: { target: 't', cause: 'protective_order' },
  RateLimitBrownout: { available: 4, reserved: 5, requestClass: 'OPEN' },
  InstrumentExpiredOrDelisted: { instrument: 'BTC-X', msToExpiry: 1 },
  FeedbackLoopGuardActive: { key: 'a b', selfNotionalUsd: 1, publicNotionalUsd: 2, remainingMs: 9 },
  LabelTooLong: { length: 65, max: 64 },
  TradingModeForbidsOpen: { mode: 'ReduceOnly', reasons: ['REDUCEONLY_POLICY_STALE'] },
  OpenPermissionLatched: { reasons: ['RESTART_RECONCILE_REQUIRED'] },
  RiskStateNotHealthy: { riskState: 'Degraded' },
  EvidenceChainNotGreen: { state: 'RED' },
  RecordedBeforeDispatchFailed: { cause: 'queue_full' },
  FeeCacheStale: { ageS: 901, hardS: 900 },
  CriticalConfigMissing: { key: 'expiry_delist_buffer_s' },
  PolicyLimitExceeded: { limit: 'max_vega_usd', value: 2, max: 1 },
  ExecutionStyleViolation: { style: 'Sniper', timeInForce: 'good_til_cancelled' },
  StrategySuspended: { strategyId: 's' },
  ApprovalRequired: { subject: 'x' },
  InstrumentKindUnsupported: { instrument: 'BTC-X', kind: 'spot' },
  InstrumentNotAllowed: { instrument: 'BTC-X', rule: 'universe.families' },
  GroupLegsUnsupported: { legs: 3, max: 2 },
  InvalidInput: { field: 'quantity' },
  ReplaceUnsupported: { target: 't' },
  CancelTargetUnknown: { target: 't' },
  LossMeasureUnknown: { limit: 'max_daily_loss_usd', missing: 'baseline' },
  GreeksUnknown: { instrument: 'BTC-1', greek: 'gamma', ageMs: null, maxAgeMs: 30_000 },
  SequenceNotReady: { step: 'hedge', waitsFor: 'l' },
};

describe('renderReject', () => {
  it.each(Object.keys(REJECT_REASONS) as Reject['code'][])('%s says its operands', (code) => {
    const operands = SAMPLES[code];
    const text = renderReject(reject(code, operands));
    expect(text.startsWith(`${code}: `)).toBe(true);
    for (const value of Object.values(operands).flat()) {
      expect(text).toContain(value === null ? 'unknown' : String(value));
    }
    expect(text).not.toMatch(/undefined|\[object|null/);
  });
});

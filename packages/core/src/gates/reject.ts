import type { OpenPermissionReasonCode, ModeReasonCode } from '../guard/codes.ts';
import type { RiskState, TradingMode } from '../guard/mode.ts';

/**
 * Every way we say no to an intent, with the operands that made it no. Text is rendered from these,
 * never matched. The first 23 are the contract's tokens verbatim (contract-1 section 2.4); the rest
 * are documented extensions (D-7). Numbers are decimals in the unit their name ends with.
 */
export interface RejectOperands {
  TooSmallAfterQuantization: { amount: number; minAmount: number };
  InstrumentMetadataMissing: { instrument: string; field: string };
  ChurnBreakerActive: { key: string; remainingMs: number };
  LiquidityGateNoL2: { instrument: string; bookAgeMs: number | null; maxAgeMs: number };
  EmergencyCloseNoPrice: { instrument: string };
  ExpectedSlippageTooHigh: {
    slippageBps: number | null;
    maxSlippageBps: number;
    filledAmount: number;
  };
  NetEdgeTooLow: { netEdgeUsd: number; minEdgeUsd: number };
  NetEdgeInputMissing: { field: string };
  InventorySkew: { bias: number; netEdgeUsd: number; adjustedMinEdgeUsd: number };
  InventorySkewDeltaLimitMissing: { underlying: string };
  PendingExposureBudgetExceeded: { pendingDelta: number; deltaImpact: number; limit: number };
  GlobalExposureBudgetExceeded: { exposureUsd: number; limitUsd: number | null };
  ContractsAmountMismatch: { amount: number; contracts: number; contractMultiplier: number };
  MarginHeadroomRejectOpens: { mmUtil: number | null; threshold: number };
  OrderTypeMarketForbidden: { orderType: string };
  OrderTypeStopForbidden: { orderType: string };
  LinkedOrderTypeForbidden: { linkedOrderType: string };
  PostOnlyWouldCross: { limitPrice: number | null; bestBid: number | null; bestAsk: number | null };
  RiskIncreasingCancelReplaceForbidden: { target: string; cause: string };
  RateLimitBrownout: { requestClass: string; available: number; reserved: number };
  InstrumentExpiredOrDelisted: { instrument: string; msToExpiry: number | null };
  FeedbackLoopGuardActive: {
    key: string;
    selfNotionalUsd: number;
    publicNotionalUsd: number;
    remainingMs: number;
  };
  LabelTooLong: { length: number; max: number };

  TradingModeForbidsOpen: { mode: TradingMode; reasons: readonly ModeReasonCode[] };
  OpenPermissionLatched: { reasons: readonly OpenPermissionReasonCode[] };
  RiskStateNotHealthy: { riskState: RiskState };
  EvidenceChainNotGreen: { state: string };
  RecordedBeforeDispatchFailed: { cause: string };
  FeeCacheStale: { ageS: number | null; hardS: number };
  CriticalConfigMissing: { key: string };
  PolicyLimitExceeded: { limit: string; value: number; max: number };
  ExecutionStyleViolation: { style: string; timeInForce: string };
  StrategySuspended: { strategyId: string };
  ApprovalRequired: { subject: string };
  InstrumentKindUnsupported: { instrument: string; kind: string };
  InstrumentNotAllowed: { instrument: string; rule: string };
  GroupLegsUnsupported: { legs: number; max: number };
  InvalidInput: { field: string };
  ReplaceUnsupported: { target: string };
  CancelTargetUnknown: { target: string };
  LossMeasureUnknown: { limit: string; missing: 'equity' | 'baseline' };
  GreeksUnknown: { instrument: string; greek: string; ageMs: number | null; maxAgeMs: number };
  SequenceNotReady: { step: string; waitsFor: string };
}

export type RejectCode = keyof RejectOperands;

/** Our no about an intent, before dispatch. The venue's no is a `VenueReject`. */
export type Reject = {
  readonly [Code in RejectCode]: {
    readonly code: Code;
    readonly operands: Readonly<RejectOperands[Code]>;
  };
}[RejectCode];

export function reject<Code extends RejectCode>(
  code: Code,
  operands: RejectOperands[Code],
): Reject {
  return { code, operands } as Reject;
}

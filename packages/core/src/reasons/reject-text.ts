import type { Reject, RejectCode, RejectOperands } from '../gates/reject.ts';

type Renderers = {
  readonly [Code in RejectCode]: (operands: Readonly<RejectOperands[Code]>) => string;
};

const known = (value: number | null, unit: string): string =>
  value === null ? 'unknown' : `${value}${unit}`;

/**
 * One sentence per code, made from its operands. Sentences are for reading; nothing ever matches
 * them.
 */
const TEXT: Renderers = {
  TooSmallAfterQuantization: (o) => `amount ${o.amount} is below the minimum ${o.minAmount}`,
  InstrumentMetadataMissing: (o) => `${o.instrument}: ${o.field} is missing, too old or unusable`,
  ChurnBreakerActive: (o) => `${o.key} is paused for another ${o.remainingMs} ms`,
  LiquidityGateNoL2: (o) =>
    `${o.instrument}: book age ${known(o.bookAgeMs, ' ms')}, at most ${o.maxAgeMs} ms`,
  EmergencyCloseNoPrice: (o) => `${o.instrument}: no price to close at`,
  ExpectedSlippageTooHigh: (o) =>
    `slippage ${known(o.slippageBps, ' bps')} over ${o.maxSlippageBps} bps, ` +
    `book fills ${o.filledAmount}`,
  NetEdgeTooLow: (o) => `net edge ${o.netEdgeUsd} USD below ${o.minEdgeUsd} USD`,
  NetEdgeInputMissing: (o) => `${o.field} is missing or not a number`,
  InventorySkew: (o) =>
    `inventory bias ${o.bias}: net edge ${o.netEdgeUsd} USD below ${o.adjustedMinEdgeUsd} USD`,
  InventorySkewDeltaLimitMissing: (o) => `no delta limit for ${o.underlying}`,
  PendingExposureBudgetExceeded: (o) =>
    `pending delta ${o.pendingDelta} and ${o.deltaImpact} more pass the limit ${o.limit}`,
  GlobalExposureBudgetExceeded: (o) =>
    `portfolio delta ${o.exposureUsd} USD, limit ${known(o.limitUsd, ' USD')}`,
  ContractsAmountMismatch: (o) =>
    `amount ${o.amount} is not ${o.contracts} contracts of ${o.contractMultiplier}`,
  MarginHeadroomRejectOpens: (o) =>
    `margin use ${known(o.mmUtil, '')}, new OPENs end at ${o.threshold}`,
  OrderTypeMarketForbidden: (o) => `order type ${o.orderType} does not exist here`,
  OrderTypeStopForbidden: (o) => `order type ${o.orderType} does not exist here`,
  LinkedOrderTypeForbidden: (o) => `linked order type ${o.linkedOrderType} does not exist here`,
  PostOnlyWouldCross: (o) =>
    `post-only at ${known(o.limitPrice, '')} against ` +
    `${known(o.bestBid, '')} / ${known(o.bestAsk, '')}`,
  RiskIncreasingCancelReplaceForbidden: (o) => `${o.target} stays: ${o.cause}`,
  RateLimitBrownout: (o) =>
    `no request budget for ${o.requestClass}: ${o.available} left, ${o.reserved} of them reserved`,
  InstrumentExpiredOrDelisted: (o) =>
    `${o.instrument}: time to expiry ${known(o.msToExpiry, ' ms')}`,
  FeedbackLoopGuardActive: (o) =>
    `our ${o.selfNotionalUsd} USD of ${o.publicNotionalUsd} USD traded here; ` +
    `${o.key} pauses for ${o.remainingMs} ms`,
  LabelTooLong: (o) => `label of ${o.length} characters, at most ${o.max}`,
  TradingModeForbidsOpen: (o) => `mode ${o.mode}: ${o.reasons.join(', ')}`,
  OpenPermissionLatched: (o) => `latched: ${o.reasons.join(', ')}`,
  RiskStateNotHealthy: (o) => `risk state ${o.riskState}`,
  EvidenceChainNotGreen: (o) => `evidence chain ${o.state}`,
  RecordedBeforeDispatchFailed: (o) => `not recorded: ${o.cause}`,
  FeeCacheStale: (o) => `fee rates are ${known(o.ageS, ' s')} old, at most ${o.hardS} s`,
  CriticalConfigMissing: (o) => `${o.key} is not set and has no default`,
  PolicyLimitExceeded: (o) =>
    `${o.limit}: ${o.value} is ${o.limit.startsWith('min_') ? 'below' : 'over'} ${o.max}`,
  ExecutionStyleViolation: (o) => `${o.timeInForce} is not allowed under ${o.style}`,
  StrategySuspended: (o) => `${o.strategyId} is suspended`,
  ApprovalRequired: (o) => `${o.subject} needs an approval`,
  InstrumentKindUnsupported: (o) => `${o.instrument}: ${o.kind} is not supported`,
  InstrumentNotAllowed: (o) => `${o.instrument} is not allowed: ${o.rule}`,
  GroupLegsUnsupported: (o) => `${o.legs} legs, at most ${o.max}`,
  InvalidInput: (o) => `${o.field} is missing or unusable`,
  ReplaceUnsupported: (o) => `${o.target} cannot be replaced, only cancelled`,
  CancelTargetUnknown: (o) => `${o.target} is not a working order of ours`,
  LossMeasureUnknown: (o) => `${o.limit}: the ${o.missing} it is measured from is unknown`,
  GreeksUnknown: (o) =>
    `${o.instrument}: ${o.greek} is unknown, or its age ${known(o.ageMs, ' ms')} ` +
    `is over ${o.maxAgeMs} ms`,
  SequenceNotReady: (o) => `${o.step} waits for ${o.waitsFor}`,
};

/** `Code: sentence`, from the operands. */
export function renderReject(reject: Reject): string {
  const render = TEXT[reject.code] as (operands: Reject['operands']) => string;
  return `${reject.code}: ${render(reject.operands)}`;
}

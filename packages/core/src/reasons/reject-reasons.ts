import type { RejectCode } from '../gates/reject.ts';
import type { Reason } from './reason.ts';

const refusal = (meaning: string, clears: string): Reason => ({
  meaning,
  severity: 'notice',
  by: 'next_intent',
  clears,
});

const fault = (meaning: string, clears: string): Reason => ({
  meaning,
  severity: 'warning',
  by: 'next_intent',
  clears,
});

/**
 * Why an intent was refused before anything was sent. Nothing is left behind by any of them (D-10).
 */
export const REJECT_REASONS = {
  TooSmallAfterQuantization: refusal(
    'Rounded down to the venue’s step, the order is smaller than the venue accepts.',
    'Propose at least the minimum amount.',
  ),
  InstrumentMetadataMissing: fault(
    'A fact about the instrument that sizing or pricing needs is missing, too old or not a number.',
    'The instrument list is read again; then a new proposal may pass.',
  ),
  ChurnBreakerActive: refusal(
    'This strategy broke up groups too often here and is on a pause.',
    'The pause ends by itself.',
  ),
  LiquidityGateNoL2: refusal(
    'There is no fresh, coherent order book to judge the price against.',
    'A new snapshot of the book arrives.',
  ),
  EmergencyCloseNoPrice: fault(
    'An emergency close found no price it could trust. It tries again every tick.',
    'A book or a ticker arrives for the instrument.',
  ),
  ExpectedSlippageTooHigh: refusal(
    'Filling the whole order would cost more slippage than allowed, or the book is too thin.',
    'The book gets deeper, or the proposal smaller.',
  ),
  NetEdgeTooLow: refusal(
    'After fees and slippage too little profit is left to be worth the risk.',
    'Prices move, or the strategy sees a better trade.',
  ),
  NetEdgeInputMissing: fault(
    'Profit after costs cannot be computed, because one of its inputs is missing or not a number.',
    'The missing input is given; a missing limit is set in the policy.',
  ),
  InventorySkew: refusal(
    'The book already leans this way; the edge asked for a trade that adds to it was not met.',
    'Inventory shrinks, or the edge grows.',
  ),
  InventorySkewDeltaLimitMissing: fault(
    'The policy sets no delta limit for this coin, so nothing may be opened in it.',
    'Set exposure.delta_limit for the coin and release the policy.',
  ),
  PendingExposureBudgetExceeded: refusal(
    'Together with the orders already on their way this would pass the delta limit.',
    'Working orders fill or are cancelled.',
  ),
  GlobalExposureBudgetExceeded: refusal(
    'The portfolio, with orders on their way, would pass its delta limit, or no limit is set.',
    'Exposure shrinks; a missing limit is set in the policy.',
  ),
  ContractsAmountMismatch: fault(
    'Contracts and amount of the proposal do not describe the same order.',
    'The strategy is corrected.',
  ),
  MarginHeadroomRejectOpens: refusal(
    'Too much of the margin is in use to open anything new, or its use is unknown.',
    'Margin use falls below the line and is read again.',
  ),
  OrderTypeMarketForbidden: fault(
    'Market orders do not exist here.',
    'The strategy proposes a limit order.',
  ),
  OrderTypeStopForbidden: fault(
    'Stop and trigger orders do not exist here.',
    'The strategy proposes a limit order.',
  ),
  LinkedOrderTypeForbidden: fault(
    'Linked orders do not exist here.',
    'The strategy proposes single orders.',
  ),
  PostOnlyWouldCross: refusal(
    'A post-only order at this price would trade at once, or there is no book to tell.',
    'The price moves away, or the book is there.',
  ),
  RiskIncreasingCancelReplaceForbidden: refusal(
    'Cancelling or replacing this order would raise exposure or remove its protection.',
    'Active mode, an open latch, a healthy state; protection stays while anything is held.',
  ),
  RateLimitBrownout: fault(
    'The venue’s request budget is nearly used up and is kept for reducing risk.',
    'Request pressure falls.',
  ),
  InstrumentExpiredOrDelisted: refusal(
    'The instrument has expired, is being delisted, or is too close to expiry to open.',
    'It does not; choose another instrument.',
  ),
  FeedbackLoopGuardActive: refusal(
    'We are a large part of the recent trading here and might chase ourselves.',
    'The pause ends by itself.',
  ),
  LabelTooLong: fault(
    'The order’s label would be longer than the venue accepts.',
    'The strategy’s identity is corrected.',
  ),
  TradingModeForbidsOpen: refusal(
    'The trading mode is not Active, so nothing may be opened.',
    'Every reason of the mode clears.',
  ),
  OpenPermissionLatched: refusal(
    'Opening waits for a reconciliation with the venue.',
    'A full reconciliation passes and no cause of the latch stands.',
  ),
  RiskStateNotHealthy: refusal(
    'The system is not healthy, so nothing may be opened.',
    'Every cause of the risk state clears.',
  ),
  EvidenceChainNotGreen: fault(
    'Evidence of decisions is not being kept, so nothing may be opened.',
    'The evidence chain is green again for its cooldown.',
  ),
  RecordedBeforeDispatchFailed: fault(
    'The ledger could not record the order, so it was not sent.',
    'The ledger writes again.',
  ),
  FeeCacheStale: fault(
    'Fee rates are unknown or too old to judge a new trade.',
    'The account is read again.',
  ),
  CriticalConfigMissing: fault(
    'The policy does not set a value that has no default.',
    'Set the key and release the policy.',
  ),
  PolicyLimitExceeded: refusal(
    'The order would pass a limit of the launch policy.',
    'Exposure shrinks, time passes, or the proposal is smaller.',
  ),
  ExecutionStyleViolation: fault(
    'The policy allows another style of order only.',
    'The strategy follows the style, or the policy changes it.',
  ),
  StrategySuspended: fault(
    'The strategy failed and is not listened to.',
    'The process is started again after the strategy was mended.',
  ),
  ApprovalRequired: fault(
    'Somebody has to approve this first, and nobody has.',
    'The approval is recorded.',
  ),
  InstrumentKindUnsupported: fault(
    'This kind of product has no sizing rule here.',
    'It does not; choose another instrument.',
  ),
  InstrumentNotAllowed: refusal(
    'The launch policy does not list this instrument, or lists it for hedging only.',
    'The policy lists it.',
  ),
  GroupLegsUnsupported: fault(
    'A group has one or two legs.',
    'The strategy proposes one or two legs.',
  ),
  InvalidInput: fault(
    'A field of the proposal is missing, not a number or off the grid.',
    'The strategy is corrected.',
  ),
  ReplaceUnsupported: fault(
    'Orders are not replaced here; they are cancelled and proposed anew.',
    'The strategy cancels and proposes anew.',
  ),
  CancelTargetUnknown: refusal(
    'The order to cancel is not a working order of ours.',
    'Nothing to do: it is finished or never was.',
  ),
  LossMeasureUnknown: refusal(
    'Nobody can tell what the day, the week or the fall from its highest has lost.',
    'The account is read, and the first reading of a new day is on record.',
  ),
  GreeksUnknown: refusal(
    'Gamma or vega of what is held, on its way or proposed is unknown or too old.',
    'The venue tells its analytics of the instrument again.',
  ),
  SequenceNotReady: refusal(
    'A hedge waits until the close before it has ended: what is left over is not known yet.',
    'The close is filled, cancelled or refused.',
  ),
} as const satisfies Record<RejectCode, Reason>;

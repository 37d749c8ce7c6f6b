export { assert, InvariantViolation, unreachable } from './assert.ts';
export type { CashAnswer, CashCause, CashCursor, CashRow } from './cash-event.ts';
export type { Decision, IntentRejected } from './decision.ts';
export type { Cancel, Effect, Fetch, Submit } from './effect.ts';
export type {
  AccountEvent,
  AccountObserved,
  BookChanged,
  CancelFailed,
  Event,
  FeeTier,
  InstrumentsListed,
  IntentEvent,
  LedgerEvent,
  MaintenanceWindow,
  MarketEvent,
  ObservedFill,
  ObservedSettlement,
  OrderReported,
  RequestBudget,
  RequestLimits,
  SessionTerminated,
  ShellEvent,
  TickerChanged,
  VenueHealthObserved,
  VenueOrder,
  VenueSnapshotObserved,
} from './event.ts';
export type { NetworkFigures } from './guard/monitors/bunker.ts';
export type { LedgerRecord } from './ledger/record.ts';
export type { ClockMeasured, NetworkMeasured } from './measured-event.ts';
export type { LossLimit } from './position/losses.ts';
export type {
  PublicTrade,
  PublicTradeObserved,
  PublicTradesObserved,
} from './market/public-trade.ts';
export type { LedgerStage, Parameters, Policy } from './policy.ts';
export type { MonoMs, WallMs } from './values/index.ts';

export type { Audit, ExchangeOptions } from './exchange.ts';
export { Exchange } from './exchange.ts';
export type { ExchangeCounters, IllegalKind } from './illegal-order.ts';
export type { Levels } from './levels.ts';
export type {
  BookNotice,
  IndexNotice,
  InstrumentsNotice,
  Notice,
  NotificationListener,
  Notices,
  SettlementNotice,
  TickerNotice,
} from './notification.ts';
export { toWireSettlement } from './queries.ts';
export { isOnLadder, ladderCeilE8, ladderFloorE8 } from './tick-ladder.ts';
export type { ExchangeAnswer, VenueError } from './venue-error.ts';
export type { WireOrder, WirePublicTrade, WireTrade } from './wire.ts';
export { toBookData, toTickerData, toWireInstrument } from './wire.ts';

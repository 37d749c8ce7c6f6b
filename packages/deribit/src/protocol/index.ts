export type { HeldPosition, ParsedTrades } from './account.ts';
export { parseAccountSummaries, parseOpenOrders, parsePositions, parseTrades } from './account.ts';
export { parseAnnouncements } from './announcements.ts';
export type { WireBook } from './book.ts';
export { parseBook, parseOrderBook } from './book.ts';
export type { ScannedBook } from './book-scanner.ts';
export { scanBook } from './book-scanner.ts';
export { CHANNEL_SCHEMAS } from './channel-data.ts';
export type { Channel, ChannelKind, Interval } from './channels.ts';
export { channelName, isPrivateChannel, parseChannel } from './channels.ts';
export type { ErrorClass } from './errors.ts';
export { classOf, errorName, TOO_MANY_REQUESTS } from './errors.ts';
export { levelsOnGrid } from './grid.ts';
export type { OptionMark, WireIndex, WireVolatilityIndex } from './indexes.ts';
export { indexUnderlying, parseIndex, parseOptionMarks, parseVolatilityIndex } from './indexes.ts';
export type { InstrumentFault, ParsedInstruments } from './instruments.ts';
export { parseInstruments } from './instruments.ts';
export type { Method, MethodName, Scope } from './methods.ts';
export { isMethod, METHODS } from './methods.ts';
export type { ParsedPlacement, ReportedOrder, WireOrder } from './order-reply.ts';
export { parseOrder, parsePlacement, parseTrade } from './order-reply.ts';
export type { InstrumentState, PlatformState } from './platform.ts';
export { parseInstrumentState, parsePlatformState, parseStatus } from './platform.ts';
export type { LastTrades, PublicTrade } from './public-trades.ts';
export { parseLastTrades, parsePublicTrades } from './public-trades.ts';
export type {
  AnswerStamp,
  Frame,
  FrameFault,
  ParsedRequest,
  RequestId,
  RpcAnswer,
  RpcError,
  RpcParams,
  RpcTransport,
  VenueAnswer,
} from './rpc.ts';
export {
  encodeAnswer,
  encodeHeartbeat,
  encodeNotification,
  encodeRequest,
  parseFrame,
  parseRequest,
} from './rpc.ts';
export type { Tokens } from './session.ts';
export { parseAuth, parseTime } from './session.ts';
export type { ParsedSettlements } from './settlements.ts';
export { parseSettlements } from './settlements.ts';
export type { WireTicker } from './ticker.ts';
export { parseTicker } from './ticker.ts';
export type { UserChanges } from './user.ts';
export { parseUserChanges } from './user.ts';
export type { Read, WireFault } from './wire-fault.ts';

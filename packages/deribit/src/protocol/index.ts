export type { HeldPosition, ParsedTrades } from './account.ts';
export { parseAccountSummaries, parseOpenOrders, parsePositions, parseTrades } from './account.ts';
export type { InstrumentFault, ParsedInstruments } from './instruments.ts';
export { parseInstruments } from './instruments.ts';
export type { ParsedPlacement, ReportedOrder, WireOrder } from './order-reply.ts';
export { parseOrder, parsePlacement, parseTrade } from './order-reply.ts';
export type { RpcAnswer, RpcTransport } from './rpc.ts';

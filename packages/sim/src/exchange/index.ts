export { Exchange } from './exchange.ts';
export type { NotificationListener, SettlementNotice } from './notification.ts';

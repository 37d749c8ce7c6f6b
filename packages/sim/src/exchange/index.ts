export { Exchange } from './exchange.ts';
export type { NotificationListener } from './notification.ts';

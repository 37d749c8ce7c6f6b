export { advance, anomalyOf, type OrderFact } from './lifecycle.ts';
export type {
  Order,
  OrderState,
  OrderTerms,
  OutboundOrder,
  ReduceOnlyOrder,
  RiskOrder,
} from './order.ts';
export { isTerminal } from './order.ts';

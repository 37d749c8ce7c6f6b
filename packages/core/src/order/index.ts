export {
  type ContainmentPurpose,
  type Group,
  type GroupCause,
  type GroupLeg,
  type GroupState,
  isGroupOver,
  type OrderRole,
} from './group.ts';
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

export { Exposure } from './exposure.ts';
export type { CashTotal, Position } from './position.ts';
export { Reservations } from './reservation.ts';

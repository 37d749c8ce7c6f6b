export { allCheckers } from './all.ts';
export type { Checker, Placement, WorldEnd } from './checker.ts';
export { checkerOf, violation } from './checker.ts';

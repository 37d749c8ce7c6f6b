export { allCheckers } from './all.ts';
export type { Checker } from './checker.ts';
export { checkerOf, violation } from './checker.ts';

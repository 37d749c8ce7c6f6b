export { apply } from './apply.ts';
export type { Facts, Totals } from './facts.ts';
export { createFacts } from './facts.ts';

import { type Strategy, strategyId } from '@holdfast/core/strategy';

/** Proposes nothing, ever: the strategy to run when only the house itself is under test. */
export const hold: Strategy<null> = Object.freeze({
  id: strategyId('hold'),
  remember: () => null,
  propose: () => [],
});

import type { Strategy } from '@holdfast/core/strategy';
import { cheapOption } from './cheap-option.ts';
import { hold } from './hold.ts';
import { strangle } from './strangle.ts';
import { vertical } from './vertical.ts';

export { cheapOption } from './cheap-option.ts';
export type { CheapOptionMemory } from './cheap-option.ts';
export { CHEAP_OPTION_KEYS, CHEAP_OPTION_PARAMETERS } from './cheap-option-parameters.ts';
export type { CheapOptionParameters } from './cheap-option-parameters.ts';
export type { AbstentionCode } from './abstain.ts';
export { createStrategies } from './create.ts';
export type { CreatedStrategies, CreatedStrategy, ReadDocument } from './create.ts';
export type { DocumentFault, ParameterKey } from './document.ts';
export { hold } from './hold.ts';
export { strangle } from './strangle.ts';
export { STRANGLE_KEYS } from './strangle-parameters.ts';
export { vertical } from './vertical.ts';
export { VERTICAL_KEYS } from './vertical-parameters.ts';

/**
 * Every strategy a runtime can be told to run. Its memory is its own affair, so it is opaque here.
 */
export const strategies: readonly Strategy<unknown>[] = Object.freeze([
  hold,
  cheapOption,
  strangle,
  vertical,
]);

/** The strategy of that id, or `null`: an unknown name is never another strategy. */
export function findStrategy(id: string): Strategy<unknown> | null {
  return strategies.find((strategy) => strategy.id === id) ?? null;
}

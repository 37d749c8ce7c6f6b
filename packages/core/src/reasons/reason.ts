import type { ClearingCause } from '../guard/risk-state.ts';

/**
 * What a code means to the owner. `by` is the closed list of what may end it (D-11); a reject ends
 * with the intent it was about, and the next intent is judged afresh.
 */
export interface Reason {
  readonly meaning: string;
  /** `notice`: working as meant. `warning`: OPEN is off. `critical`: look now. */
  readonly severity: 'notice' | 'warning' | 'critical';
  readonly by: ClearingCause | 'next_intent';
  /** A person has to act before it can clear; without this, only what the operator ends does. */
  readonly needsPerson?: true;
  /** How it clears, in words. */
  readonly clears: string;
}

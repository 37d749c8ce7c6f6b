import type { IntentClass, IntentProposal } from './intent.ts';

/**
 * What an intent is to the guard (contract-1 section 5), first match wins. Only a placement that
 * says `reduceOnly: true` under a known action is risk-reducing; the action's name proves nothing,
 * and whatever cannot be proven is OPEN. A replacement is judged by its new placement.
 */
export function classify(proposal: IntentProposal): IntentClass {
  const { action, reduceOnly, legs } = proposal;
  if (legs.length === 0) return action === 'Cancel' ? 'CANCEL' : 'OPEN';
  if (reduceOnly !== true) return 'OPEN';
  switch (action) {
    case 'Hedge':
      return 'HEDGE';
    case 'Place':
    case 'Close':
    case 'Cancel':
      return 'CLOSE';
    default:
      return 'OPEN';
  }
}

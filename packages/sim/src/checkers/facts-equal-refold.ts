import type { State } from '@holdfast/core/step';
import { digestFacts, type LedgerFold } from '@holdfast/runtime/ledger';
import { type Checker, demand } from './checker.ts';

/** Live facts are the fold of the ledger's bytes: after every recovery, and when all is quiet. */
export function factsEqualRefold(): Checker {
  const name = 'facts-equal-refold';
  const compare = (state: State, fold: LedgerFold): void => {
    demand(fold.damage === null, name, () => fold.damage ?? '');
    const live = digestFacts(state.facts);
    const folded = digestFacts(fold.facts);
    demand(live === folded, name, () => `live ${live}\nfold ${folded}`);
  };
  return { name, onBoot: compare, atEnd: ({ state, fold }) => compare(state, fold) };
}

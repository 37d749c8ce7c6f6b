import { label as toLabel } from '@holdfast/core/values';
import { type Checker, demand } from './checker.ts';

/**
 * Whatever reached the venue and could add risk is in the ledger with its marker, and survives
 * every crash. Judged from the bytes on the disk, not from what the process believes.
 */
export function recordedBeforeRisk(): Checker {
  const name = 'recorded-before-risk';
  const placed: string[] = [];
  const judge: Checker['onBoot'] = (_state, fold) => {
    for (const label of placed) {
      demand(fold.sending.has(toLabel(label)), name, () => `${label} was sent and is not on disk`);
    }
  };
  return {
    name,
    onPlacement({ label, reduceOnly }) {
      if (!reduceOnly) placed.push(label);
    },
    onBoot: judge,
    atEnd: ({ state, fold }) => judge(state, fold),
  };
}

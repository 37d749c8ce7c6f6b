import type { Label } from '@holdfast/core/values';
import type { LedgerFold } from '@holdfast/runtime/ledger';
import { type Checker, demand } from './checker.ts';

/**
 * What was asked to be recorded together is on the disk together or not at all: an order and its
 * `sending` marker are one commit (D-8), and no crash parts them.
 */
export function commitsAreWhole(): Checker {
  const name = 'commits-are-whole';
  const pairs = new Set<Label>();
  const judge = ({ facts, sending }: LedgerFold): void => {
    for (const label of pairs) {
      demand(
        !facts.orders.has(label) || sending.has(label),
        name,
        () => `${label} is on the disk without the marker it was committed with`,
      );
    }
  };
  return {
    name,
    onEffect(effect) {
      if (effect.kind !== 'append') return;
      const [intent, sending] = effect.records;
      if (intent?.type !== 'intentRecorded' || sending?.type !== 'orderSending') return;
      pairs.add(intent.terms.label);
    },
    onBoot: (_state, fold) => judge(fold),
    atEnd: ({ fold }) => judge(fold),
  };
}

import { type Label, label as toLabel } from '@holdfast/core/values';
import { type Checker, demand } from './checker.ts';

/**
 * Whatever reached the venue and could add risk was heard back as recorded before it left, is in
 * the ledger with its marker, and survives every crash. The latter is judged from the bytes on the
 * disk, not from what the process believes.
 */
export function recordedBeforeRisk(): Checker {
  const name = 'recorded-before-risk';
  const placed: Label[] = [];
  const heard = new Set<Label>();
  const judge = (sending: ReadonlySet<Label>): void => {
    for (const label of placed) {
      demand(sending.has(label), name, () => `${label} was sent and is not on disk`);
    }
  };
  return {
    name,
    onEvent(event) {
      if (event.kind !== 'recorded') return;
      for (const record of event.records) {
        if (record.type === 'orderSending') heard.add(record.label);
      }
    },
    onEffect(effect) {
      if (effect.kind !== 'submit' || effect.order.terms.reduceOnly) return;
      const { label } = effect.order.terms;
      demand(heard.has(label), name, () => `${label} left before its marker was heard back`);
    },
    onPlacement({ label, reduceOnly }) {
      if (!reduceOnly) placed.push(toLabel(label));
    },
    onBoot: (_state, { sending }) => judge(sending),
    atEnd: ({ fold }) => judge(fold.sending),
  };
}

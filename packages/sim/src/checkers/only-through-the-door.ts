import { type Checker, demand } from './checker.ts';

/**
 * No order reaches the venue that the core did not submit, and none without its receipt or waiver.
 */
export function onlyThroughTheDoor(): Checker {
  const name = 'only-through-the-door';
  const submitted = new Set<string>();
  return {
    name,
    onEffect(effect) {
      if (effect.kind !== 'submit') return;
      const { label, reduceOnly } = effect.order.terms;
      const hasPermit = 'receipt' in effect ? effect.receipt.sending.has(label) : reduceOnly;
      demand(hasPermit, name, () => `${label} was submitted without a permit of its own`);
      submitted.add(label);
    },
    onPlacement({ label }) {
      demand(submitted.has(label), name, () => `${label} was never submitted`);
    },
  };
}

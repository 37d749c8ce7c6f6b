import type { OrderTerms } from '@holdfast/core/order';
import { type Checker, demand } from './checker.ts';

/**
 * One leg of one group is one attempt, and has one order for ever, at whatever price it was
 * proposed again (AT-928).
 */
export function oneOrderPerAttempt(): Checker {
  const name = 'one-order-per-attempt';
  const orders = new Map<string, string>();
  const note = ({ groupId, legIndex, label }: OrderTerms): void => {
    const attempt = `${groupId}:${legIndex}`;
    const first = orders.get(attempt) ?? label;
    demand(first === label, name, () => `${attempt} has ${first} and ${label}`);
    orders.set(attempt, label);
  };
  return {
    name,
    onBoot(_state, { facts }) {
      for (const { terms } of facts.orders.values()) note(terms);
    },
    onEvent(event) {
      if (event.kind !== 'recorded') return;
      for (const record of event.records) if (record.type === 'intentRecorded') note(record.terms);
    },
  };
}

import { type Checker, demand } from './checker.ts';

/** What the core asks to be recorded, the ledger can spell: no fact is lost for want of a form. */
export function everythingCanBeWritten(): Checker {
  const name = 'everything-can-be-written';
  return {
    name,
    onEvent(event) {
      if (event.kind !== 'faultObserved') return;
      demand(
        event.fault !== 'ledger_record_unwritable',
        name,
        () => `${event.subject ?? 'a record'} has no form in the ledger`,
      );
    },
  };
}

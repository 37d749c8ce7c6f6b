import type { Event } from '@holdfast/core';
import { callsEmergency, type LedgerRecord } from '@holdfast/core/ledger';
import { scanLedger, type SegmentSource } from '@holdfast/runtime/ledger';
import { type Checker, demand } from './checker.ts';

type Command = Extract<Event, { kind: 'operatorCommanded' }>['command'];

/**
 * Once the operator has said stop, nothing that could add risk leaves until a release given after
 * it is on record; a restart changes nothing about that. An emergency call is no operator's: it
 * ends otherwise.
 */
export function operatorStopStands(): Checker {
  const name = 'operator-stop-stands';
  /** As the records say it. */
  let stop: Command = 'release';
  /** Commands of this process whose records have not been heard, oldest first. */
  let pending: Command[] = [];
  let wasEverCommanded = false;
  return {
    name,
    onBoot(_state, _fold, ledger) {
      // What was durable and unheard counts, so the disk is asked and not what was heard.
      if (wasEverCommanded) stop = lastCommand(ledger);
      pending = [];
    },
    onEvent(event) {
      if (event.kind === 'operatorCommanded' && !callsEmergency(event.operator)) {
        wasEverCommanded = true;
        pending.push(event.command);
      }
      if (event.kind !== 'recorded' && event.kind !== 'appendRefused') return;
      for (const record of event.records) {
        const command = commandOf(record);
        if (command === null) continue;
        pending = pending.slice(1);
        // A stop stands without its record; a release never was.
        if (event.kind === 'recorded' || command !== 'release') stop = command;
      }
    },
    onEffect(effect) {
      if (effect.kind !== 'submit' || effect.order.terms.reduceOnly) return;
      const { label } = effect.order.terms;
      const standing = [stop, ...pending].find((command) => command !== 'release');
      demand(
        standing === undefined,
        name,
        () => `${label} left against the operator's ${standing}`,
      );
    },
  };
}

function commandOf(record: LedgerRecord): Command | null {
  if (record.type !== 'operatorCommandRecorded') return null;
  return callsEmergency(record.operator) ? null : record.command;
}

function lastCommand(ledger: SegmentSource): Command {
  let last: Command = 'release';
  for (const { record } of scanLedger(ledger)) last = commandOf(record) ?? last;
  return last;
}

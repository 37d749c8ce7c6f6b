/**
 * One fixed sequence of inputs and everything it leads to, as text. Run as a program it prints
 * that: another process must print the same (P1-B).
 */
import { BTC_CALL, BTC_PUT, ETH_CALL, POLICY } from '../src/gates/context.fixture.ts';
import type { Instrument } from '../src/instrument/instrument.ts';
import { encodeRecord } from '../src/ledger/codec.ts';
import type { LedgerRecord } from '../src/ledger/record.ts';
import type { Policy } from '../src/policy.ts';
import { Desk } from './desk.ts';

export const INSTRUMENTS: readonly Instrument[] = [BTC_CALL, BTC_PUT, ETH_CALL];

export interface Outcome {
  /** Every record, as it goes to disk. */
  readonly bytes: readonly string[];
  readonly hashes: readonly string[];
  readonly labels: readonly string[];
  /** The gates each proposal passed, and where it was refused. */
  readonly traces: readonly string[];
}

/**
 * Orders, a fill, a refusal and a close, under this policy, the instruments listed in this order.
 */
export function fixedRun(
  policy: Policy = POLICY,
  instruments: readonly Instrument[] = INSTRUMENTS,
): Outcome {
  const desk = new Desk({ policy, instruments }).boot();
  desk.propose();
  desk.fill(desk.submits[0], 'T1', 0.5);
  desk.report(desk.submits[0], 'cancelled', 0.5);
  desk.tick(1_000);
  desk.propose({ instrument: ETH_CALL.name, quantity: 2 });
  desk.tick(1_000);
  desk.propose({ quantity: 0.01 });
  desk.proposeClose(0.1);
  const intents = desk.recordsOf('intentRecorded');
  return {
    bytes: desk.records.map(bytesOf),
    hashes: intents.map(({ terms }) => terms.intentHash),
    labels: intents.map(({ terms }) => terms.label),
    traces: desk.decisions.flatMap((each) =>
      each.kind === 'intentAdmitted' || each.kind === 'intentRejected'
        ? [`${each.intentId} ${each.kind} ${each.gateTrace.join(' ')}`]
        : [],
    ),
  };
}

function bytesOf(record: LedgerRecord): string {
  const page = Buffer.alloc(65_536);
  const end = encodeRecord(record, page, 0);
  if (end < 0) throw new Error(`${record.type} cannot be written`);
  return page.toString('hex', 0, end);
}

if (import.meta.main) process.stdout.write(JSON.stringify(fixedRun()));

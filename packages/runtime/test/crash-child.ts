/**
 * A trader that proposes one order and kills itself, by SIGKILL, at a named point between the
 * proposal and the answer. The ledger and the venue's journal are files, so the next one starts
 * from what this one left. At `none` it lives, waits until everything is put right, and says what
 * it sees.
 */
import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { LedgerRecord } from '@holdfast/core/ledger';
import { openFileLedger } from '../src/ledger/index.ts';
import type { OpenLedger } from '../src/ports.ts';
import { createClock } from '../src/clock.ts';
import { openTapeIn } from './taped-trader.ts';
import { startTrader } from './trader-fixture.ts';

const [folder = '', point = 'none', kind = 'ioc'] = process.argv.slice(2);
const DEADLINE_MS = 60_000;

/** What came before belongs to an earlier process's order. */
let isProposed = false;

function dieAt(here: string): void {
  if (isProposed && here === point) process.kill(process.pid, 'SIGKILL');
}

const isIntent = ({ type }: LedgerRecord): boolean => type === 'intentRecorded';

/** The real ledger; a batch with an intent may be the last thing that was asked of it. */
const openLedger: OpenLedger = async (post, onRecord) => {
  const opened = await openFileLedger({
    folder: join(folder, 'ledger'),
    post,
    clock: createClock(),
    runId: `child-${process.pid}`,
    queueCapacity: 1_000,
    commitDeadlineMs: 5_000,
    segmentBytes: 65_536,
    onRecord,
  });
  const { ledger } = opened;
  return {
    ...opened,
    ledger: {
      append(records) {
        ledger.append(records);
        if (!records.some(isIntent)) return;
        dieAt('handed to the ledger');
        setImmediate(() => dieAt('while it is written'));
      },
      telemetry: () => ledger.telemetry(),
      close: () => ledger.close(),
    },
  };
};

const trader = await startTrader({
  runId: `child-${process.pid}`,
  openLedger,
  telemetry: { report: () => undefined },
  openTape: openTapeIn(folder),
  journal: join(folder, 'venue.jsonl'),
  onPlaced: () => dieAt('at the venue'),
  onEvent: (event) => {
    if (event.kind === 'intentProposed') {
      isProposed = true;
      dieAt('proposed');
    }
    if (event.kind === 'recorded' && event.records.some(isIntent)) dieAt('durable');
    if (event.kind === 'orderReported') dieAt('answered');
    if (event.kind === 'recorded' && event.records.some(({ type }) => type === 'orderAcked')) {
      dieAt('acknowledged');
    }
  },
  onEffect: (effect) => {
    if (effect.kind === 'append' && effect.records.some(isIntent)) dieAt('admitted');
    if (effect.kind === 'submit') dieAt('about to be sent');
  },
});

async function until(what: string, isTrue: () => boolean): Promise<void> {
  const end = performance.now() + DEADLINE_MS;
  while (!isTrue()) {
    if (performance.now() > end) throw new Error(`${what}: not within ${DEADLINE_MS} ms`);
    await sleep(2);
  }
}

const { facts, observations } = trader.runtime.state;
await until('Active', () => trader.isReady());
if (point === 'none') {
  const { reconciliation } = observations;
  const since = reconciliation.lastCleanAt ?? 0;
  await until('nothing works', () => facts.working.size === 0);
  await until('a clean pass', () => (reconciliation.lastCleanAt ?? 0) > since);
} else {
  const rests = { timeInForce: 'good_til_cancelled' } as const;
  trader.propose(randomUUID(), kind === 'rests' ? rests : {});
  await sleep(DEADLINE_MS);
  throw new Error(`still alive: ${point} was never reached`);
}
const seen = {
  mode: trader.mode(),
  positions: [...facts.positions.values()].map(({ amountE8 }) => amountE8),
  totals: facts.totals,
};
await trader.stop();
process.stdout.write(JSON.stringify(seen), () => process.exit());

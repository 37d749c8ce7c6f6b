import { closeSync, constants, fsyncSync, mkdtempSync, openSync, rmSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { monitorEventLoopDelay, performance } from 'node:perf_hooks';
import type { Event } from '@holdfast/core';
import type { LedgerRecord } from '@holdfast/core/ledger';
import { wallMs } from '@holdfast/core/values';
import { openFileLedger } from '../src/ledger/index.ts';
import type { Clock, Ledger } from '../src/ports.ts';
import { sampleAck, sampleFill, sampleIntent, sampleSending } from '../test/sample-records.ts';

/** One figure, the bound it must keep, and whether it does; `bound` null is for information. */
export interface BenchResult {
  readonly name: string;
  readonly value: number;
  readonly unit: string;
  readonly bound: { readonly kind: 'at most' | 'at least'; readonly value: number } | null;
  readonly pass: boolean;
}

const SINGLE_APPENDS = 4_000;
const ROUNDS = 4;
const WINDOW = 64;
const WINDOW_APPENDS = 100_000;
const OPEN_RECORDS = 1_000_000;

/**
 * The four records of an order's life, made beforehand: what they cost to make is not the ledger's.
 */
const ORDER_LIVES: readonly LedgerRecord[] = Array.from({ length: 1_024 }, (_, n) => [
  sampleIntent(n),
  sampleSending(n),
  sampleAck(n),
  sampleFill(n),
]).flat();

/** A record of 256 bytes: what the floor and its alternatives were measured with. */
const SMALL: readonly LedgerRecord[] = [
  {
    type: 'operatorCommandRecorded',
    at: wallMs(1_790_000_000_000),
    command: 'reduce_only',
    reason: 'x'.repeat(90),
    operator: 'operator',
    modeReasons: [],
  },
];
/** Its body and a frame's head. */
const BARE_BYTES = 320;

/** Aligned once to the epoch, like the runtime's own. */
const clock: Clock = {
  now: () => performance.timeOrigin + performance.now(),
  wake: (at, action) => {
    setTimeout(action, Math.max(0, at - (performance.timeOrigin + performance.now()))).unref();
  },
};

function quantile(times: readonly number[], share: number): number {
  return times.toSorted((a, b) => a - b)[Math.floor(times.length * share)] ?? Number.NaN;
}

/** A zero-filled file for blocking O_DSYNC appends: the least any ledger can cost here. */
class BareFile {
  readonly #fd: number;
  readonly #record = Buffer.alloc(BARE_BYTES, 0x5a);
  #offset = 0;

  constructor(folder: string, appends: number) {
    const path = join(folder, 'bare.tmp');
    const zeros = openSync(path, 'w');
    writeSync(zeros, Buffer.alloc(appends * BARE_BYTES));
    fsyncSync(zeros);
    closeSync(zeros);
    this.#fd = openSync(path, constants.O_RDWR | constants.O_DSYNC);
  }

  /** Microseconds of one append. */
  append(): number {
    const start = performance.now();
    writeSync(this.#fd, this.#record, 0, BARE_BYTES, this.#offset);
    this.#offset += BARE_BYTES;
    return (performance.now() - start) * 1_000;
  }

  close(): void {
    closeSync(this.#fd);
  }
}

interface Bench {
  readonly ledger: Ledger;
  /** Called with every `recorded`; set by the measurement that runs. */
  onRecorded: (records: number) => void;
}

async function open(folder: string, onRecord: (record: LedgerRecord) => void): Promise<Bench> {
  const bench: Pick<Bench, 'onRecorded'> = { onRecorded: () => undefined };
  const post = (event: Event): void => {
    if (event.kind === 'recorded') bench.onRecorded(event.records.length);
    else if (event.kind !== 'ledgerStalled') throw new Error(JSON.stringify(event));
  };
  const { ledger } = await openFileLedger({
    folder,
    post,
    clock,
    runId: 'bench',
    queueCapacity: 65_536,
    commitDeadlineMs: 250,
    onRecord,
  });
  return Object.assign(bench, { ledger });
}

interface SingleTimes {
  readonly bare: number[];
  readonly ledger: number[];
}

/**
 * One outstanding append after another, each beside a bare one: a shared disk's mood changes within
 * a second. Microseconds each.
 */
function singleAppends(bench: Bench, bareFile: BareFile, appends: number): Promise<SingleTimes> {
  return new Promise((resolve) => {
    const bare: number[] = [];
    const ledger: number[] = [];
    let start = 0;
    const append = (): void => {
      start = performance.now();
      bench.ledger.append(SMALL);
    };
    const next = (): void => {
      bare.push(bareFile.append());
      setImmediate(append);
    };
    bench.onRecorded = () => {
      ledger.push((performance.now() - start) * 1_000);
      // A turn of its own, as the loop's: never from inside the answer.
      if (ledger.length < appends) setImmediate(next);
      else resolve({ bare, ledger });
    };
    next();
  });
}

/** `WINDOW` appends always outstanding. @returns seconds. */
function windowedAppends(
  bench: Bench,
  records: readonly LedgerRecord[],
  appends: number,
): Promise<number> {
  const batches = records.map((record) => [record]);
  return new Promise((resolve) => {
    let done = 0;
    let sent = 0;
    const start = performance.now();
    const send = (): void => {
      bench.ledger.append(batches[sent % batches.length] ?? []);
      sent += 1;
    };
    bench.onRecorded = () => {
      done += 1;
      if (sent < appends) send();
      if (done === appends) resolve((performance.now() - start) / 1_000);
    };
    for (let index = 0; index < WINDOW; index += 1) send();
  });
}

/**
 * How late a timer of one millisecond is; the lateness of an idle loop is the clock's, not the
 * ledger's.
 */
async function measureIdleLateness(): Promise<number> {
  const idle = monitorEventLoopDelay({ resolution: 1 });
  idle.enable();
  await new Promise((resolve) => setTimeout(resolve, 300));
  idle.disable();
  return idle.percentile(50);
}

/** A life of orders, four records each, appended as fast as the queue takes them. */
async function fill(bench: Bench, records: number): Promise<void> {
  const batchOrders = 64;
  await new Promise<void>((resolve) => {
    let done = 0;
    let order = 0;
    const send = (): void => {
      const batch: LedgerRecord[] = [];
      for (let index = 0; index < batchOrders; index += 1, order += 1) {
        batch.push(sampleIntent(order), sampleSending(order), sampleAck(order), sampleFill(order));
      }
      bench.ledger.append(batch);
    };
    bench.onRecorded = (count) => {
      done += count;
      if (order * 4 < records) send();
      if (done >= order * 4) resolve();
    };
    for (let index = 0; index < 4; index += 1) send();
  });
}

const atMost = (name: string, unit: string, value: number, bound: number): BenchResult => {
  return { name, value, unit, bound: { kind: 'at most', value: bound }, pass: value <= bound };
};

const atLeast = (name: string, unit: string, value: number, bound: number): BenchResult => {
  return { name, value, unit, bound: { kind: 'at least', value: bound }, pass: value >= bound };
};

const info = (name: string, unit: string, value: number): BenchResult => {
  return { name, value, unit, bound: null, pass: true };
};

async function benchAppends(folder: string): Promise<BenchResult[]> {
  const bench = await open(join(folder, 'appends'), () => undefined);
  const bareFile = new BareFile(folder, 2 * SINGLE_APPENDS);
  await singleAppends(bench, bareFile, 1_000);
  await windowedAppends(bench, ORDER_LIVES, 20_000);
  const bare: number[] = [];
  const single: number[] = [];
  const idleLateness = await measureIdleLateness();
  const blocked: number[] = [];
  let seconds = 0;
  for (let round = 0; round < ROUNDS; round += 1) {
    const times = await singleAppends(bench, bareFile, SINGLE_APPENDS / ROUNDS);
    bare.push(...times.bare);
    single.push(...times.ledger);
    const lateness = monitorEventLoopDelay({ resolution: 1 });
    lateness.enable();
    seconds += await windowedAppends(bench, SMALL, WINDOW_APPENDS / ROUNDS);
    lateness.disable();
    blocked.push(Math.max(0, lateness.percentile(99) - idleLateness) / 1_000_000);
  }
  const mixedSeconds = await windowedAppends(bench, ORDER_LIVES, WINDOW_APPENDS / ROUNDS);
  bareFile.close();
  await bench.ledger.close();
  const floor = quantile(bare, 0.5);
  const p50 = quantile(single, 0.5);
  const singleRate = 1_000_000 / (single.reduce((sum, time) => sum + time, 0) / single.length);
  const windowRate = WINDOW_APPENDS / seconds;
  return [
    info('bare O_DSYNC append p50', 'us', floor),
    info('bare O_DSYNC append p99', 'us', quantile(bare, 0.99)),
    info('ledger append p50, 1 outstanding', 'us', p50),
    info('ledger append p99, 1 outstanding', 'us', quantile(single, 0.99)),
    atMost('ledger p50 over bare p50', 'x', p50 / floor, 2),
    info('ledger rate, 1 outstanding', 'records/s', singleRate),
    info('ledger rate, 64 outstanding', 'records/s', windowRate),
    info('the same, lives of orders', 'records/s', WINDOW_APPENDS / ROUNDS / mixedSeconds),
    atLeast('rate at 64 over rate at 1', 'x', windowRate / singleRate, 30),
    atMost('loop blocked p99, 64 outstanding', 'ms', quantile(blocked, 0.5), 1),
  ];
}

async function benchOpen(folder: string): Promise<BenchResult[]> {
  const path = join(folder, 'open');
  const writer = await open(path, () => undefined);
  await fill(writer, OPEN_RECORDS);
  await writer.ledger.close();
  let count = 0;
  const start = performance.now();
  const bench = await open(path, () => {
    count += 1;
  });
  const seconds = (performance.now() - start) / 1_000;
  const rssMb = process.memoryUsage.rss() / 1_048_576;
  await bench.ledger.close();
  return [
    info('records opened', 'records', count),
    atMost('open 1,000,000 records', 's', seconds, 5),
    info('open rate', 'records/s', count / seconds),
    atMost('resident after open', 'MB', rssMb, 512),
  ];
}

/**
 * Everything, in a folder that is gone afterwards. `under` is the mount to measure; the temporary
 * one if not given.
 */
export async function run(under: string = tmpdir()): Promise<BenchResult[]> {
  const folder = mkdtempSync(join(under, 'holdfast-ledger-bench-'));
  try {
    return [...(await benchAppends(folder)), ...(await benchOpen(folder))];
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

if (import.meta.main) {
  const results = await run();
  if (process.argv.includes('--json')) console.log(JSON.stringify(results, null, 2));
  else {
    for (const { name, value, unit, bound, pass } of results) {
      const wanted =
        bound === null ? '' : `  (${bound.kind} ${bound.value}: ${pass ? 'ok' : 'FAILED'})`;
      console.log(`${name.padEnd(40)} ${value.toFixed(2).padStart(14)} ${unit}${wanted}`);
    }
  }
  process.exitCode = results.every(({ pass }) => pass) ? 0 : 1;
}

import { randomUUID } from 'node:crypto';
import { mkdirSync, renameSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import type { PaperRun } from '@holdfast/core/proof';
import type { Exchange } from '../exchange/exchange.ts';
import type { MirrorDrive } from './mirror-drive.ts';

const DAY_MS = 86_400_000;
/** How often the file is written: a process that is killed leaves no more than this unsaid. */
const WRITE_MS = 5_000;
/** Beyond this the source lives on another day than this machine. */
const SAME_TIME_MS = 60_000;
const FAULTS_MAX = 1_000;

export interface KeeperOptions {
  readonly path: string;
  readonly drive: MirrorDrive;
  readonly exchange: Exchange;
  /** This machine's time, epoch ms. */
  readonly hostNow: () => number;
  /** Whether the market of the source was ever real (D-38). */
  readonly data: PaperRun['data'];
  readonly buildId: string;
}

interface Day {
  orders: number;
  fills: number;
}

/** Keeps `paper-run.json` true while a mirror runs: where the market came from, and what not. */
export class PaperKeeper {
  readonly #options: KeeperOptions;
  readonly #runId = randomUUID();
  readonly #startedAt: number;
  readonly #clock: PaperRun['clock'];
  readonly #days = new Map<number, Day>();
  readonly #faults: { name: string; at: number }[] = [];
  #counted: Day = { orders: 0, fills: 0 };
  #isOver = false;

  constructor(options: KeeperOptions) {
    this.#options = options;
    const { source, desk } = options.drive;
    this.#startedAt = desk.now();
    const apartMs = Math.abs(source.clock.now() - options.hostNow());
    const isReal = source.about.kind === 'address' && apartMs <= SAME_TIME_MS;
    this.#clock = isReal ? 'real' : 'virtual';
  }

  /** Writes now, and again and again. Throws when the first time fails. */
  start(): void {
    mkdirSync(dirname(this.#options.path), { recursive: true });
    this.#write('running');
    this.#await();
  }

  fault(name: string, at: number): void {
    if (this.#faults.length < FAULTS_MAX) this.#faults.push({ name, at });
    this.#write('running');
  }

  /** Says that the run has ended by itself. */
  end(): void {
    this.#isOver = true;
    this.#write('ended');
  }

  read(state: PaperRun['state']): PaperRun {
    const { drive, exchange, data, buildId } = this.#options;
    const now = drive.desk.now();
    this.#countDay(now);
    const { counters } = exchange;
    return {
      schema_version: 1,
      run_id: this.#runId,
      venue: 'mirror',
      data,
      clock: this.#clock,
      source: drive.source.about,
      state,
      started_at: this.#startedAt,
      written_at: now,
      clock_offset_ms: { ...drive.offsets },
      ...drive.gaps.read(now),
      build_id: buildId,
      node: process.versions.node,
      v8: process.versions.v8,
      orders: counters.ordersReceived,
      fills: counters.fills,
      illegal_order_attempts: counters.illegalOrderAttempts,
      duplicate_dispatches: counters.duplicateDispatches,
      days: [...this.#days].map(([day, counts]) => ({ from: day * DAY_MS, ...counts })),
      faults: [...this.#faults],
      engine: null,
    };
  }

  #await(): void {
    setTimeout(() => {
      if (this.#isOver) return;
      this.#write('running');
      this.#await();
    }, WRITE_MS).unref();
  }

  /** What came since the last look belongs to the day of this one. */
  #countDay(now: number): void {
    const { ordersReceived: orders, fills } = this.#options.exchange.counters;
    const before = this.#counted;
    this.#counted = { orders, fills };
    if (orders === before.orders && fills === before.fills) return;
    const key = Math.floor(now / DAY_MS);
    const day = this.#days.get(key) ?? { orders: 0, fills: 0 };
    day.orders += orders - before.orders;
    day.fills += fills - before.fills;
    this.#days.set(key, day);
  }

  /** A reader finds the old file or the new one, never half of it. */
  #write(state: PaperRun['state']): void {
    const { path } = this.#options;
    const next = `${path}.next`;
    writeFileSync(next, `${JSON.stringify(this.read(state), null, 2)}\n`);
    renameSync(next, path);
  }
}

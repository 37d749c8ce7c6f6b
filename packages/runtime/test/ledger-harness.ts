import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { performance } from 'node:perf_hooks';
import type { Event, LedgerRecord } from '@holdfast/core';
import {
  MemoryDisk,
  openFileLedger,
  openMemoryLedger,
  type SegmentWriter,
  type WriteDone,
} from '../src/ledger/index.ts';
import { openThreadWriter } from '../src/ledger/thread-writer.ts';
import type { Clock, Ledger, LedgerRecovery } from '../src/ports.ts';

export const realClock: Clock = {
  now: () => performance.timeOrigin + performance.now(),
  wake: (at, action) => {
    const delay = at - (performance.timeOrigin + performance.now());
    setTimeout(action, Math.max(0, delay)).unref();
  },
};

export interface LedgerSettings {
  readonly queueCapacity?: number;
  readonly reservedCapacity?: number;
  readonly commitDeadlineMs?: number;
  readonly segmentBytes?: number;
  /** Called with every event, before it is kept. */
  readonly onEvent?: (event: Event) => void;
}

/** A ledger with its disk in our hands. */
export interface TestLedger {
  readonly ledger: Ledger;
  readonly recovery: LedgerRecovery;
  readonly epoch: number;
  readonly events: Event[];
  /** What recovery handed over. */
  readonly past: readonly LedgerRecord[];
  stall(): void;
  resume(): void;
  fail(): void;
  /** Writes asked of the disk so far. */
  writes(): number;
}

/** One place where ledgers are opened, closed and opened again. */
export interface LedgerPlace {
  open(settings?: LedgerSettings): Promise<TestLedger>;
  remove(): void;
}

const DEFAULTS = { queueCapacity: 1_000, commitDeadlineMs: 5_000, segmentBytes: 65_536 };

/** A writer whose calls can be held back and made to fail, around a real one. */
class Valve implements SegmentWriter {
  readonly #writer: SegmentWriter;
  #held: (() => void)[] | null = null;
  #failing = false;
  writes = 0;

  constructor(writer: SegmentWriter) {
    this.#writer = writer;
  }

  write(segment: number, offset: number, bytes: Buffer, done: WriteDone): void {
    this.writes += 1;
    this.#pass(done, () => this.#writer.write(segment, offset, bytes, done));
  }

  create(...[header, bytes, done]: Parameters<SegmentWriter['create']>): void {
    this.#pass(done, () => this.#writer.create(header, bytes, done));
  }

  close(): Promise<void> {
    return this.#writer.close();
  }

  stall(): void {
    this.#held ??= [];
  }

  resume(): void {
    const held = this.#held ?? [];
    this.#held = null;
    for (const call of held) call();
  }

  fail(): void {
    this.#failing = true;
  }

  #pass(done: WriteDone, call: () => void): void {
    const work = (): void => {
      if (this.#failing) queueMicrotask(() => done(new Error('EIO')));
      else call();
    };
    if (this.#held === null) work();
    else this.#held.push(work);
  }
}

function listen(settings: LedgerSettings): {
  readonly events: Event[];
  post: (event: Event) => void;
} {
  const events: Event[] = [];
  const post = (event: Event): void => {
    settings.onEvent?.(event);
    events.push(event);
  };
  return { events, post };
}

export function filePlace(): LedgerPlace & { readonly folder: string } {
  const root = mkdtempSync(join(tmpdir(), 'holdfast-ledger-'));
  const folder = join(root, 'account', 'ledger');
  return {
    folder,
    open: async (settings = {}) => {
      const { events, post } = listen(settings);
      const past: LedgerRecord[] = [];
      let valve: Valve | null = null;
      const opened = await openFileLedger({
        ...DEFAULTS,
        ...settings,
        folder,
        post,
        clock: realClock,
        runId: 'test',
        onRecord: (record) => past.push(record),
        openWriter: async (...place) => {
          valve = new Valve(await openThreadWriter(...place));
          return valve;
        },
      });
      if (valve === null) throw new Error('no writer was opened');
      return { ...opened, events, past, ...controls(valve) };
    },
    remove: () => rmSync(root, { recursive: true, force: true }),
  };
}

export function memoryPlace(): LedgerPlace {
  const disk = new MemoryDisk();
  let epoch = 0;
  return {
    open: (settings = {}) => {
      const { events, post } = listen(settings);
      const past: LedgerRecord[] = [];
      const valve = new Valve(disk);
      epoch += 1;
      const opened = openMemoryLedger({
        ...DEFAULTS,
        ...settings,
        disk: Object.assign(valve, {
          segments: () => disk.segments(),
          read: disk.read.bind(disk),
        }),
        post,
        clock: realClock,
        epoch,
        onRecord: (record) => past.push(record),
      });
      if (!opened.ok) return Promise.reject(new Error(opened.damage.code));
      return Promise.resolve({ ...opened, epoch, events, past, ...controls(valve) });
    },
    remove: () => undefined,
  };
}

function controls(valve: Valve): Pick<TestLedger, 'stall' | 'resume' | 'fail' | 'writes'> {
  return {
    stall: () => valve.stall(),
    resume: () => valve.resume(),
    fail: () => valve.fail(),
    writes: () => valve.writes,
  };
}

/** Waits until it is so. Gives up loudly. */
export async function until(isSo: () => boolean, what: string, limitMs = 10_000): Promise<void> {
  const end = performance.now() + limitMs;
  while (!isSo()) {
    if (performance.now() > end) throw new Error(`still waiting: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 1));
  }
}

/**
 * What the event tape costs: the same loop on the same market, with a tape on disk and without, in
 * turns of one run. Two books to a ticker, three or four levels to a book, as a whole option chain
 * sends them; now and then a tick, which asks for something. A turn is all the loop does between
 * taking an event and the next one; spelling is part of it, writing comes after it and is counted
 * in the second figure.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Event } from '@holdfast/core';
import { createState, resume } from '@holdfast/core/step';
import {
  currency,
  type InstrumentName,
  instrumentName,
  monoMs,
  priceE8,
  runId,
} from '@holdfast/core/values';
import { Loop } from '../src/loop.ts';
import type { Clock } from '../src/ports.ts';
import { EventTape } from '../src/replay/event-tape.ts';
import { optionAt } from '../test/paper-venue.ts';

export interface BenchResult {
  readonly name: string;
  readonly value: number;
  readonly unit: string;
  readonly target: string | null;
  readonly pass: boolean;
}

const T0 = 1_774_000_000_000;
const INSTRUMENTS = 800;
/** Of each kind; one in four is the engine warming up. */
const BATCHES = 1_600;
const BATCH = 300;
const WARM_UP = BATCHES / 4;
const TARGET = 1.3;
const NAMES = Array.from({ length: INSTRUMENTS }, (_, index) =>
  instrumentName(`BTC-27MAR26-${50_000 + index * 100}-C`),
);

function nameOf(which: number): InstrumentName {
  const name = NAMES[which];
  if (name === undefined) throw new Error(`no instrument ${which}`);
  return name;
}

const CLOCK: Clock = { now: () => T0, wake: () => undefined };
const SESSION = {
  runId: runId('bench'),
  buildId: 'b',
  runtimeConfigHash: 'c',
  contractVersion: '5.2',
  enforcedProfile: 'CSP',
  realMoney: false,
  needsSupervisor: false,
  settleMs: 0,
  tickIntervalMs: 1_000,
  reconcileIntervalMs: 10_000,
} as const;

/** One market, told the same to both loops, in objects nobody has seen before. */
class Market {
  #changeId = 1;
  #now = T0;

  opening(): Event[] {
    const at = monoMs(this.#now);
    const instruments = NAMES.map((name) => ({ ...optionAt(T0), name }));
    const listed = { currency: currency('BTC'), instruments, unsupported: [] };
    return [
      { kind: 'instrumentsListed', at, ...listed },
      ...NAMES.map((_, at_) => this.#book(at_)),
    ];
  }

  batch(number: number): Event[] {
    const events: Event[] = [];
    for (let index = 0; index < BATCH; index += 1) {
      this.#now += 0.125;
      const which = (number * BATCH + index * 7) % INSTRUMENTS;
      events.push(index % 3 === 2 ? this.#ticker(which) : this.#book(which));
    }
    if (number % 8 === 0) events.push({ kind: 'ticked', at: monoMs(this.#now) });
    return events;
  }

  /** Snapshots are changes that need no predecessor; they travel and cost as changes do. */
  #book(which: number): Event {
    this.#changeId += 1;
    const size = 10 + (this.#changeId % 500);
    return {
      kind: 'bookChanged',
      at: monoMs(this.#now),
      instrument: nameOf(which),
      changeId: 91_000_000_000 + this.#changeId,
      prevChangeId: null,
      bids: [475, size, 470, size * 2],
      asks: this.#changeId % 2 === 0 ? [480, size] : [480, size, 485, size * 2],
    };
  }

  #ticker(which: number): Event {
    return {
      kind: 'tickerChanged',
      at: monoMs(this.#now),
      instrument: nameOf(which),
      markPriceE8: priceE8(4_775_000 + (this.#changeId % 1_000)),
      underlyingPriceE8: priceE8(10_000_000_000_000 + this.#changeId),
      delta: 0.5 + (this.#changeId % 100) / 1_000,
      gamma: 0.00002,
      vega: 12.5,
      bestBidE8: priceE8(4_750_000),
      bestAskE8: priceE8(4_800_000),
    };
  }
}

async function openLoop(path: string | null): Promise<{ loop: Loop; tape: EventTape | null }> {
  const state = createState(SESSION);
  const resumedAt = monoMs(T0);
  const resumption = resume(state, resumedAt, 1);
  const ledger = { records: 0, head: '0'.repeat(64) };
  const opening = { session: SESSION, epoch: 1, ledger, resumedAt, resumption };
  const tape =
    path === null
      ? null
      : await EventTape.open({
          path,
          maxBytes: 4 * 1024 * 1024 * 1024,
          opening,
          onGap: ({ cause, detail }) => {
            throw new Error(`the tape has a gap: ${cause}, ${detail}`);
          },
        });
  const loop = new Loop({
    state,
    clock: CLOCK,
    inboxCapacity: 1_024,
    perform: () => undefined,
    onFatal: (error) => {
      throw error;
    },
    ...(tape === null ? {} : { tape }),
  });
  return { loop, tape };
}

/** Milliseconds of one batch. */
function turns(loop: Loop, events: readonly Event[]): number {
  const begun = performance.now();
  for (const event of events) loop.post(event);
  return performance.now() - begun;
}

/** The middle one: what else the machine does hits a few batches of either kind. */
function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? Number.NaN;
}

interface Times {
  readonly without: number[];
  readonly withTape: number[];
  readonly withWriting: number[];
  readonly bytesEach: number;
}

async function measure(path: string): Promise<Times> {
  const bare = await openLoop(null);
  const taped = await openLoop(path);
  const market = new Market();
  for (const event of market.opening()) {
    bare.loop.post(event);
    taped.loop.post(event);
  }
  const times = { without: [] as number[], withTape: [] as number[], withWriting: [] as number[] };
  let events = 0;
  for (let number = 0; number < BATCHES; number += 1) {
    const batch = market.batch(number);
    events += batch.length;
    // Each goes first as often as the other: who comes second finds the events in the cache.
    const first = number % 2 === 0 ? turns(bare.loop, batch) : 0;
    const begun = performance.now();
    const spelled = turns(taped.loop, batch);
    await new Promise((done) => setImmediate(done));
    const written = performance.now() - begun;
    const plain = number % 2 === 0 ? first : turns(bare.loop, batch);
    if (number < WARM_UP) continue;
    times.without.push(plain);
    times.withTape.push(spelled);
    times.withWriting.push(written);
  }
  await taped.tape?.close();
  return { ...times, bytesEach: (taped.tape?.bytes ?? 0) / events };
}

function figure(name: string, value: number, unit: string, digits: number): BenchResult {
  return { name, value: Number(value.toFixed(digits)), unit, target: null, pass: true };
}

export async function run(): Promise<BenchResult[]> {
  const folder = mkdtempSync(join(tmpdir(), 'holdfast-tape-bench-'));
  const times = await measure(join(folder, 'bench.tape'));
  rmSync(folder, { recursive: true, force: true });
  const plain = median(times.without);
  const ratio = median(times.withTape) / plain;
  const target = `<= ${TARGET}`;
  return [
    figure('turn of the loop, no tape', (plain / BATCH) * 1e6, 'ns', 0),
    { ...figure('turn with a tape / without', ratio, 'x', 2), target, pass: ratio <= TARGET },
    figure('turn and its writing / without', median(times.withWriting) / plain, 'x', 2),
    figure('bytes of tape for an event', times.bytesEach, 'B', 1),
  ];
}

/**
 * One fixed sequence of inputs and everything it leads to, as text. Run as a program it prints
 * that: another process must print the same (P1-B).
 *   fixed-run.ts given | reversed | <seed>   the whole of it, its collections filled in this order
 *   fixed-run.ts repeat                      the same, five times over
 *   fixed-run.ts begin                       its first half
 *   fixed-run.ts fold                        its second half, over the ledger on standard input
 *   fixed-run.ts golden                      the hashes of the golden vectors
 */
import { readFileSync } from 'node:fs';
import { BTC_CALL, BTC_PUT, ETH_CALL, POLICY } from '../src/gates/context.fixture.ts';
import type { Instrument } from '../src/instrument/instrument.ts';
import { GOLDEN_OPTION, GOLDEN_PERPETUAL } from '../src/intent/identity.fixture.ts';
import { identify } from '../src/intent/identity.ts';
import { decodeRecord } from '../src/ledger/codec.ts';
import type { LedgerRecord } from '../src/ledger/record.ts';
import { Desk } from './desk.ts';
import { bytesOf } from './footprint.ts';

const REPEATS = 5;
const INSTRUMENTS: readonly Instrument[] = [BTC_CALL, BTC_PUT, ETH_CALL];

export interface Outcome {
  /** Every record, as it goes to disk. */
  readonly bytes: readonly string[];
  /** As each intent was recorded. */
  readonly hashes: readonly string[];
  readonly labels: readonly string[];
  /** The gates each proposal passed, and where it was refused. */
  readonly traces: readonly string[];
}

/** `given`, `reversed`, or the seed of a shuffle. */
export type Order = 'given' | 'reversed' | number;

/** Orders, a fill, a refusal and a close, with every collection of the inputs in this order. */
export function fixedRun(order: Order = 'given'): Outcome {
  const desk = begin(order);
  conclude(desk);
  return outcomeOf(desk);
}

export function begin(order: Order = 'given'): Desk {
  const mix = mixer(order);
  const instruments = mix(INSTRUMENTS).map((each) => refill(each, mix));
  const desk = new Desk({ policy: refill(POLICY, mix), instruments }).boot();
  desk.propose();
  desk.fill(desk.submits[0], 'T1', 0.5);
  desk.report(desk.submits[0], 'cancelled', 0.5);
  desk.tick(1_000);
  desk.propose({ instrument: ETH_CALL.name, quantity: 2 });
  desk.tick(1_000);
  return desk;
}

/** Groups are minted outside of the core: a process that took over is handed the same ones. */
function conclude(desk: Desk): void {
  const close = { side: 'sell', quantity: 0.1, limitPrice: 0.0475 } as const;
  desk.propose({ quantity: 0.01 }, {}, '9f1c2d3e-4b5a-4c6d-8e7f-00000000000a');
  desk.propose(
    close,
    { action: 'Close', reduceOnly: true },
    '9f1c2d3e-4b5a-4c6d-8e7f-00000000000b',
  );
}

/** A new process: the ledger is folded, the venue asked, and the rest is done. */
export function foldAndConclude(lines: readonly string[]): Outcome {
  const desk = new Desk({ past: lines.map(recordOf), instruments: INSTRUMENTS });
  for (const { instrument, amountE8 } of desk.state.facts.positions.values()) {
    desk.venue?.positions.push({ instrument, amountE8 });
  }
  desk.boot();
  conclude(desk);
  return outcomeOf(desk);
}

export function outcomeOf(desk: Desk): Outcome {
  const intents = desk.recordsOf('intentRecorded');
  return {
    bytes: desk.records.map((record) => bytesOf(record).toString('hex')),
    // Computed again from what was recorded: the hash that was written must be that of its terms.
    hashes: intents.map(({ terms }) => {
      const hash = identify(terms);
      if (hash !== terms.intentHash) throw new Error(`${terms.label}: not the hash of its terms`);
      return hash;
    }),
    labels: intents.map(({ terms }) => terms.label),
    traces: desk.decisions.flatMap((each) =>
      each.kind === 'intentAdmitted' || each.kind === 'intentRejected'
        ? [`${each.intentId} ${each.kind} ${each.gateTrace.join(' ')}`]
        : [],
    ),
  };
}

function recordOf(line: string): LedgerRecord {
  const decoded = decodeRecord(JSON.parse(Buffer.from(line, 'hex').toString('utf8')));
  if (!decoded.ok) throw new Error(JSON.stringify(decoded.fault));
  return decoded.record;
}

type Mix = <T>(items: readonly T[]) => T[];

function mixer(order: Order): Mix {
  if (order === 'given') return (items) => [...items];
  if (order === 'reversed') return (items) => items.toReversed();
  let seed = order;
  return (items) => {
    const mixed = [...items];
    for (let last = mixed.length - 1; last > 0; last -= 1) {
      seed = (Math.imul(seed, 1_103_515_245) + 12_345) & 0x7fff_ffff;
      const other = (seed >> 8) % (last + 1);
      [mixed[last], mixed[other]] = [mixed[other] as never, mixed[last] as never];
    }
    return mixed;
  };
}

/** Lists that are sets; the order of any other list is part of what it says. */
const SETS: ReadonlySet<string> = new Set(['underlyings', 'families', 'hedgeOnlyFamilies']);

/** The same value with every map, set and object filled in another order. */
function refill<T>(value: T, mix: Mix): T {
  if (value instanceof Map) {
    return new Map(mix([...value]).map(([key, each]) => [key, refill(each, mix)])) as T;
  }
  if (Array.isArray(value) || typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    mix(Object.entries(value)).map(([key, each]) => [
      key,
      SETS.has(key) && Array.isArray(each) ? mix(each) : refill(each, mix),
    ]),
  ) as T;
}

function printed(word: string): unknown {
  if (word === 'golden') {
    return [GOLDEN_OPTION, GOLDEN_PERPETUAL].map(({ identity, canonical, hash }) => ({
      canonical,
      expected: hash,
      hash: identify(identity),
    }));
  }
  if (word === 'repeat') return Array.from({ length: REPEATS }, () => fixedRun());
  if (word === 'begin') return outcomeOf(begin());
  if (word === 'fold') {
    const { bytes } = JSON.parse(readFileSync(0, 'utf8')) as Outcome;
    return foldAndConclude(bytes);
  }
  return fixedRun(word === 'given' || word === 'reversed' ? word : Number(word));
}

if (import.meta.main) process.stdout.write(JSON.stringify(printed(process.argv[2] ?? 'given')));

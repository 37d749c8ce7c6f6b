/**
 * Every input of every monitor, taken away, made old or made nonsense, one at a time and in any
 * combination with the others sound: never Active, always with the code of its monitor, and closes
 * go out.
 */
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { BTC_PERPETUAL, ETH_PERPETUAL, POLICY } from '../src/gates/context.fixture.ts';
import type { Parameters } from '../src/policy.ts';
import { currency, monoMs, priceE8 } from '../src/values/index.ts';
import type { Desk } from './desk.ts';
import { holding, lookAnew, pass } from './monitor-desk.ts';

type Trouble = 'missing' | 'stale' | 'nan' | 'negative' | 'future';

interface Reading {
  readonly value: number;
  readonly at: ReturnType<typeof monoMs>;
}

interface Input {
  readonly name: string;
  readonly maxAge: keyof Parameters;
  readonly code: string;
  /** Puts this in the place of the reading; null: takes it away. */
  readonly set: (desk: Desk, reading: Reading | null) => void;
}

const CORTEX = 'REDUCEONLY_CORTEX_FORCE_REDUCE_ONLY';
const COINS = [
  [currency('BTC'), BTC_PERPETUAL],
  [currency('ETH'), ETH_PERPETUAL],
] as const;

function listingOf(desk: Desk, name: string) {
  for (const listing of desk.state.observations.listings.values()) {
    if (listing.instrument.name === name) return listing;
  }
  throw new Error(`${name} is not listed`);
}

const MARKET_INPUTS: readonly Input[] = COINS.flatMap(([coin, { name }]): Input[] => [
  {
    name: `book of ${name}`,
    maxAge: 'cortexBookMaxAgeMs',
    code: CORTEX,
    set: (desk, reading) => {
      const { book } = listingOf(desk, name);
      if (reading === null) return book.void();
      const at = reading.at;
      // What no book can be made of voids it, as the adapter's answer to a frame it cannot read.
      const size = reading.value > 0 ? 100_000 : reading.value;
      book.applySnapshot(desk.now, at, [7_999, size], [8_001, size]);
    },
  },
  {
    name: `mark of ${name}`,
    maxAge: 'basisPriceMaxAgeMs',
    code: CORTEX,
    set: (desk, reading) => {
      const listing = listingOf(desk, name);
      listing.markPriceE8 = reading === null ? null : priceE8(reading.value * 1e8);
      listing.markedAt = reading?.at ?? null;
    },
  },
  {
    name: `index of ${coin}`,
    maxAge: 'basisPriceMaxAgeMs',
    code: CORTEX,
    set: (desk, reading) => {
      const { indexes } = desk.state.observations;
      if (reading === null) indexes.delete(coin);
      else indexes.set(coin, { priceE8: priceE8(reading.value * 1e8), at: reading.at });
    },
  },
  {
    name: `volatility index of ${coin}`,
    maxAge: 'cortexDvolMaxAgeMs',
    code: CORTEX,
    set: (desk, reading) => {
      const { volatilityIndexes } = desk.state.observations;
      if (reading === null) volatilityIndexes.delete(coin);
      else volatilityIndexes.set(coin, reading);
    },
  },
]);

const measured = { httpP95Ms: 100, timeoutRate: 0 } as const;
const OTHERS: readonly Input[] = [
  {
    name: 'answers',
    maxAge: 'networkMeasuredMaxAgeMs',
    code: 'REDUCEONLY_BUNKER_MODE_ACTIVE',
    set: (desk, reading) => measure(desk, reading, { httpP95Ms: reading?.value ?? null }),
  },
  {
    name: 'timeouts',
    maxAge: 'networkMeasuredMaxAgeMs',
    code: 'REDUCEONLY_BUNKER_MODE_ACTIVE',
    set: (desk, reading) =>
      measure(desk, reading, { timeoutRate: reading === null ? null : reading.value / 1e6 }),
  },
  {
    name: 'last message',
    maxAge: 'bunkerJitterThresholdMs',
    code: 'REDUCEONLY_BUNKER_MODE_ACTIVE',
    set: (desk, reading) => {
      const lastMessageAt =
        reading === null ? null : monoMs(reading.value > 0 ? reading.at : Number.NaN);
      desk.post({ kind: 'networkMeasured', ...measured, lastMessageAt });
    },
  },
  {
    name: 'clock',
    maxAge: 'clockMeasuredMaxAgeMs',
    code: 'REDUCEONLY_RISKSTATE_DEGRADED',
    set: (desk, reading) => {
      // Behind by as much as it may be ahead: here a negative value is one too far.
      const driftMs = reading === null ? null : reading.value < 0 ? -51 : reading.value / 1e6;
      const sampledAt = reading?.at ?? null;
      desk.post({ kind: 'clockMeasured', driftMs, sampledAt, chrony: 'absent' });
    },
  },
];

/** A measurement as old as the reading: what it measures is of that moment. */
function measure(desk: Desk, reading: Reading | null, parts: object): void {
  const { bunker } = desk.state.observations.monitors;
  const lastMessageAt = monoMs(desk.now);
  desk.post({ kind: 'networkMeasured', ...measured, lastMessageAt, ...parts });
  if (reading !== null) bunker.measuredAt = reading.at;
}

const INPUTS = [...MARKET_INPUTS, ...OTHERS];

function readingOf(desk: Desk, input: Input, trouble: Trouble | 'sound'): Reading | null {
  const maxAgeMs = POLICY.parameters[input.maxAge];
  const value = 4_000;
  const at = (ageMs: number): Reading['at'] => monoMs(desk.now - ageMs);
  switch (trouble) {
    case 'missing':
      return null;
    case 'stale':
      return { value, at: at(maxAgeMs + 1) };
    case 'nan':
      return { value: Number.NaN, at: at(1) };
    case 'negative':
      return { value: 0 - value, at: at(1) };
    case 'future':
      return { value, at: at(-1) };
    case 'sound':
      return { value, at: at(0) };
  }
}

const TROUBLES = ['missing', 'stale', 'nan', 'negative', 'future'] as const;
const cases = fc.record({
  input: fc.nat(INPUTS.length - 1),
  trouble: fc.constantFrom(...TROUBLES),
  afterMs: fc.integer({ min: 0, max: 900 }),
});

function spoil(input: Input, trouble: Trouble | 'sound', afterMs: number): Desk {
  const desk = holding();
  pass(desk, afterMs);
  desk.keepsCalm = false;
  input.set(desk, readingOf(desk, input, trouble));
  lookAnew(desk);
  return desk;
}

describe('every input of every monitor', () => {
  it('AT-413 missing, stale, no number, negative, of the future: ReduceOnly; closes pass', () => {
    const met = new Set<string>();
    fc.assert(
      fc.property(cases, ({ input: index, trouble, afterMs }) => {
        const input = INPUTS[index];
        if (input === undefined) throw new Error('no such input');
        const desk = spoil(input, trouble, afterMs);
        const said = `${input.name} ${trouble}`;
        met.add(said);
        expect([said, desk.mode]).toEqual([said, 'ReduceOnly']);
        expect([said, ...desk.modeReasons]).toContain(input.code);
        expect(desk.state.observations.monitors.findings.length).toBeGreaterThan(0);
        const before = desk.submits.length;
        desk.proposeClose(0.1);
        expect([said, desk.submits.length]).toEqual([said, before + 1]);
      }),
      { numRuns: 600, seed: 413 },
    );
    expect(met.size).toBe(INPUTS.length * TROUBLES.length);
  });

  it('NON-TRIP: the same desk with all of it sound opens', () => {
    const desk = holding();
    pass(desk, 500);
    expect(desk.mode).toBe('Active');
    const before = desk.submits.length;
    desk.propose();
    expect(desk.submits.length).toBe(before + 1);
  });
});

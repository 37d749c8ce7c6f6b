/** What no market can make a two-leg strategy do. */
import type { IntentProposal, Quote, Strategy, StrategyPosition } from '@holdfast/core/strategy';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { chainOf, HOUR_MS, NOW, viewOf, type ViewTerms } from '../test/synthetic-chain.fixture.ts';
import { historyOf, positionOf, skewedChain } from '../test/two-legs.fixture.ts';
import { sliceKey } from './expiry-slices.ts';
import { strangle, type StrangleMemory } from './strangle.ts';
import { STRANGLE_PARAMETERS } from './strangle-parameters.ts';
import { vertical } from './vertical.ts';
import { VERTICAL_PARAMETERS } from './vertical-parameters.ts';

const STRIKES = Array.from({ length: 21 }, (_, i) => 75_000 + 2_500 * i);
const CHAINS = [9, 20].flatMap((daysLeft) => chainOf({ coin: 'BTC', daysLeft, strikes: STRIKES }));

/** The same with one option offered cheap and another bid dear in each expiry. */
const SKEWED = [9, 20].flatMap((daysLeft) =>
  skewedChain(
    { coin: 'BTC', daysLeft, strikes: STRIKES },
    'call',
    { strike: 112_500, share: 0.85 },
    { strike: 105_000, share: 1.12 },
  ),
);

/** Prices pulled off the smile, sides taken away, sizes and ages of every kind. */
const quotesOf = (base: readonly Quote[]): fc.Arbitrary<readonly Quote[]> =>
  fc
    .array(
      fc.record({
        at: fc.nat({ max: CHAINS.length - 1 }),
        share: fc.oneof(fc.double({ min: 0.7, max: 1.4, noNaN: true }), fc.constant(Number.NaN)),
        amount: fc.constantFrom(0, 0.05, 0.1, 0.35, 2, 1e9),
        ageMs: fc.constantFrom(0, 900, 1_100, Number.POSITIVE_INFINITY),
        gone: fc.constantFrom('none', 'none', 'none', 'bid', 'ask', 'underlying'),
      }),
      { maxLength: 8 },
    )
    .map((changes) => {
      const market = [...base];
      for (const { at, share, amount, ageMs, gone } of changes) {
        const quote = market[at];
        if (quote === undefined) continue;
        market[at] = {
          ...quote,
          bid: gone === 'bid' ? null : share * (quote.bid ?? 0),
          ask: gone === 'ask' ? null : share * (quote.ask ?? 0),
          bidAmount: amount,
          askAmount: amount,
          ageMs,
          underlyingPrice: gone === 'underlying' ? null : quote.underlyingPrice,
        };
      }
      return market;
    });

const past = fc.tuple(
  fc.double({ min: 0.2, max: 2, noNaN: true }),
  fc.double({ min: 0.2, max: 2, noNaN: true }),
);

/** How much of each leg of an opened group is then held, and what the next looks see. */
const storyOf = (base: readonly Quote[]) =>
  fc.array(fc.tuple(quotesOf(base), fc.constantFrom(0, 1), fc.constantFrom(0, 1), past), {
    minLength: 1,
    maxLength: 4,
  });

function judgeOpen({ legs, reduceOnly, action }: IntentProposal, contractsMax: number): void {
  expect([action, reduceOnly, legs.length]).toEqual(['Place', false, 2]);
  const [one, other] = legs;
  expect(one?.instrument).not.toBe(other?.instrument);
  expect(one?.quantity).toBe(other?.quantity);
  for (const leg of legs) {
    expect(leg.quantity).toBeGreaterThanOrEqual(0.1);
    expect(leg.quantity).toBeLessThanOrEqual(contractsMax);
    expect(leg.quantity * 100_000).toBeLessThanOrEqual(60_000);
    expect(Number.isInteger(Math.round(leg.quantity * 1e9) / 1e8)).toBe(true);
    for (const value of [leg.limitPrice, leg.fairPrice, leg.grossEdgeUsd]) {
      expect(value).toBeGreaterThan(0);
      expect(value).toBeLessThan(1e9);
    }
    // Of an out-of-the-money option, in coin: a price in USD would be thousands.
    expect(leg.limitPrice).toBeLessThan(1);
    expect(leg.fairPrice).toBeLessThan(1);
    expect(Math.abs(leg.delta ?? NaN)).toBeLessThanOrEqual(1);
  }
}

/** Plays a story with one strategy: every look is judged, every group half or wholly filled. */
function play<Memory>(
  strategy: Strategy<Memory>,
  looks: readonly (readonly [readonly Quote[], number, number, readonly [number, number]])[],
  contractsMax: number,
  prepare: (memory: Memory, past: readonly [number, number], now: number) => void,
): number {
  const memory = strategy.remember();
  let positions: StrategyPosition[] = [];
  let opened = 0;
  for (const [i, [market, first, second, seen]] of looks.entries()) {
    const now = NOW + i * HOUR_MS;
    prepare(memory, seen, now);
    const terms: ViewTerms = { now, positions };
    const before = new Set(
      positions.map(({ instrument }) => {
        const found = CHAINS.find((quote) => quote.instrument.name === instrument);
        return found === undefined ? '' : sliceKey(found.instrument);
      }),
    );
    const proposals = strategy.propose(memory, viewOf(market, terms));
    for (const proposal of proposals) {
      if (proposal.reduceOnly !== true) {
        judgeOpen(proposal, contractsMax);
        opened += 1;
        const key = CHAINS.find(
          ({ instrument }) => instrument.name === proposal.legs[0]?.instrument,
        )?.instrument;
        expect(key === undefined || before.has(sliceKey(key))).toBe(false);
        const fills = proposal.legs.map(positionOf);
        positions = [...positions, ...fills.filter((_, leg) => [first, second][leg] === 1)];
      } else {
        expect(proposal.legs).toHaveLength(1);
        const [leg] = proposal.legs;
        const held = positions.find(({ instrument }) => instrument === leg?.instrument);
        expect(leg?.side).toBe((held?.amount ?? 0) > 0 ? 'sell' : 'buy');
        expect(leg?.quantity).toBeLessThanOrEqual(Math.abs(held?.amount ?? 0) + 1e-9);
        positions = positions.filter((each) => each !== held);
      }
    }
    const notes = strategy.abstentions?.(memory) ?? [];
    expect(proposals.length > 0 || notes.length > 0 || positions.length > 0).toBe(true);
  }
  return opened;
}

describe('no market makes it', () => {
  it('a strangle out of bounds, of one instrument, or beside one of its own', () => {
    let opened = 0;
    fc.assert(
      fc.property(storyOf(CHAINS), (looks) => {
        opened += play(
          strangle,
          looks,
          STRANGLE_PARAMETERS.orderContractsMax,
          (memory: StrangleMemory, [realised, median], now) => {
            memory.history.splice(0, Infinity, ...historyOf(realised, median, now));
          },
        );
      }),
      { numRuns: 60 },
    );
    expect(opened).toBeGreaterThan(5);
  });

  it('a vertical out of bounds, of one instrument, or beside one of its own', () => {
    let opened = 0;
    fc.assert(
      fc.property(storyOf(SKEWED), (looks) => {
        opened += play(vertical, looks, VERTICAL_PARAMETERS.orderContractsMax, () => undefined);
      }),
      { numRuns: 60 },
    );
    expect(opened).toBeGreaterThan(5);
  });

  it('say two things about the same data', () => {
    fc.assert(
      fc.property(quotesOf(SKEWED), past, (market, [realised, median]) => {
        const said = [strangle, vertical].map(() => {
          const memory = strangle.remember();
          memory.history.push(...historyOf(realised, median));
          const other = vertical.remember();
          const view = viewOf(market);
          return JSON.stringify([
            strangle.propose(memory, view),
            strangle.abstentions?.(memory),
            vertical.propose(other, view),
            vertical.abstentions?.(other),
          ]);
        });
        expect(said[0]).toBe(said[1]);
      }),
      { numRuns: 20 },
    );
  });
});

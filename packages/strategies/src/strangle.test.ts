import type { Quote } from '@holdfast/core/strategy';
import { describe, expect, it } from 'vitest';
import {
  chainOf,
  type ChainTerms,
  changed,
  DAY_MS,
  HOUR_MS,
  NOW,
  optionName,
  viewOf,
  type ViewTerms,
} from '../test/synthetic-chain.fixture.ts';
import { filled, historyOf } from '../test/two-legs.fixture.ts';
import { strangle, type StrangleMemory } from './strangle.ts';
import { STRANGLE_PARAMETERS as RULES } from './strangle-parameters.ts';
import type { VolatilityHistory } from './volatility-history.ts';

const TERMS: ChainTerms = { coin: 'BTC', daysLeft: 20 };
const KEY = `BTC-BTC-${NOW + 20 * DAY_MS}`;
const CHAIN = chainOf(TERMS);

function remembering(history: VolatilityHistory = historyOf(1, 0.9)): StrangleMemory {
  const memory = strangle.remember();
  memory.history.push(...history);
  return memory;
}

const propose = (memory: StrangleMemory, quotes: readonly Quote[] = CHAIN, terms: ViewTerms = {}) =>
  strangle.propose(memory, viewOf(quotes, terms));

const codes = (memory: StrangleMemory): readonly string[] =>
  (strangle.abstentions?.(memory) ?? []).map(({ subject, code }) => `${subject} ${code}`);

/** A bought strangle, one look after its fills, and the memory that bought it. */
function bought() {
  const memory = remembering();
  const positions = filled(propose(memory));
  expect(positions).toHaveLength(2);
  propose(memory, CHAIN, { positions, now: NOW + 1_000 });
  return { memory, positions };
}

describe('strangle, buying', () => {
  it('buys a call and a put of one expiry as one group, at their asks, in one size', () => {
    const proposals = propose(remembering());
    expect(proposals).toHaveLength(1);
    const [call, put] = proposals[0]?.legs ?? [];
    expect(proposals[0]).toMatchObject({ action: 'Place', reduceOnly: false, target: null });
    expect(proposals[0]?.legs).toHaveLength(2);
    expect(call?.instrument).toMatch(/^BTC-20D-\d+-C$/);
    expect(put?.instrument).toMatch(/^BTC-20D-\d+-P$/);
    expect(call?.quantity).toBe(put?.quantity);
    for (const leg of [call, put]) {
      const quote = CHAIN.find(({ instrument }) => instrument.name === leg?.instrument);
      expect(leg).toMatchObject({
        side: 'buy',
        limitPrice: quote?.ask,
        orderType: 'limit',
        timeInForce: 'immediate_or_cancel',
        postOnly: false,
      });
      const size = Math.abs(leg?.delta ?? NaN);
      expect(size).toBeGreaterThan(RULES.deltaTarget - RULES.deltaTolerance);
      expect(size).toBeLessThan(RULES.deltaTarget + 2 * RULES.deltaTolerance);
    }
    expect(call?.delta).toBeGreaterThan(0);
    expect(put?.delta).toBeLessThan(0);
  });

  it('each leg carries its own edge, by the index, and earns its own fee and margin', () => {
    const index = () => 101_000;
    const legs = propose(remembering(), CHAIN, { index })[0]?.legs ?? [];
    expect(legs).toHaveLength(2);
    for (const { fairPrice, grossEdgeUsd, limitPrice, quantity } of legs) {
      const gained = (fairPrice ?? NaN) - (limitPrice ?? NaN);
      expect(grossEdgeUsd).toBeCloseTo(gained * quantity * 101_000, 9);
    }
    const least = Math.min(...legs.map(({ grossEdgeUsd }) => grossEdgeUsd ?? NaN));
    const room = least - RULES.marginUsd;
    expect(propose(remembering(), CHAIN, { index, feeUsd: () => room - 0.01 })).toHaveLength(1);
    const tooDear = remembering();
    expect(propose(tooDear, CHAIN, { index, feeUsd: () => room + 0.01 })).toEqual([]);
    expect(codes(tooDear)).toEqual([`${KEY} EdgeTooSmall`]);
  });

  it('lifts no volatility by more than its limit, however high the past was', () => {
    const fair = (realised: number) =>
      propose(remembering(historyOf(realised, realised)))[0]?.legs[0]?.fairPrice;
    expect(fair(3)).toBe(fair(6));
    expect(fair(3)).toBeGreaterThan(fair(0.8) ?? NaN);
  });

  it.each([
    ['median DVOL', historyOf(1, 0.45)],
    ['realised volatility', historyOf(0.45, 1)],
  ])('TRIP %s alone says that it is not low', (_, history) => {
    const memory = remembering(history);
    expect(propose(memory)).toEqual([]);
    expect(codes(memory)).toEqual([`${KEY} VolatilityNotLow`]);
  });

  it.each<[string, string, StrangleMemory, readonly Quote[], ViewTerms]>([
    ['a short past', 'BTC HistoryTooShort', remembering(historyOf(1, 1).slice(2)), CHAIN, {}],
    ['no index', 'BTC IndexMissing', remembering(), CHAIN, { index: () => null }],
    ['no chain', 'BTC ChainThin', remembering(), [], {}],
    ['a thin chain', `${KEY} SmileTooFewQuotes`, remembering(), CHAIN.slice(0, 12), {}],
    [
      'books that are old',
      `${KEY} BookTooOld`,
      remembering(),
      CHAIN.map((quote) => ({ ...quote, ageMs: RULES.orderAgeMsMax + 1 })),
      {},
    ],
    [
      'offers below the least order',
      `${KEY} SizeTooSmall`,
      remembering(),
      CHAIN.map((quote) => ({ ...quote, askAmount: 0.05 })),
      {},
    ],
    [
      'spreads too wide to cross',
      `${KEY} NoLegAtDelta`,
      remembering(),
      CHAIN.map((quote) => ({
        ...quote,
        bid: 0.9 * (quote.bid ?? NaN),
        ask: 1.1 * (quote.ask ?? NaN),
      })),
      {},
    ],
    [
      'something held in the expiry',
      `${KEY} ExpiryInUse`,
      remembering(),
      CHAIN,
      { positions: [{ instrument: optionName(TERMS, 100_000, 'put'), amount: -1 }] },
    ],
    [
      'a position that cannot be placed',
      'all PositionUnplaced',
      remembering(),
      CHAIN,
      { positions: [{ instrument: optionName(TERMS, 1, 'put'), amount: 1 }] },
    ],
  ])('TRIP %s: no proposal, and it says why', (_, said, memory, quotes, terms) => {
    expect(propose(memory, quotes, terms)).toEqual([]);
    expect(codes(memory)).toContain(said);
  });

  it.each(['ReduceOnly', 'Kill'] as const)('opens nothing in %s', (mode) => {
    expect(propose(remembering(), CHAIN, { mode })).toEqual([]);
  });

  it('proposes nothing more in an expiry while its own group is not resolved', () => {
    const memory = remembering();
    const legs = propose(memory)[0]?.legs ?? [];
    const working = legs.map(({ instrument }) => instrument);
    expect(propose(memory, CHAIN, { now: NOW + 500 })).toEqual([]);
    expect(propose(memory, CHAIN, { now: NOW + HOUR_MS, working })).toEqual([]);
    expect(codes(memory)).toContain(`${KEY} GroupUnresolved`);
    const half = filled([
      { action: 'Place', reduceOnly: false, legs: legs.slice(0, 1), target: null },
    ]);
    expect(propose(memory, CHAIN, { now: NOW + HOUR_MS + 1, positions: half })).toEqual([]);
    expect(codes(memory)).toContain(`${KEY} GroupUnresolved`);
  });

  it('NON-TRIP a group that never came to be is tried again after its pause', () => {
    const memory = remembering();
    expect(propose(memory)).toHaveLength(1);
    const later = { now: NOW + RULES.retryMs };
    expect(propose(memory, CHAIN, later)).toHaveLength(1);
  });

  it('looks at BTC alone', () => {
    const memory = remembering();
    expect(propose(memory, chainOf({ coin: 'ETH', daysLeft: 20 }))).toEqual([]);
    expect(codes(memory)).toEqual(['BTC ChainThin']);
  });
});

describe('strangle, leaving', () => {
  it('stays while nothing has changed', () => {
    const { memory, positions } = bought();
    expect(propose(memory, CHAIN, { positions, now: NOW + HOUR_MS })).toEqual([]);
  });

  it.each<[string, ViewTerms, (quotes: readonly Quote[]) => readonly Quote[]]>([
    ['held too long', { now: NOW + RULES.holdMsMax + 1_000 }, (quotes) => quotes],
    ['near its expiry', { now: NOW + 18 * DAY_MS }, (quotes) => quotes],
    [
      'bid at a profit',
      { now: NOW + 2_000 },
      (quotes) =>
        quotes.map((quote) => ({
          ...quote,
          bid: 1.7 * (quote.bid ?? 0),
          ask: 1.8 * (quote.ask ?? 0),
        })),
    ],
  ])('%s: closes leg by leg, reduce-only, at the bid', (_, terms, market) => {
    const { memory, positions } = bought();
    const quotes = market(CHAIN);
    const [first] = propose(memory, quotes, { ...terms, positions });
    const bidOf = (name: unknown) =>
      quotes.find(({ instrument }) => instrument.name === name)?.bid ?? NaN;
    expect(first).toMatchObject({ action: 'Close', reduceOnly: true });
    expect(first?.legs).toHaveLength(1);
    expect(first?.legs[0]).toMatchObject({
      instrument: positions[0]?.instrument,
      side: 'sell',
      quantity: positions[0]?.amount,
      limitPrice: bidOf(positions[0]?.instrument),
    });
    const now = (terms.now ?? NOW) + RULES.retryMs;
    const [second] = propose(memory, quotes, { now, positions: positions.slice(1) });
    expect(second?.legs[0]?.instrument).toBe(positions[1]?.instrument);
    const gone = now + RULES.retryMs;
    expect(propose(memory, quotes, { now: gone })).toEqual([]);
    expect(memory.pairs.size).toBe(0);
    expect(codes(memory)).toContain(`${KEY} Waiting`);
  });

  it('closes when volatility is back', () => {
    const { memory, positions } = bought();
    memory.history.splice(0, Infinity, ...historyOf(0.4, 0.4));
    expect(propose(memory, CHAIN, { positions, now: NOW + 2_000 })).toHaveLength(1);
  });

  it('leaves half a group to containment first, then closes what is left', () => {
    const { memory, positions } = bought();
    const half = positions.slice(0, 1);
    const at = (ms: number) => propose(memory, CHAIN, { positions: half, now: NOW + ms });
    expect(at(2_000)).toEqual([]);
    expect(at(2_000 + RULES.mixedMs)).toHaveLength(1);
  });

  it('takes over what an earlier process bought, and keeps its time', () => {
    const { positions } = bought();
    const memory = remembering();
    expect(propose(memory, CHAIN, { positions })).toEqual([]);
    propose(memory, CHAIN, { positions, now: NOW + 1_000 });
    const late = NOW + 1_000 + RULES.holdMsMax;
    expect(propose(memory, CHAIN, { positions, now: late })).toHaveLength(1);
  });

  it('is silent in Kill, and closes in ReduceOnly', () => {
    const { memory, positions } = bought();
    const now = NOW + RULES.holdMsMax + 1_000;
    expect(propose(memory, CHAIN, { positions, now, mode: 'Kill' })).toEqual([]);
    expect(propose(memory, CHAIN, { positions, now, mode: 'ReduceOnly' })).toHaveLength(1);
  });

  it('sells no more than the bid takes', () => {
    const { memory, positions } = bought();
    const name = positions[0]?.instrument ?? optionName(TERMS, 1, 'call');
    const thin = changed(CHAIN, name, { bidAmount: 0.2 });
    const [close] = propose(memory, thin, { positions, now: NOW + RULES.holdMsMax + 1_000 });
    expect(close?.legs[0]?.quantity).toBe(0.2);
  });
});

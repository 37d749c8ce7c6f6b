import { createSmileMemory } from '@holdfast/core/market';
import type { Quote } from '@holdfast/core/strategy';
import { describe, expect, it } from 'vitest';
import {
  chainOf,
  type ChainTerms,
  DAY_MS,
  NOW,
  optionName,
  viewOf,
  type ViewTerms,
} from '../test/synthetic-chain.fixture.ts';
import { filled, skewedChain } from '../test/two-legs.fixture.ts';
import { vertical, type VerticalMemory } from './vertical.ts';
import { VERTICAL_PARAMETERS as RULES } from './vertical-parameters.ts';

/** Many strikes: two that are off bend the smile of the rest by little. */
const STRIKES = Array.from({ length: 31 }, (_, i) => 70_000 + 2_000 * i);
const TERMS: ChainTerms = { coin: 'BTC', daysLeft: 20, strikes: STRIKES };
const KEY = `BTC-BTC-${NOW + 20 * DAY_MS}`;
const CHEAP = { strike: 114_000, share: 0.88 };
const RICH = { strike: 106_000, share: 1.1 };
const CHAIN = skewedChain(TERMS, 'call', CHEAP, RICH);
const BOUGHT = optionName(TERMS, CHEAP.strike, 'call');
const SOLD = optionName(TERMS, RICH.strike, 'call');

const propose = (memory: VerticalMemory, quotes: readonly Quote[] = CHAIN, terms: ViewTerms = {}) =>
  vertical.propose(memory, viewOf(quotes, terms));

const codes = (memory: VerticalMemory): readonly string[] =>
  (vertical.abstentions?.(memory) ?? []).map(({ subject, code }) => `${subject} ${code}`);

function opened() {
  const memory = vertical.remember();
  const positions = filled(propose(memory));
  expect(positions).toHaveLength(2);
  propose(memory, CHAIN, { positions, now: NOW + 1_000 });
  return { memory, positions };
}

describe('vertical, opening', () => {
  it('buys the cheap and sells the rich option of one type, one size, as one group', () => {
    const proposals = propose(vertical.remember());
    expect(proposals).toHaveLength(1);
    const [buy, sell] = proposals[0]?.legs ?? [];
    expect(proposals[0]).toMatchObject({ action: 'Place', reduceOnly: false });
    expect(buy).toMatchObject({ instrument: BOUGHT, side: 'buy' });
    expect(sell).toMatchObject({ instrument: SOLD, side: 'sell' });
    expect(buy?.quantity).toBe(sell?.quantity);
    for (const leg of [buy, sell]) {
      const sign = leg?.side === 'buy' ? 1 : -1;
      const gained = sign * ((leg?.fairPrice ?? NaN) - (leg?.limitPrice ?? NaN));
      expect(leg?.grossEdgeUsd).toBeCloseTo(gained * (leg?.quantity ?? NaN) * 100_000, 9);
      expect(leg?.grossEdgeUsd).toBeGreaterThan(RULES.marginUsd);
    }
  });

  it('each leg must earn its own fee: a pair of which only the sum is good is none', () => {
    const [buy, sell] = propose(vertical.remember())[0]?.legs ?? [];
    const [bought, sold] = [buy?.grossEdgeUsd ?? NaN, sell?.grossEdgeUsd ?? NaN];
    const name = bought < sold ? buy?.instrument : sell?.instrument;
    const least = Math.min(bought, sold);
    const withFee = (usd: number): ViewTerms => ({ feeUsd: (of) => (of === name ? usd : 0) });
    const free = least - RULES.marginUsd;
    expect(propose(vertical.remember(), CHAIN, withFee(free - 0.01))).toHaveLength(1);
    const memory = vertical.remember();
    expect(bought + sold).toBeGreaterThan(free + 0.01 + 2 * RULES.marginUsd);
    expect(propose(memory, CHAIN, withFee(free + 0.01))).toEqual([]);
    expect(codes(memory)).toEqual([`${KEY} EdgeTooSmall`]);
  });

  it('is never larger than its worst outcome may be', () => {
    const [leg] = propose(vertical.remember())[0]?.legs ?? [];
    expect((leg?.quantity ?? NaN) * 8_000).toBeLessThanOrEqual(RULES.riskUsdMax);
    const deep = CHAIN.map((quote) => ({ ...quote, bidAmount: 0.3 }));
    expect(propose(vertical.remember(), deep)[0]?.legs[0]?.quantity).toBe(0.3);
  });

  it.each<[string, string, readonly Quote[], ViewTerms]>([
    ['a chain on its smile', `${KEY} NoRichAndCheapPair`, chainOf(TERMS), {}],
    [
      'a cheap option alone',
      `${KEY} NoRichAndCheapPair`,
      skewedChain(TERMS, 'call', CHEAP, { ...RICH, share: 0.98 }),
      {},
    ],
    ['no chain', 'all ChainThin', [], {}],
    ['a thin chain', `${KEY} SmileTooFewQuotes`, chainOf(TERMS).slice(0, 6), {}],
    ['no index', `${KEY} IndexMissing`, CHAIN, { index: () => null }],
    [
      'books that are old',
      `${KEY} NoRichAndCheapPair`,
      CHAIN.map((quote) => ({ ...quote, ageMs: RULES.orderAgeMsMax + 1 })),
      {},
    ],
    [
      'something held in the expiry',
      `${KEY} ExpiryInUse`,
      CHAIN,
      { positions: [{ instrument: SOLD, amount: 1 }] },
    ],
  ])('TRIP %s: no proposal, and it says why', (_, said, quotes, terms) => {
    const memory = vertical.remember();
    expect(propose(memory, quotes, terms)).toEqual([]);
    expect(codes(memory)).toContain(said);
  });

  it('a smile that is refused by its fit is named with its own code', () => {
    const wild = chainOf(TERMS).map((quote, i) =>
      i % 4 < 2 ? quote : { ...quote, bid: 1.9 * (quote.bid ?? 0), ask: 1.9 * (quote.ask ?? 0) },
    );
    const memory = vertical.remember();
    expect(propose(memory, wild)).toEqual([]);
    expect(codes(memory)).toEqual([expect.stringMatching(/ (SmileFitPoor|SmileArbitrage)$/)]);
  });
});

describe('vertical, leaving', () => {
  it('stays while the edges stand', () => {
    const { memory, positions } = opened();
    expect(propose(memory, CHAIN, { positions, now: NOW + 60_000 })).toEqual([]);
  });

  it.each<[string, readonly Quote[], number]>([
    ['the mids are back on the smile', chainOf(TERMS), NOW + 2_000],
    ['held too long', CHAIN, NOW + RULES.holdMsMax + 1_000],
    ['near its expiry', CHAIN, NOW + 18 * DAY_MS],
  ])('%s: buys the sold leg back before it sells the bought one', (_, quotes, now) => {
    const { memory, positions } = opened();
    const [first, ...others] = propose(memory, quotes, { positions, now });
    expect(others).toEqual([]);
    expect(first).toMatchObject({ action: 'Close', reduceOnly: true });
    expect(first?.legs[0]).toMatchObject({ instrument: SOLD, side: 'buy' });
    const later = now + RULES.retryMs;
    const again = propose(memory, quotes, { positions, now: later });
    expect(again[0]?.legs[0]?.instrument).toBe(SOLD);
    const left = positions.filter(({ instrument }) => instrument === BOUGHT);
    const [second] = propose(memory, quotes, { positions: left, now: later + RULES.retryMs });
    expect(second?.legs[0]).toMatchObject({ instrument: BOUGHT, side: 'sell' });
  });

  it('takes over a pair of an earlier process, and closes it before the cliff', () => {
    const { positions } = opened();
    const memory = vertical.remember();
    propose(memory, CHAIN, { positions });
    expect(propose(memory, CHAIN, { positions, now: NOW + 1_000 })).toEqual([]);
    const [close] = propose(memory, CHAIN, { positions, now: NOW + 18 * DAY_MS });
    expect(close?.legs[0]).toMatchObject({ instrument: SOLD, side: 'buy' });
  });
});

describe('vertical, where the guard refuses the fit', () => {
  /** Every price of the chain a third as high again, with the same two options off it. */
  const leapt = (chain: readonly Quote[]): readonly Quote[] =>
    chain.map((quote) => ({
      ...quote,
      bid: quote.bid === null ? null : 1.35 * quote.bid,
      ask: quote.ask === null ? null : 1.35 * quote.ask,
    }));
  const after = { now: NOW + 1_000 };

  it('TRIP a surface that has leapt opens nothing, and it says why', () => {
    const [memory, smiles] = [vertical.remember(), createSmileMemory()];
    propose(memory, chainOf(TERMS), { smiles });
    expect(propose(memory, leapt(CHAIN), { smiles, ...after })).toEqual([]);
    expect(codes(memory)).toContain(`${KEY} SmileDrifted`);
    expect(smiles.trips).toMatchObject([{ slice: KEY, trip: 'drift', limit: 0.2 }]);
  });

  it('NON-TRIP the same two options off a surface that has not', () => {
    const [memory, smiles] = [vertical.remember(), createSmileMemory()];
    propose(memory, chainOf(TERMS), { smiles });
    expect(propose(memory, CHAIN, { smiles, ...after })).toHaveLength(1);
    expect(smiles.trips).toEqual([]);
  });

  it('what is held is still closed by its time', () => {
    const [memory, smiles] = [vertical.remember(), createSmileMemory()];
    const positions = filled(propose(memory, CHAIN, { smiles }));
    propose(memory, CHAIN, { positions, smiles, ...after });
    const soon = { positions, smiles, now: NOW + 2_000 };
    expect(propose(memory, leapt(chainOf(TERMS)), soon)).toEqual([]);
    const late = { positions, smiles, now: NOW + RULES.holdMsMax + 1_000 };
    const [close] = propose(memory, leapt(chainOf(TERMS)), late);
    expect(close?.legs[0]).toMatchObject({ instrument: SOLD, side: 'buy' });
  });
});

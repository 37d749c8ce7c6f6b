import type { IntentProposal, Quote, StrategyView } from '@holdfast/core/strategy';
import { amountE8 } from '@holdfast/core/values';
import { describe, expect, it } from 'vitest';
import {
  chainOf,
  type ChainTerms,
  changed,
  DAY_MS,
  HOUR_MS,
  NOW,
  optionName,
  type QuoteChange,
  trueValue,
  viewOf,
  type ViewTerms,
} from '../test/synthetic-chain.fixture.ts';
import { type CheapOptionMemory, cheapOption } from './cheap-option.ts';
import { CHEAP_OPTION_PARAMETERS } from './cheap-option-parameters.ts';
import { fairValue, fitSlices } from './expiry-slices.ts';

const TERMS: ChainTerms = { coin: 'BTC', daysLeft: 20 };
const STRIKE = 110_000;
const NAME = optionName(TERMS, STRIKE, 'call');
const FAIR = trueValue(TERMS, STRIKE, 'call');
const INDEX = 100_000;
/** What 60,000 USD is in whole steps of a tenth. */
const SIZE = 0.6;

/** The chain with one option offered at `share` of its value, at the usual spread. */
function planted(share = 0.8, terms: ChainTerms = TERMS, strike = STRIKE): Quote[] {
  const value = share * trueValue(terms, strike, 'call');
  const tick = value >= 0.005 ? 0.0005 : 0.0001;
  const ask = Math.floor(value / tick) * tick;
  const bid = ask - Math.max(2 * tick, Math.ceil((0.06 * value) / tick) * tick);
  return changed(chainOf(terms), optionName(terms, strike, 'call'), { ask, bid });
}

function propose(
  quotes: readonly Quote[],
  terms: ViewTerms = {},
  memory: CheapOptionMemory = cheapOption.remember(),
): readonly IntentProposal[] {
  return cheapOption.propose(memory, viewOf(quotes, terms));
}

describe('cheap option, buying', () => {
  it('buys the option planted below its smile, at its ask, and nothing else', () => {
    const quotes = planted();
    const ask = quoteOf(quotes, NAME)?.ask ?? NaN;
    const proposals = propose(quotes);
    expect(proposals).toHaveLength(1);
    const [proposal] = proposals;
    const leg = proposal?.legs[0];
    expect(proposal).toMatchObject({ action: 'Place', reduceOnly: false, target: null });
    expect(leg).toMatchObject({
      instrument: NAME,
      side: 'buy',
      quantity: SIZE,
      contracts: null,
      limitPrice: ask,
      orderType: 'limit',
      timeInForce: 'immediate_or_cancel',
      postOnly: false,
      trigger: null,
      triggerPrice: null,
      linkedOrderType: null,
    });
    const fair = leg?.fairPrice ?? NaN;
    expect(Math.abs(fair / FAIR - 1)).toBeLessThan(0.02);
    expect(leg?.grossEdgeUsd).toBeCloseTo((fair - ask) * SIZE * INDEX, 9);
    expect(leg?.delta).toBeGreaterThan(0.1);
    expect(leg?.delta).toBeLessThan(0.4);
  });

  it('finds nothing in a chain that lies on its smile', () => {
    expect(propose(chainOf(TERMS))).toStrictEqual([]);
    expect(propose([...chainOf(TERMS), ...chainOf({ coin: 'ETH', daysLeft: 7 })])).toStrictEqual(
      [],
    );
  });

  it('values the option without its own quote: the deeper the discount, the same the value', () => {
    const fairs = [0.88, 0.82, 0.76].map((share) => propose(planted(share))[0]?.legs[0]?.fairPrice);
    for (const fair of fairs) expect(Math.abs((fair ?? NaN) / FAIR - 1)).toBeLessThan(0.02);
    expect(new Set(fairs).size).toBe(1);
  });

  it('TRIP a discount so deep that the expiry has no good smile left to judge by', () => {
    expect(propose(planted(0.4))).toStrictEqual([]);
  });

  it('wants the fee of the purchase and the margin covered, and not a cent less', () => {
    const gross = propose(planted())[0]?.legs[0]?.grossEdgeUsd ?? NaN;
    const room = gross - CHEAP_OPTION_PARAMETERS.marginUsd;
    const fee = (usd: number) => ({ feeUsd: () => usd });
    expect(propose(planted(), fee(room - 0.01))).toHaveLength(1);
    expect(propose(planted(), fee(room + 0.01))).toStrictEqual([]);
    expect(propose(planted(), fee(gross))).toStrictEqual([]);
  });

  it('asks for the fee of its own order, and of the most it could pay', () => {
    const asked: (readonly [string, number, number])[] = [];
    const feeUsd = (...terms: readonly [string, number, number]) => {
      asked.push(terms);
      return 1;
    };
    const leg = propose(planted(), { feeUsd })[0]?.legs[0];
    expect(asked.at(-1)).toStrictEqual([NAME, SIZE, leg?.fairPrice]);
  });

  it('does not count the spread it will have to cross: that it will get back is the bet', () => {
    const ask = quoteOf(planted(), NAME)?.ask ?? NaN;
    const gross = (bid: number) =>
      propose(changed(planted(), NAME, { bid })).map(({ legs }) => legs[0]?.grossEdgeUsd);
    expect(gross(0.95 * ask)).toHaveLength(1);
    expect(gross(0.5 * ask)).toStrictEqual(gross(0.95 * ask));
    expect(gross(0.5 * ask - 1e-6)).toStrictEqual([]);
  });

  it('wants the edge to be one and a half times the error of the fit', () => {
    const free = { feeUsd: () => 0 };
    const edges = [0.999, 0.99, 0.98, 0.97, 0.96, 0.95, 0.94, 0.93, 0.92].map((share) => {
      const ask = share * FAIR;
      const quotes = changed(bent(TERMS), NAME, { ask, bid: 0.9 * ask });
      const view = viewOf(quotes, free);
      const [slice] = fitSlices(new Map(), view, CHEAP_OPTION_PARAMETERS.slices);
      const quote = quoteOf(quotes, NAME);
      const fair = slice && quote ? fairValue(slice, quote, viewOf([])) : null;
      const errors = fair === null ? NaN : (fair.price - ask) / fair.fitError;
      return { errors, isBought: propose(quotes, free).length === 1 };
    });
    for (const { errors, isBought } of edges) {
      expect(isBought).toBe(errors >= CHEAP_OPTION_PARAMETERS.fitErrorsMin);
    }
    expect(new Set(edges.map(({ isBought }) => isBought)).size).toBe(2);
  });

  it.each<[string, number, QuoteChange, ViewTerms]>([
    ['the offer', 0.3, { askAmount: 0.3 }, {}],
    ['the offer, in whole steps', 0.3, { askAmount: 0.39 }, {}],
    ['60,000 USD', 0.6, { askAmount: 0.7 }, {}],
    ['60,000 USD, in whole steps', 0.5, {}, { index: () => 101_000 }],
  ])('buys no more than %s', (_, size, change, terms) => {
    const proposals = propose(changed(planted(), NAME, change), terms);
    expect(proposals.map(({ legs }) => legs[0]?.quantity)).toStrictEqual([size]);
  });

  it.each([
    [12, 10],
    [10, 10],
    [9, 9],
  ])('buys no more than ten contracts: of %d ETH offered %d', (askAmount, size) => {
    const terms: ChainTerms = { coin: 'ETH', daysLeft: 20 };
    const quotes = changed(planted(0.8, terms, 4_400), optionName(terms, 4_400, 'call'), {
      askAmount,
    });
    const leg = propose(quotes)[0]?.legs[0];
    expect(leg?.quantity).toBe(size);
    expect(leg?.grossEdgeUsd).toBeCloseTo(
      ((leg?.fairPrice ?? NaN) - (leg?.limitPrice ?? NaN)) * size * 4_000,
      9,
    );
  });

  it('counts contracts by the size of one: ten of a hundredth of a coin are a tenth', () => {
    const quotes = planted().map((quote) => ({
      ...quote,
      instrument: { ...quote.instrument, contractMultiplierE8: amountE8(1_000_000) },
    }));
    expect(propose(quotes, { feeUsd: () => 0 })[0]?.legs[0]?.quantity).toBe(0.1);
  });

  it('TRIP 60,000 USD that do not buy the least order', () => {
    expect(propose(planted(), { index: () => 600_001, feeUsd: () => 0 })).toStrictEqual([]);
    expect(propose(planted(), { index: () => 600_000, feeUsd: () => 0 })).toHaveLength(1);
  });

  it('sizes by the offer of now, not by that of the moment of the fit', () => {
    const memory = cheapOption.remember();
    const none = changed(planted(), NAME, { askAmount: 0 });
    expect(propose(none, {}, memory)).toStrictEqual([]);
    const some = changed(planted(), NAME, { askAmount: 0.4 });
    expect(propose(some, { now: NOW + 500 }, memory)[0]?.legs[0]?.quantity).toBe(0.4);
  });

  it.each<[string, QuoteChange]>([
    ['book older than a second', { ageMs: 1_001 }],
    ['book that never was', { ageMs: Number.POSITIVE_INFINITY }],
    ['age that is not a number', { ageMs: Number.NaN }],
    ['no bid', { bid: null }],
    ['no ask', { ask: null }],
    ['bid at the ask', { bid: FAIR, ask: FAIR }],
    ['ask that is not a number', { ask: Number.NaN }],
    ['less offered than the least order', { askAmount: 0.09 }],
    ['no underlying price', { underlyingPrice: null }],
    ['underlying price of another moment', { underlyingPrice: 100_200 }],
    ['a spread too wide to leave by', { bid: 0.0005 }],
  ])('TRIP %s', (_, change) => {
    expect(propose(changed(planted(), NAME, change))).toStrictEqual([]);
  });

  it('NON-TRIP a book exactly a second old, and exactly the least order offered', () => {
    expect(propose(changed(planted(), NAME, { ageMs: 1_000, askAmount: 0.1 }))).toHaveLength(1);
  });

  it.each<[string, ViewTerms]>([
    ['ReduceOnly', { mode: 'ReduceOnly' }],
    ['Kill', { mode: 'Kill' }],
    ['no index', { index: () => null }],
    ['an index that is not a number', { index: () => Number.NaN }],
    ['no fee', { feeUsd: () => null }],
    ['a fee that is not a number', { feeUsd: () => Number.NaN }],
    ['a position in the expiry', { positions: [held(optionName(TERMS, 90_000, 'put'))] }],
    ['an order working in the expiry', { working: [optionName(TERMS, 90_000, 'put')] }],
    ['a position nobody can place', { positions: [held(optionName(TERMS, 1, 'put'))] }],
  ])('TRIP %s', (_, terms) => {
    const opens = propose(planted(), terms).filter((proposal) => proposal.reduceOnly !== true);
    expect(opens).toStrictEqual([]);
  });

  it('TRIP neighbours whose books are older than ten seconds leave too few to fit', () => {
    const aged = (ageMs: number) =>
      planted().map((quote) => (quote.instrument.name === NAME ? quote : { ...quote, ageMs }));
    expect(propose(aged(10_001))).toStrictEqual([]);
    expect(propose(aged(10_000))).toHaveLength(1);
  });

  it('TRIP seven two-sided strikes, NON-TRIP eight', () => {
    const strikes = [85_000, 90_000, 95_000, 100_000, 105_000, 110_000, 115_000];
    expect(propose(planted(0.8, { ...TERMS, strikes }))).toStrictEqual([]);
    const more = [...strikes, 120_000];
    expect(propose(planted(0.8, { ...TERMS, strikes: more }))).toHaveLength(1);
  });

  it('TRIP at either end of the strikes, where no neighbour speaks for it', () => {
    const terms: ChainTerms = {
      ...TERMS,
      strikes: [80_000, 85_000, 90_000, 95_000, 100_000, 103_000, 106_000, 110_000],
    };
    expect(propose(planted(0.8, terms))).toStrictEqual([]);
    const inner: ChainTerms = { ...terms, strikes: [...(terms.strikes ?? []), 114_000, 118_000] };
    expect(propose(planted(0.8, inner))).toHaveLength(1);
  });

  it('TRIP less than a day or more than 60 left, NON-TRIP inside', () => {
    const count = (daysLeft: number, share: number) => {
      const strikes = [
        92_000, 94_000, 96_000, 98_000, 100_000, 101_000, 102_000, 103_000, 104_000, 106_000,
      ];
      const terms: ChainTerms = { coin: 'BTC', daysLeft, strikes };
      return propose(planted(share, terms, 101_000)).length;
    };
    expect(count(0.99, 0.8)).toBe(0);
    expect(count(1, 0.8)).toBe(1);
    expect(count(60, 0.95)).toBe(1);
    expect(count(60.01, 0.95)).toBe(0);
  });

  it('takes one from each expiry, and stops at the most positions allowed', () => {
    const days = [5, 8, 11, 14, 17, 20, 23, 26];
    const quotes = days.flatMap((daysLeft) => planted(0.7, { coin: 'BTC', daysLeft }));
    const memory = cheapOption.remember();
    const proposals = propose(quotes, {}, memory);
    expect(proposals).toHaveLength(CHEAP_OPTION_PARAMETERS.positionsMax);
    const expiries = proposals.map((proposal) => proposal.legs[0]?.instrument.split('-')[1]);
    expect(new Set(expiries).size).toBe(proposals.length);
    expect(propose(quotes, { now: NOW + 500 }, memory)).toStrictEqual([]);
  });

  it('an order that came to nothing is tried again only after the pause', () => {
    const memory = cheapOption.remember();
    const quotes = planted();
    const at = (ms: number) => propose(quotes, { now: NOW + ms }, memory).length;
    expect([at(0), at(500), at(9_999), at(10_000)]).toStrictEqual([1, 0, 0, 1]);
  });
});

describe('cheap option, selling', () => {
  const offered = quoteOf(planted(), NAME);
  const paid = offered?.ask ?? NaN;

  /** Bought at NOW and seen as a position half a second later. */
  function owner(): CheapOptionMemory {
    const memory = cheapOption.remember();
    expect(propose(planted(), {}, memory)).toHaveLength(1);
    expect(sell(memory, {}, { now: NOW + 500 })).toStrictEqual([]);
    return memory;
  }

  function sell(
    memory: CheapOptionMemory,
    change: QuoteChange,
    terms: ViewTerms,
  ): readonly IntentProposal[] {
    const quotes = changed(planted(), NAME, change);
    return propose(quotes, { positions: [held(NAME)], ...terms }, memory);
  }

  const later = { now: NOW + 60_000 };
  /** A bid at which any sale pays: the most a fee can be is an eighth of the price. */
  const rich = { bid: FAIR * 1.2, ask: FAIR * 1.25 };

  it('holds while the edge stands', () => {
    expect(sell(owner(), {}, later)).toStrictEqual([]);
  });

  it('sells at the bid, reduce-only, when it pays the value and the fee, not a tick before', () => {
    const fair = propose(planted(), later)[0]?.legs[0]?.fairPrice ?? NaN;
    const feeUsd = () => 7;
    // 7 USD of a tenth of a coin, in coin per coin.
    const due = fair + 7 / (0.1 * INDEX);
    const at = (bid: number) => sell(owner(), { bid, ask: 1.05 * bid }, { ...later, feeUsd });
    expect(at(fair)).toStrictEqual([]);
    expect(at(due - 1e-7)).toStrictEqual([]);
    const [proposal] = at(due + 1e-7);
    expect(proposal).toMatchObject({ action: 'Close', reduceOnly: true, target: null });
    expect(proposal?.legs).toHaveLength(1);
    expect(proposal?.legs[0]).toMatchObject({
      instrument: NAME,
      side: 'sell',
      quantity: 0.1,
      limitPrice: due + 1e-7,
      fairPrice: fair,
      grossEdgeUsd: null,
      timeInForce: 'immediate_or_cancel',
    });
  });

  it('asks for the fee of its own sale, at the bid', () => {
    const asked: (readonly [string, number, number])[] = [];
    const feeUsd = (...terms: readonly [string, number, number]) => {
      asked.push(terms);
      return 0;
    };
    expect(sell(owner(), rich, { ...later, feeUsd })).toHaveLength(1);
    expect(asked).toContainEqual([NAME, 0.1, rich.bid]);
  });

  it('sells by what the value is now, not by what it was at the purchase', () => {
    const fair = propose(planted(), later)[0]?.legs[0]?.fairPrice ?? NaN;
    const bid = 0.99 * fair;
    const free = { ...later, feeUsd: () => 0 };
    expect(sell(owner(), { bid, ask: fair }, free)).toStrictEqual([]);
    const lower = chainOf(TERMS).map((quote) => ({
      ...quote,
      bid: 0.9 * (quote.bid ?? NaN),
      ask: 0.9 * (quote.ask ?? NaN),
    }));
    const quotes = changed(lower, NAME, { bid, ask: fair });
    const [proposal] = propose(quotes, { ...free, positions: [held(NAME)] }, owner());
    expect(proposal?.action).toBe('Close');
    expect(proposal?.legs[0]?.fairPrice).toBeLessThan(bid);
  });

  it('sells when the bid has halved, not a tick before', () => {
    const stop = 0.5 * (offered?.bid ?? NaN);
    expect(sell(owner(), { bid: stop + 1e-4, ask: paid }, later)).toStrictEqual([]);
    expect(sell(owner(), { bid: stop, ask: paid }, later)).toHaveLength(1);
  });

  it('sells after the holding time, not a millisecond before', () => {
    const due = NOW + 500 + 24 * HOUR_MS;
    expect(sell(owner(), {}, { now: due - 1 })).toStrictEqual([]);
    expect(sell(owner(), {}, { now: due })).toHaveLength(1);
  });

  it('sells when twelve hours are left, known value or not', () => {
    const memory = cheapOption.remember();
    const near = NOW + 20 * DAY_MS - 12 * HOUR_MS;
    const bid = { bid: 0.0002, ask: 0.0004 };
    expect(sell(memory, bid, { now: near - 1 })).toStrictEqual([]);
    expect(sell(memory, bid, { now: near })).toHaveLength(1);
  });

  it('a restart forgets the price paid: the position is adopted and sold at its value', () => {
    const memory = cheapOption.remember();
    expect(sell(memory, {}, {})).toStrictEqual([]);
    expect(memory.entries.get(NAME)?.heldSince).toBe(NOW);
    expect(sell(memory, rich, later)).toHaveLength(1);
  });

  it.each<[string, QuoteChange, ViewTerms]>([
    ['a book older than a second', { ...rich, ageMs: 1_001 }, later],
    ['no bid', { bid: null }, { now: NOW + 25 * HOUR_MS }],
    ['less wanted than the least order', { ...rich, bidAmount: 0.09 }, later],
    ['no fee', rich, { ...later, feeUsd: () => null }],
    ['a fee that is not a number', rich, { ...later, feeUsd: () => NaN }],
    ['no index', rich, { ...later, index: () => null, feeUsd: () => 0 }],
    ['an index that is not a number', rich, { ...later, index: () => NaN, feeUsd: () => 0 }],
    ['a sale working', rich, { ...later, working: [NAME] }],
    ['Kill', rich, { ...later, mode: 'Kill' }],
    ['the position gone', rich, { ...later, positions: [] }],
    ['a short position', rich, { ...later, positions: [held(NAME, -0.1)] }],
  ])('TRIP %s', (_, change, terms) => {
    expect(sell(owner(), change, terms)).toStrictEqual([]);
  });

  it('NON-TRIP under ReduceOnly', () => {
    expect(sell(owner(), rich, { ...later, mode: 'ReduceOnly' })).toHaveLength(1);
  });

  it('sells no more than the best bid takes, and tries again after the pause', () => {
    const memory = owner();
    const wanted = { ...rich, bidAmount: 0.25 };
    const positions = [held(NAME, 0.7)];
    const first = sell(memory, wanted, { ...later, positions });
    expect(first[0]?.legs[0]?.quantity).toBe(0.2);
    expect(sell(memory, wanted, { now: NOW + 69_999, positions })).toStrictEqual([]);
    expect(sell(memory, wanted, { now: NOW + 70_000, positions })).toHaveLength(1);
  });

  describe('across hours in which nobody quotes', () => {
    const silent = (memory: CheapOptionMemory, hours: number) => {
      const now = NOW + hours * HOUR_MS;
      const quotes = planted().map((quote) => ({ ...quote, ageMs: hours * HOUR_MS }));
      return propose(quotes, { now, positions: [held(NAME)] }, memory);
    };
    const quoted = (memory: CheapOptionMemory, hours: number, change: QuoteChange = {}) =>
      sell(memory, change, { now: NOW + hours * HOUR_MS });

    it('does nothing in the silence and waits on after it', () => {
      const memory = owner();
      for (const hours of [0.01, 1, 3, 5.9]) expect(silent(memory, hours)).toStrictEqual([]);
      expect(quoted(memory, 6)).toStrictEqual([]);
      expect(silent(memory, 11)).toStrictEqual([]);
      expect(quoted(memory, 12, rich)).toHaveLength(1);
    });

    it('a time that runs out in the silence is up at the first quote after it', () => {
      const memory = owner();
      expect(quoted(memory, 18)).toStrictEqual([]);
      for (const hours of [20, 25, 29]) expect(silent(memory, hours)).toStrictEqual([]);
      expect(quoted(memory, 30)).toHaveLength(1);
    });

    it('a bid that was halved in the silence is hit at the first quote after it', () => {
      const memory = owner();
      expect(silent(memory, 5)).toStrictEqual([]);
      expect(quoted(memory, 6, { bid: 0.4 * (offered?.bid ?? NaN) })).toHaveLength(1);
    });

    it('a purchase first seen as a position without any quote is held from then on', () => {
      const memory = cheapOption.remember();
      expect(propose(planted(), {}, memory)).toHaveLength(1);
      expect(sell(memory, { bid: null }, { now: NOW + HOUR_MS })).toStrictEqual([]);
      expect(quoted(memory, 24.99)).toStrictEqual([]);
      expect(quoted(memory, 25)).toHaveLength(1);
    });
  });

  it('leaves the expiry alone for a while after the position is gone', () => {
    const memory = owner();
    const gone = { positions: [] };
    expect(sell(memory, {}, { ...gone, now: NOW + 60_000 })).toStrictEqual([]);
    expect(sell(memory, {}, { ...gone, now: NOW + 359_999 })).toStrictEqual([]);
    expect(sell(memory, {}, { ...gone, now: NOW + 360_000 })).toHaveLength(1);
  });
});

describe('cheap option, the same every time', () => {
  const expiries: readonly ChainTerms[] = [
    { coin: 'ETH', daysLeft: 9 },
    { coin: 'BTC', daysLeft: 12 },
    { coin: 'BTC', daysLeft: 20 },
  ];
  const quotes = expiries.flatMap((terms) => [
    ...planted(0.7, terms, terms.coin === 'BTC' ? STRIKE : 4_400),
  ]);

  function run(views: readonly StrategyView[]): string {
    const memory = cheapOption.remember();
    return JSON.stringify(views.map((view) => cheapOption.propose(memory, view)));
  }

  it('gives the same proposals for the same views, in whatever order the quotes come', () => {
    const views = (of: readonly Quote[]) => [
      viewOf(of),
      viewOf(of, { now: NOW + 500, positions: [held(NAME)] }),
      viewOf(of, { now: NOW + 25 * HOUR_MS, positions: [held(NAME)] }),
    ];
    const first = run(views(quotes));
    expect(first).toContain(NAME);
    expect(first).toContain('Close');
    expect(run(views(quotes))).toBe(first);
    expect(run(views(quotes.toReversed()))).toBe(first);
  });

  it('a remembered fit is used only while no input changed, and fresh ages still count', () => {
    const memory = cheapOption.remember();
    propose(quotes, {}, memory);
    const remembered = [...memory.slices.values()].map((cached) => cached.slice);
    propose(quotes, { now: NOW + 500 }, memory);
    expect([...memory.slices.values()].map((cached) => cached.slice)).toStrictEqual(remembered);
    const [first] = [...memory.slices.keys()];
    const before = memory.slices.get(first ?? '')?.slice;
    propose(
      quotes.map((quote) => ({ ...quote, underlyingPrice: (quote.underlyingPrice ?? NaN) + 1 })),
      { now: NOW + 600 },
      memory,
    );
    expect(memory.slices.get(first ?? '')?.slice).not.toBe(before);
    const quiet = cheapOption.remember();
    expect(propose(planted(), { mode: 'ReduceOnly' }, quiet)).toStrictEqual([]);
    const aged = changed(planted(), NAME, { ageMs: 5_000 });
    expect(propose(aged, { now: NOW + 500 }, quiet)).toStrictEqual([]);
    expect(propose(planted(), { now: NOW + 500 }, quiet)).toHaveLength(1);
  });

  it('remembers no expiry that is no longer listed and no purchase that is over', () => {
    const memory = cheapOption.remember();
    propose(quotes, {}, memory);
    expect(memory.slices.size).toBe(3);
    expect(memory.entries.size).toBe(3);
    propose([], { now: NOW + HOUR_MS }, memory);
    expect(memory.slices.size + memory.entries.size + memory.quietUntil.size).toBe(0);
  });

  it('its parameters cannot be changed', () => {
    expect(Object.isFrozen(CHEAP_OPTION_PARAMETERS)).toBe(true);
    expect(Object.isFrozen(CHEAP_OPTION_PARAMETERS.slices)).toBe(true);
    expect(Object.isFrozen(CHEAP_OPTION_PARAMETERS.slices.criteria)).toBe(true);
    expect(Object.isFrozen(cheapOption)).toBe(true);
  });
});

/** The chain with every second strike a tick dearer: its smile has an error of its own. */
function bent(terms: ChainTerms): Quote[] {
  return chainOf(terms).map((quote, i) =>
    i % 4 < 2 || quote.bid === null || quote.ask === null
      ? quote
      : { ...quote, bid: quote.bid + 0.0005, ask: quote.ask + 0.0005 },
  );
}

function quoteOf(quotes: readonly Quote[], name: typeof NAME): Quote | undefined {
  return quotes.find((quote) => quote.instrument.name === name);
}

function held(instrument: typeof NAME, amount = 0.1) {
  return { instrument, amount };
}

import { describe, expect, it } from 'vitest';
import {
  BTC,
  BTC_CALL,
  BTC_PERPETUAL,
  BTC_USDC_PERPETUAL,
  bookOf,
  ETH,
  ETH_PERPETUAL,
  NOW,
  POLICY,
  policyWith,
} from '../../gates/context.fixture.ts';
import { USDC_CALL } from '../../instrument/samples.fixture.ts';
import { monoMs } from '../../values/index.ts';
import { createLevelWatch } from './level-watch.ts';
import { createMonitors, watchPolicy } from './monitors.ts';
import { bookTrouble, createReferenceWatch, isReferenceKind, troubleOf } from './reference.ts';

const reading = (value: number, ageMs = 0) => ({ value, at: monoMs(NOW - ageMs) });

describe('an input of a monitor', () => {
  it.each([
    ['at its age', reading(1, 5_000), null],
    ['over its age', reading(1, 5_001), 'stale'],
    ['of the future', reading(1, -1), 'missing'],
    ['of no time', { value: 1, at: monoMs(Number.NaN) }, 'missing'],
    ['of nothing', reading(0), 'missing'],
    ['of less than nothing', reading(-1), 'missing'],
    ['without end', reading(Number.POSITIVE_INFINITY), 'missing'],
    ['that is no number', reading(Number.NaN), 'missing'],
    ['that was never read', null, 'missing'],
  ] as const)('%s', (_, given, expected) => {
    expect(troubleOf(given, NOW, 5_000)).toBe(expected);
  });

  it.each([
    ['at its age', { updatedAt: monoMs(NOW - 5_000) }, null],
    ['over its age', { updatedAt: monoMs(NOW - 5_001) }, 'stale'],
    ['after a gap', { updatedAt: NOW, usable: false }, 'missing'],
    ['before its first snapshot', { updatedAt: null }, 'missing'],
    ['of the future', { updatedAt: monoMs(NOW + 1) }, 'missing'],
  ] as const)('a book %s', (_, parts, expected) => {
    expect(bookTrouble(bookOf([], [], parts), NOW, 5_000)).toBe(expected);
  });

  it('AMB-33 a reference is a future priced in USD: no option, and nothing priced in coin', () => {
    expect(isReferenceKind(BTC_PERPETUAL)).toBe(true);
    expect(isReferenceKind(BTC_USDC_PERPETUAL)).toBe(true);
    expect(isReferenceKind(USDC_CALL)).toBe(false);
    expect(isReferenceKind(BTC_CALL)).toBe(false);
    expect(isReferenceKind({ ...BTC_PERPETUAL, quote: 'coin' })).toBe(false);
  });
});

describe('what the monitors watch', () => {
  it('a watch that has seen nothing asks for nothing', () => {
    const level = createLevelWatch();
    const { dvol, ...watch } = createReferenceWatch(BTC, null);
    expect(watch).toEqual({
      coin: BTC,
      name: null,
      spread: level,
      depth: level,
      basisMarkLast: level,
      basisMarkIndex: level,
      lastTrade: null,
    });
    expect(dvol).toMatchObject({ rise: 0, trippedAt: null, highest: 0 });
    expect(createMonitors()).toMatchObject({
      policy: null,
      watches: [],
      clock: null,
      judgedAt: null,
      isContractBroken: false,
      findings: [],
      overrides: { cortex: null, exchangeHealth: null, basis: null, contract: { kind: 'None' } },
    });
  });

  it('one of each coin, kept while the policy is the same and new with another', () => {
    const monitors = createMonitors();
    watchPolicy(monitors, POLICY);
    const { watches } = monitors;
    expect(watches.map(({ coin, name }) => [coin, name])).toEqual([
      [BTC, BTC_PERPETUAL.name],
      [ETH, ETH_PERPETUAL.name],
    ]);
    expect([...monitors.byCoin]).toEqual(watches.map((watch) => [watch.coin, watch]));
    expect([...monitors.byInstrument]).toEqual(watches.map((watch) => [watch.name, watch]));
    watchPolicy(monitors, POLICY);
    expect(monitors.watches).toBe(watches);

    const other = policyWith({
      universe: { underlyings: [ETH] },
      referenceInstruments: new Map([[BTC, BTC_PERPETUAL.name]]),
    });
    watchPolicy(monitors, other);
    expect(monitors.watches).toEqual([createReferenceWatch(ETH, null)]);
    expect([...monitors.byCoin.keys(), ...monitors.byInstrument.keys()]).toEqual([ETH]);
    expect(monitors.policy).toBe(other);
    watchPolicy(monitors, null);
    expect([monitors.watches, monitors.byCoin.size, monitors.policy]).toEqual([[], 0, null]);
  });

  it('none is named by a policy that names none', () => {
    const { referenceInstruments: _, ...nameless } = POLICY;
    const monitors = createMonitors();
    watchPolicy(monitors, nameless);
    expect(monitors.watches.map(({ name }) => name)).toEqual([null, null]);
    expect(monitors.byInstrument.size).toBe(0);
  });
});

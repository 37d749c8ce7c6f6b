/**
 * The two-leg strategies against recorded chains: same data, same output, to the cent. Set
 * `HOLDFAST_DATA` to the folder that holds `option-chain`; without it these tests are skipped.
 */
import type { IntentProposal, Quote } from '@holdfast/core/strategy';
import { describe, expect, it } from 'vitest';
import { strangleWith } from '../src/strangle.ts';
import { STRANGLE_PARAMETERS } from '../src/strangle-parameters.ts';
import { fairValue, fitSlices } from '../src/expiry-slices.ts';
import { vertical } from '../src/vertical.ts';
import { VERTICAL_PARAMETERS } from '../src/vertical-parameters.ts';
import {
  loadSnapshot,
  optionChainFolder,
  type Snapshot,
  snapshotNames,
} from './option-chain.fixture.ts';
import { DAY_MS, viewOf } from './synthetic-chain.fixture.ts';
import { PLANTED_VERTICALS, RECORDED_STRANGLES } from './recorded-two-legs.fixture.ts';
import { historyOf } from './two-legs.fixture.ts';

const folder = optionChainFolder();
const MINUTES_MS = 60_000;
/** Of an option above 0.005 coin. */
const TICK = 0.0005;

function viewAt(snapshot: Snapshot, quotes: readonly Quote[] = snapshot.quotes) {
  return viewOf(quotes, { now: snapshot.at, index: (coin) => snapshot.indexes.get(coin) ?? null });
}

/** One line a leg: what, how much, at what, worth what. */
function told(proposals: readonly IntentProposal[]): readonly string[] {
  return proposals.map(({ legs }) =>
    legs
      .map(({ fairPrice, grossEdgeUsd, instrument, limitPrice, quantity, side }) => {
        const worth = `${fairPrice?.toFixed(5)}, ${grossEdgeUsd?.toFixed(2)} USD`;
        return `${side} ${quantity} ${instrument} at ${limitPrice?.toFixed(4)}, worth ${worth}`;
      })
      .join(' / '),
  );
}

describe.skipIf(folder === null)('two legs on recorded chains', () => {
  const snapshots =
    folder === null ? [] : snapshotNames(folder).map((name) => loadSnapshot(folder, name));

  /** As if the past had been this volatile: the recorded days themselves have no minutes. */
  function strangles(past: number): readonly string[] {
    const strategy = strangleWith(STRANGLE_PARAMETERS);
    return snapshots.flatMap((snapshot) => {
      const memory = strategy.remember();
      memory.history.push(...historyOf(past, past, snapshot.at - MINUTES_MS));
      return told(strategy.propose(memory, viewAt(snapshot)));
    });
  }

  it('a strangle after a quiet past is bought nowhere, and says why', () => {
    expect(strangles(0.3)).toEqual([]);
    const strategy = strangleWith(STRANGLE_PARAMETERS);
    for (const snapshot of snapshots) {
      const memory = strategy.remember();
      memory.history.push(...historyOf(0.3, 0.3, snapshot.at - MINUTES_MS));
      strategy.propose(memory, viewAt(snapshot));
      const codes = (strategy.abstentions?.(memory) ?? []).map(({ code }) => code);
      expect(codes.length).toBeGreaterThan(0);
      expect(codes).toContain('VolatilityNotLow');
    }
  });

  it('a strangle after a wild past: the same purchase from the same chain', () => {
    expect(strangles(0.6)).toEqual(RECORDED_STRANGLES);
    expect(strangles(0.6)).toEqual(RECORDED_STRANGLES);
  });

  it('a vertical is found nowhere: no two options are off their smile enough', () => {
    for (const snapshot of snapshots) {
      const memory = vertical.remember();
      expect(vertical.propose(memory, viewAt(snapshot))).toEqual([]);
      const notes = vertical.abstentions?.(memory) ?? [];
      expect(notes.map(({ code }) => code)).toContain('NoRichAndCheapPair');
    }
  });

  it('a vertical planted in each recorded chain: the same pair from the same chain', () => {
    const found = () =>
      snapshots.flatMap((snapshot) =>
        told(vertical.propose(vertical.remember(), viewAt(snapshot, planted(snapshot)))),
      );
    expect(found()).toEqual(PLANTED_VERTICALS);
    expect(found()).toEqual(PLANTED_VERTICALS);
  });
});

/** One put of a far expiry offered an eighth below its value, and another bid as much above it. */
function planted(snapshot: Snapshot): readonly Quote[] {
  const slice = fitSlices(new Map(), viewAt(snapshot), VERTICAL_PARAMETERS.slices)
    .filter(({ expiry, underlying }) => underlying === 'BTC' && expiry - snapshot.at > 10 * DAY_MS)
    .sort((a, b) => b.members.length - a.members.length)[0];
  const puts = slice?.members.filter(({ type, ask }) => type === 'put' && ask >= 0.007) ?? [];
  const [cheap, , , , rich] = puts;
  const priceOf = (share: number, quote: Quote | undefined): number => {
    const fair = slice && quote ? fairValue(slice, quote, viewOf([], { now: snapshot.at })) : null;
    return Math.round((share * (fair?.price ?? Number.NaN)) / TICK) * TICK;
  };
  const ask = priceOf(0.87, cheap?.quote);
  const bid = priceOf(1.12, rich?.quote);
  return snapshot.quotes.map((quote) => {
    if (quote === cheap?.quote) return { ...quote, ask, bid: ask - TICK };
    return quote === rich?.quote ? { ...quote, bid, ask: bid + TICK } : quote;
  });
}

import type { Effect, Event } from '@holdfast/core';
import { describe, expect, it } from 'vitest';
import { booksAreAsOldAsTheyAre } from './books-are-as-old-as-they-are.ts';
import { testPolicy } from '../fuzz/policy.fixture.ts';
import { admitted, freshState, heard, OPTION, playFromBoot, submitted } from './forged.fixture.ts';
import { openBesideTheCrowd } from './open-beside-the-crowd.ts';
import { openOnAFreshIndex } from './open-on-a-fresh-index.ts';
import { openOnASoundBook } from './open-on-a-sound-book.ts';

const LISTED = heard('instrumentsListed', { instruments: [{ name: OPTION }] });
const proposedAt = (at: number): Event => heard('intentProposed', { at });

function book(changeId: number, prevChangeId: number | null, at = 1_000): Event {
  return heard('bookChanged', { at, instrument: OPTION, changeId, prevChangeId });
}

describe('open-on-a-sound-book', () => {
  const name = 'open-on-a-sound-book';
  const play = (...steps: Parameters<typeof playFromBoot>[1]): string | null =>
    playFromBoot(openOnASoundBook(), [LISTED, ...steps]);

  it('NON-TRIP: a chain from its snapshot on, exactly a second old', () => {
    const chain = [book(5, null), book(7, 5)];
    expect(play(...chain, proposedAt(2_000), admitted(), submitted())).toBeNull();
  });

  it('TRIP: a millisecond older', () => {
    expect(play(book(5, null), proposedAt(2_001), admitted())).toBe(name);
  });

  it('TRIP: a gap, no snapshot at all, and a session that is gone', () => {
    expect(play(book(5, null), book(8, 7), admitted())).toBe(name);
    expect(play(book(8, 7), admitted())).toBe(name);
    expect(play(book(5, null), heard('sessionTerminated'), admitted())).toBe(name);
    const lost = heard('sessionChanged', { connected: false });
    expect(play(book(5, null), lost, admitted())).toBe(name);
  });

  it('NON-TRIP: a snapshot mends it, and what only reduces needs no book', () => {
    expect(play(book(5, null), book(8, 7), book(9, null), admitted())).toBeNull();
    expect(play(admitted({ reduceOnly: true }), submitted({ reduceOnly: true }))).toBeNull();
  });

  it('TRIP: it leaves too late, or after its book broke', () => {
    const decided = [book(5, null), proposedAt(1_000), admitted()];
    expect(play(...decided, heard('ticked', { at: 2_001 }), submitted())).toBe(name);
    expect(play(...decided, book(8, 7), submitted())).toBe(name);
    expect(play(...decided, heard('ticked', { at: 2_000 }), submitted())).toBeNull();
  });
});

describe('open-on-a-fresh-index', () => {
  const name = 'open-on-a-fresh-index';
  const index = heard('indexChanged', { underlying: 'BTC' });
  const play = (...steps: Parameters<typeof playFromBoot>[1]): string | null =>
    playFromBoot(openOnAFreshIndex(), steps);

  it('NON-TRIP: five seconds old, and for a reduction none at all', () => {
    expect(play(index, proposedAt(6_000), admitted())).toBeNull();
    expect(play(admitted({ reduceOnly: true }))).toBeNull();
  });

  it('TRIP: older, of another coin, or never told', () => {
    expect(play(index, proposedAt(6_001), admitted())).toBe(name);
    expect(play(index, admitted({ instrument: 'ETH-16JAN26-1900-C' }))).toBe(name);
    expect(play(proposedAt(1_000), admitted())).toBe(name);
  });
});

describe('books-are-as-old-as-they-are', () => {
  const name = 'books-are-as-old-as-they-are';
  const change = { changeId: 7, timestamp: 1_000 };

  function told(at: number, aheadMs: readonly number[]): string | null {
    const checker = booksAreAsOldAsTheyAre();
    checker.onNotice?.('book', change as never);
    return playFromBoot(checker, [
      () => {
        for (const ahead of aheadMs) checker.onEvent?.(heard('ticked'), null as never, ahead);
        checker.onEvent?.(book(7, 5, at), null as never, aheadMs.at(-1) ?? 0);
      },
    ]);
  }

  it('NON-TRIP: told as it is, with a clock that is wrong', () => {
    expect(told(1_000, [])).toBeNull();
    expect(told(4_900, [3_000])).toBeNull();
  });

  it('TRIP: told as it arrived, three seconds later', () => {
    expect(told(4_000, [])).toBe(name);
    expect(told(4_000, [-500])).toBe(name);
  });

  describe('after a machine was suspended for nine seconds', () => {
    const STOOD_STILL_MS = 9_000;
    const ticked = (now: number): Event => heard('ticked', { at: now - STOOD_STILL_MS });
    const session = (connected: boolean): Event => heard('sessionChanged', { connected });
    /** Told at once and as young as it is. */
    const fresh = (at: number): Event => book(at, at - 1, at - STOOD_STILL_MS);
    /** Changed at 1 s, and told as three seconds younger. */
    const young = book(7, 5, 4_000 - STOOD_STILL_MS);

    function after(...events: readonly Event[]): string | null {
      const checker = booksAreAsOldAsTheyAre();
      for (const at of [1_000, 9_950, 10_050]) {
        const changeId = at === change.timestamp ? change.changeId : at;
        checker.onNotice?.('book', { changeId, timestamp: at } as never);
      }
      const play = (event: Event, ahead: number) => () =>
        checker.onEvent?.(event, null as never, ahead);
      return playFromBoot(checker, [
        play(heard('ticked'), 0),
        ...[...events, young].map((event) => play(event, -STOOD_STILL_MS)),
      ]);
    }

    it('NON-TRIP: it knows no better, not even when its session becomes ready', () => {
      expect(after()).toBeNull();
      expect(after(session(true))).toBeNull();
      expect(after(ticked(10_000), ticked(10_100))).toBeNull();
    });

    it('NON-TRIP: nor by what was said before it went on, or was long on its way', () => {
      expect(after(ticked(10_000), fresh(9_950), ticked(10_100))).toBeNull();
      expect(after(ticked(10_000), fresh(10_050), ticked(11_100))).toBeNull();
    });

    it('TRIP: it has heard a fresh book, or begun its session anew', () => {
      expect(after(ticked(10_000), fresh(10_050), ticked(10_100))).toBe(name);
      expect(after(session(false), session(true))).toBe(name);
    });
  });
});

describe('open-beside-the-crowd', () => {
  const name = 'open-beside-the-crowd';
  const LISTED_OPTION = heard('instrumentsListed', {
    instruments: [{ name: OPTION, kind: 'option', settlement: 'BTC', amountUnit: 'coin' }],
  });
  const trade = heard('publicTradeObserved', { instrument: OPTION });

  function play(...steps: Parameters<typeof playFromBoot>[1]): string | null {
    const state = freshState();
    state.observations.policy = testPolicy();
    return playFromBoot(openBesideTheCrowd(), [LISTED_OPTION, ...steps], state);
  }

  /** An own trade on record, worth this many USD. */
  function own(usd: number, side: 'buy' | 'sell' = 'buy', at = 1_000): Event {
    const fill = { type: 'fillRecorded', tradeId: `T${usd}${side}${at}`, instrument: OPTION, side };
    const amount = { amountE8: usd * 100, indexPriceE8: 100_000_000_000_000 };
    return heard('recorded', { at, records: [{ ...fill, at, ...amount }] });
  }

  const asked = {
    kind: 'fetch',
    requestId: 7,
    what: 'latest_trades',
    currency: 'BTC',
    family: 'option',
  } as unknown as Effect;
  const answer = heard('publicTradesObserved', { requestId: 7, trades: [] });
  const buying = admitted({ side: 'buy' });

  it('NON-TRIP: trades heard five seconds ago, or the venue asked then', () => {
    expect(play(trade, proposedAt(6_000), buying)).toBeNull();
    expect(play(proposedAt(1_000), asked, answer, proposedAt(6_000), buying)).toBeNull();
  });

  it('TRIP: longer ago, never, and in a session before this one', () => {
    expect(play(trade, proposedAt(6_001), buying)).toBe(name);
    expect(play(proposedAt(1_000), buying)).toBe(name);
    const lost = heard('sessionChanged', { connected: false });
    expect(play(trade, lost, proposedAt(2_000), buying)).toBe(name);
    expect(play(answer, proposedAt(2_000), buying)).toBe(name);
  });

  it('TRIP: 20 000 USD of our own, and more of the same', () => {
    expect(play(trade, own(20_000), proposedAt(2_000), buying)).toBe(name);
    expect(play(trade, own(12_000), own(8_000), proposedAt(2_000), buying)).toBe(name);
  });

  it('NON-TRIP: less, longer ago, the other way, or what only reduces', () => {
    expect(play(trade, own(19_999), proposedAt(2_000), buying)).toBeNull();
    const later = heard('publicTradeObserved', { instrument: OPTION, at: 11_000 });
    expect(play(own(20_000), later, proposedAt(11_000), buying)).toBeNull();
    expect(play(trade, own(20_000, 'sell'), proposedAt(2_000), buying)).toBeNull();
    const reducing = admitted({ side: 'buy', reduceOnly: true });
    expect(play(trade, own(20_000), proposedAt(2_000), reducing)).toBeNull();
  });

  it('TRIP and NON-TRIP: what a process before this one traded counts, both ways', () => {
    const checker = openBesideTheCrowd();
    const state = freshState();
    state.observations.policy = testPolicy();
    const lives = (...steps: Event[]): string | null => playFromBoot(checker, [...steps], state);
    expect(lives(LISTED_OPTION, own(32_000, 'sell'))).toBeNull();
    expect(
      playFromBoot(checker, [trade, own(25_600), proposedAt(2_000), buying], state),
    ).toBeNull();
    expect(playFromBoot(checker, [trade, own(6_400), proposedAt(2_000), buying], state)).toBe(name);
  });
});

import type { Effect, Event } from '@holdfast/core';
import { describe, expect, it } from 'vitest';
import {
  appended,
  heard,
  OPTION,
  playFromBoot,
  recorded,
  submitted,
  freshState,
  LABEL,
} from './forged.fixture.ts';
import { latchOpensByReconciliation } from './latch-opens-by-reconciliation.ts';
import { noOpenInDoubt } from './no-open-in-doubt.ts';
import { operatorStopStands } from './operator-stop-stands.ts';

type Steps = Parameters<typeof playFromBoot>[1];

const CLEARED = { type: 'latchCleared' } as const;
const LISTED = heard('instrumentsListed', { instruments: [{ name: OPTION }] });
const asked = (requestId: number): Effect =>
  ({ kind: 'fetch', what: 'reconciliation', requestId, since: 0 }) as unknown as Effect;

function snapshot(requestId: number, over: object = {}): Event {
  const empty = { openOrders: [], positions: [], trades: [], settlements: [] };
  return heard('venueSnapshotObserved', { requestId, ...empty, ...over });
}

/** Asked, answered, and on record. */
const reconciled = (requestId: number): Steps => [
  heard('ticked'),
  asked(requestId),
  snapshot(requestId),
  appended(CLEARED),
  recorded(CLEARED),
];
const HELD = { positions: [{ instrument: OPTION, amountE8: 70_000_000 }] };

describe('no-open-in-doubt', () => {
  const name = 'no-open-in-doubt';
  const play = (...steps: Steps): string | null =>
    playFromBoot(noOpenInDoubt(), [LISTED, ...reconciled(1), ...steps]);
  const book = (changeId: number, prevChangeId: number | null): Event =>
    heard('bookChanged', { instrument: OPTION, changeId, prevChangeId });
  const trade = (tradeSeq: number): Event =>
    heard('publicTradeObserved', { instrument: OPTION, tradeSeq });

  it('TRIP: a fresh process, until it has reconciled', () => {
    expect(playFromBoot(noOpenInDoubt(), [submitted()])).toBe(name);
    expect(play(submitted())).toBeNull();
  });

  it.each<[string, Steps]>([
    ['a gap in a book', [book(5, null), book(8, 7)]],
    ['a gap in the public trades', [trade(3), trade(5)]],
    ['a session that was ended', [heard('sessionTerminated')]],
    ['a session that was found', [heard('sessionChanged', { connected: true })]],
    ['an order without an answer', [heard('dispatchFailed', { outcome: 'unknown' })]],
    ['a private message nobody can read', [heard('faultObserved', { fault: 'inbox_overflow' })]],
    ['a position we do not have', [heard('ticked'), asked(7), snapshot(7, HELD)]],
  ])('TRIP: after %s, and NON-TRIP once reconciled', (_what, steps) => {
    expect(play(...steps, submitted())).toBe(name);
    expect(play(...steps, submitted({ reduceOnly: true }))).toBeNull();
    expect(play(...steps, ...reconciled(9), submitted())).toBeNull();
  });

  it.each<[string, Steps]>([
    ['a book that goes on', [book(5, null), book(7, 5)]],
    ['trades in a row, and one told twice', [trade(3), trade(4), trade(4)]],
    ['a refusal', [heard('dispatchFailed', { outcome: 'refused' })]],
    ['a snapshot asked for before the order left', [asked(7), submitted(), snapshot(7, HELD)]],
  ])('NON-TRIP: %s', (_what, steps) => {
    expect(play(...steps, submitted())).toBeNull();
  });

  describe('a position that a trade we were told of explains', () => {
    const fill = { type: 'fillRecorded', tradeId: 'T1', instrument: OPTION, side: 'buy' };
    const FILL = { ...fill, amountE8: 70_000_000 };
    const told = heard('fillObserved', { fill: { tradeId: 'T1' } });
    const refused = heard('appendRefused', { records: [FILL] });
    const held = (requestId: number): Steps => [
      heard('ticked'),
      asked(requestId),
      snapshot(requestId, HELD),
    ];

    it('NON-TRIP: its record is on its way, and it is not in the list of trades yet', () => {
      expect(play(told, appended(FILL), ...held(7), submitted())).toBeNull();
      expect(play(told, appended(FILL), recorded(FILL), ...held(7), submitted())).toBeNull();
    });

    it('NON-TRIP: a delivery whose record is on its way', () => {
      const gone = { instrument: OPTION, amountE8: 70_000_000 };
      const DELIVERY = { type: 'settlementRecorded', settlementId: 'S1', ...gone };
      const before = [told, appended(FILL), recorded(FILL)];
      const delivered = [heard('settlementObserved'), appended(DELIVERY)];
      const flat = [heard('ticked'), asked(7), snapshot(7)];
      expect(play(...before, ...delivered, ...flat, submitted())).toBeNull();
      expect(play(...before, ...flat, submitted())).toBe(name);
    });

    it.each<[string, Steps]>([
      ['nobody asked for its record', [told]],
      ['its record was refused', [told, appended(FILL), refused]],
    ])('TRIP: %s', (_what, steps) => {
      expect(play(...steps, ...held(7), submitted())).toBe(name);
    });

    it('TRIP: the next snapshot, once the record is there, is judged again', () => {
      const twice = { positions: [{ instrument: OPTION, amountE8: 140_000_000 }] };
      const early = [told, appended(FILL), heard('ticked'), asked(7), snapshot(7, twice)];
      expect(play(...early, submitted())).toBeNull();
      const later = [recorded(FILL), heard('ticked'), asked(8), snapshot(8, twice)];
      expect(play(...early, ...later, submitted())).toBe(name);
    });
  });

  it('TRIP: a snapshot asked for before the gap clears nothing', () => {
    const gap = [heard('ticked'), asked(7), book(5, null), book(8, 7)];
    const late = [snapshot(7), appended(CLEARED), recorded(CLEARED)];
    expect(play(...gap, ...late, submitted())).toBe(name);
  });
});

describe('latch-opens-by-reconciliation', () => {
  const name = 'latch-opens-by-reconciliation';
  const answer = (over: object = {}): Steps => [asked(1), snapshot(1, over), appended(CLEARED)];

  /** What is found when the latch opens in the turn of `event`. */
  function openedBy(event: Event): string | null {
    const state = freshState();
    const open = (): void => {
      state.observations.latch.reasons = [];
    };
    return playFromBoot(latchOpensByReconciliation(), [event, open, heard('ticked')], state);
  }

  it('NON-TRIP: its record opens it, after an answer that agrees', () => {
    expect(playFromBoot(latchOpensByReconciliation(), answer())).toBeNull();
    expect(openedBy(recorded(CLEARED))).toBeNull();
  });

  it('TRIP: a book opens it, and a record of something else', () => {
    expect(openedBy(heard('bookChanged'))).toBe(name);
    expect(openedBy(recorded({ type: 'ledgerProbed' }))).toBe(name);
  });

  it('TRIP: it opens what came after the snapshot was asked for', () => {
    const play = (isEarly: boolean): string | null => {
      const state = freshState();
      const { latch } = state.observations;
      const add = (): void => {
        latch.reasons = [...latch.reasons, 'WS_TRADES_GAP_RECONCILE_REQUIRED'];
      };
      const open = (): void => {
        latch.reasons = [];
      };
      const gap = [heard('publicTradeObserved'), add, heard('ticked')];
      const answered = [snapshot(1), appended(CLEARED), recorded(CLEARED), open, heard('ticked')];
      const steps = isEarly ? [...gap, asked(1), ...answered] : [asked(1), ...gap, ...answered];
      return playFromBoot(latchOpensByReconciliation(), [heard('ticked'), ...steps], state);
    };
    expect(play(false)).toBe(name);
    expect(play(true)).toBeNull();
  });

  it('NON-TRIP: another reason is added', () => {
    const state = freshState();
    const more = (): void => {
      const { reasons } = state.observations.latch;
      state.observations.latch.reasons = [...reasons, 'WS_BOOK_GAP_RECONCILE_REQUIRED'];
    };
    const steps = [heard('bookChanged'), more, heard('ticked')];
    expect(playFromBoot(latchOpensByReconciliation(), steps, state)).toBeNull();
  });

  it.each<[string, Steps]>([
    ['an answer nobody asked for', [snapshot(1), appended(CLEARED)]],
    ['no answer at all', [heard('ticked'), appended(CLEARED)]],
    ['a position we do not have', answer(HELD)],
    ['a trade we do not have', answer({ trades: [{ tradeId: 'T1' }] })],
    ['an order we do not have', answer({ openOrders: [{ label: LABEL, venueOrderId: 'V1' }] })],
  ])('TRIP: asked for on %s', (_what, steps) => {
    expect(playFromBoot(latchOpensByReconciliation(), steps)).toBe(name);
  });

  it('TRIP: an order of ours is not there', () => {
    const state = freshState();
    state.facts.working.add(LABEL);
    state.facts.orders.set(LABEL, { venueOrderId: null, sendingRecorded: true } as never);
    expect(playFromBoot(latchOpensByReconciliation(), answer(), state)).toBe(name);
  });
});

describe('operator-stop-stands', () => {
  const name = 'operator-stop-stands';
  const ordered = (command: string, operator = 'anna'): Event =>
    heard('operatorCommanded', { command, operator });
  const onRecord = (command: string, operator = 'anna'): object => ({
    type: 'operatorCommandRecorded',
    command,
    operator,
  });
  const play = (...steps: Steps): string | null => playFromBoot(operatorStopStands(), steps);

  it('TRIP: against a kill, before and after its record', () => {
    expect(play(ordered('kill'), submitted())).toBe(name);
    expect(play(ordered('reduce_only'), recorded(onRecord('reduce_only')), submitted())).toBe(name);
  });

  it('TRIP: a release that is not on record yet', () => {
    const killed = [ordered('kill'), recorded(onRecord('kill'))];
    expect(play(...killed, ordered('release'), submitted())).toBe(name);
  });

  it('NON-TRIP: released on record; a reduction; the watchdog, who is no operator', () => {
    const both = [ordered('kill'), ordered('release')];
    const records = [recorded(onRecord('kill')), recorded(onRecord('release'))];
    expect(play(...both, ...records, submitted())).toBeNull();
    expect(play(ordered('kill'), submitted({ reduceOnly: true }))).toBeNull();
    expect(play(ordered('kill', 'watchdog'), submitted())).toBeNull();
  });

  it('TRIP: a stop whose record was refused stands all the same', () => {
    const refused = heard('appendRefused', { records: [onRecord('kill')] });
    expect(play(ordered('kill'), refused, submitted())).toBe(name);
  });
});

import { describe, expect, it } from 'vitest';
import { brokenGroupsEndNeutral } from './broken-groups-end-neutral.ts';
import type { Checker } from './checker.ts';
import { appended, end, fold, freshState, heard, recorded, tripped } from './forged.fixture.ts';
import { groupsAreContained } from './groups-are-contained.ts';

const NAME = 'groups-are-contained';
const LEG = { instrument: 'BTC-C', side: 'buy', amountE8: 100, unit: 'coin' } as const;
const GROUP = {
  type: 'groupRecorded',
  groupId: 'g1',
  first: { ...LEG, label: 'a' },
  second: { ...LEG, label: 'b' },
};
const moved = (state: string, cause = 'x') => ({
  type: 'groupStateChanged',
  groupId: 'g1',
  state,
  cause,
});
const planned = (label: string, purpose = 'close', more: object = {}) => ({
  type: 'containmentPlanned',
  parentGroupId: 'g1',
  groupId: `id-${label}`,
  purpose,
  round: 0,
  attempt: 1,
  legIndex: 0,
  label,
  ...more,
});
const submit = (label: string, reduceOnly: boolean, intentClass = 'OPEN') =>
  ({ kind: 'submit', order: { terms: { label, reduceOnly, intentClass } } }) as never;
const fill = (label: string, amountE8 = 100) =>
  heard('fillObserved', { fill: { tradeId: `t-${label}`, label, amountE8 } });

function watch(story: (checker: Required<Pick<Checker, 'onEvent' | 'onEffect'>>) => void) {
  const checker = groupsAreContained();
  const state = freshState();
  checker.onBoot?.(state, fold(), {} as never);
  checker.onEvent?.(recorded(GROUP), state, 0);
  return tripped(() =>
    story({
      onEvent: (event) => checker.onEvent?.(event, state, 0),
      onEffect: (effect) => checker.onEffect?.(effect, state),
    }),
  );
}

describe('groups-are-contained', () => {
  it('minds a group that is complete before a leg has ended, and no other', () => {
    const say = (...events: readonly ReturnType<typeof heard>[]) =>
      watch(({ onEvent, onEffect }) => {
        for (const event of events) onEvent(event, freshState(), 0);
        onEffect(appended(moved('Complete')), freshState());
      });
    expect(say(fill('a'))).toBe(NAME);
    expect(say(fill('a'), fill('b', 99))).toBe(NAME);
    expect(say(fill('a'), fill('b'))).toBeNull();
    const ended = heard('orderReported', { label: 'b', state: 'cancelled' });
    expect(say(fill('a'), ended)).toBeNull();
  });

  it('minds what opens beside a broken group, and not a rescue or what reduces', () => {
    const leaves = (...effects: readonly never[]) =>
      watch(({ onEffect }) => {
        onEffect(appended(moved('MixedFailed')), freshState());
        for (const effect of effects) onEffect(effect, freshState());
      });
    expect(leaves(submit('other', false))).toBe(NAME);
    expect(leaves(submit('other', true, 'CLOSE'))).toBeNull();
    expect(leaves(appended(planned('r', 'rescue')) as never, submit('r', false))).toBeNull();
    expect(leaves(appended(planned('h', 'hedge')) as never, submit('h', false, 'HEDGE'))).toBe(
      NAME,
    );
    expect(leaves(appended(moved('Flattened')) as never, submit('other', false))).toBeNull();
  });

  it('minds a third rescue, a fourth close of a round, and an attempt made twice', () => {
    const rescues = (count: number) =>
      watch(({ onEvent }) => {
        for (let nth = 0; nth < count; nth += 1) {
          onEvent(recorded(planned(`r${nth}`, 'rescue')), freshState(), 0);
        }
      });
    expect([rescues(2), rescues(3)]).toEqual([null, NAME]);
    const closes = (count: number, round = (_nth: number) => 0) =>
      watch(({ onEffect }) => {
        for (let nth = 0; nth < count; nth += 1) {
          onEffect(appended(planned(`c${nth}`, 'close', { round: round(nth) })), freshState());
        }
      });
    expect([closes(3), closes(4), closes(4, (nth) => nth)]).toEqual([null, NAME, null]);
    const twice = watch(({ onEffect }) => {
      onEffect(appended(planned('c')), freshState());
      onEffect(appended(planned('c')), freshState());
    });
    expect(twice).toBe(NAME);
  });

  it('minds an incident that is told twice', () => {
    const told = (count: number) =>
      watch(({ onEvent }) => {
        for (let nth = 0; nth < count; nth += 1) {
          onEvent(recorded({ type: 'atomicNakedEventRecorded', groupId: 'g1' }), freshState(), 0);
        }
      });
    expect([told(1), told(2)]).toEqual([null, NAME]);
  });
});

describe('broken-groups-end-neutral', () => {
  const trade = (label: string, amount: number) => ({ trade_id: `t-${label}`, label, amount });

  function ended(story: (checker: Checker) => void, size = 0.3): string | null {
    const checker = brokenGroupsEndNeutral();
    story(checker);
    const folded = fold();
    const legs = [
      { ...LEG, label: 'a', amountE8: 30_000_000 },
      { ...LEG, label: 'b', amountE8: 30_000_000 },
    ];
    folded.facts.groups.set('g1' as never, { groupId: 'g1', state: 'Flattened', legs } as never);
    const base = end({ fold: folded });
    const exchange = {
      handle: () => ({ ok: true, result: [{ instrument_name: 'BTC-C', size }] }),
    } as never;
    return tripped(() => checker.atEnd?.({ ...base, exchange }));
  }

  it('minds what its hedges have not traded the opposite of', () => {
    const hedged = (amount: number, direction: string) =>
      ended((checker) => {
        checker.onNotice?.('trade', trade('a', 0.3) as never);
        checker.onEffect?.(appended(planned('h', 'hedge')), freshState());
        checker.onNotice?.('trade', { ...trade('h', amount), direction } as never);
      });
    // The venue tells no delta: it moves as its coin.
    expect(hedged(0.3, 'sell')).toBeNull();
    expect(hedged(0.3, 'buy')).toBe('broken-groups-end-neutral');
    expect(hedged(0.2, 'sell')).toBe('broken-groups-end-neutral');
  });

  it('minds what a broken group still holds, and not what is closed or gone', () => {
    const filled = (checker: Checker) => checker.onNotice?.('trade', trade('a', 0.3) as never);
    expect(ended(filled)).toBe('broken-groups-end-neutral');
    expect(ended(filled, 0)).toBeNull();
    const closed = ended((checker) => {
      filled(checker);
      checker.onEffect?.(appended(planned('c')), freshState());
      checker.onNotice?.('trade', trade('c', 0.3) as never);
    });
    expect(closed).toBeNull();
  });
});

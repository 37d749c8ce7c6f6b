import type { Event } from '@holdfast/core';
import { createState, type State, step } from '@holdfast/core/step';
import type { Strategy } from '@holdfast/core/strategy';
import { groupId, instrumentName, monoMs, runId, strategyId } from '@holdfast/core/values';
import { priceE8 } from '@holdfast/core/values';
import { expect, it } from 'vitest';
import { createConsult } from './consult.ts';

const cancel = { action: 'Cancel', reduceOnly: null, legs: [], target: null } as const;

function strategy(name: string, propose: Strategy<unknown>['propose']): Strategy<unknown> {
  return { id: strategyId(name), remember: () => ({}), propose };
}

interface Rig {
  readonly ask: () => void;
  readonly events: Event[];
  readonly state: State;
  readonly news: () => void;
}

function rig(...strategies: readonly Strategy<unknown>[]): Rig {
  const state = createState({
    buildId: 'b',
    runtimeConfigHash: 'c',
    contractVersion: '5.2',
    runId: runId('r'),
    enforcedProfile: 'CSP',
    toleratesUnlinked: true,
    settleMs: 0,
    tickIntervalMs: 100,
    reconcileIntervalMs: 10_000,
  });
  const events: Event[] = [];
  let now = 1_000;
  let groups = 0;
  const clock = { now: () => now, wake: () => undefined };
  const mint = () => {
    groups += 1;
    return groupId(`00000000-0000-4000-8000-${String(groups).padStart(12, '0')}`);
  };
  const post = (event: Event): void => {
    events.push(event);
    step(state, event);
  };
  const ask = createConsult(strategies, mint, clock, state, post);
  return {
    ask,
    events,
    state,
    news: () => {
      now += 1;
      state.observations.marketAt = monoMs(now);
    },
  };
}

it('gives each proposal a group of its own, in the order the strategies stand', () => {
  const { ask, events, news } = rig(
    strategy('a', () => [cancel, cancel]),
    strategy('b', () => [cancel]),
  );
  news();
  ask();
  const proposed = events.flatMap((event) => (event.kind === 'intentProposed' ? [event] : []));
  expect(proposed.map((event) => event.strategyId)).toEqual(['a', 'a', 'b']);
  expect(new Set(proposed.map((event) => event.groupId)).size).toBe(3);
});

it('asks nobody while the market has said nothing new', () => {
  let asked = 0;
  const { ask, news } = rig(
    strategy('a', () => {
      asked += 1;
      return [];
    }),
  );
  ask();
  news();
  ask();
  ask();
  expect(asked).toBe(1);
});

it.each([
  ['returns a promise that fails', () => Promise.reject(new Error('no')) as never],
  ['throws', () => thrown()],
  ['returns no list', () => 'buy' as never],
  ['proposes a flood', () => Array.from({ length: 33 }, () => cancel)],
])('a strategy that %s is suspended, and the others go on', (_name, propose) => {
  const { ask, events, state, news } = rig(
    strategy('bad', propose),
    strategy('good', () => [cancel]),
  );
  news();
  ask();
  news();
  ask();
  expect(events.filter(({ kind }) => kind === 'strategyFailed')).toHaveLength(1);
  expect(events.filter(({ kind }) => kind === 'intentProposed')).toHaveLength(2);
  expect([...state.observations.suspended]).toEqual(['bad']);
});

it('shows a strategy decimals, and nothing it could change the state through', () => {
  let seen: unknown = null;
  const { ask, state, news } = rig(
    strategy('a', (_memory, view) => {
      seen = [view.index('BTC'), view.quote(instrumentName('BTC-PERPETUAL')), view.positions];
      return [];
    }),
  );
  step(state, {
    kind: 'indexChanged',
    at: monoMs(1_000),
    underlying: 'BTC' as never,
    priceE8: priceE8(6_429_312_000_000),
  });
  news();
  ask();
  expect(seen).toEqual([64_293.12, null, []]);
});

function thrown(): never {
  throw new Error('boom');
}

import { readFileSync } from 'node:fs';
import type { Event } from '@holdfast/core';
import { createState, type State, step } from '@holdfast/core/step';
import { parsePolicy } from '@holdfast/core/policy';
import {
  MS_PER_YEAR,
  prepareSlice,
  SMILE_CRITERIA,
  type SmileSlice,
  type SmileTerms,
  type Strategy,
} from '@holdfast/core/strategy';
import {
  currency,
  groupId,
  instrumentName,
  monoMs,
  runId,
  strategyId,
} from '@holdfast/core/values';
import { priceE8 } from '@holdfast/core/values';
import { describe, expect, it } from 'vitest';
import { createConsult } from './consult.ts';
import type { Clock } from './ports.ts';

const cancel = { action: 'Cancel', reduceOnly: null, legs: [], target: null } as const;

function strategy(name: string, propose: Strategy<unknown>['propose']): Strategy<unknown> {
  return { id: strategyId(name), remember: () => ({}), propose };
}

interface Rig {
  readonly ask: () => void;
  readonly events: Event[];
  readonly state: State;
  readonly news: () => void;
  /** Time passes while somebody thinks. */
  readonly pass: (ms: number) => void;
}

function rig(...strategies: readonly Strategy<unknown>[]): Rig {
  return rigWith({}, ...strategies);
}

function rigWith(more: Pick<Clock, 'worked'>, ...strategies: readonly Strategy<unknown>[]): Rig {
  const state = createState({
    buildId: 'b',
    runtimeConfigHash: 'c',
    contractVersion: '5.2',
    runId: runId('r'),
    enforcedProfile: 'CSP',
    realMoney: false,
    needsSupervisor: false,
    settleMs: 0,
    tickIntervalMs: 100,
    reconcileIntervalMs: 10_000,
  });
  const events: Event[] = [];
  let now = 1_000;
  let groups = 0;
  const clock = { now: () => now, wake: () => undefined, ...more };
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
    pass: (ms) => {
      now += ms;
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

describe('what a strategy left alone', () => {
  const left = (code: string) => ({ subject: 'BTC', code, measured: 1, limit: 2 });

  function saying(abstentions: NonNullable<Strategy<unknown>['abstentions']>) {
    return rig({ ...strategy('quiet', () => []), abstentions });
  }

  const told = ({ events }: Rig) =>
    events.flatMap((event) => (event.kind === 'strategyAbstained' ? [event.abstentions] : []));

  it('is told once, and again only when the reasons are other ones, at most once a minute', () => {
    let code = 'ChainThin';
    const world = saying(() => [left(code)]);
    const look = (ms: number) => {
      world.pass(ms);
      world.news();
      world.ask();
      return told(world).length;
    };
    expect(look(0)).toBe(1);
    expect(look(60_000)).toBe(1);
    code = 'EdgeTooSmall';
    expect(look(0)).toBe(2);
    code = 'ChainThin';
    expect(look(59_000)).toBe(2);
    expect(look(1_000)).toBe(3);
    expect(told(world)[1]).toEqual([left('EdgeTooSmall')]);
  });

  it('is bounded, and a throw about it ends the strategy', () => {
    const many = saying(() => Array.from({ length: 100 }, () => left('ChainThin')));
    many.news();
    many.ask();
    expect(told(many)[0]).toHaveLength(64);
    const bad = saying(() => thrown());
    bad.news();
    bad.ask();
    expect([...bad.state.observations.suspended]).toEqual(['quiet']);
  });
});

describe('a slow strategy', () => {
  /** Takes these times to answer, one after the other, and proposes every time. */
  function slow(...times: readonly number[]) {
    const left = [...times];
    const world = rig(
      strategy('slow', () => {
        world.pass(left.shift() ?? 0);
        return [cancel];
      }),
      strategy('good', () => [cancel]),
    );
    return world;
  }

  /** Consults once for each, `everyMs` apart, and says what came of it. */
  function consulted(world: Rig, times: number, everyMs = 500) {
    for (let index = 0; index < times; index += 1) {
      world.pass(everyMs);
      world.news();
      world.ask();
    }
    const of = (id: string): number =>
      world.events.filter((each) => each.kind === 'intentProposed' && each.strategyId === id)
        .length;
    return { slow: of('slow'), good: of('good'), ended: [...world.state.observations.suspended] };
  }

  it('within its budget it is heard', () => {
    expect(consulted(slow(50, 50, 50, 50), 4)).toEqual({ slow: 4, good: 4, ended: [] });
  });

  it('over its budget it is not heard that time, and ends with the third strike', () => {
    expect(consulted(slow(51, 51), 4)).toEqual({ slow: 2, good: 4, ended: [] });
    const world = slow(51, 0, 51, 0, 51, 0);
    expect(consulted(world, 6)).toEqual({ slow: 2, good: 6, ended: ['slow'] });
    const failed = world.events.find((each) => each.kind === 'strategyFailed');
    expect(failed).toMatchObject({
      strategyId: 'slow',
      message: 'took over 50 ms to answer 3 times in 60000 ms',
    });
  });

  it('strikes longer ago than the window are forgotten', () => {
    expect(consulted(slow(51, 51, 51, 51), 4, 40_000)).toMatchObject({ slow: 0, ended: [] });
  });

  it('one answer far over everything ends it at once', () => {
    expect(consulted(slow(0, 1_001, 0), 3)).toEqual({ slow: 1, good: 3, ended: ['slow'] });
    expect(consulted(slow(0, 1_000, 0), 3)).toEqual({ slow: 2, good: 3, ended: [] });
  });
});

it('a machine that was busy elsewhere ends no strategy, and no late answer is proposed', () => {
  let takes = 0;
  const fast = strategy('a', () => {
    pass(takes);
    return [cancel];
  });
  const { ask, news, pass, events } = rigWith({ worked: () => 0 }, fast);
  for (takes of [200, 2_000, 200, 200, 0]) {
    news();
    ask();
  }
  expect(events.map(({ kind }) => kind)).toEqual(['intentProposed']);
});

it('a strategy that works for too long is ended however quick the clock says it was', () => {
  let worked = 0;
  const heavy = strategy('a', () => {
    worked += 51;
    return [];
  });
  const { ask, news, events } = rigWith({ worked: () => worked }, heavy);
  for (let look = 0; look < 3; look += 1) {
    news();
    ask();
  }
  expect(events.map(({ kind }) => kind)).toEqual(['strategyFailed']);
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

describe('AT-321 what the guard over smile fits refused', () => {
  const EXPIRY = 86_400_000;
  const coin = currency('BTC');
  const TERMS: SmileTerms = { underlying: coin, settlement: coin, expiry: monoMs(EXPIRY) };

  /** Quotes that lie on a flat smile of this volatility. */
  function sliceAt(now: number, vol: number): SmileSlice {
    const points = Array.from({ length: 9 }, (_, i) => {
      return { logMoneyness: 0.1 * i - 0.4, vol, volHalfSpread: 0.004 };
    });
    const slice = prepareSlice(points, (EXPIRY - now) / MS_PER_YEAR, SMILE_CRITERIA);
    if (!slice.ok) throw new Error(slice.code);
    return slice;
  }

  const asking = (name: string, vol: number, then: () => never[] = () => []) =>
    strategy(name, (_, view) => {
      view.smiles.fit(TERMS, sliceAt(view.now, vol));
      return then();
    });
  const tripped = (events: readonly Event[]) =>
    events.flatMap((event) => (event.kind === 'smileGuardTripped' ? [event] : []));

  function watched(...strategies: readonly Strategy<unknown>[]): Rig {
    const made = rig(...strategies);
    const parsed = parsePolicy(JSON.parse(readFileSync('config/policy.json', 'utf8')));
    if (!parsed.ok) throw new Error(JSON.stringify(parsed.violations));
    made.state.observations.policy = parsed.value;
    return made;
  }

  it('TRIP is told as an event, with who asked, of what, and its operands', () => {
    const { ask, events, news } = watched(asking('a', 6));
    news();
    ask();
    expect(tripped(events)).toMatchObject([
      { strategyId: 'a', slice: `BTC-BTC-${EXPIRY}`, trip: 'math', limit: 5 },
    ]);
    expect(tripped(events)[0]?.measured).toBeCloseTo(6, 6);
  });

  it('NON-TRIP a good fit tells nothing', () => {
    const { ask, events, news } = watched(asking('a', 0.5));
    news();
    ask();
    expect(tripped(events)).toStrictEqual([]);
  });

  it('one expiry that breaks before the eyes of several in one round has broken once', () => {
    const { ask, events, news } = watched(asking('a', 6), asking('b', 6));
    news();
    ask();
    expect(tripped(events)).toHaveLength(1);
    news();
    ask();
    expect(tripped(events)).toHaveLength(2);
  });

  it('is told even where the strategy then throws', () => {
    const { ask, events, news } = watched(asking('a', 6, thrown));
    news();
    ask();
    expect(events.map(({ kind }) => kind)).toStrictEqual(['smileGuardTripped', 'strategyFailed']);
  });

  it('the third round is Degraded in the core', () => {
    const { ask, state, news } = watched(asking('a', 6));
    for (const stands of [false, false, true]) {
      news();
      ask();
      expect(state.observations.riskCauses.has('svi_guard_trips')).toBe(stands);
    }
  });

  it('each strategy has last valid fits of its own', () => {
    let vol = 0.5;
    const { ask, events, news } = watched(
      strategy('a', (_, view) => {
        view.smiles.fit(TERMS, sliceAt(view.now, vol));
        return [];
      }),
      asking('b', 0.5),
    );
    news();
    ask();
    vol = 0.7;
    news();
    ask();
    expect(tripped(events)).toMatchObject([{ strategyId: 'a', trip: 'drift', limit: 0.2 }]);
  });
});

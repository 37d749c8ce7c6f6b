/** That an exploration sees: what is wrong on purpose is found, by a shortest path. */
import { describe, expect, it } from 'vitest';
import { resolveTriple } from '../../src/guard/axes.ts';
import { resolveMode } from '../../src/guard/resolve.ts';
import { SUBJECTS } from './all.ts';
import { canonical } from './canonical.ts';
import { explore, type Model, play } from './explore.ts';
import { containmentIn } from './group-model.ts';
import { reconciliationModel, sabotaged } from './reconciliation-model.ts';
import { exploreResolver } from './resolver.ts';
import { T0 } from '../desk.ts';

/** A counter that goes up by one or by two, and may not reach `forbidden`. */
function counter(forbidden: number): Model<{ at: number }> {
  return {
    name: 'counter',
    about: 'a number that grows',
    depth: 6,
    start: () => ({ at: 0 }),
    enabled: ({ at }) => (at >= 4 ? [] : ['one', 'two']),
    act: (world, action) => {
      world.at += action === 'one' ? 1 : 2;
    },
    broken: ({ at }) => (at === forbidden ? `reached ${at}` : null),
    key: ({ at }) => String(at),
    rest: ({ at }) => (at === 5 && forbidden === 50 ? 'rests at five' : null),
  };
}

describe('exploration', () => {
  it('meets every state once and plays every step, to the end where there is one', () => {
    expect(explore(counter(99))).toMatchObject({
      states: 6,
      transitions: 8,
      complete: true,
      violation: null,
    });
    expect(explore(counter(99), 2)).toMatchObject({ states: 5, transitions: 6, complete: false });
  });

  it('answers with a shortest path to what is broken', () => {
    const { violation } = explore(counter(4));
    expect(violation).toEqual({ says: 'reached 4', path: ['two', 'two'] });
    expect(play(counter(4), violation?.path ?? []).at).toBe(4);
  });

  it('lets what is not gone on from come to rest, and says what stays wrong', () => {
    expect(explore(counter(50)).violation).toEqual({
      says: 'rests at five',
      path: ['one', 'two', 'two', '(rest)'],
    });
  });

  it('takes two states for one only where nothing to come can tell them apart', () => {
    const now = T0 + 5_000;
    const told = (value: unknown) => canonical(value, now);
    expect(
      told(
        new Map([
          ['b', 1],
          ['a', 2],
        ]),
      ),
    ).toBe(
      told(
        new Map([
          ['a', 2],
          ['b', 1],
        ]),
      ),
    );
    expect(told([T0 + 4_001, T0 + 4_007])).toBe(told([T0 + 4_002, T0 + 4_003]));
    expect(told([T0 + 4_001, T0 + 4_007])).not.toBe(told([T0 + 4_007, T0 + 4_001]));
    expect(told([T0 + 4_001])).not.toBe(told([T0 + 3_001]));
    expect(told({ a: 1 })).not.toBe(told({ a: 2 }));
  });
});

describe('what is wrong on purpose is found', () => {
  it('a ledger that forgets the sending marker sends an order again', () => {
    const model = sabotaged({ remembers: ({ type }) => type !== 'orderSending' });
    const { violation } = explore(model, 8);
    expect(violation?.says).toMatch(/was sent again$/);
    expect(violation?.path).toContain('crash');
  });

  it('a silence that is read as a refusal closes an order that can still trade', () => {
    const model = sabotaged({
      hears: (event) =>
        event.kind === 'dispatchFailed' ? { ...event, outcome: 'refused' as const } : event,
    });
    const { violation } = explore(model, 4);
    expect(violation?.says).toMatch(/is Failed and may still trade/);
    expect(violation?.path).toEqual(['write', 'silence 0', 'write']);
  });

  it('a trade that is told under another name counts twice', () => {
    const model = sabotaged({
      hears: (event) =>
        event.kind === 'fillObserved'
          ? { ...event, fill: { ...event.fill, tradeId: 'T-other' as typeof event.fill.tradeId } }
          : event,
    });
    const { violation } = explore(model, 7);
    expect(violation?.says).toBe('T-other never traded');
    expect(violation?.path).toHaveLength(6);
    expect(violation?.path).toEqual(expect.arrayContaining(['arrive', 'fill 0 half', 'hear 1']));
  });

  it('two closes of one leg are one too many where the venue does not keep reduce-only', () => {
    const { violation } = explore(containmentIn({ fillsBeyond: true }), 3);
    expect(violation?.says).toMatch(/^holds \S+,-/);
    expect(violation?.path).toContain('tick');
    expect(explore(containmentIn({}), 3).violation).toBeNull();
  });

  it('a resolver with one wrong row, and one that leaves a reason out', () => {
    const wrongRow: typeof resolveTriple = (capital, market, system) =>
      market === 'BROKEN' && capital === 'SAFE' && system === 'HEALTHY'
        ? 'Active'
        : resolveTriple(capital, market, system);
    const rowFound = exploreResolver({ ofTriple: wrongRow, ofInputs: resolveMode });
    expect(rowFound.violation).toEqual({
      says: 'Active instead of ReduceOnly',
      path: ['SAFE', 'BROKEN', 'HEALTHY'],
    });
    const forgetful: typeof resolveMode = (inputs) => {
      const resolved = resolveMode(inputs);
      const both = inputs.bunkerModeActive === true && inputs.certificate === 'FAIL';
      return both ? { ...resolved, reasons: resolved.reasons.slice(1) } : resolved;
    };
    const { violation } = exploreResolver({ ofTriple: resolveTriple, ofInputs: forgetful });
    expect(violation?.path).toEqual(expect.arrayContaining(['bunker', 'certificate failed']));
    expect(violation?.path.filter((name) => name === 'healthy')).toHaveLength(1);
  });
});

describe('subjects', () => {
  it('are named once each and explore as they say', () => {
    const names = SUBJECTS.map(({ name }) => name);
    expect(new Set(names).size).toBe(names.length);
    for (const { depth, run } of SUBJECTS.filter((each) => each.depth !== null)) {
      const found = run(3);
      expect(depth).toBeGreaterThanOrEqual(3);
      expect(found).toMatchObject({ depth: 3, violation: null });
      expect(found.states).toBeGreaterThan(20);
    }
  });

  it('play the same states in the same order, run after run', () => {
    const { seconds: _, ...first } = explore(reconciliationModel, 4);
    const { seconds: __, ...again } = explore(reconciliationModel, 4);
    expect(again).toEqual(first);
  });
});

import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { DEFAULT_GUARD_CONFIG } from '../guard/config.ts';
import { inputs, posture } from '../guard/evidence.fixture.ts';
import { type GuardVerdict, validate } from '../guard/guard.ts';
import { STAGES } from '../stage.ts';
import { chained, offer, T0 } from './chain.fixture.ts';
import { type Decision, decideRegister, decideUpdate, type Judge } from './decide.ts';
import { decideReconcile, type Standing } from './reconcile.ts';
import { EMPTY_REGISTRY, foldRegistry, type RegistryState } from './state.ts';
import { GATED_STATUSES, isGated, type Status, STATUSES, stepOf } from './status.ts';
import { isProjected, projectRegistry } from './table.ts';

const IDS = ['a', 'b', 'c'] as const;
const ASKER = { actor: 'ana', reason: '' } as const;

const id = fc.constantFrom(...IDS);
const status = fc.constantFrom<string>(...STATUSES, ...GATED_STATUSES, 'actve');
const standing = fc.oneof(
  fc.constantFrom(...STAGES, null).map((stage): Standing => ({ kind: 'stage', stage })),
  fc.constantFrom<Standing>({ kind: 'violated', detail: 'x' }, { kind: 'unread', detail: 'y' }),
);
const command = fc.oneof(
  {
    weight: 2,
    arbitrary: fc.record({ kind: fc.constant('register' as const), id, status: fc.option(status) }),
  },
  { weight: 5, arbitrary: fc.record({ kind: fc.constant('update' as const), id, status }) },
  {
    weight: 1,
    arbitrary: fc.record({
      kind: fc.constant('reconcile' as const),
      of: fc.dictionary(id, standing),
    }),
  },
);
/** What the guard would say to each question, in turn; mostly yes, or nobody would come far. */
const answers = fc.array(
  fc.nat(3).map((n) => n > 0),
  { minLength: 1, maxLength: 3 },
);
const score = fc.option(fc.double({ noNaN: true, noDefaultInfinity: true }));
const born = fc.tuple(
  ...IDS.map((each) =>
    fc.record({
      command: fc.constant({ kind: 'register' as const, id: each, status: null }),
      answers,
      score,
    }),
  ),
);
/** Three strategies, and what happens to them. */
const life = fc
  .tuple(born, fc.array(fc.record({ command, answers, score }), { minLength: 8, maxLength: 24 }))
  .map(([first, then]) => [...first, ...then]);

const REFUSED = inputs({ posture: posture({ ledgerOk: false }) });

interface Asked {
  readonly strategyId: string;
  readonly status: Status;
  readonly verdict: GuardVerdict;
}

/** A guard that says what it is told to, and remembers what it was asked. */
function judgeOf(says: readonly boolean[], asked: Asked[]): Judge {
  return ({ strategyId, policyId, status: wanted }) => {
    const passes = says[asked.length % says.length] === true;
    const base = passes ? inputs() : REFUSED;
    const own = { ...posture({ ...base.posture }), policyId };
    const verdict = validate(strategyId, wanted, { ...base, policyId, posture: own });
    expect(verdict.ok).toBe(passes);
    asked.push({ strategyId, status: wanted, verdict });
    return verdict;
  };
}

type Act = typeof life extends fc.Arbitrary<readonly (infer T)[]> ? T : never;

function decide(
  state: RegistryState,
  { command: act, score: fitness }: Act,
  judge: Judge,
): Decision {
  if (act.kind === 'register') {
    const made = offer(act.id, { fitnessReport: { fitness_score: fitness } });
    return decideRegister(state, made, act.status, ASKER, judge);
  }
  if (act.kind === 'update') return decideUpdate(state, act.id, act.status, ASKER, judge);
  const { stageRequirements } = DEFAULT_GUARD_CONFIG;
  return decideReconcile(state, stageRequirements, new Map(Object.entries(act.of)), 'x', judge);
}

interface Turn {
  readonly act: Act;
  readonly before: RegistryState;
  readonly after: RegistryState;
  readonly decision: Decision;
  readonly asked: readonly Asked[];
}

/** Plays a life; every chain of facts that comes of it must be one the fold believes. */
function play(acts: readonly Act[]): readonly Turn[] {
  let state = EMPTY_REGISTRY;
  return acts.map((act) => {
    const asked: Asked[] = [];
    const before = state;
    const decision = decide(state, act, judgeOf(act.answers, asked));
    if (decision.ok) {
      const folded = foldRegistry(chained(state.head, decision.facts, T0), state);
      if (!folded.ok) throw new Error(`${folded.code} ${folded.detail}`);
      ({ state } = folded);
    }
    return { act, before, after: state, decision, asked };
  });
}

/** Higher is more; a step to less is never asked for. */
const WORTH: Readonly<Record<Status, number>> = {
  rejected: 0,
  inactive: 0,
  evolved: 0,
  approved: 1,
  approved_fallback: 1,
  approved_default: 1,
  pilot_active: 2,
  active: 3,
};

describe('whatever is commanded, and whatever the guard says', () => {
  it('nobody comes to more than he was, unless the guard has passed it at that moment', () => {
    let climbed = 0;
    fc.assert(
      fc.property(life, (acts) => {
        for (const { before, after, asked } of play(acts)) {
          for (const [strategyId, { status: now }] of after.strategies) {
            const was = before.strategies.get(strategyId)?.status ?? 'evolved';
            if (WORTH[now] <= WORTH[was]) continue;
            climbed += 1;
            const passes = asked.filter(({ verdict }) => verdict.ok);
            expect(passes).toContainEqual(
              expect.objectContaining({ strategyId, status: now }) as unknown,
            );
          }
        }
      }),
      { numRuns: 150 },
    );
    expect(climbed).toBeGreaterThan(200);
  });

  it('R-06 there is one default, and R-11 it came to be by the guard or by stepping down', () => {
    let defaults = 0;
    fc.assert(
      fc.property(life, (acts) => {
        for (const { before, after, asked } of play(acts)) {
          const defaulted = [...after.strategies.values()].filter(
            ({ status: now }) => now === 'approved_default',
          );
          expect(defaulted.length).toBeLessThanOrEqual(1);
          const [one] = defaulted;
          const was = one && (before.strategies.get(one.strategyId)?.status ?? 'evolved');
          if (one === undefined || was === undefined || was === 'approved_default') continue;
          defaults += 1;
          const isAsked = asked.some(
            ({ strategyId, verdict }) => strategyId === one.strategyId && verdict.ok,
          );
          expect(isAsked || stepOf(was, 'approved_default') === 'free').toBe(true);
        }
      }),
      { numRuns: 150 },
    );
    expect(defaults).toBeGreaterThan(50);
  });

  it('R-13 a step that is free is taken, and the guard is not asked about it', () => {
    let free = 0;
    fc.assert(
      fc.property(life, (acts) => {
        for (const { act, before, after, decision, asked } of play(acts)) {
          if (act.command.kind !== 'update') continue;
          const { id: strategyId, status: to } = act.command;
          const from = before.strategies.get(strategyId)?.status;
          const wanted = STATUSES.find((each) => each === to);
          if (from === undefined || wanted === undefined) continue;
          if (stepOf(from, wanted) !== 'free') continue;
          free += 1;
          expect(decision.ok).toBe(true);
          expect(after.strategies.get(strategyId)?.status).toBe(wanted);
          expect(asked.filter((each) => each.strategyId === strategyId)).toEqual([]);
        }
      }),
      { numRuns: 150 },
    );
    expect(free).toBeGreaterThan(200);
  });

  it('a refusal changes nothing, and is the guard’s only where it was asked', () => {
    fc.assert(
      fc.property(life, (acts) => {
        for (const { before, after, decision, asked } of play(acts)) {
          if (decision.ok) continue;
          expect(after).toBe(before);
          const isRefused = asked.some(({ verdict }) => !verdict.ok);
          expect(decision.code === 'guard_rejected').toBe(isRefused);
          expect(decision.refusal !== null).toBe(isRefused);
        }
      }),
      { numRuns: 200 },
    );
  });

  it('R-14 after reconciling nobody is more than his stage allows', () => {
    fc.assert(
      fc.property(life, fc.dictionary(id, standing), (acts, of) => {
        const state = play(acts).at(-1)?.after ?? EMPTY_REGISTRY;
        const { stageRequirements } = DEFAULT_GUARD_CONFIG;
        const standings = new Map(Object.entries(of));
        const judge = judgeOf([false], []);
        const decision = decideReconcile(state, stageRequirements, standings, 'x', judge);
        const folded = foldRegistry(chained(state.head, decision.facts, T0), state);
        if (!folded.ok) throw new Error(folded.detail);
        for (const [strategyId, { status: now }] of folded.state.strategies) {
          const was = state.strategies.get(strategyId)?.status ?? 'evolved';
          const known = standings.get(strategyId);
          expect(WORTH[now]).toBeLessThanOrEqual(WORTH[was]);
          if (!isGated(now) || known === undefined || known.kind === 'unread') {
            if (known === undefined || known.kind === 'unread') expect(now).toBe(was);
            continue;
          }
          if (known.kind !== 'stage' || known.stage === null) expect.fail(`${now} without proof`);
          const needs = stageRequirements[now];
          expect(STAGES.indexOf(known.stage)).toBeGreaterThanOrEqual(STAGES.indexOf(needs));
        }
      }),
      { numRuns: 300 },
    );
  });

  it('the fold in pieces is the fold in one, and the table says what it says', () => {
    const folder = mkdtempSync(join(tmpdir(), 'holdfast-registry-'));
    const path = join(folder, 'registry.db');
    fc.assert(
      fc.property(life, (acts) => {
        const turns = play(acts);
        const state = turns.at(-1)?.after ?? EMPTY_REGISTRY;
        const facts = turns.flatMap(({ decision }) => (decision.ok ? decision.facts : []));
        expect(foldRegistry(chained(EMPTY_REGISTRY.head, facts, T0))).toEqual({ ok: true, state });
        const isSame = isProjected(path, state);
        expect(projectRegistry(path, state).rebuilt).toBe(!isSame);
        expect(isProjected(path, state)).toBe(true);
        const database = new DatabaseSync(path, { readOnly: true });
        const rows = database.prepare('SELECT genome_id, status, fitness_score FROM strategies');
        const found = rows.all().map((row) => Object.values(row));
        database.close();
        const wanted = [...state.strategies.values()].map((each) => [
          each.strategyId,
          each.status,
          each.champion.fitness_score,
        ]);
        expect(new Set(found.map(String))).toEqual(new Set(wanted.map(String)));
      }),
      { numRuns: 40 },
    );
    rmSync(folder, { recursive: true, force: true });
  });
});

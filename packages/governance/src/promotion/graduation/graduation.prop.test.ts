import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { DiaryFact } from '../../evidence/diary-fact.ts';
import type { Posture } from '../posture.ts';
import { GATES, MEASURED_AT, rankOf, type Stage, STAGES } from '../stage.ts';
import { assess } from './assess.ts';
import type { Assessment } from './assessment.ts';
import { entryOf } from './blockers.ts';
import { config, fact, HOUR_MS, NOW, posture, reading, T0 } from './evidence.fixture.ts';

const REAL = { clock: 'real', venue: 'live', data: 'recorded' } as const;

/** Mostly calm, so that gates are clear often enough to say something. */
const decision: fc.Arbitrary<Partial<DiaryFact>> = fc.oneof(
  { weight: 40, arbitrary: fc.constant({}) },
  { weight: 2, arbitrary: fc.constant({ severity: 'warn' }) },
  { weight: 2, arbitrary: fc.constant({ isRiskForced: true }) },
  { weight: 1, arbitrary: fc.constant({ severity: 'unknown' }) },
  { weight: 1, arbitrary: fc.constant({ executionMode: null }) },
  { weight: 1, arbitrary: fc.constant({ executionMode: 'shadow' as const }) },
  { weight: 1, arbitrary: fc.constant({ provenance: { ...REAL, clock: 'virtual' as const } }) },
);

const phase = (stage: Stage, least: number) =>
  fc.record({
    stage: fc.constant(stage),
    decisions: fc.oneof(
      fc.array(decision, { minLength: least - 2, maxLength: least + 40 }),
      fc
        .integer({ min: least - 2, max: least + 30 })
        .map((length) => Array.from({ length }, (): Partial<DiaryFact> => ({}))),
    ),
  });

/** A life: at experiment, at paper, at pilot, every twelve hours a decision. */
const life = fc
  .tuple(phase('experiment', 20), phase('paper', 40), phase('pilot', 60))
  .map((phases) => {
    const told = phases.flatMap(({ stage, decisions }) =>
      decisions.map((changes) => ({ stage, changes })),
    );
    return told.map(({ stage, changes }, seq) =>
      fact(stage, { seq, recordedAt: T0 + seq * 12 * HOUR_MS, ...changes }),
    );
  });

const record: fc.Arbitrary<Posture> = fc
  .record({
    stage: fc.constantFrom(...STAGES),
    risen: fc.boolean(),
    people: fc.integer({ min: 0, max: 3 }),
  })
  .map(({ stage, risen, people }) =>
    posture({
      stage,
      declaredStage: stage,
      approversOf: { paper: people, pilot: people, limited_live: people },
      transitions: risen
        ? STAGES.slice(0, rankOf(stage) + 1).map((to, rank) => ({
            from: STAGES[rank - 1] ?? null,
            to,
            at: T0 - 10 + rank,
          }))
        : [],
    }),
  );

const judged = (facts: readonly DiaryFact[], about: Posture): Assessment =>
  assess(reading(facts), about, config(), NOW);

/** `bad` between the others, at the time of the one it comes before. */
function inserted(facts: readonly DiaryFact[], place: number, bad: Partial<DiaryFact>) {
  const next = facts[place % facts.length];
  const stage = next?.stage ?? 'experiment';
  const added = fact(stage, { seq: -1, recordedAt: next?.recordedAt ?? T0, ...bad });
  return { stage, facts: [...facts, added] };
}

describe('a gate', () => {
  it('is never clear below its sample, whatever else is true', () => {
    let clear = 0;
    fc.assert(
      fc.property(life, record, (facts, about) => {
        const found = judged(facts, about);
        for (const gate of GATES) {
          if (found.gate_status[gate] !== 'clear') continue;
          clear += 1;
          const measured = facts.filter(({ stage }) => stage === MEASURED_AT[gate]);
          expect(measured.length).toBeGreaterThanOrEqual(config().gates[gate].min_decisions);
        }
      }),
      { numRuns: 300 },
    );
    expect(clear).toBeGreaterThan(50);
  });

  it('does not open by an alert at its stage, and one that was open shuts', () => {
    let shut = 0;
    fc.assert(
      fc.property(life, record, fc.nat(), (facts, about, place) => {
        const added = inserted(facts, place, { severity: 'alert' });
        const before = judged(facts, about).gate_status;
        const after = judged(added.facts, about).gate_status;
        for (const gate of GATES) {
          if (after[gate] === 'clear') expect(before[gate]).toBe('clear');
          if (MEASURED_AT[gate] !== added.stage) continue;
          if (before[gate] === 'clear') shut += 1;
          expect(after[gate]).not.toBe('clear');
        }
      }),
      { numRuns: 300 },
    );
    expect(shut).toBeGreaterThan(20);
  });

  it('does not open by a forced warning, but where that completes a sample', () => {
    const bad = { severity: 'warn', isRiskForced: true };
    let asked = 0;
    fc.assert(
      fc.property(life, record, fc.nat(), (facts, about, place) => {
        const added = inserted(facts, place, bad);
        const before = judged(facts, about);
        const after = judged(added.facts, about);
        const wasShort = before.blockers_structured.some(({ code }) =>
          code.endsWith('_stage_decisions_insufficient'),
        );
        if (wasShort) return;
        asked += 1;
        for (const gate of GATES) {
          if (after.gate_status[gate] === 'clear') expect(before.gate_status[gate]).toBe('clear');
        }
        expect(rankOf(after.recommended_stage)).toBeLessThanOrEqual(
          rankOf(before.recommended_stage),
        );
      }),
      { numRuns: 300 },
    );
    expect(asked).toBeGreaterThan(50);
  });

  it('gives only what the catalogue has for it, and a list for every block', () => {
    fc.assert(
      fc.property(life, record, (facts, about) => {
        const found = judged(facts, about);
        for (const blocker of found.blockers_structured) {
          expect(entryOf(blocker).gates).toContain(blocker.gate);
        }
        for (const gate of GATES) {
          const isBlocked = found.gate_status[gate] === 'blocked';
          expect(found.stage_blockers[gate].length > 0).toBe(isBlocked);
        }
        expect(rankOf(found.recommended_stage)).toBeGreaterThanOrEqual(
          rankOf(about.declaredStage ?? 'experiment'),
        );
      }),
    );
  });
});

describe('an assessment', () => {
  it('is the same however entries of one time are handed in', () => {
    const crowd = life.chain((facts) => {
      const dense = facts.map((one, seq) => ({
        ...one,
        seq,
        recordedAt: T0 + Math.floor(seq / 7) * 12 * HOUR_MS,
      }));
      return fc.tuple(
        fc.constant(dense),
        fc.shuffledSubarray(dense, { minLength: dense.length, maxLength: dense.length }),
      );
    });
    fc.assert(
      fc.property(crowd, record, ([facts, shuffled], about) => {
        expect(judged(shuffled, about)).toEqual(judged(facts, about));
      }),
    );
  });
});

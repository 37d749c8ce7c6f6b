import { canonical, readChain } from '@holdfast/runtime/proof';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { GovernanceEvent } from '../store/event.ts';
import { readArchive } from './archive.ts';
import { Diary } from './diary.ts';
import { ChainDesk, entryAt, eventsOf, MAKING, RECORDING, T0 } from './diary.fixture.ts';
import { diaryDocument, importDocument, readDiaryDocument } from './diary-document.ts';
import type { DiaryReading } from './diary-fact.ts';
import type { Open } from './entry-schema.ts';
import { classifyForced } from './forced.ts';
import { amend, record } from './record.ts';

const flag = fc.constantFrom(true, false, 'true', 'no', undefined);
const reason = fc.constantFrom(
  'release_stage_paper_requires_paper_execution',
  'drift_gate_blocked',
  'release_audit_enforced',
  'risk_guardrail_active',
  'a whim',
  '',
);
const router = fc.record(
  {
    stage: fc.constantFrom('experiment', 'paper', 'odd'),
    route: fc.constantFrom('paper', 'live'),
    forced: fc.constantFrom(true, false, 'yes', 'no'),
    forced_reason: reason,
    forced_reasons: fc.array(reason, { maxLength: 4 }),
  },
  { requiredKeys: [] },
);
const guardrails = fc.record(
  {
    force_paper: fc.boolean(),
    risk_guardrail: fc.boolean(),
    governance_release_stage_gate: fc.constant('release_stage_x'),
  },
  { requiredKeys: [] },
);
const provenance = fc.constantFrom(
  { clock: 'real', venue: 'live', data: 'recorded' },
  { clock: 'virtual', venue: 'simulated', data: 'synthetic' },
);
const open = {
  release_execution: router,
  release_execution_route: fc.constantFrom('pilot', 'live'),
  release_execution_forced: fc.constantFrom(true, false, 'yes'),
  guardrails,
  execution_mode: fc.constantFrom('shadow', 'paper', 'live'),
  provenance,
  ticket: fc.integer(),
};
const patchOf: fc.Arbitrary<Open> = fc.record(open, { requiredKeys: [] });
const metadataOf: fc.Arbitrary<Open> = fc.record(
  {
    ...open,
    release_stage: fc.constantFrom('experiment', 'paper', 'pilot', 'odd', ' '),
    drift_decision: fc.record(
      {
        severity: fc.constantFrom('normal', 'warn', 'alert', 'unknown'),
        force_paper: fc.boolean(),
        reason,
      },
      { requiredKeys: [] },
    ),
  },
  { requiredKeys: [] },
);

type Step =
  | {
      readonly kind: 'record';
      readonly index: number;
      readonly metadata: Open;
      readonly policy: string;
    }
  | { readonly kind: 'amend'; readonly index: number; readonly patch: Open };
const steps: fc.Arbitrary<Step[]> = fc.array(
  fc.oneof(
    fc.record({
      kind: fc.constant('record' as const),
      index: fc.nat(8),
      metadata: metadataOf,
      policy: fc.constantFrom('alpha', 'beta'),
    }),
    fc.record({ kind: fc.constant('amend' as const), index: fc.nat(8), patch: patchOf }),
  ),
  { maxLength: 24 },
);

/** What may be done of the steps; what is refused is not. */
function played(all: readonly Step[]): ChainDesk {
  const desk = new ChainDesk();
  for (const step of all) {
    const decided =
      step.kind === 'record'
        ? record(
            desk.diary,
            entryAt(step.index, { metadata: step.metadata, policy_id: step.policy }),
            { ...RECORDING, now: T0 + 3_600_000, hasLedgerRecord: false },
          )
        : amend(desk.diary, {
            entryId: `dd-${step.index}`,
            patch: step.patch,
            actor: 'router',
            reason: 'routed',
            now: T0,
          });
    if (decided.ok) desk.take(decided.facts);
  }
  return desk;
}

/** Places in the chain apart, which a document does not keep. */
const readings = (diary: Diary): readonly unknown[] =>
  ['alpha', 'beta'].map((policy): DiaryReading => {
    const { facts, ...rest } = diary.readingOf(policy);
    return { ...rest, facts: facts.map((fact) => ({ ...fact, seq: 0 })) };
  });

describe('the diary', () => {
  it('is the same after export and import, whatever was recorded and amended', () => {
    fc.assert(
      fc.property(steps, (all) => {
        const { diary, events } = played(all);
        expect(diary.violations).toEqual([]);
        expect(readings(Diary.fold(events, 'checked'))).toEqual(readings(diary));
        const archive = readArchive(events);
        if (!archive.ok) throw new Error('the archive is broken');
        const text = JSON.stringify(diaryDocument(archive.archive, new Map(), T0));
        const read = readDiaryDocument(text, MAKING);
        if (!read.ok) throw new Error(JSON.stringify(read.faults));
        expect(read.document.chainHead).toEqual(diary.head);
        const recording = { ...RECORDING, now: T0 + 3_600_000, hasLedgerRecord: false };
        const imported = importDocument(new Diary(), read.document, recording);
        if (!imported.ok) throw new Error(JSON.stringify(imported.faults));
        const again = Diary.fold(eventsOf(imported.facts));
        expect(again.violations).toEqual([]);
        expect(readings(again)).toEqual(readings(diary));
      }),
      { numRuns: 150 },
    );
  });

  it('finds one flipped byte in any event', () => {
    const { events } = played([
      { kind: 'record', index: 1, metadata: { release_stage: 'paper' }, policy: 'alpha' },
      { kind: 'amend', index: 1, patch: { execution_mode: 'paper' } },
      { kind: 'record', index: 2, metadata: { release_stage: 'pilot' }, policy: 'beta' },
    ]);
    const bytes = Buffer.from(events.map((event) => `${canonical(event)}\n`).join(''));
    expect(readChain(bytes).faults).toEqual([]);
    expect(Diary.fold(events).violations).toEqual([]);
    fc.assert(
      fc.property(fc.nat(bytes.length - 1), fc.integer({ min: 1, max: 255 }), (at, flip) => {
        const forged = Buffer.from(bytes);
        forged[at] = (forged[at] ?? 0) ^ flip;
        const { records, faults, torn } = readChain(forged);
        expect(faults.length + torn.length).toBeGreaterThan(0);
        // Who reads past that finds it again: no event slips in changed.
        const whole = records.length === events.length && torn.length === 0;
        if (!whole || records.some(({ domain }) => domain !== 'diary')) return;
        const read = records as readonly unknown[] as readonly GovernanceEvent[];
        expect(Diary.fold(read).violations.length).toBeGreaterThan(0);
      }),
      { numRuns: 600 },
    );
  });
});

describe('the cause of a force', () => {
  it('does not depend on the order of sources and reasons, and once more is the same', () => {
    fc.assert(
      fc.property(metadataOf, guardrails, fc.infiniteStream(fc.nat()), (metadata, own, random) => {
        const forced = classifyForced({ metadata, decision: { guardrails: own } });
        const shuffled = Object.fromEntries(
          Object.entries(metadata)
            .map((entry) => [random.next().value, entry] as const)
            .sort(([a], [b]) => a - b)
            .map(([, entry]) => entry),
        );
        const { release_execution: execution } = metadata;
        const list = (execution as { forced_reasons?: string[] } | undefined)?.forced_reasons;
        const turned =
          list === undefined
            ? shuffled
            : {
                ...shuffled,
                release_execution: { ...(execution as Open), forced_reasons: list.toReversed() },
              };
        expect(classifyForced({ metadata: turned, decision: { guardrails: own } })).toEqual(forced);
        expect(
          classifyForced({ metadata: { ...metadata, forced }, decision: { guardrails: own } }),
        ).toEqual(forced);
        expect(forced.value).toBe(forced.causes.length > 0);
      }),
      { numRuns: 400 },
    );
  });

  it('one more source never takes a cause away', () => {
    fc.assert(
      fc.property(metadataOf, flag, (metadata, force_paper) => {
        const causes = (decision: Open) => classifyForced({ metadata, decision }).causes;
        const more = force_paper === undefined ? {} : { guardrails: { force_paper } };
        expect(causes(more)).toEqual(expect.arrayContaining([...causes({})]));
      }),
    );
  });
});

import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { GovernanceEvent } from '../../store/event.ts';
import { rankOf, type Stage, STAGES } from '../stage.ts';
import { APPROVERS_NEEDED, differentPeople } from './approvals.ts';
import { foldLedger } from './fold.ts';
import { ASSESSMENT, CHECKED, HOUR, LedgerDesk } from './ledger.fixture.ts';
import { judgeView, renderView } from './view.ts';

const EVIDENCE = ['dd-experiment', 'dd-paper', 'dd-pilot', 'dd-foreign', 'dd-old', 'dd-none', ''];
const VOICES = [
  'ana:risk',
  'Ana@firm.example:compliance',
  'ben:compliance',
  'ben:risk',
  'dora:ops',
];
const stage = fc.constantFrom(...STAGES);
const wish = fc.record({
  evidenceId: fc.constantFrom(...EVIDENCE),
  metadata: fc.constantFrom({}, CHECKED, { ticket: 'GOV-1' }, CHECKED),
  thresholdOverrides: fc.constantFrom(
    {},
    { warn_notional_limit: 5_000 },
    { warn_notional_limit: 9e9 },
  ),
  policyDelta: fc.constantFrom(null, null, { notes: ['a'] }, { regime: 'calm' }),
});
const by = fc.uniqueArray(fc.constantFrom(...VOICES), { maxLength: 3 });
const step = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record({
      kind: fc.constant('promote' as const),
      /** Up by so many, from where it is. */
      rise: fc.constantFrom(0, 1, 1, 1, 1, 2, -1),
      wish,
      by,
      blocked: fc.constantFrom(false, false, false, true),
      flag: fc.constantFrom(true, true, false),
    }),
  },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('demote' as const), stage }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('amend' as const), wish, by }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('approve' as const), stage, wish, by }) },
  { weight: 3, arbitrary: fc.record({ kind: fc.constant('climb' as const), by }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('wait' as const), hours: fc.nat(40) }) },
);
type Step = typeof step extends fc.Arbitrary<infer S> ? S : never;

const about = { policyId: 'alpha', actor: 'desk' } as const;
const asked = { ...about, requestedBy: 'erik', reason: 'x' } as const;

function approvals(desk: LedgerDesk, to: Stage, wanted: object, voices: readonly string[]) {
  try {
    return voices.map((voice) => desk.approval(to, wanted, voice));
  } catch {
    return [];
  }
}

const start = fc.constantFrom(...STAGES);
const began = (from: Stage): LedgerDesk =>
  from === 'experiment' ? new LedgerDesk() : new LedgerDesk().upTo(from);

function declaredOf(desk: LedgerDesk): Stage {
  return desk.state.policies.get('alpha')?.record.stage ?? 'experiment';
}

function take(desk: LedgerDesk, one: Step): void {
  const from = declaredOf(desk);
  switch (one.kind) {
    case 'wait':
      desk.now += one.hours * HOUR;
      return;
    case 'climb': {
      const to = STAGES[rankOf(from) + 1] ?? 'limited_live';
      const evidenceId = `dd-${from}`;
      const metadata = to === 'limited_live' ? CHECKED : {};
      desk.run(desk.promotion(to, { evidenceId, metadata }, one.by));
      return;
    }
    case 'demote': {
      const decided = desk.run({ ...about, kind: 'demote', reason: 'x', stage: one.stage });
      const isPossible = desk.state.policies.has('alpha') && rankOf(one.stage) < rankOf(from);
      expect(decided.ok).toBe(isPossible);
      return;
    }
    case 'promote': {
      const to = STAGES[rankOf(from) + one.rise] ?? 'limited_live';
      const given = approvals(desk, to, one.wish, one.by);
      const blockers = one.blocked ? ['paper_stage_alerts_present:1'] : [];
      desk.run(
        {
          ...asked,
          kind: 'promote',
          stage: to,
          wish: one.wish,
          approvals: given,
          assessment: { digest: ASSESSMENT, blockers },
          waiverIds: [],
        },
        { requiresEvidence: one.flag },
      );
      return;
    }
    case 'amend': {
      const { evidenceId: _evidence, ...own } = one.wish;
      const given = approvals(desk, from, own, one.by);
      desk.run({ ...asked, kind: 'amend', wish: own, approvals: given });
      return;
    }
    case 'approve':
      for (const approval of approvals(desk, one.stage, one.wish, one.by)) {
        desk.run({ ...about, kind: 'approve', approval });
      }
  }
}

describe('over any sequence of commands', () => {
  const steps = fc.array(step, { minLength: 1, maxLength: 14 });

  it('no stage rises by more than one rank, nor without evidence, people and checklist', () => {
    fc.assert(
      fc.property(start, steps, (from, all) => {
        const desk = began(from);
        for (const one of all) {
          const before = declaredOf(desk);
          take(desk, one);
          const posture = desk.posture();
          const declared = declaredOf(desk);
          expect(desk.state.faults).toEqual([]);
          expect(rankOf(declared) - rankOf(before)).toBeLessThanOrEqual(1);
          expect(rankOf(posture.stage)).toBeLessThanOrEqual(rankOf(declared));
          if (rankOf(posture.stage) >= rankOf('paper')) {
            const found = desk.evidence.get(posture.evidenceId ?? '')?.found;
            expect(['resolved', 'too_old']).toContain(found);
          }
          const counted = posture.approvals.length;
          expect(counted).toBeGreaterThanOrEqual(APPROVERS_NEEDED[posture.stage]);
          if (posture.stage === declared) expect(posture.auditGaps).toEqual([]);
        }
      }),
      { numRuns: 150 },
    );
  });

  it('the view is what the events add up to, and each flipped byte of either is found', () => {
    fc.assert(
      fc.property(start, steps, fc.nat(), fc.nat(7), (from, all, where, bit) => {
        const desk = began(from);
        for (const one of all) take(desk, one);
        const { events, state } = desk;
        expect(foldLedger(events)).toEqual(state);
        const text = renderView(state);
        expect(judgeView(text, 'view', events)).toBeNull();
        const view = flipped(text, where, bit);
        expect(judgeView(view, 'view', events)).not.toBeNull();
        if (events.length === 0) return;
        expect(isFound(JSON.stringify(events), where, bit)).toBe(true);
      }),
      { numRuns: 100 },
    );
  });
});

function flipped(text: string, where: number, bit: number): string {
  const bytes = Buffer.from(text);
  const at = where % bytes.length;
  bytes[at] = (bytes[at] ?? 0) ^ (1 << bit);
  return bytes.toString('utf8');
}

/** A flip that only changes how the same value is spelled is the store's to find. */
function isFound(text: string, where: number, bit: number): boolean {
  const changed = flipped(text, where, bit);
  let events: GovernanceEvent[];
  try {
    events = JSON.parse(changed) as GovernanceEvent[];
  } catch {
    return true;
  }
  if (JSON.stringify(events) === text) return true;
  return foldLedger(events).faults.length > 0;
}

describe('one person', () => {
  it('counts once under any spellings and roles', () => {
    const spelling = fc.constantFrom('ana', 'Ana', ' ANA ', 'ana@firm.example', 'aNa@home');
    const voice = fc.record({ approver: spelling, role: fc.constantFrom('risk', 'ops', 'Risk ') });
    fc.assert(
      fc.property(fc.array(voice, { minLength: 1, maxLength: 8 }), (voices) => {
        expect(differentPeople(voices)).toHaveLength(1);
      }),
    );
  });

  it('and every role counts once among as many as can be', () => {
    const voice = fc.record({
      approver: fc.constantFrom('ana', 'ben', 'carl', 'dora'),
      role: fc.constantFrom('risk', 'ops', 'compliance', 'audit'),
    });
    fc.assert(
      fc.property(fc.array(voice, { maxLength: 7 }), (voices) => {
        const seated = differentPeople(voices);
        expect(new Set(seated.map(({ approver }) => approver)).size).toBe(seated.length);
        expect(new Set(seated.map(({ role }) => role)).size).toBe(seated.length);
        expect(seated).toHaveLength(mostOf(voices));
      }),
    );
  });
});

/** By trying every choice. */
function mostOf(voices: readonly { approver: string; role: string }[]): number {
  const [first, ...rest] = voices;
  if (first === undefined) return 0;
  const without = mostOf(rest);
  const others = rest.filter(
    ({ approver, role }) => approver !== first.approver && role !== first.role,
  );
  return Math.max(without, 1 + mostOf(others));
}

import { describe, expect, it } from 'vitest';
import { type Stage, STAGES } from '../stage.ts';
import { auditGaps, type Holdings } from './audit-gaps.ts';
import { coverageStage, resolvedStage, stageWithoutRecord } from './coverage.ts';
import { evidenceGap, findingOf } from './evidence.ts';
import { distrust } from './fold.ts';
import { CHECKED, HOUR, LedgerDesk, NOW } from './ledger.fixture.ts';
import { postureOf } from './posture-of.ts';
import { describeRelease } from './release-posture.ts';

const FULL: Holdings = {
  evidence: null,
  approvers: 2,
  hasUnbound: false,
  hasSelf: false,
  missingItems: [],
  ledgerOk: true,
  waivers: [],
};
const NOTHING: Holdings = {
  ...FULL,
  evidence: 'missing_evidence',
  approvers: 0,
  missingItems: ['oos_regime_grid', 'leakage_checks', 'risk_audit'],
};
const ITEMS = ['missing_oos_regime_grid', 'missing_leakage_checks', 'missing_risk_audit'];
const told = (stage: Stage, change: Partial<Holdings>) => auditGaps(stage, { ...FULL, ...change });

describe('audit gaps', () => {
  it('are those of section 2.6, in its order', () => {
    expect(STAGES.map((stage) => auditGaps(stage, NOTHING))).toEqual([
      [],
      ['missing_evidence'],
      ['missing_evidence', 'missing_approvals'],
      ['missing_evidence', 'missing_approvals', ...ITEMS],
    ]);
    for (const stage of STAGES) expect(auditGaps(stage, FULL)).toEqual([]);
    const worst: Holdings = {
      ...NOTHING,
      evidence: 'evidence_policy_mismatch',
      approvers: 1,
      hasUnbound: true,
      hasSelf: true,
      ledgerOk: false,
      waivers: ['blockers', 'single_approval', 'blockers'],
    };
    expect(auditGaps('limited_live', worst)).toEqual([
      'additional_approval_needed',
      ...ITEMS,
      'evidence_policy_mismatch',
      'approval_not_bound',
      'self_approval',
      'ledger_integrity_violation',
      'waiver_active:blockers',
      'waiver_active:single_approval',
    ]);
    expect(auditGaps('experiment', worst)).toEqual(['ledger_integrity_violation']);
  });

  it('of approvals are told only where too few count', () => {
    const spare = { hasUnbound: true, hasSelf: true };
    expect(told('limited_live', spare)).toEqual([]);
    expect(told('pilot', { ...spare, approvers: 1 })).toEqual([]);
    expect(told('pilot', { ...spare, approvers: 0 })).toEqual([
      'missing_approvals',
      'approval_not_bound',
      'self_approval',
    ]);
    expect(told('paper', { ...spare, approvers: 0 })).toEqual([]);
    expect(told('limited_live', { approvers: 1 })).toEqual(['additional_approval_needed']);
  });

  it('of the checklist are those of limited_live alone', () => {
    expect(told('pilot', { missingItems: ['risk_audit'] })).toEqual([]);
    expect(told('limited_live', { missingItems: ['risk_audit'] })).toEqual(['missing_risk_audit']);
  });
});

describe('coverage', () => {
  it.each<readonly [Partial<Holdings>, Stage]>([
    [{}, 'limited_live'],
    [{ evidence: 'missing_evidence' }, 'experiment'],
    [{ evidence: 'evidence_unresolved' }, 'experiment'],
    [{ ledgerOk: false }, 'experiment'],
    [{ approvers: 0 }, 'paper'],
    [{ approvers: 1 }, 'pilot'],
    [{ missingItems: ['risk_audit'] }, 'pilot'],
    [{ approvers: 0, missingItems: ['risk_audit'] }, 'paper'],
    [{ approvers: 3 }, 'limited_live'],
  ])('with %j is %s', (change, stage) => {
    expect(coverageStage({ ...FULL, ...change })).toBe(stage);
  });

  it('never lets a policy be more than was declared, nor more than is covered', () => {
    expect(resolvedStage('pilot', 'limited_live')).toBe('pilot');
    expect(resolvedStage('limited_live', 'paper')).toBe('paper');
    expect(STAGES.map(stageWithoutRecord)).toEqual(['experiment', 'paper', 'pilot', 'pilot']);
  });
});

describe('evidence', () => {
  const DAY = 24 * HOUR;
  const entry = {
    policyId: 'alpha',
    recordedAt: NOW,
    stage: 'paper',
    hash: 'e',
    isIntact: true,
  } as const;

  it('is found as what it is to the policy', () => {
    const found = (change: object, at = NOW) =>
      findingOf({ ...entry, ...change }, 'alpha', at).found;
    expect(found({})).toBe('resolved');
    expect(found({}, NOW + 30 * DAY)).toBe('resolved');
    expect(found({}, NOW + 30 * DAY + 1)).toBe('too_old');
    expect(findingOf(entry, 'alpha', NOW + DAY, 0.5).found).toBe('too_old');
    expect(found({ policyId: 'beta' })).toBe('policy_mismatch');
    expect(found({ isIntact: false, policyId: 'beta' })).toBe('signature_invalid');
    expect(findingOf(null, 'alpha', NOW)).toEqual({ found: 'missing' });
    expect(findingOf(entry, 'alpha', NOW)).toEqual({
      found: 'resolved',
      stage: 'paper',
      hash: 'e',
    });
  });

  it.each([
    ['resolved', 'new', null],
    ['too_old', 'new', 'evidence_unresolved'],
    ['too_old', 'standing', null],
    ['missing', 'standing', 'evidence_unresolved'],
    ['unavailable', 'standing', 'evidence_unresolved'],
    ['policy_mismatch', 'standing', 'evidence_policy_mismatch'],
    ['signature_invalid', 'standing', 'evidence_signature_invalid'],
  ] as const)('%s and %s leaves %s', (found, use, gap) => {
    const findings = new Map([['x', { found, stage: 'paper', hash: 'e' } as const]]);
    expect(evidenceGap('x', findings, 'paper', use)).toBe(gap);
    expect(evidenceGap(null, findings, 'paper', use)).toBe('missing_evidence');
    expect(evidenceGap('y', findings, 'paper', use)).toBe('evidence_unresolved');
  });

  it.each([
    ['resolved', 'standing'],
    ['too_old', 'standing'],
    ['resolved', 'new'],
  ] as const)('%s from above the stage is none: %s', (found, use) => {
    const at = (stage: Stage | null) => new Map([['x', { found, stage, hash: 'e' } as const]]);
    expect(evidenceGap('x', at('pilot'), 'paper', use)).toBe('evidence_unresolved');
    expect(evidenceGap('x', at(null), 'paper', use)).toBe('evidence_unresolved');
    expect(evidenceGap('x', at('paper'), 'paper', use)).toBeNull();
    expect(evidenceGap('x', at('experiment'), 'paper', use)).toBeNull();
  });
});

/** A record that says limited_live, however it got there. */
function declared(change: object, by: readonly string[]): LedgerDesk {
  const desk = new LedgerDesk().upTo('pilot');
  const wish = { evidenceId: 'dd-pilot', ...change };
  const { approvals } = desk.promotion('limited_live', wish, by);
  const payload = { evidence_id: 'dd-pilot', ...change };
  desk.write(
    [
      ...approvals.map((approval) => ({ type: 'approved', payload: approval as object })),
      {
        type: 'promoted',
        payload: { stage: 'limited_live', requested_by: 'dora', reason: 'x', change: payload },
      },
    ].map((fact) => ({
      ...fact,
      payload: { ...fact.payload },
      subject: 'alpha',
      actor: 'x',
      refs: {},
    })),
  );
  return desk;
}

describe('a posture', () => {
  it('L-09 of limited_live with nothing is experiment', () => {
    const desk = declared({}, []);
    desk.evidence.clear();
    expect(desk.posture()).toMatchObject({ declaredStage: 'limited_live', stage: 'experiment' });
    expect(desk.posture().auditGaps).toContain('evidence_unresolved');
    const bare = new LedgerDesk();
    bare.do(bare.promotion('paper', {}, []), { requiresEvidence: false });
    expect(bare.posture()).toMatchObject({
      stage: 'experiment',
      auditStage: 'experiment',
      auditGaps: ['missing_evidence'],
    });
  });

  it('L-09 of limited_live with evidence and one approval is pilot', () => {
    const desk = declared({ metadata: CHECKED }, ['ana:risk']);
    expect(desk.posture()).toMatchObject({
      stage: 'pilot',
      auditStage: 'pilot',
      auditGaps: ['additional_approval_needed'],
    });
  });

  it('L-09 of limited_live with two approvals and the checklist has no gap', () => {
    const desk = declared({ metadata: CHECKED }, ['ana:risk', 'ben:compliance']);
    expect(desk.posture()).toMatchObject({
      stage: 'limited_live',
      auditGaps: [],
      approvals: ['compliance', 'risk'],
      approversOf: { paper: 2, pilot: 2, limited_live: 2 },
    });
  });

  it('L-10 of limited_live without the checklist is pilot', () => {
    const desk = declared({}, ['ana:risk', 'ben:compliance']);
    expect(desk.posture()).toMatchObject({ stage: 'pilot', auditGaps: ITEMS });
  });

  it('L-18 counts one person under two spellings, and one role twice, once', () => {
    const roles = declared({ metadata: CHECKED }, ['ana:risk', 'ben:risk']);
    expect(roles.posture()).toMatchObject({ stage: 'pilot', approvals: ['risk'] });
    const people = declared({ metadata: CHECKED }, ['ana:risk', 'Ana@firm.example:compliance']);
    expect(people.posture()).toMatchObject({ stage: 'pilot', approversOf: { limited_live: 1 } });
  });

  it('L-19 does not count who asked for it, and says so', () => {
    const desk = declared({ metadata: CHECKED }, ['ana:risk', 'dora:compliance']);
    expect(desk.posture()).toMatchObject({
      stage: 'pilot',
      approvals: ['risk'],
      auditGaps: ['additional_approval_needed', 'self_approval'],
    });
  });

  it('G-14 tells the gaps of each gate, whatever is declared', () => {
    const desk = new LedgerDesk().upTo('pilot');
    expect(desk.posture()).toMatchObject({
      auditGaps: [],
      gapsOf: { paper: [], pilot: [], limited_live: ['missing_approvals', ...ITEMS] },
      approversOf: { paper: 1, pilot: 1, limited_live: 0 },
    });
    const approval = desk.approval('limited_live', {}, 'ana:risk');
    desk.do({ kind: 'approve', policyId: 'alpha', actor: 'ana', approval });
    expect(desk.posture()).toMatchObject({
      gapsOf: { limited_live: ['additional_approval_needed', ...ITEMS] },
      approversOf: { limited_live: 1 },
    });
    const other = desk.approval('limited_live', { evidenceId: 'dd-pilot' }, 'ben:compliance');
    desk.do({ kind: 'approve', policyId: 'alpha', actor: 'ben', approval: other });
    expect(desk.posture().gapsOf.limited_live).toContain('approval_not_bound');
    desk.now += HOUR;
    expect(desk.posture().approversOf).toEqual({ paper: 1, pilot: 1, limited_live: 0 });
  });

  it('tells the steps and resets, and no row that stays', () => {
    const desk = new LedgerDesk().upTo('paper');
    desk.now += HOUR;
    desk.do(desk.promotion('paper', {}, []));
    desk.do(desk.promotion('pilot', { evidenceId: 'dd-paper' }, ['ana:risk']));
    expect(desk.posture().transitions).toEqual([
      { from: null, to: 'paper', at: NOW },
      { from: 'paper', to: 'pilot', at: NOW + HOUR },
    ]);
    expect(desk.posture()).toMatchObject({ tacticId: 'alpha', evidenceId: 'dd-paper', resets: [] });
  });

  it('of a broken ledger is experiment, with and without a record', () => {
    const desk = new LedgerDesk().upTo('pilot');
    const error = { error: 'LedgerIntegrityError', code: 'view_differs', detail: 'x' } as const;
    const broken = distrust(desk.state, error);
    for (const policyId of ['alpha', 'nobody']) {
      const posture = postureOf(broken, policyId, NOW, desk.evidence);
      expect(posture).toMatchObject({ stage: 'experiment', ledgerOk: false });
      expect(posture.auditGaps).toEqual(['ledger_integrity_violation']);
      for (const gaps of Object.values(posture.gapsOf)) {
        expect(gaps).toContain('ledger_integrity_violation');
      }
    }
    expect(describeRelease(broken, 'nobody', NOW, new Map(), 'pilot').stage).toBe('experiment');
  });

  it('of an unknown policy is experiment and lacks everything', () => {
    expect(new LedgerDesk().posture('nobody')).toEqual({
      policyId: 'nobody',
      tacticId: null,
      recordPresent: false,
      stage: 'experiment',
      declaredStage: null,
      auditStage: null,
      approvals: [],
      approversOf: { paper: 0, pilot: 0, limited_live: 0 },
      evidenceId: null,
      auditGaps: [],
      gapsOf: {
        paper: ['missing_evidence'],
        pilot: ['missing_evidence', 'missing_approvals'],
        limited_live: ['missing_evidence', 'missing_approvals', ...ITEMS],
      },
      transitions: [],
      resets: [],
      ledgerOk: true,
    });
  });
});

describe('a release posture', () => {
  it('L-11 without a record is never beyond pilot', () => {
    const { state } = new LedgerDesk();
    const posture = describeRelease(state, 'nobody', NOW, new Map(), 'limited_live');
    expect(posture).toMatchObject({
      stage: 'pilot',
      record_present: false,
      limited_live_authorised: false,
      thresholds: { stage: 'pilot', warn_notional_limit: 75_000 },
    });
    expect(Object.keys(posture)).toHaveLength(4);
    expect(describeRelease(state, 'nobody', NOW, new Map()).stage).toBe('experiment');
  });

  it('of a record says what section 2.7 wants', () => {
    const desk = new LedgerDesk().upTo('limited_live');
    const posture = describeRelease(desk.state, 'alpha', desk.now, desk.evidence);
    expect(posture).toMatchObject({
      stage: 'limited_live',
      record_present: true,
      limited_live_authorised: true,
      approvals: ['compliance', 'risk'],
      evidence_id: 'dd-pilot',
      updated_at: '2026-03-01T10:00:00.000Z',
      declared_stage: 'limited_live',
      audit_stage: 'limited_live',
      audit_enforced: false,
      promotion_checklist: { oos_regime_grid: true, leakage_checks: true, risk_audit: true },
      promotion_checklist_complete: true,
      metadata: CHECKED,
    });
    for (const key of [
      'audit_gaps',
      'policy_delta',
      'accepted_proposals',
      'rejected_proposals',
      'human_signoffs',
    ]) {
      expect(posture).not.toHaveProperty(key);
    }
  });

  it('tells what caps it, and thresholds of the stage it is capped at', () => {
    const desk = new LedgerDesk().upTo('pilot');
    const approved = { thresholdOverrides: { warn_notional_limit: 80_000 } };
    const wish = {
      ...approved,
      policyDelta: { notes: ['more room'] },
      acceptedProposals: ['p1'],
      rejectedProposals: ['r1'],
      humanSignoffs: [{ reviewer: 'ana' }],
    };
    desk.do(desk.promotion('pilot', wish, ['ana:risk']));
    const own = describeRelease(desk.state, 'alpha', desk.now, desk.evidence);
    expect(own.thresholds).toMatchObject({ stage: 'pilot', warn_notional_limit: 80_000 });
    expect(own).toMatchObject({
      policy_delta: { notes: ['more room'] },
      accepted_proposals: ['p1'],
      rejected_proposals: ['r1'],
      human_signoffs: [{ reviewer: 'ana' }],
    });
    const capped = describeRelease(desk.state, 'alpha', desk.now, new Map());
    expect(capped).toMatchObject({
      stage: 'experiment',
      declared_stage: 'pilot',
      audit_stage: 'experiment',
      audit_enforced: true,
      audit_gaps: ['evidence_unresolved'],
      limited_live_authorised: false,
      promotion_checklist_complete: false,
      thresholds: { stage: 'experiment', warn_notional_limit: 10_000 },
    });
    expect(new LedgerDesk().upTo('paper').record()).not.toHaveProperty('policy_delta');
  });
});

import { describe, expect, it } from 'vitest';
import type { Stage } from '../stage.ts';
import type { PromoteCommand } from './command.ts';
import { requiresDiary } from './evidence.ts';
import {
  ASSESSMENT,
  CHECKED,
  codeOf,
  DELTA,
  detailOf,
  HOUR,
  LedgerDesk,
  NOW,
} from './ledger.fixture.ts';

const PAPER = { evidenceId: 'dd-experiment' };
const PILOT = { evidenceId: 'dd-paper' };
const LIVE = { evidenceId: 'dd-pilot', metadata: CHECKED };
const amendment = (wish: object, approvals: PromoteCommand['approvals'] = []) =>
  ({
    kind: 'amend',
    policyId: 'alpha',
    actor: 'dora',
    requestedBy: 'dora',
    reason: 'better known now',
    wish,
    approvals,
  }) as const;

describe('a promotion', () => {
  it('L-01 to paper stores the roles sorted, and its row follows none', () => {
    const desk = new LedgerDesk();
    desk.do(desk.promotion('paper', PAPER, ['ana:risk', 'ben:compliance']));
    const { approvals, history, stage, tactic_id, evidence_id } = desk.record();
    expect({ approvals, stage, tactic_id, evidence_id }).toEqual({
      approvals: ['compliance', 'risk'],
      stage: 'paper',
      tactic_id: 'alpha',
      evidence_id: 'dd-experiment',
    });
    expect(history).toMatchObject([
      {
        prior_stage: null,
        next_stage: 'paper',
        action: 'create',
        approvals: ['compliance', 'risk'],
        evidence_id: 'dd-experiment',
        actor: 'desk',
        reason: 'earned',
        seq: 2,
        assessment_digest: ASSESSMENT,
        hash: desk.events[2]?.hash,
        prev_hash: desk.events[1]?.hash,
      },
    ]);
  });

  it('L-02 with a new delta has it in its row and in the record', () => {
    const desk = new LedgerDesk().upTo('paper');
    desk.do(desk.promotion('pilot', { ...PILOT, policyDelta: DELTA }, ['ana:risk']));
    const { history, policy_delta, stage } = desk.record();
    const wanted = { ...DELTA, router_guardrails: {}, metadata: {} };
    expect(stage).toBe('pilot');
    expect(policy_delta).toEqual(wanted);
    expect(history.at(-1)).toMatchObject({
      prior_stage: 'paper',
      next_stage: 'pilot',
      action: 'promotion',
      policy_delta: wanted,
    });
  });

  it('L-03 never goes down', () => {
    const desk = new LedgerDesk().upTo('pilot');
    const decided = desk.decide(desk.promotion('paper', PAPER, []));
    expect(decided).toMatchObject({ ok: false, code: 'stage_regression' });
    expect(detailOf(decided)).toBe('Cannot regress policy ledger stage');
  });

  it.each<readonly [Stage | null, Stage, string]>([
    [null, 'experiment', 'ok'],
    [null, 'paper', 'ok'],
    [null, 'pilot', 'stage_skip_not_allowed'],
    ['paper', 'limited_live', 'stage_skip_not_allowed'],
    ['paper', 'pilot', 'ok'],
  ])('L-20 from %s to %s is %s', (from, to, code) => {
    const desk = new LedgerDesk();
    if (from !== null) desk.upTo(from);
    const decided = desk.decide(desk.promotion(to, PAPER, ['ana:risk', 'ben:compliance']));
    expect(codeOf(decided)).toBe(code);
    if (code !== 'ok') expect(detailOf(decided)).toBe('stage_skip_not_allowed');
  });

  it('L-20 from a record at experiment skips nothing', () => {
    const desk = new LedgerDesk();
    desk.do(desk.promotion('experiment', {}, []));
    expect(codeOf(desk.decide(desk.promotion('pilot', PAPER, ['ana:risk'])))).toBe(
      'stage_skip_not_allowed',
    );
    expect(codeOf(desk.decide(desk.promotion('paper', PAPER, [])))).toBe('ok');
  });

  it.each([undefined, '', '  '])('L-05 wants evidence while the flag is on: %o', (evidenceId) => {
    const desk = new LedgerDesk();
    const wish = evidenceId === undefined ? {} : { evidenceId };
    const command = desk.promotion('paper', wish, []);
    const decided = desk.decide(command);
    expect(codeOf(decided)).toBe('evidence_required');
    expect(detailOf(decided)).toBe('DecisionDiary evidence_id is required for ledger promotions');
    desk.do(command, { requiresEvidence: false });
    expect(desk.posture()).toMatchObject({
      declaredStage: 'paper',
      stage: 'experiment',
      auditGaps: ['missing_evidence'],
    });
  });

  it.each([
    ['ON', true],
    [' yes ', true],
    ['1', true],
    ['treu', true],
    ['', true],
    [null, true],
    [undefined, true],
    ['off', false],
    ['No', false],
    [' FALSE ', false],
    ['0', false],
  ])('L-05 reads the flag %o as %o', (text, wanted) => {
    expect(requiresDiary(text)).toBe(wanted);
  });

  it.each([
    ['dd-unknown', 'No DecisionDiary evidence located for dd-unknown'],
    ['dd-foreign', 'dd-foreign is a decision of another policy'],
    ['dd-forged', 'the signature of dd-forged is not valid'],
    ['dd-old', 'dd-old is older than evidence may be'],
    ['dd-down', 'the diary could not be read'],
    ['dd-pilot', 'dd-pilot was decided at pilot, and is no evidence for paper'],
    ['dd-nowhere', 'dd-nowhere was decided at no stage, and is no evidence for paper'],
  ])('G-11 does not stand on %s, whatever the flag says', (evidenceId, words) => {
    const desk = new LedgerDesk();
    for (const requiresEvidence of [true, false]) {
      const decided = desk.decide(desk.promotion('paper', { evidenceId }, []), {
        requiresEvidence,
      });
      expect(codeOf(decided)).toBe('evidence_invalid');
      expect(detailOf(decided)).toBe(`Failed to validate DecisionDiary evidence: ${words}`);
    }
  });

  it('G-11 takes evidence anew for each step, and lets it stand where it is', () => {
    const desk = new LedgerDesk().upTo('paper');
    desk.evidence.set('dd-experiment', {
      found: 'too_old',
      stage: 'experiment',
      hash: '1'.repeat(64),
    });
    expect(codeOf(desk.decide(desk.promotion('pilot', {}, ['ana:risk'])))).toBe('evidence_invalid');
    expect(codeOf(desk.decide(desk.promotion('paper', {}, [])))).toBe('ok');
    expect(desk.posture()).toMatchObject({ stage: 'paper', auditGaps: [] });
    expect(desk.posture().gapsOf.pilot).toContain('evidence_unresolved');
  });

  it.each([
    [{ policyDelta: DELTA }, 'policy_delta_unapproved'],
    [{ policyDelta: { notes: [' '] } }, 'ok'],
    [{}, 'ok'],
  ])('L-06 with %j and nobody who approved it is %s', (wish, code) => {
    const desk = new LedgerDesk();
    const decided = desk.decide(desk.promotion('paper', { ...PAPER, ...wish }, []));
    expect(codeOf(decided)).toBe(code);
    if (code === 'ok') return;
    expect(detailOf(decided)).toBe('Policy delta updates require reviewer approvals metadata');
    const command = desk.promotion('paper', { ...PAPER, ...wish }, ['ana:risk']);
    expect(codeOf(desk.decide(command))).toBe('ok');
  });

  it('L-22 with a delta of nothing but a regime is refused', () => {
    const desk = new LedgerDesk();
    const command = desk.promotion('paper', PAPER, []);
    const wish = { ...PAPER, policyDelta: { regime: 'balanced', regime_confidence: 0.8 } };
    expect(codeOf(desk.decide({ ...command, wish }))).toBe('policy_delta_regime_only');
    const wrong = { ...PAPER, policyDelta: ['balanced'] };
    const decided = desk.decide({ ...command, wish: wrong });
    expect(codeOf(decided)).toBe('policy_delta_malformed');
    expect(detailOf(decided)).toBe('policy_delta must be a mapping or PolicyDelta instance');
  });

  it.each<readonly [Stage, readonly string[], string, string]>([
    [
      'pilot',
      [],
      'approvals_required',
      'Promotions to pilot require at least one approval signature',
    ],
    ['pilot', ['ana:risk'], 'ok', 'ok'],
    [
      'limited_live',
      ['ana:risk'],
      'approvals_required',
      'Promotions to limited_live require at least 2 approval signatures (received 1).',
    ],
    [
      'limited_live',
      ['ana:risk', 'ben:Risk '],
      'approvals_required',
      'Promotions to limited_live require at least 2 approval signatures (received 1).',
    ],
    [
      'limited_live',
      ['ana:risk', 'Ana@firm.example:compliance'],
      'approvals_required',
      'Promotions to limited_live require at least 2 approval signatures (received 1).',
    ],
    ['limited_live', ['ana:risk', 'ana:compliance', 'ben:risk'], 'ok', 'ok'],
  ])('L-18 G-34 to %s approved by %j is %s', (stage, by, code, words) => {
    const desk = new LedgerDesk().upTo(stage === 'pilot' ? 'paper' : 'pilot');
    const approvals = by.map((each) => {
      const given = desk.approval(stage, stage === 'pilot' ? PILOT : LIVE, each);
      return { ...given, role: given.role.trim().toLowerCase() };
    });
    const command = desk.promotion(stage, stage === 'pilot' ? PILOT : LIVE, [], { approvals });
    const decided = desk.decide(command);
    expect([codeOf(decided), detailOf(decided)]).toEqual([code, words]);
  });

  it.each<readonly [Stage, string, string]>([
    ['paper', 'dora', 'ok'],
    ['pilot', 'dora', 'self_approval'],
    ['pilot', 'Dora@firm.example', 'self_approval'],
    ['limited_live', 'dora', 'self_approval'],
    ['pilot', 'ana', 'ok'],
  ])('L-19 to %s is not let through by %s who asks for it: %s', (stage, who, code) => {
    const desk = new LedgerDesk();
    if (stage !== 'paper') desk.upTo(stage === 'pilot' ? 'paper' : 'pilot');
    const wish = { paper: PAPER, pilot: PILOT, limited_live: LIVE, experiment: {} }[stage];
    expect(codeOf(desk.decide(desk.promotion(stage, wish, [`${who}:risk`])))).toBe(code);
  });

  it('L-19 without real money may be approved by who asks for it', () => {
    const desk = new LedgerDesk();
    const wish = { ...PAPER, policyDelta: DELTA };
    desk.do(desk.promotion('paper', wish, ['dora:risk']));
    expect(desk.record().approvals).toEqual(['risk']);
  });

  it('L-19 is not let through by who wrote what is promoted', () => {
    const desk = new LedgerDesk();
    desk.do(desk.promotion('paper', PAPER, [], { requestedBy: 'carl' }));
    expect(codeOf(desk.decide(desk.promotion('pilot', PILOT, ['carl:risk'])))).toBe(
      'self_approval',
    );
    const by = (who: string) => desk.promotion('pilot', PILOT, [who], { requestedBy: 'erik' });
    desk.do(amendment({ thresholdOverrides: { warn_notional_limit: 900 } }));
    expect(codeOf(desk.decide(by('dora:risk')))).toBe('ok');
    const wish = { policyDelta: DELTA };
    desk.do(amendment(wish, [desk.approval('paper', wish, 'ana:risk')]));
    expect(codeOf(desk.decide(by('dora:risk')))).toBe('self_approval');
    expect(codeOf(desk.decide(by('ana:risk')))).toBe('ok');
  });

  it.each([
    [{ evidence_id: 'dd-experiment' }, 'approval_not_bound'],
    [{ evidence_id: null }, 'approval_not_bound'],
    [{ config_hash: 'b'.repeat(64) }, 'approval_not_bound'],
    [{ target_stage: 'paper' }, 'approval_not_bound'],
    [{ assessment_digest: 'b'.repeat(64) }, 'approval_not_bound'],
    [{ expires_at: new Date(NOW).toISOString() }, 'approval_not_in_time'],
    [{ expires_at: new Date(NOW + 1).toISOString() }, 'ok'],
    [{ approved_at: new Date(NOW + 1).toISOString() }, 'approval_not_in_time'],
    [{ approved_at: new Date(NOW).toISOString() }, 'ok'],
  ] as const)('G-10 approved with %j is %s', (change, code) => {
    const desk = new LedgerDesk().upTo('paper');
    const approvals = [desk.approval('pilot', PILOT, 'ana:risk', change)];
    const decided = desk.decide(desk.promotion('pilot', PILOT, [], { approvals }));
    expect(codeOf(decided)).toBe(code);
  });

  it('G-10 does not count an approval in the chain for another configuration', () => {
    const desk = new LedgerDesk().upTo('paper');
    const approval = desk.approval('pilot', PILOT, 'ana:risk');
    desk.do({ kind: 'approve', policyId: 'alpha', actor: 'ana', approval });
    expect(codeOf(desk.decide(desk.promotion('pilot', PILOT, [])))).toBe('ok');
    const wish = { ...PILOT, metadata: { policy_hash: 'x' } };
    expect(codeOf(desk.decide(desk.promotion('pilot', wish, [])))).toBe('approval_not_bound');
    const other = desk.promotion('pilot', PILOT, [], {
      assessment: { digest: 'b'.repeat(64), blockers: [] },
    });
    expect(codeOf(desk.decide(other))).toBe('approval_not_bound');
  });

  it('L-21 of the same stage keeps what was approved, and a new stage does not', () => {
    const desk = new LedgerDesk().upTo('pilot');
    desk.now += 48 * HOUR;
    desk.do(desk.promotion('pilot', {}, []));
    expect(desk.record().approvals).toEqual(['risk']);
    expect(desk.record().history.at(-1)).toMatchObject({
      prior_stage: 'pilot',
      next_stage: 'pilot',
      approvals: ['risk'],
    });
    expect(desk.posture().stage).toBe('pilot');
    const up = desk.promotion('limited_live', LIVE, ['ben:compliance']);
    expect(codeOf(desk.decide(up))).toBe('approvals_required');
    desk.do(desk.promotion('limited_live', LIVE, ['ben:compliance', 'carl:risk']));
    const kept = desk
      .record()
      .approvals_v2?.map(({ approver, target_stage }) => [approver, target_stage]);
    expect(kept).toEqual([
      ['ben', 'limited_live'],
      ['carl', 'limited_live'],
    ]);
  });

  it('L-21 of the same stage keeps what was approved for the next', () => {
    const desk = new LedgerDesk().upTo('pilot');
    const approval = desk.approval('limited_live', {}, 'ben:compliance');
    desk.do({ kind: 'approve', policyId: 'alpha', actor: 'ben', approval });
    desk.do(desk.promotion('pilot', {}, []));
    expect(desk.posture().approversOf.limited_live).toBe(1);
  });

  it('L-21 of the same stage with other evidence or configuration wants approvals for that', () => {
    const desk = new LedgerDesk().upTo('pilot');
    for (const wish of [{ evidenceId: 'dd-pilot' }, { metadata: { ticket: 'GOV-1' } }]) {
      expect(codeOf(desk.decide(desk.promotion('pilot', wish, [])))).toBe('approval_not_bound');
      expect(codeOf(desk.decide(desk.promotion('pilot', wish, ['ben:risk'])))).toBe('ok');
    }
  });

  it('G-29 is blocked by what the evaluator found, and by no evaluation', () => {
    const desk = new LedgerDesk().upTo('paper');
    const blockers = ['paper_stage_decisions_insufficient:0/40'];
    const blocked = desk.promotion('pilot', PILOT, ['ana:risk'], {
      assessment: { digest: ASSESSMENT, blockers },
    });
    expect(desk.decide(blocked)).toMatchObject({
      code: 'promotion_blocked',
      detail: 'promotion_blocked:pilot',
      operands: blockers,
    });
    const digestless = desk.approval('pilot', PILOT, 'ana:risk', { assessment_digest: null });
    const unassessed = desk.promotion('pilot', PILOT, [], {
      assessment: null,
      approvals: [digestless],
    });
    expect(codeOf(desk.decide(unassessed))).toBe('assessment_missing');
  });

  it('G-29 is let through by a waiver of risk and compliance, and the posture says so', () => {
    const desk = new LedgerDesk().upTo('paper');
    const blocked = desk.promotion('pilot', PILOT, ['ana:risk'], {
      assessment: { digest: ASSESSMENT, blockers: ['paper_stage_alerts_present:1'] },
      waiverIds: ['w-1'],
    });
    expect(codeOf(desk.decide(blocked))).toBe('waiver_missing');
    desk.do(desk.waiver());
    expect(desk.posture().gapsOf.pilot).toContain('waiver_active:blockers');
    expect(desk.posture().gapsOf.limited_live).not.toContain('waiver_active:blockers');
    expect(codeOf(desk.decide({ ...blocked, waiverIds: [] }))).toBe('promotion_blocked');
    desk.now += 24 * HOUR;
    expect(codeOf(desk.decide(blocked))).toBe('waiver_expired');
    desk.now -= 1;
    const approvals = [desk.approval('pilot', PILOT, 'ana:risk')];
    desk.do({ ...blocked, approvals });
    expect(desk.posture().auditGaps).toEqual(['waiver_active:blockers']);
    desk.now += 1;
    expect(desk.posture().auditGaps).toEqual([]);
    const again = { ...blocked, approvals: [], waiverIds: [] };
    expect(codeOf(desk.decide(again))).toBe('ok');
  });

  it('is held by a waiver in force that it does not name', () => {
    const desk = new LedgerDesk().upTo('paper');
    desk.do(desk.waiver());
    const command = desk.promotion('pilot', PILOT, ['ana:risk']);
    expect(desk.decide(command)).toMatchObject({
      code: 'audit_gaps',
      detail: 'audit_gaps_present:waiver_active:blockers',
    });
    expect(codeOf(desk.decide({ ...command, waiverIds: ['w-1'] }))).toBe('ok');
  });

  it('G-33 on one approval and a waiver stays a pilot', () => {
    const desk = new LedgerDesk().upTo('pilot');
    desk.do(desk.waiver({ waives: 'single_approval', scope: 'limited_live' }));
    const command = desk.promotion('limited_live', LIVE, ['ana:risk'], { waiverIds: ['w-1'] });
    const nobody = { ...command, approvals: [] };
    expect(codeOf(desk.decide(nobody))).toBe('approvals_required');
    desk.do(command);
    expect(desk.posture()).toMatchObject({
      declaredStage: 'limited_live',
      auditStage: 'pilot',
      stage: 'pilot',
      auditGaps: ['additional_approval_needed', 'waiver_active:single_approval'],
    });
  });

  it('without evidence and with a waiver stays where evidence puts it', () => {
    const desk = new LedgerDesk();
    desk.do(desk.promotion('experiment', {}, []));
    desk.do(desk.waiver({ waives: 'missing_evidence', scope: 'paper' }));
    desk.do(desk.promotion('paper', {}, [], { waiverIds: ['w-1'] }));
    expect(desk.posture()).toMatchObject({ declaredStage: 'paper', stage: 'experiment' });
  });

  it('to limited_live wants the checklist complete', () => {
    const desk = new LedgerDesk().upTo('pilot');
    const wish = { evidenceId: 'dd-pilot' };
    const command = desk.promotion('limited_live', wish, ['ana:risk', 'ben:compliance']);
    expect(desk.decide(command)).toMatchObject({
      code: 'audit_gaps',
      detail:
        'audit_gaps_present:missing_oos_regime_grid,missing_leakage_checks,missing_risk_audit',
    });
  });

  it.each<readonly [Stage, string | null, string]>([
    ['paper', null, 'ok'],
    ['pilot', null, 'code_hash_unknown'],
    ['pilot', 'unknown', 'code_hash_unknown'],
    ['pilot', '4e57f692', 'ok'],
  ])('to %s by code %s is %s', (stage, codeHash, code) => {
    const desk = new LedgerDesk();
    if (stage === 'pilot') desk.upTo('paper');
    const command = desk.promotion(stage, PAPER, ['ana:risk']);
    expect(codeOf(desk.decide(command, { codeHash }))).toBe(code);
  });

  it.each([
    [{ policyId: ' ' }, 'policy_id_required', 'policy_id is required for policy ledger records'],
    [{ tacticId: ' ' }, 'tactic_id_required', 'tactic_id is required for policy ledger records'],
    [{ stage: 'limited-live' }, 'stage_unknown', 'Unknown policy ledger stage: limited-live'],
    [{ reason: ' ' }, 'reason_required', 'a promotion has its reason'],
    [{ actor: ' ' }, 'fact_malformed', 'created/actor must not have fewer than 1 characters'],
    [
      { refs: { run_id: ' r' } },
      'fact_malformed',
      'created/refs/run_id must match pattern "^\\S(.*\\S)?$"',
    ],
    [{ reason: '\ud800' }, 'fact_malformed', 'it has no canonical form'],
  ])('L-08 with %j is refused as %s', (change, code, words) => {
    const desk = new LedgerDesk();
    const decided = desk.decide({ ...desk.promotion('paper', PAPER, []), ...change });
    expect([codeOf(decided), detailOf(decided)]).toEqual([code, words]);
  });

  it('is asked for in any case, and keeps the tactic of its record', () => {
    const desk = new LedgerDesk();
    desk.do({ ...desk.promotion('paper', PAPER, []), stage: ' Paper', tacticId: ' grid ' });
    desk.do({ ...desk.promotion('paper', {}, []), tacticId: 'other', policyId: ' alpha ' });
    expect(desk.record()).toMatchObject({ tactic_id: 'grid', stage: 'paper' });
    const refs = { run_id: 'r-1', candidate_id: 'c-1', operation_id: 'OPS-2026-03-01-001' };
    desk.do({ ...desk.promotion('paper', {}, []), refs });
    expect(desk.record().history.at(-1)).toMatchObject({
      manifest_ref: { run_id: 'r-1', candidate_id: 'c-1' },
      ops_operation_id: 'OPS-2026-03-01-001',
    });
    expect(desk.record().history[0]).not.toHaveProperty('manifest_ref');
    expect(desk.record().history[0]).not.toHaveProperty('ops_operation_id');
  });

  it('writes what it was made of, and the next one does not hash it', () => {
    const desk = new LedgerDesk();
    desk.do(desk.promotion('paper', PAPER, []), { diaryPath: 'diary.json' });
    expect(desk.record().metadata?.['traceability']).toMatchObject({
      policy_id: 'alpha',
      stage: 'paper',
      code_hash: '4e57f692',
      config_hash: desk.state.policies.get('alpha')?.basis.configHash,
      diary_slice: { entry_id: 'dd-experiment', stage: 'experiment', status: 'ok' },
    });
    const wish = { ...PAPER, metadata: { traceability: { code_hash: 'mine' } } };
    expect(codeOf(desk.decide({ ...desk.promotion('paper', {}, []), wish }))).toBe(
      'traceability_reserved',
    );
  });

  it.each([
    [{ thresholdOverrides: { warn_notional_limit: 50_001 } }, 'threshold_loosened'],
    [{ thresholdOverrides: { warn_notional_limit: 50_000 } }, 'ok'],
    [{ thresholdOverrides: { max_fun: 1, warn_notional_limit: 60_000 } }, 'threshold_invalid'],
    [{ thresholdOverrides: [] }, 'ok'],
    [{ thresholdOverrides: 'none' }, 'change_malformed'],
    [{ metadata: { promotion_checklist: { risk_audit: 'yes' } } }, 'checklist_malformed'],
    [{ metadata: { at: new Date(NOW) } }, 'change_malformed'],
    [{ humanSignoffs: ['fine'] }, 'change_malformed'],
  ])('with %j is %s', (wish, code) => {
    const desk = new LedgerDesk();
    const command = desk.promotion('paper', PAPER, []);
    const decided = desk.decide({ ...command, wish: { ...PAPER, ...wish } });
    expect(codeOf(decided)).toBe(code);
  });

  it('may loosen a threshold with a delta that people approved', () => {
    const desk = new LedgerDesk();
    const overrides = { warn_notional_limit: 60_000 };
    const wish = { ...PAPER, thresholdOverrides: overrides, policyDelta: DELTA };
    expect(codeOf(desk.decide(desk.promotion('paper', wish, [])))).toBe('policy_delta_unapproved');
    desk.do(desk.promotion('paper', wish, ['ana:risk']));
    expect(desk.state.policies.get('alpha')?.loosenedFor).toBe('paper');
  });

  it('L-15 adds proposals and sign-offs up, and tells only the added ones', () => {
    const desk = new LedgerDesk();
    const signoff = { reviewer: 'ana', role: 'risk', verdict: 'pass' };
    const wish = { acceptedProposals: [' p1', 'p1', ''], humanSignoffs: [signoff, signoff] };
    desk.do(desk.promotion('paper', { ...PAPER, ...wish, rejectedProposals: ['r1'] }, []));
    const again = { acceptedProposals: ['p2', 'p1'], humanSignoffs: [{ ...signoff }] };
    desk.do(amendment({ ...again, rejectedProposals: ['r1', 'r2'] }));
    const { accepted_proposals, rejected_proposals, human_signoffs, history } = desk.record();
    expect({ accepted_proposals, rejected_proposals, human_signoffs }).toEqual({
      accepted_proposals: ['p1', 'p2'],
      rejected_proposals: ['r1', 'r2'],
      human_signoffs: [signoff],
    });
    expect(history[0]).toMatchObject({ accepted_proposals: ['p1'], human_signoffs: [signoff] });
    expect(history[1]).toMatchObject({ accepted_proposals: ['p2'], rejected_proposals: ['r2'] });
    expect(history[1]).not.toHaveProperty('human_signoffs');
  });
});

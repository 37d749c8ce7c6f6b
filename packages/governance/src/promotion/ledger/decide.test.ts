import { describe, expect, it } from 'vitest';
import type { Stage } from '../stage.ts';
import type { PromoteCommand } from './command.ts';
import { resetDigest } from './consent.ts';
import { CHECKED, codeOf, DELTA, HOUR, LedgerDesk, NOW } from './ledger.fixture.ts';

const PAPER = { evidenceId: 'dd-experiment' };
const PILOT = { evidenceId: 'dd-paper' };
const demotion = (stage: string, reason = 'it lost money') =>
  ({ kind: 'demote', policyId: 'alpha', actor: 'dora', stage, reason }) as const;
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

describe('a record', () => {
  const creation = (change: object = {}) =>
    ({
      kind: 'create',
      policyId: 'alpha',
      tacticId: 'grid',
      actor: 'dora',
      requestedBy: 'dora',
      reason: 'a new idea',
      wish: {},
      approvals: [],
      ...change,
    }) as const;

  it('is made at experiment, once', () => {
    const desk = new LedgerDesk();
    desk.do(creation());
    expect(desk.record()).toMatchObject({ stage: 'experiment', tactic_id: 'grid' });
    expect(codeOf(desk.decide(creation()))).toBe('record_exists');
    expect(codeOf(desk.decide(creation({ policyId: 'beta', tacticId: '' })))).toBe(
      'tactic_id_required',
    );
  });

  it('that is not there is no ground for anything but a promotion', () => {
    const desk = new LedgerDesk();
    const approval = desk.approval('paper', PAPER, 'ana:risk');
    const about = { policyId: 'alpha', actor: 'dora' };
    const reset = { kind: 'reset_evidence', stage: 'paper', cause: 'x', consents: [] } as const;
    for (const decided of [
      desk.decide(demotion('paper')),
      desk.decide(amendment({ metadata: { a: 1 } })),
      desk.decide({ kind: 'approve', ...about, approval }),
      desk.decide(desk.waiver()),
      desk.decide({ ...reset, ...about }),
    ]) {
      expect(codeOf(decided)).toBe('record_missing');
    }
  });
});

describe('a demotion', () => {
  it('L-04 is a row of its own, whatever is wrong', () => {
    const desk = new LedgerDesk().upTo('pilot');
    desk.evidence.clear();
    desk.do(demotion('paper'), { requiresEvidence: true, codeHash: null });
    expect(desk.record().history.at(-1)).toMatchObject({
      prior_stage: 'pilot',
      next_stage: 'paper',
      action: 'demotion',
      reason: 'it lost money',
    });
    expect(desk.record().stage).toBe('paper');
  });

  it('L-04 is possible without words, and while the ledger is broken', () => {
    const desk = new LedgerDesk().upTo('limited_live');
    desk.write([{ type: 'odd', subject: 'beta', actor: 'x', payload: {}, refs: {} }]);
    desk.do({ ...demotion('pilot', ' '), actor: `\ud800${'x'.repeat(300)}` });
    expect(desk.record().history.at(-1)?.reason).toBe('no reason was given');
    expect(desk.record().history.at(-1)?.actor).toHaveLength(200);
    desk.do({ ...demotion('paper', 'y'.repeat(9_000)), actor: '' });
    expect(desk.record().history.at(-1)?.actor).toBe('unknown');
    expect(desk.record().stage).toBe('paper');
    desk.do({ ...demotion('experiment'), actor: ' dora\n of risk ' });
    expect(desk.record().history.at(-1)?.actor).toBe('dora of risk');
    expect(desk.state.faults).toHaveLength(1);
  });

  it.each([
    ['pilot', 'not_a_demotion'],
    ['limited_live', 'not_a_demotion'],
    ['nowhere', 'stage_unknown'],
    ['experiment', 'ok'],
  ])('to %s from pilot is %s', (stage, code) => {
    const desk = new LedgerDesk().upTo('pilot');
    expect(codeOf(desk.decide(demotion(stage)))).toBe(code);
  });

  it('takes the approvals of the stage with it, but those given for the lower one', () => {
    const desk = new LedgerDesk().upTo('limited_live');
    const given = desk.approval('pilot', {}, 'carl:risk');
    const rash = new LedgerDesk().upTo('limited_live');
    rash.do(demotion('pilot'));
    expect(rash.posture()).toMatchObject({ stage: 'paper', auditGaps: ['missing_approvals'] });
    desk.do({ kind: 'approve', policyId: 'alpha', actor: 'carl', approval: given });
    desk.do(demotion('pilot'));
    desk.now += 48 * HOUR;
    expect(desk.posture()).toMatchObject({ stage: 'pilot', approvals: ['risk'], auditGaps: [] });
  });
});

describe('an amendment', () => {
  it('leaves approvals as they are where it loosens nothing', () => {
    const desk = new LedgerDesk().upTo('pilot');
    desk.do(amendment({ metadata: CHECKED, thresholdOverrides: { warn_notional_limit: 10 } }));
    expect(desk.posture()).toMatchObject({ stage: 'pilot', approvals: ['risk'], auditGaps: [] });
    expect(desk.record().history.at(-1)).toMatchObject({ action: 'amend', next_stage: 'pilot' });
  });

  it('with a delta wants the approvals of its stage for it', () => {
    const desk = new LedgerDesk().upTo('limited_live');
    const wish = { policyDelta: DELTA };
    const one = [desk.approval('limited_live', wish, 'ana:risk')];
    const two = [...one, desk.approval('limited_live', wish, 'ben:compliance')];
    expect(codeOf(desk.decide(amendment(wish)))).toBe('approval_not_bound');
    expect(codeOf(desk.decide(amendment(wish, one)))).toBe('approval_not_bound');
    desk.do(amendment(wish, two));
    desk.now += 48 * HOUR;
    expect(desk.posture()).toMatchObject({ stage: 'limited_live', auditGaps: [] });
  });

  it.each([
    [{}, 'change_empty'],
    [{ evidenceId: 'dd-paper' }, 'change_malformed'],
    [{ policyDelta: DELTA }, 'policy_delta_unapproved'],
    [{ metadata: { a: 1 } }, 'ok'],
  ])('of a paper policy with %j is %s', (wish, code) => {
    const desk = new LedgerDesk().upTo('paper');
    expect(codeOf(desk.decide(amendment(wish)))).toBe(code);
    expect(codeOf(desk.decide({ ...amendment(wish), reason: '' }))).toBe('reason_required');
  });
});

describe('an approval', () => {
  it.each<readonly [Stage, string]>([
    ['experiment', 'ok'],
    ['paper', 'ok'],
    ['pilot', 'ok'],
    ['limited_live', 'approval_stage_not_next'],
  ])('of %s for a paper policy is %s', (stage, code) => {
    const desk = new LedgerDesk().upTo('paper');
    const approval = desk.approval(stage, {}, 'ana:risk');
    const command = { kind: 'approve', policyId: 'alpha', actor: 'ana', approval } as const;
    expect(codeOf(desk.run(command))).toBe(code);
    if (code === 'ok') expect(codeOf(desk.run(command))).toBe('approval_exists');
  });

  it('has its time', () => {
    const desk = new LedgerDesk().upTo('paper');
    const approval = desk.approval('pilot', PILOT, 'ana:risk');
    const command = { kind: 'approve', policyId: 'alpha', actor: 'ana', approval } as const;
    desk.now += HOUR;
    expect(codeOf(desk.decide(command))).toBe('approval_not_in_time');
    desk.now -= 1;
    expect(codeOf(desk.decide(command))).toBe('ok');
    const malformed = { ...approval, role: 'Risk' };
    expect(codeOf(desk.decide({ ...command, approval: malformed }))).toBe('fact_malformed');
  });
});

describe('a waiver', () => {
  it.each([
    [['ana:risk', 'ben:compliance'], {}, 'ok'],
    [['ben:Compliance', 'ana:Risk', 'ana:compliance'], {}, 'ok'],
    [['ana:risk'], {}, 'consents_missing'],
    [['ana:risk', 'ana:compliance'], {}, 'consents_missing'],
    [['ana:risk', 'ben:risk'], {}, 'consents_missing'],
    [['ana:risk', 'ben:operations'], {}, 'consents_missing'],
    [['ana:risk', 'ben:compliance'], { reason: ' ' }, 'reason_required'],
    [['ana:risk', 'ben:compliance'], { scope: 'Pilot' }, 'stage_unknown'],
    [['ana:risk', 'ben:compliance'], { scope: 'dislocated', waives: 'regime_coverage' }, 'ok'],
    [['ana:risk', 'ben:compliance'], { expiresAt: new Date(NOW).toISOString() }, 'waiver_expired'],
    [['ana:risk', 'ben:compliance'], { expiresAt: 'soon' }, 'waiver_expired'],
  ] as const)('D-25 by %j with %j is %s', (by, change, code) => {
    const desk = new LedgerDesk().upTo('paper');
    expect(codeOf(desk.decide(desk.waiver(change, [...by])))).toBe(code);
  });

  it('says who spoke for risk and who for compliance, and is given once', () => {
    const desk = new LedgerDesk().upTo('paper');
    desk.do(desk.waiver());
    expect(desk.record().history.at(-1)).toMatchObject({
      action: 'waiver',
      waiver: { waiver_id: 'w-1', approver: 'ana', compliance_approver: 'ben', kind: 'blockers' },
    });
    expect(codeOf(desk.decide(desk.waiver()))).toBe('waiver_exists');
  });

  it('is consented to as it is, and in time', () => {
    const desk = new LedgerDesk().upTo('paper');
    const other = desk.waiver({ reason: 'another' });
    expect(codeOf(desk.decide({ ...desk.waiver(), consents: other.consents }))).toBe(
      'consents_missing',
    );
    const command = desk.waiver();
    desk.now += HOUR;
    expect(codeOf(desk.decide(command))).toBe('consents_missing');
  });
});

describe('G-15 a reset of evidence', () => {
  const resetBy = (desk: LedgerDesk, by: readonly string[], cause = 'a wrong feed') => {
    const about = { policyId: 'alpha', stage: 'paper', cause } as const;
    const digest = resetDigest(about, desk.record().history.at(-1)?.hash ?? '');
    const consents = by.map((each) => desk.consent(digest, each));
    return { kind: 'reset_evidence', actor: 'dora', ...about, consents } as const;
  };

  it.each([
    [['ana:risk', 'ben:compliance'], 'ok'],
    [['ana:risk', 'ben:risk'], 'consents_missing'],
    [['ana:risk', 'ana:compliance'], 'consents_missing'],
    [['ana:risk', 'dora:compliance'], 'consents_missing'],
    [['ana:risk'], 'consents_missing'],
  ])('by %j is %s', (by, code) => {
    const desk = new LedgerDesk().upTo('paper');
    expect(codeOf(desk.run(resetBy(desk, by)))).toBe(code);
    const resets = code === 'ok' ? [{ stage: 'paper', at: NOW }] : [];
    expect(desk.posture().resets).toEqual(resets);
  });

  it('has a cause, and is consented to once', () => {
    const desk = new LedgerDesk().upTo('paper');
    const by = ['ana:risk', 'ben:compliance'];
    expect(codeOf(desk.decide(resetBy(desk, by, ' ')))).toBe('reason_required');
    const command = resetBy(desk, by);
    desk.do(command);
    expect(desk.record().history.at(-1)).toMatchObject({
      action: 'reset_evidence',
      reason: 'a wrong feed',
      reset: { approvers: [{ approver: 'ben' }, { approver: 'ana', role: 'risk' }] },
    });
    expect(codeOf(desk.decide(command))).toBe('consents_missing');
  });
});

import { describe, expect, it } from 'vitest';
import { CHECKED, LedgerDesk } from './ledger.fixture.ts';
import { workflowOf } from './workflow.ts';

const snapshot = (desk: LedgerDesk) => workflowOf(desk.state, desk.now, desk.evidence);
const only = (desk: LedgerDesk) => snapshot(desk).checklists[0];

describe('the workflow of the ledger', () => {
  it('of nothing is to do', () => {
    expect(snapshot(new LedgerDesk())).toEqual({
      checklists: [
        {
          name: 'Policy Ledger Governance',
          regulation: 'AlphaTrade Governance',
          status: 'todo',
          tasks: [],
          metadata: {
            policies: 0,
            completed: 0,
            blocked: 0,
            checklist_ready: 0,
            checklist_blocked: 0,
          },
        },
      ],
      metadata: { source: 'policy_ledger', policy_count: 0 },
    });
  });

  it('G-22 is completed without a delta, and an experiment is not blocked', () => {
    const desk = new LedgerDesk();
    desk.do(desk.promotion('experiment', {}, []));
    expect(only(desk)).toMatchObject({
      status: 'completed',
      tasks: [
        {
          task_id: 'policy::alpha',
          title: 'alpha → experiment',
          status: 'completed',
          severity: 'medium',
          summary: 'tactic=alpha; evidence=missing; checklist=oos=todo,leakage=todo,risk=todo',
        },
      ],
      metadata: { policies: 1, completed: 1, blocked: 0, checklist_ready: 0, checklist_blocked: 1 },
    });
    expect(only(new LedgerDesk().upTo('limited_live'))).toMatchObject({
      status: 'completed',
      metadata: { completed: 1, checklist_ready: 1, checklist_blocked: 0 },
    });
  });

  it('tells what a policy stands on', () => {
    const desk = new LedgerDesk();
    const wish = {
      evidenceId: 'dd-experiment',
      metadata: { promotion_checklist: { leakage_checks: true } },
      policyDelta: { regime: 'balanced', notes: ['a'] },
      acceptedProposals: ['p1', 'p2'],
      rejectedProposals: ['r1'],
    };
    desk.do(desk.promotion('paper', wish, ['ana:risk', 'ben:compliance'], { tacticId: 'grid' }));
    expect(only(desk).tasks[0]?.summary).toBe(
      'tactic=grid; approvals=compliance,risk; evidence=dd-experiment; regime=balanced; ' +
        'accepted=p1,p2; rejected=r1; checklist=oos=todo,leakage=ok,risk=todo',
    );
  });

  it('is blocked by what is not what it seems, and to do where people are missing', () => {
    const desk = new LedgerDesk().upTo('limited_live');
    const down = { kind: 'demote', policyId: 'alpha', actor: 'x', reason: 'x' } as const;
    desk.do({ ...down, stage: 'pilot' });
    expect(only(desk)).toMatchObject({ status: 'todo', tasks: [{ severity: 'medium' }] });
    desk.evidence.clear();
    expect(only(desk)).toMatchObject({
      status: 'blocked',
      tasks: [{ status: 'blocked', severity: 'high' }],
      metadata: { blocked: 1, completed: 0 },
    });
  });

  it('is in progress while a waiver or half of an approval carries it', () => {
    const desk = new LedgerDesk().upTo('pilot');
    desk.do(desk.waiver({ scope: 'pilot' }));
    expect(only(desk).status).toBe('in_progress');
    const half = new LedgerDesk().upTo('pilot');
    half.do(half.waiver({ waives: 'single_approval', scope: 'limited_live' }));
    const wish = { evidenceId: 'dd-pilot', metadata: CHECKED };
    half.do(half.promotion('limited_live', wish, ['ana:risk'], { waiverIds: ['w-1'] }));
    half.now += 24 * 3_600_000;
    expect(half.posture().auditGaps).toEqual(['additional_approval_needed']);
    expect(only(half).status).toBe('in_progress');
    const items = { promotion_checklist: { risk_audit: false } };
    half.do({
      kind: 'amend',
      policyId: 'alpha',
      actor: 'x',
      requestedBy: 'x',
      reason: 'x',
      wish: { metadata: items },
      approvals: [],
    });
    expect(only(half).status).toBe('in_progress');
  });

  it('has the worst status of its tasks, which are in the order of their ids', () => {
    const desk = new LedgerDesk().upTo('pilot');
    for (const policyId of ['zeta', 'able']) {
      desk.do({ ...desk.promotion('paper', {}, []), policyId }, { requiresEvidence: false });
    }
    const { status, tasks, metadata } = only(desk);
    expect(tasks.map(({ task_id: id, status: own }) => [id, own])).toEqual([
      ['policy::able', 'blocked'],
      ['policy::alpha', 'completed'],
      ['policy::zeta', 'blocked'],
    ]);
    expect(status).toBe('blocked');
    expect(metadata).toMatchObject({ policies: 3, completed: 1, blocked: 2 });
  });
});

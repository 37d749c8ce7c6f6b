/** The ledger as a list of things to do (2.12); what a task lacks are its gaps (G-22). */
import type { AuditGap, Posture } from '../posture.ts';
import { checklistOf, type Checklist } from './checklist.ts';
import type { EvidenceFindings } from './evidence.ts';
import type { LedgerState } from './fold.ts';
import { postureOf } from './posture-of.ts';
import type { PolicyRecord } from './record.ts';

/** From the best to the worst. */
const STATUSES = ['completed', 'in_progress', 'todo', 'blocked'] as const;
export type TaskStatus = (typeof STATUSES)[number];

export interface WorkflowTask {
  readonly task_id: string;
  readonly title: string;
  readonly status: TaskStatus;
  readonly severity: 'high' | 'medium';
  readonly summary: string;
}

export interface WorkflowChecklist {
  readonly name: 'Policy Ledger Governance';
  readonly regulation: 'AlphaTrade Governance';
  readonly status: TaskStatus;
  readonly tasks: readonly WorkflowTask[];
  readonly metadata: {
    readonly policies: number;
    readonly completed: number;
    readonly blocked: number;
    readonly checklist_ready: number;
    readonly checklist_blocked: number;
  };
}

export interface WorkflowSnapshot {
  readonly checklists: readonly [WorkflowChecklist];
  readonly metadata: { readonly source: 'policy_ledger'; readonly policy_count: number };
}

/** One task a policy, in the order of their ids. `now`: epoch ms. */
export function workflowOf(
  state: LedgerState,
  now: number,
  evidence: EvidenceFindings,
): WorkflowSnapshot {
  const records = [...state.policies.values()]
    .map(({ record }) => record)
    .sort((one, other) => (one.policy_id < other.policy_id ? -1 : 1));
  const tasks = records.map((record) =>
    taskOf(record, postureOf(state, record.policy_id, now, evidence)),
  );
  const ready = records.filter(({ metadata }) => checklistOf(metadata ?? {}).missing.length === 0);
  const count = (status: TaskStatus): number =>
    tasks.filter((task) => task.status === status).length;
  return {
    checklists: [
      {
        name: 'Policy Ledger Governance',
        regulation: 'AlphaTrade Governance',
        status: STATUSES.findLast((status) => count(status) > 0) ?? 'todo',
        tasks,
        metadata: {
          policies: tasks.length,
          completed: count('completed'),
          blocked: count('blocked'),
          checklist_ready: ready.length,
          checklist_blocked: records.length - ready.length,
        },
      },
    ],
    metadata: { source: 'policy_ledger', policy_count: records.length },
  };
}

function taskOf(record: PolicyRecord, { auditGaps, approvals }: Posture): WorkflowTask {
  const status = statusOf(auditGaps);
  return {
    task_id: `policy::${record.policy_id}`,
    title: `${record.policy_id} → ${record.stage}`,
    status,
    severity: status === 'blocked' ? 'high' : 'medium',
    summary: summaryOf(record, approvals),
  };
}

/** What people can still give is to do; what is not what it seems is blocked. */
const WEIGHT: Readonly<Record<string, TaskStatus>> = {
  missing_approvals: 'todo',
  approval_not_bound: 'todo',
  self_approval: 'todo',
  additional_approval_needed: 'in_progress',
  missing_oos_regime_grid: 'in_progress',
  missing_leakage_checks: 'in_progress',
  missing_risk_audit: 'in_progress',
};

function statusOf(gaps: readonly AuditGap[]): TaskStatus {
  const all = gaps.map((gap): TaskStatus => {
    if (gap.startsWith('waiver_active:')) return 'in_progress';
    return WEIGHT[gap] ?? 'blocked';
  });
  return STATUSES.findLast((status) => all.includes(status)) ?? 'completed';
}

function summaryOf(record: PolicyRecord, approvals: readonly string[]): string {
  const { policy_delta: delta, metadata = {} } = record;
  const listed = (key: string, items: readonly string[] = []): string[] =>
    items.length === 0 ? [] : [`${key}=${items.join(',')}`];
  return [
    `tactic=${record.tactic_id}`,
    ...listed('approvals', approvals),
    `evidence=${record.evidence_id ?? 'missing'}`,
    ...listed('regime', delta?.regime === undefined ? [] : [delta.regime]),
    ...listed('accepted', record.accepted_proposals),
    ...listed('rejected', record.rejected_proposals),
    `checklist=${checklistWords(checklistOf(metadata))}`,
  ].join('; ');
}

function checklistWords({ items }: Checklist): string {
  const word = (isDone: boolean): string => (isDone ? 'ok' : 'todo');
  const { oos_regime_grid: oos, leakage_checks: leakage, risk_audit: risk } = items;
  return `oos=${word(oos)},leakage=${word(leakage)},risk=${word(risk)}`;
}

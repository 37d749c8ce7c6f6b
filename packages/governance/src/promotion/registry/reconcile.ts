/**
 * Statuses follow the ledger down (section 5.5, G-53): who has lost the stage that a status needs,
 * or the integrity of what proves it, is moved down by itself. Nothing is moved up here, and what
 * cannot be read moves nobody: while it cannot, nothing opens anyway (10.6).
 */
import type { PromotionGuardConfig } from '../guard/config.ts';
import type { DiaryEvidence } from '../guard/guard.ts';
import type { Posture } from '../posture.ts';
import { rankOf, type Stage } from '../stage.ts';
import { type Decision, Draft, type Judge } from './decide.ts';
import type { RegistryState } from './state.ts';
import { type GatedStatus, isGated, LOWER, type Status } from './status.ts';

export type Standing =
  /** Resolved: what evidence and approvals cover; null where the ledger has no record of it. */
  | { readonly kind: 'stage'; readonly stage: Stage | null }
  /** Something is not what was written. */
  | { readonly kind: 'violated'; readonly detail: string }
  | { readonly kind: 'unread'; readonly detail: string };

export function standingOf(posture: Posture | null, diary: DiaryEvidence): Standing {
  if (posture?.ledgerOk === false) return { kind: 'violated', detail: 'ledger' };
  if (diary.state === 'read' && diary.reading.violations.length > 0) {
    return { kind: 'violated', detail: `diary ${diary.reading.violations.join(', ')}` };
  }
  if (posture === null) return { kind: 'unread', detail: 'ledger' };
  return { kind: 'stage', stage: posture.recordPresent ? posture.stage : null };
}

/** @param standings by policy; one that is not there is `unread`. */
export function decideReconcile(
  state: RegistryState,
  requirements: PromotionGuardConfig['stageRequirements'],
  standings: ReadonlyMap<string, Standing>,
  actor: string,
  judge: Judge,
): Extract<Decision, { ok: true }> {
  const draft = new Draft(state, actor, judge);
  let leaving: string | null = null;
  for (const { strategyId, champion, status: from } of state.strategies.values()) {
    const standing = standings.get(champion.policy_id);
    if (!isGated(from) || standing === undefined || standing.kind === 'unread') continue;
    const to = holds(from, standing, requirements) ? from : lowered(from, standing, requirements);
    if (to === from) continue;
    const payload = { from, to, reason: reasonOf(standing) };
    draft.put({ type: 'reconciled', payload }, strategyId, champion.policy_id);
    draft.set(strategyId, to);
    if (from === 'approved_default') leaving = strategyId;
  }
  // Only when everybody stands where he belongs is it known who may follow.
  if (leaving !== null) draft.promoteFallback(leaving);
  return { ok: true, facts: draft.facts };
}

function lowered(
  from: GatedStatus,
  standing: Standing,
  requirements: PromotionGuardConfig['stageRequirements'],
): Status {
  const met = LOWER[from].find((to) => !isGated(to) || holds(to, standing, requirements));
  return met ?? 'inactive';
}

function holds(
  status: GatedStatus,
  standing: Standing,
  requirements: PromotionGuardConfig['stageRequirements'],
): boolean {
  if (standing.kind !== 'stage' || standing.stage === null) return false;
  return rankOf(standing.stage) >= rankOf(requirements[status]);
}

function reasonOf(standing: Standing): string {
  if (standing.kind === 'stage') return `ledger_demotion: ${standing.stage ?? 'no record'}`;
  return `integrity_violation: ${standing.detail}`;
}

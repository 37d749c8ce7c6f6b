/** The stage that evidence, approvals and checklist cover (specification 2.7). */
import { rankOf, type Stage, STAGES } from '../stage.ts';
import type { Holdings } from './audit-gaps.ts';

export type Covered = Pick<Holdings, 'evidence' | 'approvers' | 'missingItems' | 'ledgerOk'>;

export function coverageStage({ evidence, approvers, missingItems, ledgerOk }: Covered): Stage {
  if (!ledgerOk || evidence !== null) return 'experiment';
  if (approvers === 0) return 'paper';
  return approvers < 2 || missingItems.length > 0 ? 'pilot' : 'limited_live';
}

/** What a policy may act as: never more than was declared, never more than is covered. */
export function resolvedStage(declared: Stage, coverage: Stage): Stage {
  return lowerOf(declared, coverage);
}

/** Of a policy that the ledger does not know: what the house says, but never beyond `pilot`. */
export function stageWithoutRecord(defaultStage: Stage): Stage {
  return lowerOf(defaultStage, 'pilot');
}

function lowerOf(one: Stage, other: Stage): Stage {
  return STAGES[Math.min(rankOf(one), rankOf(other))] ?? 'experiment';
}

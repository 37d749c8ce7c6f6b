/** `rollout-governance-snapshot.csv`: one row a gate (section 8.8). */
import { day, maybe, names, oneOf, type Table, tableOf, text } from './csv.ts';
import {
  AREAS,
  type Area,
  GATE_IDS,
  type GateId,
  type GateResult,
  type GateStatus,
} from './gate.ts';

export interface SnapshotRow {
  readonly as_of: string | null;
  readonly gate: GateId;
  readonly area: Area;
  readonly status: GateStatus;
  readonly value: string | null;
  readonly threshold: string | null;
  readonly reason: readonly string[];
}

export const GOVERNANCE_SNAPSHOT_TABLE: Table<SnapshotRow> = tableOf(
  'rollout-governance-snapshot',
  {
    as_of: maybe(day),
    gate: oneOf(GATE_IDS),
    area: oneOf(AREAS),
    status: oneOf(['pass', 'warn', 'hard']),
    value: maybe(text),
    threshold: maybe(text),
    reason: names,
  },
);

export function snapshotOf(
  asOf: string | null,
  results: readonly GateResult[],
): readonly SnapshotRow[] {
  return results.map(({ reasons, ...result }) => ({ as_of: asOf, ...result, reason: reasons }));
}

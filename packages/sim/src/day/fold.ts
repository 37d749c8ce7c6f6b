import { apply, createFacts, type Facts } from '@holdfast/core/facts';
import type { LedgerRecord } from '@holdfast/core/ledger';
import type { Label } from '@holdfast/core/values';
import { folderSource, scanLedger } from '@holdfast/runtime/ledger';

/** A ledger, folded from its bytes by the same `apply` that ran live. */
export interface LedgerFold {
  readonly facts: Facts;
  readonly records: number;
  readonly byType: Readonly<Record<string, number>>;
  /** Orders whose marker is durable and which were not abandoned after it: they went to the door. */
  readonly dispatched: number;
  /** Null when every byte is accounted for. */
  readonly damage: string | null;
}

export function foldLedger(folder: string): LedgerFold {
  const facts = createFacts();
  const byType: Record<string, number> = {};
  const sending = new Set<Label>();
  const scan = scanLedger(folderSource(folder));
  let step = scan.next();
  for (; step.done !== true; step = scan.next()) {
    const { record } = step.value;
    apply(facts, record);
    byType[record.type] = (byType[record.type] ?? 0) + 1;
    noteDispatch(sending, record);
  }
  const { damage, records } = step.value;
  return {
    facts,
    records,
    byType,
    dispatched: sending.size,
    damage: damage === null ? null : `${damage.code} in ${damage.segment} at ${damage.offset}`,
  };
}

function noteDispatch(sending: Set<Label>, record: LedgerRecord): void {
  if (record.type === 'orderSending') sending.add(record.label);
  if (record.type === 'orderAbandoned') sending.delete(record.label);
}

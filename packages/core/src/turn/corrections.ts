import { isOfCash } from '../apply-cash.ts';
import type { LedgerRecord } from '../ledger/record.ts';
import type { State } from '../state.ts';
import { noteHeard } from './held.ts';
import type { Output } from './output.ts';

/**
 * What a pass found missing in the ledger, written at the ledger's own pace: half its queue at
 * once, then as many as come back. A ledger that refuses ends it, and the next pass finds what is
 * still missing; what the venue told meanwhile is not written twice.
 */
export function putRight(state: State, corrections: readonly LedgerRecord[], output: Output): void {
  const { ledger, pendingTrades, reconciliation } = state.observations;
  for (const record of corrections) {
    if (record.type === 'fillRecorded') {
      pendingTrades.add(record.tradeId);
      noteHeard(state, record, record.label);
    }
    if (record.type === 'settlementRecorded') pendingTrades.add(record.settlementId);
  }
  reconciliation.corrections = [...corrections];
  write(state, Math.max(1, Math.floor(ledger.capacity / 2)), output);
}

/** Records that are made beside a pass, and never one of its corrections. */
const NO_CORRECTION: ReadonlySet<LedgerRecord['type']> = new Set<LedgerRecord['type']>([
  'equityMarked',
  'lossLatched',
  'lossLatchReset',
  'presenceRecorded',
]);

/**
 * These records of ours are durable. @returns true when that was the last of the corrections: the
 * next pass has nothing to wait for.
 */
export function continueCorrections(
  state: State,
  records: readonly LedgerRecord[],
  output: Output,
): boolean {
  const { reconciliation } = state.observations;
  if (reconciliation.correcting === 0) return false;
  const heard = records.filter(
    (record) => !isOfCash(record) && !NO_CORRECTION.has(record.type),
  ).length;
  if (heard === 0) return false;
  reconciliation.correcting = Math.max(0, reconciliation.correcting - heard);
  write(state, heard, output);
  return reconciliation.correcting === 0;
}

/** The ledger takes no more now. */
export function abandonCorrections({ observations }: State): void {
  const { pendingTrades, reconciliation } = observations;
  for (const record of reconciliation.corrections) {
    if (record.type === 'fillRecorded') pendingTrades.delete(record.tradeId);
    if (record.type === 'settlementRecorded') pendingTrades.delete(record.settlementId);
  }
  reconciliation.corrections = [];
  reconciliation.correcting = 0;
}

/** Being put right: a snapshot asked for now would find the same again. */
export function isBeingPutRight({ observations }: State): boolean {
  return observations.reconciliation.corrections.length > 0;
}

/** The next `count` that are still missing. */
function write(state: State, count: number, output: Output): void {
  const { observations } = state;
  const { reconciliation } = observations;
  const batch: LedgerRecord[] = [];
  while (batch.length < count) {
    const record = reconciliation.corrections.shift();
    if (record === undefined) break;
    if (!isStillMissing(state, record)) continue;
    if (record.type === 'orderClosed') observations.unresolved.delete(record.label);
    batch.push(record);
  }
  if (batch.length === 0) return;
  reconciliation.correcting += batch.length;
  output.append(...batch);
}

/** The feed may have told of an order while its correction waited. */
function isStillMissing({ facts }: State, record: LedgerRecord): boolean {
  if (record.type === 'orderClosed') return facts.working.has(record.label);
  if (record.type !== 'orderAcked') return true;
  const order = facts.orders.get(record.label);
  return order !== undefined && order.ackAt === null;
}

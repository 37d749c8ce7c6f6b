import { unreachable } from '../assert.ts';
import type { Correction, LedgerRecord } from '../ledger/record.ts';
import type { State } from '../state.ts';
import { noteHeard } from './held.ts';
import type { Output } from './output.ts';

/**
 * What a pass found missing in the ledger, written at the ledger's own pace: half its queue at
 * once, then as many as come back. A ledger that refuses ends it, and the next pass finds what is
 * still missing; what the venue told meanwhile is not written twice.
 */
export function putRight(state: State, corrections: readonly Correction[], output: Output): void {
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
  const { correcting } = reconciliation;
  if (correcting.length === 0) return false;
  let heard = 0;
  for (const record of records) {
    const index = correcting.findIndex((each) => isSame(each, record));
    if (index < 0) continue;
    correcting.splice(index, 1);
    heard += 1;
  }
  if (heard === 0) return false;
  write(state, heard, output);
  return correcting.length === 0;
}

/**
 * Whether that record is this correction come back, and not one that was made beside the pass: the
 * feed may have told the end of the same order.
 */
function isSame(asked: Correction, heard: LedgerRecord): boolean {
  switch (asked.type) {
    case 'fillRecorded':
      return heard.type === asked.type && heard.tradeId === asked.tradeId;
    case 'settlementRecorded':
      return heard.type === asked.type && heard.settlementId === asked.settlementId;
    case 'orderAcked':
    case 'orderClosed':
      return (
        heard.type === asked.type && heard.label === asked.label && heard.source === asked.source
      );
    case 'anomalyRecorded':
      return heard.type === asked.type && heard.label === asked.label && heard.at === asked.at;
    default:
      return unreachable(asked);
  }
}

/** The ledger takes no more now. */
export function abandonCorrections({ observations }: State): void {
  const { pendingTrades, reconciliation } = observations;
  for (const record of reconciliation.corrections) {
    if (record.type === 'fillRecorded') pendingTrades.delete(record.tradeId);
    if (record.type === 'settlementRecorded') pendingTrades.delete(record.settlementId);
  }
  reconciliation.corrections = [];
  reconciliation.correcting = [];
}

/** Being put right: a snapshot asked for now would find the same again. */
export function isBeingPutRight({ observations }: State): boolean {
  return observations.reconciliation.corrections.length > 0;
}

/** The next `count` that are still missing. */
function write(state: State, count: number, output: Output): void {
  const { observations } = state;
  const { reconciliation } = observations;
  const batch: Correction[] = [];
  while (batch.length < count) {
    const record = reconciliation.corrections.shift();
    if (record === undefined) break;
    if (!isStillMissing(state, record)) continue;
    if (record.type === 'orderClosed') observations.unresolved.delete(record.label);
    batch.push(record);
  }
  if (batch.length === 0) return;
  reconciliation.correcting.push(...batch);
  output.append(...batch);
}

/** The feed may have told of an order while its correction waited. */
function isStillMissing({ facts }: State, record: Correction): boolean {
  if (record.type === 'orderClosed') return facts.working.has(record.label);
  if (record.type !== 'orderAcked') return true;
  const order = facts.orders.get(record.label);
  return order !== undefined && order.ackAt === null;
}

import type { LedgerRecord } from '@holdfast/core/ledger';
import {
  type Damage,
  type LedgerHead,
  scanLedger,
  type SegmentSource,
  type TornTail,
} from './scan.ts';

/** A start at most holds the loop for this many records at a time. */
const RECORDS_PER_TURN = 16_384;

export interface Recovered {
  readonly head: LedgerHead;
  readonly records: number;
  /** Highest epoch any run of this ledger had; 0 for none. */
  readonly epoch: number;
  readonly damage: Damage | null;
  readonly tornTail: TornTail | null;
}

/**
 * Reads a ledger from its first record to its end and hands over each one, in order. Changes
 * nothing.
 */
export async function recover(
  source: SegmentSource,
  onRecord: (record: LedgerRecord) => void,
): Promise<Recovered> {
  const records = scanLedger(source);
  let epoch = 0;
  for (let count = 1; ; count += 1) {
    const step = records.next();
    if (step.done === true) {
      const { head, damage, tornTail } = step.value;
      return { head, records: step.value.records, epoch, damage, tornTail };
    }
    const { record } = step.value;
    if (record.type === 'sessionStarted') epoch = Math.max(epoch, record.epoch);
    onRecord(record);
    if (count % RECORDS_PER_TURN === 0) await new Promise((resolve) => setImmediate(resolve));
  }
}

import { encodeRecord, type LedgerRecord } from '@holdfast/core/ledger';
import {
  type ScanEnd,
  scanLedger,
  type ScannedRecord,
  type SegmentSource,
} from '../ledger/scan.ts';
import { BODY_BYTES_MAX, chainText, GENESIS } from '../ledger/segment.ts';

/**
 * A record as its ledger spells it. The scan is strict, so that these are the bytes on the disk.
 */
export interface SpelledRecord {
  readonly sequence: number;
  readonly record: LedgerRecord;
  readonly bytes: Buffer;
}

const scratch = Buffer.alloc(BODY_BYTES_MAX);

/** @returns null for a record that has no canonical form, and so is in no ledger. */
export function spell(record: LedgerRecord): Buffer | null {
  const end = encodeRecord(record, scratch, 0);
  return end < 0 ? null : Buffer.from(scratch.subarray(0, end));
}

/** One pass over a ledger, record by record, checking every byte and every link on the way. */
export class LedgerWalk {
  readonly #scan: Generator<ScannedRecord, ScanEnd>;
  #ahead: ScannedRecord | null = null;
  #ended: ScanEnd | null = null;

  constructor(source: SegmentSource) {
    this.#scan = scanLedger(source, true);
  }

  /** How the ledger ended; null before its end is reached. */
  get ended(): ScanEnd | null {
    return this.#ended;
  }

  /**
   * Hands over the first `records`.
   * @returns the hash of the last of them, as hex; null when there are not so many.
   */
  fold(records: number, onRecord: (record: LedgerRecord) => void): string | null {
    let hash = chainText(GENESIS);
    for (let count = 0; count < records; count += 1) {
      const next = this.#take();
      if (next === null) return null;
      onRecord(next.record);
      hash = chainText(next.hash);
    }
    return hash;
  }

  /** The next record and on; null at the end. */
  next(): SpelledRecord | null {
    const found = this.#take();
    if (found === null) return null;
    const { sequence, record } = found;
    const bytes = spell(record);
    return bytes === null ? null : { sequence, record, bytes };
  }

  /** The next record, which stays the next. */
  peek(): LedgerRecord | null {
    this.#ahead ??= this.#take();
    return this.#ahead?.record ?? null;
  }

  #take(): ScannedRecord | null {
    const ahead = this.#ahead;
    this.#ahead = null;
    if (ahead !== null || this.#ended !== null) return ahead;
    const step = this.#scan.next();
    if (step.done !== true) return step.value;
    this.#ended = step.value;
    return null;
  }
}

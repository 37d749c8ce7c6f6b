import type { Effect, Event } from '@holdfast/core';
import type { LedgerRecord } from '@holdfast/core/ledger';
import { firstMismatch, type Mismatch } from './canonical.ts';
import { type LedgerWalk, spell, type SpelledRecord } from './ledger-walk.ts';

/** What the records say against the run. */
export type RecordFinding =
  /** The ledger holds another record than the core asks for now. */
  | { readonly kind: 'different'; readonly sequence: number; readonly mismatch: Mismatch }
  /** The ledger ends, or is damaged, before a record that was heard to be durable. */
  | { readonly kind: 'missing'; readonly sequence: number }
  /** From here on it holds records that nothing on the tape asked for. */
  | { readonly kind: 'unasked'; readonly sequence: number };

interface Asked {
  readonly record: LedgerRecord;
  readonly bytes: Buffer | null;
  /** Its write failed: it may be on the disk, and it may be that nothing of it is. */
  readonly isDoubtful: boolean;
}

type Recorded = Extract<Event, { kind: 'recorded' }>;
type AppendRefused = Extract<Event, { kind: 'appendRefused' }>;

/**
 * Follows every record from the `append` of the replay to its bytes in the ledger. Batches become
 * durable in the order in which they were asked for; what was refused is not there.
 */
export class RecordTrail {
  readonly #walk: LedgerWalk;
  readonly #epoch: number;
  /** Asked for and neither heard back nor refused, oldest first. */
  #asked: Asked[] = [];
  #compared = 0;

  constructor(walk: LedgerWalk, epoch: number) {
    this.#walk = walk;
    this.#epoch = epoch;
  }

  /** Records whose bytes are those of the ledger. */
  get compared(): number {
    return this.#compared;
  }

  ask(effect: Effect): void {
    if (effect.kind !== 'append') return;
    for (const record of effect.records) {
      this.#asked.push({ record, bytes: spell(record), isDoubtful: false });
    }
  }

  hear(event: Event): RecordFinding | null {
    if (event.kind === 'recorded') return this.#settle(event);
    if (event.kind === 'appendRefused') this.#refuse(event);
    return null;
  }

  /**
   * What became durable and was not heard any more: up to the next process, it must have been asked
   * for, in this order.
   */
  finish(): RecordFinding | null {
    let from = 0;
    for (let next = this.#walk.peek(); next !== null; next = this.#walk.peek()) {
      if (next.type === 'sessionStarted' && next.epoch !== this.#epoch) return null;
      const found = this.#walk.next();
      if (found === null) return null;
      const at = this.#asked.findIndex((asked, index) => index >= from && isSame(asked, found));
      if (at < 0) return { kind: 'unasked', sequence: found.sequence };
      from = at + 1;
      this.#compared += 1;
    }
    return null;
  }

  #settle({ records, receipt }: Recorded): RecordFinding | null {
    for (let index = 0; index < records.length; index += 1) {
      const sequence = receipt.firstSequence + index;
      const found = this.#walk.next();
      if (found === null || found.sequence !== sequence) return { kind: 'missing', sequence };
      const asked = this.#takeAsked(found);
      const heard = records[index];
      const isHeard = heard !== undefined && spell(heard)?.equals(found.bytes) === true;
      if (asked === undefined || !isSame(asked, found) || !isHeard) {
        const mismatch =
          firstMismatch(found.record, asked?.record) ?? firstMismatch(found.record, heard);
        const whole = { path: '', expected: found.record, actual: asked?.record };
        return { kind: 'different', sequence, mismatch: mismatch ?? whole };
      }
      this.#compared += 1;
    }
    return null;
  }

  /** The next in order; of those whose write failed, only the one that is there after all. */
  #takeAsked(found: SpelledRecord): Asked | undefined {
    let asked = this.#asked.shift();
    while (asked?.isDoubtful === true && !isSame(asked, found)) asked = this.#asked.shift();
    return asked;
  }

  /** After a write that failed nobody knows what is on the disk: it may still turn up there. */
  #refuse({ records, cause }: AppendRefused): void {
    for (const record of records) {
      const bytes = spell(record);
      const at = this.#asked.findIndex(
        (asked) => asked.bytes !== null && bytes !== null && asked.bytes.equals(bytes),
      );
      const asked = this.#asked[at];
      if (asked === undefined) continue;
      if (cause === 'write_failed') this.#asked[at] = { ...asked, isDoubtful: true };
      else this.#asked.splice(at, 1);
    }
  }
}

function isSame(asked: Asked, found: SpelledRecord): boolean {
  return asked.bytes !== null && asked.bytes.equals(found.bytes);
}

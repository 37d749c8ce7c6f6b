import type { Event } from '@holdfast/core';
import type { LedgerRecord } from '@holdfast/core/ledger';
import type { LedgerFold } from '@holdfast/runtime/ledger';

type Snapshot = Extract<Event, { kind: 'venueSnapshotObserved' }>;

/** Nothing that could trade is smaller: the contract's epsilon (AT-305) at 1e-8. */
const EPSILON_E8 = 100;

/**
 * The checkers' own count of what is held: the sum of the trades and settlements on record, each
 * id once.
 */
export class Holdings {
  readonly #trades = new Set<string>();
  readonly #amounts = new Map<string, number>();

  /** What a new process finds on the disk. */
  begin({ facts }: LedgerFold): void {
    this.#trades.clear();
    this.#amounts.clear();
    for (const id of facts.seenTrades) this.#trades.add(id);
    for (const { instrument, amountE8 } of facts.positions.values()) {
      this.#amounts.set(instrument, amountE8);
    }
  }

  hear(event: Event): void {
    if (event.kind !== 'recorded') return;
    for (const record of event.records) this.#record(record);
  }

  /** Signed, 1e-8; 0 where nothing is held. */
  amountE8(instrument: string): number {
    return this.#amounts.get(instrument) ?? 0;
  }

  /** Every trade and settlement of the snapshot is on record. */
  hasAll({ trades, settlements }: Snapshot): boolean {
    return (
      trades.every(({ tradeId }) => this.#trades.has(tradeId)) &&
      settlements.every(({ settlementId }) => this.#trades.has(settlementId))
    );
  }

  /** Instruments of which somebody else says another amount, in words. */
  differences(
    theirs: Iterable<{ readonly instrument: string; readonly amountE8: number }>,
  ): readonly string[] {
    const left = new Map(this.#amounts);
    const differing: string[] = [];
    for (const { instrument, amountE8 } of theirs) {
      const ours = this.amountE8(instrument);
      left.delete(instrument);
      if (Math.abs(ours - amountE8) > EPSILON_E8) {
        differing.push(`${instrument}: ${ours} on record, ${amountE8} there`);
      }
    }
    for (const [instrument, ours] of left) {
      if (Math.abs(ours) > EPSILON_E8) differing.push(`${instrument}: ${ours} on record, 0 there`);
    }
    return differing;
  }

  #record(record: LedgerRecord): void {
    if (record.type === 'fillRecorded') {
      const { tradeId, instrument, side, amountE8 } = record;
      this.#move(tradeId, instrument, side === 'buy' ? amountE8 : 0 - amountE8);
    } else if (record.type === 'settlementRecorded') {
      this.#move(record.settlementId, record.instrument, 0 - record.amountE8);
    }
  }

  #move(id: string, instrument: string, signedE8: number): void {
    if (this.#trades.has(id)) return;
    this.#trades.add(id);
    this.#amounts.set(instrument, this.amountE8(instrument) + signedE8);
  }
}

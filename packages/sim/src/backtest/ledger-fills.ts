import type { ContainmentPlanned, FillRecorded } from '@holdfast/core/ledger';
import type { LedgerRecord } from '@holdfast/core';
import type { State } from '@holdfast/core/step';
import { scanLedger, type SegmentSource } from '@holdfast/runtime/ledger';
import { type Fill, type FillCause, fillOf, settledFill } from './row-desk.ts';

/** A fill of the ledger, and whose order it was. */
export interface LedgerFill {
  readonly fill: Fill;
  /** What the runtime knows of its cause; null: an order the strategy proposed. */
  readonly cause: FillCause | null;
  /** The strategy's order reduces. */
  readonly reduces: boolean;
}

/**
 * Reads fills out of a ledger as it grows: what counts is what is on record, never what was told on
 * the way. Containment is told from a strategy's own orders by the record that planned it.
 */
export class LedgerFills {
  readonly #source: SegmentSource;
  #known = 0;
  #taken = 0;

  constructor(source: SegmentSource) {
    this.#source = source;
  }

  /** Those that were recorded since the last call, in the order of the ledger. */
  take(state: State | null): readonly LedgerFill[] {
    const { fills, settlements } = state?.facts.totals ?? { fills: 0, settlements: 0 };
    if (fills + settlements === this.#known) return [];
    this.#known = fills + settlements;
    const all = [...fillsIn(recordsOf(this.#source))];
    const fresh = all.slice(this.#taken);
    this.#taken = all.length;
    return fresh;
  }
}

function* recordsOf(source: SegmentSource): Iterable<LedgerRecord> {
  for (const { record } of scanLedger(source)) yield record;
}

/** Every fill of these records in their order, and what the records before say of its cause. */
export function* fillsIn(records: Iterable<LedgerRecord>): Iterable<LedgerFill> {
  const purposes = new Map<string, ContainmentPlanned['purpose']>();
  const reducing = new Set<string>();
  for (const record of records) {
    if (record.type === 'containmentPlanned') purposes.set(record.label, record.purpose);
    if (record.type === 'intentRecorded' && record.terms.reduceOnly)
      reducing.add(record.terms.label);
    const fill = fillIn(record, purposes, reducing);
    if (fill !== null) yield fill;
  }
}

function fillIn(
  record: LedgerRecord,
  purposes: ReadonlyMap<string, ContainmentPlanned['purpose']>,
  reducing: ReadonlySet<string>,
): LedgerFill | null {
  if (record.type === 'settlementRecorded') {
    return { fill: settledFill(record), cause: because('settled'), reduces: true };
  }
  if (record.type !== 'fillRecorded') return null;
  return { fill: fillOf(record), ...ownerOf(record, purposes, reducing) };
}

function ownerOf(
  { label }: FillRecorded,
  purposes: ReadonlyMap<string, ContainmentPlanned['purpose']>,
  reducing: ReadonlySet<string>,
): Omit<LedgerFill, 'fill'> {
  if (label === null) return { cause: because('unexplained_fill'), reduces: false };
  const purpose = purposes.get(label);
  const reduces = reducing.has(label);
  return { cause: purpose === undefined ? null : because(`containment_${purpose}`), reduces };
}

function because(code: string): FillCause {
  return { code, basis: 'this_bar' };
}

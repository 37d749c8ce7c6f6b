declare const waived: unique symbol;

/**
 * The ledger cannot record and exposure is not provably flat: lets one reduce-only order leave
 * unrecorded (D-9).
 */
export interface LedgerWaiver {
  readonly [waived]: 'waiver';
  readonly cause: AppendRefusal;
}

export type AppendRefusal = 'queue_full' | 'deadline_passed' | 'write_failed' | 'closed';

/** @returns null while the ledger records or nothing is exposed: then nobody needs a waiver. */
export function waive(refusal: AppendRefusal | null, exposed: boolean): LedgerWaiver | null {
  if (refusal === null || !exposed) return null;
  return Object.freeze({ cause: refusal }) as LedgerWaiver;
}

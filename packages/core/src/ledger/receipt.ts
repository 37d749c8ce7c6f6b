import type { Label } from '../values/index.ts';

declare const minted: unique symbol;

/**
 * Proof that records are durable. Only a ledger mints one (the `receipt` door; tidy names who may
 * open it), so an order that could add risk cannot leave on somebody's word.
 */
export interface LedgerReceipt {
  readonly [minted]: 'receipt';
  readonly epoch: number;
  readonly firstSequence: number;
  readonly lastSequence: number;
  /** Labels whose `orderSending` marker this commit made durable. One submit each. */
  readonly sending: ReadonlySet<Label>;
}

export function mintReceipt(
  epoch: number,
  firstSequence: number,
  lastSequence: number,
  sending: ReadonlySet<Label>,
): LedgerReceipt {
  return Object.freeze({ epoch, firstSequence, lastSequence, sending }) as LedgerReceipt;
}

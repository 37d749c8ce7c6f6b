/**
 * Programs that must not compile. Each line under an `@ts-expect-error` is a mistake somebody could
 * make; if the types ever let it through, `npm run verify` fails in its types stage. The run-time
 * half only shows that the file is looked at.
 */
import { expect, it } from 'vitest';
import type { Submit } from '../src/effect.ts';
import type { PolicyGate } from '../src/gates/gate.ts';
import { reject } from '../src/gates/reject.ts';
import type { LedgerReceipt } from '../src/ledger/receipt.ts';
import type { LedgerWaiver } from '../src/ledger/waiver.ts';
import { termsFixture } from '../src/order/order.fixture.ts';
import type { RiskOrder } from '../src/order/order.ts';
import type { Price } from '../src/values/index.ts';

declare const waiver: LedgerWaiver;
const order: RiskOrder = { terms: { ...termsFixture(), reduceOnly: false } };

export function wrongPrograms(): readonly unknown[] {
  // @ts-expect-error an order does not leave without a receipt
  const unrecorded: Submit = { kind: 'submit', order };

  const forged = { epoch: 1, firstSequence: 1, lastSequence: 2, sending: new Set<never>() };
  // @ts-expect-error a receipt is minted by a ledger, not written down
  const believed: LedgerReceipt = forged;

  // @ts-expect-error a waiver does not release an order that could add risk
  const waived: Submit = { kind: 'submit', order, waiver };

  // @ts-expect-error a float is no price
  const price: Price = 0.0455;

  // @ts-expect-error a refusal has a listed code
  const unlisted = reject('BecauseISaidSo', {});

  // @ts-expect-error a refusal carries its operands
  const bare = reject('NetEdgeTooLow', {});

  const gate: Pick<PolicyGate, 'kind' | 'appliesTo'> = {
    kind: 'policy',
    // @ts-expect-error a gate about profit cannot name a reduction
    appliesTo: 'close',
  };
  return [unrecorded, believed, waived, price, unlisted, bare, gate];
}

it('wrong programs are refused by the compiler', () => {
  expect(wrongPrograms).toBeTypeOf('function');
});

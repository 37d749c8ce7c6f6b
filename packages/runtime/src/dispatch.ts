/**
 * THE chokepoint: the sole importer of the order client (P1-A). It lets an order out only on a
 * receipt that names its label, once, or on a waiver for an order the venue itself holds to
 * reducing (D-8, D-9).
 */
import { assert, type Cancel, type Submit } from '@holdfast/core';
import type { Label } from '@holdfast/core/values';
import { createOrderClient } from '@holdfast/deribit/order-client';
import { monoMs } from '@holdfast/core/values';
import type { Clock, Post, RpcTransport } from './ports.ts';

export interface Dispatch {
  submit(effect: Submit): void;
  cancel(effect: Cancel): void;
}

type Receipt = Extract<Submit, { receipt: unknown }>['receipt'];

export function createDispatch(transport: RpcTransport, clock: Clock, post: Post): Dispatch {
  const client = createOrderClient(transport, () => monoMs(clock.now()), post);
  // Labels are unique for ever, so remembering them per receipt is enough, and is let go with the
  // receipt.
  const spent = new WeakMap<Receipt, Set<Label>>();

  function spend(receipt: Receipt, label: Label): void {
    assert(receipt.sending.has(label), 'D-8: the receipt is not for this order');
    const used = spent.get(receipt) ?? new Set<Label>();
    assert(!used.has(label), 'D-8: a receipt sends an order once');
    used.add(label);
    spent.set(receipt, used);
  }

  return {
    submit(effect) {
      const { terms } = effect.order;
      if ('receipt' in effect) spend(effect.receipt, terms.label);
      else assert(terms.reduceOnly, 'D-9: a waiver releases reduce-only orders alone');
      client.place(terms);
    },
    cancel(effect) {
      client.cancel(effect);
    },
  };
}

import { DEFAULT_PARAMETERS } from '../policy-document.ts';
import type { Order } from '../order/order.ts';
import type { State } from '../state.ts';
import { monoMs } from '../values/index.ts';
import { askToCancel, isCancelMoot, mayRest } from './cancel.ts';
import type { Output } from './output.ts';

/** Whatever the feeds say (contract-1 section 46), and at once when the session changes. */
const SWEEP_INTERVAL_MS = 10_000;
/** A cancel that failed, or one more than a batch holds, does not wait for the next sweep. */
const SWEEP_AGAIN_MS = 1_000;

/**
 * Orders that have rested longer than `stale_order_sec` are cancelled, but for what only reduces:
 * that rests as long as it likes. The contract would let a healthy system put a new order in the
 * place of the old one (`ReplaceIOC`); this build never does, and says so with every cancel. What
 * the venue holds and no intent of ours explains, and what we hold and the venue does not, is the
 * business of reconciliation.
 */
export function sweepStaleOrders(state: State, output: Output): void {
  const { facts, observations } = state;
  const { canceling, now, policy, polls } = observations;
  if (now < polls.sweepAt) return;
  polls.sweepAt = monoMs(now + SWEEP_INTERVAL_MS);
  const { cancelOpenBatchMax, staleOrderSec } = policy?.parameters ?? DEFAULT_PARAMETERS;
  let left = cancelOpenBatchMax;
  for (const label of facts.working) {
    const order = facts.orders.get(label);
    if (order === undefined || order.terms.reduceOnly || !mayRest(state, order)) continue;
    const ageMs = now - (order.sentAt ?? order.createdAt);
    if (ageMs <= staleOrderSec * 1_000) continue;
    polls.sweepAt = monoMs(now + SWEEP_AGAIN_MS);
    if (isCancelMoot(state, label, order.terms.instrument) || left === 0) continue;
    if (!canceling.has(label)) reportSwept(order, ageMs, output);
    askToCancel(state, order, output);
    left -= 1;
  }
}

function reportSwept({ terms }: Order, ageMs: number, output: Output): void {
  const { label, instrument } = terms;
  output.report({ kind: 'staleOrderCanceled', label, instrument, ageMs, replacement: 'not_built' });
}

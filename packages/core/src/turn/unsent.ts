import { admit } from '../gates/gates.ts';
import { createCandidate } from '../gates/candidate.ts';
import type { Candidate } from '../gates/gate.ts';
import type { IntentProposal } from '../intent/intent.ts';
import { underlyingOf } from '../instrument/name.ts';
import type { Order } from '../order/order.ts';
import type { State, UnsentIntent } from '../state.ts';
import { E8, wallMs } from '../values/index.ts';
import { gateContext } from './context.ts';
import type { Output } from './output.ts';

/**
 * Recovered intents that provably never left (AT-935): each goes out exactly once if every gate
 * still passes while it is worth something, otherwise it is abandoned on record. Never before a
 * clean reconciliation.
 */
export function retryUnsent(state: State, output: Output): void {
  const { reconciliation } = state.observations;
  if (reconciliation.unsent.length === 0 || reconciliation.clearing !== null) return;
  reconciliation.unsent = reconciliation.unsent.filter((unsent) => isKept(state, unsent, output));
}

function isKept(state: State, unsent: UnsentIntent, output: Output): boolean {
  const { facts, observations } = state;
  const { label } = unsent;
  const order = facts.orders.get(label);
  if (order === undefined || order.sendingRecorded || !facts.working.has(label)) return false;
  const at = wallMs(observations.now);
  if (passesAgain(state, order)) {
    observations.readmitted.set(label, observations.now);
    observations.rate.note(observations.now);
    observations.requests.spend();
    output.append({ type: 'orderSending', at, label });
    return false;
  }
  if (observations.now < unsent.expiresAt) return true;
  const cause = 'gates_refused_after_restart';
  output.append({ type: 'orderAbandoned', at, label, cause });
  output.report({ kind: 'orderAbandoned', label, cause });
  return false;
}

/**
 * The recorded terms, judged as if proposed now. Its own edge and fair value are those of the
 * record; its own reservation, made at recovery, is taken out while it is judged, so that it does
 * not count against itself.
 */
function passesAgain(state: State, order: Order): boolean {
  const { reservations } = state.observations;
  const { label } = order.terms;
  reservations.release(label);
  const candidate = candidateOf(order);
  const admission = admit(gateContext(state), candidate);
  reserveAgain(state, order);
  return (
    admission.pass &&
    candidate.label === label &&
    candidate.amountE8 === order.terms.amountE8 &&
    candidate.limitPriceE8 === order.terms.limitPriceE8
  );
}

function candidateOf(order: Order): Candidate {
  const { terms } = order;
  const edge = order.decision;
  const proposal: IntentProposal = {
    action: terms.intentClass === 'OPEN' ? 'Place' : 'Close',
    reduceOnly: terms.reduceOnly,
    target: null,
    legs: [
      {
        instrument: terms.instrument,
        side: terms.side,
        quantity: terms.amountE8 / E8,
        contracts: null,
        limitPrice: terms.limitPriceE8 / E8,
        fairPrice: edge.fairPriceE8 === null ? null : edge.fairPriceE8 / E8,
        grossEdgeUsd: edge.grossEdge === null ? null : edge.grossEdge / 1_000_000,
        delta: null,
        orderType: 'limit',
        timeInForce: terms.timeInForce,
        postOnly: terms.postOnly,
        trigger: null,
        triggerPrice: null,
        linkedOrderType: null,
      },
    ],
  };
  const { groupId, strategyId, intentClass } = terms;
  return createCandidate({ groupId, strategyId, proposal, intentClass }, 0);
}

/** What the ledger says was reserved for it; used at recovery and after a second look. */
export function reserveAgain(state: State, order: Order): void {
  const { listings, reservations } = state.observations;
  if (order.terms.intentClass !== 'OPEN') return;
  const { instrument, label } = order.terms;
  const underlying = listings.get(instrument)?.instrument.underlying ?? underlyingOf(instrument);
  reservations.reserve(label, underlying, order.deltaE8, order.notional, order.terms);
  reservations.fill(label, 1 - order.filledE8 / order.terms.amountE8);
}

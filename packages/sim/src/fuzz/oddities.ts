import type { IntentProposal, LegProposal, Quote } from '@holdfast/core/strategy';
import { instrumentName, label } from '@holdfast/core/values';
import { STRANGER } from '../faults/venue.ts';
import type { Prng } from '../prng.ts';

type Odd = (leg: LegProposal, quote: Quote) => Partial<IntentProposal>;

const NOBODYS = label('s4:aaaaaaaa:aaaaaaaaaaaa:0:0000000000000000');

const only = (leg: LegProposal): Partial<IntentProposal> => ({ legs: [leg] });

/**
 * Each by itself understandable, and nothing this build does: what a strategy for another one, or
 * one with a mistake in it, might ask for. Most of all, one refusal each.
 */
const ODDITIES: readonly Odd[] = [
  () => ({ target: NOBODYS }),
  () => ({ action: 'Cancel', legs: [], target: NOBODYS }),
  () => ({ action: 'Cancel', legs: [], target: null }),
  (leg) => ({ legs: [leg, { ...leg, side: 'sell' }] }),
  (leg) => only({ ...leg, instrument: instrumentName(STRANGER.instrument_name) }),
  (leg) => only({ ...leg, instrument: instrumentName('BTC-1JAN30-1-P') }),
  (leg) => only({ ...leg, contracts: leg.quantity }),
  (leg) => only({ ...leg, orderType: 'market' }),
  (leg) => only({ ...leg, orderType: 'stop_limit', trigger: 'mark_price', triggerPrice: 1 }),
  (leg) => only({ ...leg, linkedOrderType: 'one_cancels_other' }),
  (leg) => only({ ...leg, timeInForce: 'good_til_cancelled' }),
  (leg) => only({ ...leg, timeInForce: 'good_til_cancelled', postOnly: true }),
  (leg, { bid }) =>
    only({ ...leg, timeInForce: 'good_til_cancelled', postOnly: true, limitPrice: bid }),
  (leg) => only({ ...leg, quantity: leg.quantity / 1_000 }),
  (leg) => only({ ...leg, quantity: leg.quantity * 50 }),
  (leg) => only({ ...leg, grossEdgeUsd: null }),
  (leg) => only({ ...leg, fairPrice: null }),
  (leg) => only({ ...leg, delta: null }),
  (leg) => only({ ...leg, delta: 7 }),
  (leg) => ({ action: 'Hedge', reduceOnly: true, legs: [leg] }),
  (leg) => ({ action: 'Close', reduceOnly: false, legs: [leg] }),
  (leg) => only({ ...leg, side: 'sell' }),
];

/** One of them, made of a purchase that would have made sense. */
export function oddity(random: Prng, sensible: IntentProposal, quote: Quote): IntentProposal {
  const [leg] = sensible.legs;
  if (leg === undefined) return sensible;
  const odd = ODDITIES[random.int(0, ODDITIES.length - 1)];
  return { ...sensible, ...odd?.(leg, quote) };
}

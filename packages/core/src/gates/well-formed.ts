import type { LegProposal } from '../intent/intent.ts';
import { note, plain } from './answers.ts';
import type { Candidate, GateContext, SafetyGate } from './gate.ts';
import { type Reject, reject } from './reject.ts';
import { EVERY_CLASS } from './scope.ts';

/**
 * The numbers and words a strategy handed us, before anything is computed from them (phases section
 * 2.2: NaN, Infinity, zero and negatives count as missing). What only an OPEN needs is left to the
 * gate that needs it.
 */
export const wellFormed: SafetyGate = {
  name: 'well-formed',
  measures: [plain('quantity'), plain('limitPrice'), plain('fairPrice')],
  kind: 'safety',
  appliesTo: EVERY_CLASS,
  check: (_context: GateContext, candidate: Candidate): Reject | null => {
    const { quantity, limitPrice, fairPrice } = candidate.leg;
    note(candidate, quantity);
    note(candidate, limitPrice ?? Number.NaN);
    note(candidate, fairPrice ?? Number.NaN);
    const field = malformedField(candidate.leg, candidate.intentClass === 'OPEN');
    return field === null ? null : reject('InvalidInput', { field });
  },
};

function malformedField(leg: LegProposal, opens: boolean): string | null {
  if (leg.side !== 'buy' && leg.side !== 'sell') return 'side';
  if (!isPositive(leg.quantity)) return 'quantity';
  if (leg.contracts !== null && !isPositive(leg.contracts)) return 'contracts';
  if (leg.limitPrice !== null && !isPositive(leg.limitPrice)) return 'limitPrice';
  if (leg.timeInForce !== 'immediate_or_cancel' && leg.timeInForce !== 'good_til_cancelled') {
    return 'timeInForce';
  }
  // A reduction is never refused for a greek: the worst case stands in.
  if (opens && leg.delta !== null && !(Math.abs(leg.delta) <= 1)) return 'delta';
  return null;
}

function isPositive(value: number): boolean {
  return Number.isFinite(value) && value > 0;
}

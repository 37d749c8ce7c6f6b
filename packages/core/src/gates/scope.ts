import { assert } from '../assert.ts';
import type { Instrument } from '../instrument/instrument.ts';
import type { Parameters, Policy } from '../policy.ts';
import { DEFAULT_PARAMETERS } from '../policy-defaults.ts';
import { E8, type MicroUsd } from '../values/index.ts';
import type { Candidate, GateContext, Listing, SafetyGate } from './gate.ts';

/**
 * Gates that ask for more than a reduction has to answer: capital supremacy keeps CLOSE and HEDGE
 * out of them.
 */
export const OPEN_ONLY: SafetyGate['appliesTo'] = Object.freeze(['OPEN'] as const);

/**
 * Gates that no placement can do without: an order that cannot be built or priced cannot reduce
 * either.
 */
export const EVERY_CLASS: SafetyGate['appliesTo'] = Object.freeze([
  'OPEN',
  'CLOSE',
  'HEDGE',
] as const);

/** The active policy, behind the gate `configured`. */
export function policyOf(context: GateContext): Policy {
  assert(context.policy !== null, 'gate order: `configured` comes first');
  return context.policy;
}

/**
 * What a reduction is judged by as well: a missing policy leaves it the defaults of Appendix A
 * (section 3).
 */
export function parametersOf(context: Pick<GateContext, 'policy'>): Parameters {
  return context.policy?.parameters ?? DEFAULT_PARAMETERS;
}

/** The instrument this candidate is judged on, behind the gate `listed`. */
export function listingOf(candidate: Candidate): Listing {
  assert(candidate.listing !== null, 'gate order: `listed` comes first');
  return candidate.listing;
}

export function instrumentOf(candidate: Candidate): Instrument {
  return listingOf(candidate).instrument;
}

/** USD with decimals, for reject operands. */
export function toUsd(money: MicroUsd | number): number {
  return money / 1_000_000;
}

/** Amount, price or coin with decimals, for reject operands. */
export function toDecimal(e8: number): number {
  return e8 / E8;
}

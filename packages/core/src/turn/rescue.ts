import { attemptGroupId } from '../containment/identity.ts';
import { bestPrice, throughTouch } from '../containment/price.ts';
import type { Run } from '../containment/run.ts';
import { createCandidate } from '../gates/candidate.ts';
import type { Candidate } from '../gates/gate.ts';
import { type Reject, reject } from '../gates/reject.ts';
import { admitRescue } from '../gates/rescue-gates.ts';
import type { Instrument } from '../instrument/instrument.ts';
import type { LegProposal } from '../intent/intent.ts';
import { limitLeg } from '../intent/limit-leg.ts';
import type { Group } from '../order/group.ts';
import type { Order } from '../order/order.ts';
import type { State } from '../state.ts';
import { E8, mulDivDown, type PriceE8 } from '../values/index.ts';
import { attemptOf } from './containment-order.ts';
import { gateContext } from './context.ts';

/** Rescue orders a group may have in its life (contract-1 section 24.1). */
export const RESCUES_MAX = 2;

export type PlannedRescue =
  | { readonly ok: true; readonly candidate: Candidate; readonly source: 'l2' | 'l1' }
  | { readonly ok: false; readonly reject: Reject };

/**
 * An immediate-or-cancel limit for what is missing of a leg, some ticks through the touch, if the
 * gates let it. Its edge is what the recorded fair value leaves at the touch of now, and never more
 * than its share of what was decided: a market that ran away is no reason to run after it.
 */
export function planRescue(
  state: State,
  run: Run,
  group: Group,
  legIndex: 0 | 1,
  missingE8: number,
): PlannedRescue {
  const { listings, now, policy } = state.observations;
  const leg = group.legs[legIndex];
  const order = state.facts.orders.get(leg.label);
  const listing = listings.get(leg.instrument);
  if (policy === null) return refused(reject('CriticalConfigMissing', { key: 'policy' }));
  if (order === undefined || listing === undefined) {
    const operands = { instrument: leg.instrument, field: 'instrument' };
    return refused(reject('InstrumentMetadataMissing', operands));
  }
  const { l2BookSnapshotMaxAgeMs, rescueCrossSpreadTicks } = policy.parameters;
  const { instrument } = listing;
  const best = bestPrice(listing, leg.side, now, l2BookSnapshotMaxAgeMs);
  const limit =
    best === null ? null : throughTouch(instrument, leg.side, best.priceE8, rescueCrossSpreadTicks);
  if (best === null || limit === null) {
    return refused(reject('EmergencyCloseNoPrice', { instrument: leg.instrument }));
  }
  const gates = gateContext(state);
  const indexE8 = gates.indexPriceE8(instrument.underlying);
  const gross = grossLeft(order, missingE8, best.priceE8, instrument, indexE8);
  const proposed = proposalOf(order, missingE8, limit, gross);
  const source = {
    groupId: attemptGroupId(attemptOf(state, run, 'rescue', legIndex)),
    strategyId: group.strategyId,
    proposal: { action: 'Place', reduceOnly: false, target: null, legs: legsOf(group, proposed) },
    intentClass: 'OPEN',
  } as const;
  const candidate = createCandidate(source, legIndex);
  const refusal = admitRescue(gates, candidate, limit);
  return refusal === null ? { ok: true, candidate, source: best.source } : refused(refusal);
}

/** The missing leg in its place: what is counted by structure counts it as the pair it is of. */
function legsOf({ legs }: Group, missing: LegProposal): readonly LegProposal[] {
  return legs.map(({ instrument, side }) =>
    instrument === missing.instrument ? missing : { ...missing, instrument, side },
  );
}

function refused(refusal: Reject): PlannedRescue {
  return { ok: false, reject: refusal };
}

function proposalOf(
  { terms, decision, deltaE8 }: Order,
  missingE8: number,
  limitE8: PriceE8,
  grossMicroUsd: number,
): LegProposal {
  const { instrument, side } = terms;
  return limitLeg(instrument, side, missingE8 / E8, limitE8 / E8, {
    fairPrice: decision.fairPriceE8 === null ? null : decision.fairPriceE8 / E8,
    grossEdgeUsd: Number.isNaN(grossMicroUsd) ? null : grossMicroUsd / 1_000_000,
    // As much of a delta as the leg had reserved; of what is no option it is not asked.
    delta: Math.min(1, Math.abs(deltaE8) / terms.amountE8),
  });
}

/** Micro-USD, rounded down; NaN where anything it is made of is missing. */
function grossLeft(
  { terms, decision }: Order,
  missingE8: number,
  touchE8: PriceE8,
  instrument: Instrument,
  indexE8: PriceE8 | null,
): number {
  const { fairPriceE8: fair, grossEdge } = decision;
  if (fair === null || grossEdge === null) return Number.NaN;
  const share = mulDivDown(Math.max(0, grossEdge), missingE8, terms.amountE8);
  const perUnit = terms.side === 'buy' ? fair - touchE8 : touchE8 - fair;
  if (perUnit <= 0) return 0;
  return Math.min(share, worthOf(perUnit, missingE8, instrument, indexE8 ?? Number.NaN));
}

function worthOf(
  perUnitE8: number,
  amountE8: number,
  instrument: Instrument,
  indexE8: number,
): number {
  // An amount in USD moves by the share its price moves.
  if (instrument.amountUnit === 'usd') return mulDivDown(amountE8, perUnitE8, indexE8 * 100);
  const quoteE8 = mulDivDown(perUnitE8, amountE8, E8);
  if (instrument.quote === 'usd') return Math.floor(quoteE8 / 100);
  return mulDivDown(quoteE8, indexE8, E8 * 100);
}

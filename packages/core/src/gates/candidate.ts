import type { IntentClass, IntentProposal, LegProposal } from '../intent/intent.ts';
import { limitLeg } from '../intent/limit-leg.ts';
import {
  amountE8,
  coinE8,
  type GroupId,
  instrumentName,
  microUsd,
  price,
  priceE8,
  quantity,
  scaleDown,
  type StrategyId,
} from '../values/index.ts';
import { blankNotes } from './answers.ts';
import type { Candidate } from './gate.ts';

/**
 * What a candidate is made from: a proposal with the identity the shell gave it, already
 * classified.
 */
export interface CandidateSource {
  readonly groupId: GroupId;
  readonly strategyId: StrategyId;
  readonly proposal: IntentProposal;
  readonly intentClass: Exclude<IntentClass, 'CANCEL'>;
}

/** Stands for the leg a proposal does not have; the gate `classified` refuses it. */
const NO_LEG: LegProposal = Object.freeze(
  limitLeg(instrumentName(''), 'buy', Number.NaN, null, { orderType: '' }),
);

/**
 * One leg at the start of its way through the gates. Total: whatever the proposal lacks or has
 * wrong is left for a gate to refuse. What no gate has found yet is NaN, which passes no
 * comparison. Money is micro-USD; the gross edge is rounded down, against us.
 */
export function createCandidate(source: CandidateSource, legIndex: 0 | 1): Candidate {
  const leg = source.proposal.legs[legIndex] ?? NO_LEG;
  const gross = leg.grossEdgeUsd === null ? Number.NaN : scaleDown(leg.grossEdgeUsd, 1_000_000);
  return {
    intentId: `${source.groupId}:${legIndex}`,
    groupId: source.groupId,
    legIndex,
    strategyId: source.strategyId,
    proposal: source.proposal,
    leg,
    intentClass: source.intentClass,
    listing: null,
    quantity: quantity(Number.NaN),
    amountE8: amountE8(Number.NaN),
    notional: microUsd(Number.NaN),
    bookAgeMs: Number.NaN,
    slippageBps: Number.NaN,
    expectedSlippage: microUsd(Number.NaN),
    fee: microUsd(Number.NaN),
    grossEdge: Number.isNaN(gross) ? null : microUsd(gross),
    minEdge: null,
    provisional: false,
    skewTicks: 0,
    deltaE8: coinE8(Number.NaN),
    limitPrice: price(Number.NaN),
    limitPriceE8: priceE8(Number.NaN),
    hash: null,
    label: null,
    found: blankNotes(),
    noted: 0,
  };
}

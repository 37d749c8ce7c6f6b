import { bestPrice, throughTouch } from '../containment/price.ts';
import {
  hedgeDeltaE8,
  planHedge,
  type PlannedHedge,
  shrinksNetDelta,
} from '../containment/hedge.ts';
import type { Run } from '../containment/run.ts';
import { type Reject, reject } from '../gates/reject.ts';
import { hedgeNameOf } from '../instrument/hedge-name.ts';
import type { Instrument } from '../instrument/instrument.ts';
import type { ObservedListing, State } from '../state.ts';
import { type CoinE8, type Currency, instrumentName } from '../values/index.ts';
import { askForOrder } from './containment-order.ts';
import { openingHedgeRefusal } from './hedge-permission.ts';
import { hedgeListing, hedgedE8, type Naked, openDeltas, parametersOf } from './naked.ts';
import type { Output } from './output.ts';

/**
 * The fallback after closes that were not enough (contract-1 section 24.2). First reduce-only, as
 * the contract has it; the venue takes it only against a position, and its refusal is an outcome.
 * Then, where the policy allows it, one that may open, and only to make |net delta| smaller (D-15).
 * At most one of each in a round. @returns whether one was asked for.
 */
export function askForHedge(
  state: State,
  run: Run,
  naked: readonly Naked[],
  output: Output,
): boolean {
  if (run.hedge === 'untried') {
    run.hedge = 'reduce_only';
    if (hedgeAll(state, run, naked, true, output)) return true;
  }
  if (run.hedge !== 'reduce_only') return false;
  const refusal = openingHedgeRefusal(state);
  if (refusal === null) {
    run.hedge = 'opening';
    return hedgeAll(state, run, naked, false, output);
  }
  // What the reduce-only one left open stays open: somebody has to know why.
  for (const { underlying } of openHedges(state, run, naked)) {
    refuse(run, hedgeNameOf(underlying), refusal, output);
  }
  return false;
}

function hedgeAll(
  state: State,
  run: Run,
  naked: readonly Naked[],
  reduceOnly: boolean,
  output: Output,
): boolean {
  let asked = false;
  for (const hedge of openHedges(state, run, naked)) {
    if (hedgeOne(state, run, { ...hedge, reduceOnly }, output)) asked = true;
  }
  return asked;
}

interface OpenHedge {
  readonly underlying: Currency;
  readonly delta: number;
  readonly listing: ObservedListing | null;
  readonly legIndex: 0 | 1;
}

interface Hedge extends OpenHedge {
  readonly reduceOnly: boolean;
}

/** One for each coin of the incident; the future itself is closed, not hedged with itself. */
function openHedges(state: State, run: Run, naked: readonly Naked[]): readonly OpenHedge[] {
  const deltas = [...openDeltas(state, run, naked)].slice(0, 2);
  const hedges = deltas.map(([underlying, delta], index): OpenHedge => {
    const legIndex = index === 0 ? 0 : 1;
    return { underlying, delta, listing: hedgeListing(state, underlying), legIndex };
  });
  const closed = new Set(naked.map(({ instrument }) => instrument));
  return hedges.filter(({ listing }) => listing === null || !closed.has(listing.instrument.name));
}

function hedgeOne(state: State, run: Run, hedge: Hedge, output: Output): boolean {
  const { delta, listing, legIndex, reduceOnly, underlying } = hedge;
  if (listing === null) {
    const name = hedgeNameOf(underlying);
    refuse(run, name, reject('InstrumentMetadataMissing', missing(name)), output);
    return false;
  }
  const { instrument } = listing;
  const plan = planHedge(instrument, delta);
  if (plan === null) return false;
  if (!reduceOnly && !shrinks(state, instrument, plan)) return false;
  const { closeBufferTicks, l2BookSnapshotMaxAgeMs } = parametersOf(state);
  const best = bestPrice(listing, plan.side, state.observations.now, l2BookSnapshotMaxAgeMs);
  const limit =
    best === null ? null : throughTouch(instrument, plan.side, best.priceE8, closeBufferTicks);
  if (best === null || limit === null) {
    const { name } = instrument;
    refuse(run, name, reject('EmergencyCloseNoPrice', { instrument: name }), output);
    return false;
  }
  const priced = { ...plan, limitPriceE8: limit, source: best.source };
  const deltaE8: CoinE8 = hedgeDeltaE8(plan);
  const what = { instrument, legIndex, reduceOnly, deltaE8, purpose: 'hedge' } as const;
  if (!askForOrder(state, run, { ...priced, ...what }, output)) return false;
  run.hedgeUsed = true;
  return true;
}

/** Whatever is on its way fills or does not: it has to be true of both ends. */
function shrinks({ observations }: State, { underlying }: Instrument, plan: PlannedHedge): boolean {
  const { exposure } = observations;
  const current = exposure.currentDeltaE8(underlying);
  const low = current + exposure.pendingShortDeltaE8(underlying);
  const high = current + exposure.pendingLongDeltaE8(underlying);
  return shrinksNetDelta(low, high, hedgeDeltaE8(plan));
}

const missing = (name: string): { instrument: string; field: string } => ({
  instrument: name,
  field: 'instrument',
});

/** Each reason once an incident. */
function refuse(run: Run, name: string, refusal: Reject, output: Output): void {
  if (run.saidNoHedge.has(refusal.code)) return;
  run.saidNoHedge.add(refusal.code);
  output.report({
    kind: 'containmentRefused',
    groupId: run.parent,
    purpose: 'hedge',
    instrument: instrumentName(name),
    reject: refusal,
  });
}

/** A hedge has traded, and what it leaves is less than the future's least amount. */
export function isHedged(state: State, run: Run, naked: readonly Naked[]): boolean {
  if (hedgedE8(state, run) === 0) return false;
  return [...openDeltas(state, run, naked)].every(([underlying, delta]) => {
    const listing = hedgeListing(state, underlying);
    return listing !== null && planHedge(listing.instrument, delta) === null;
  });
}

import { assessLegs, type Assessment, type LegView } from '../containment/assess.ts';
import { isDust } from '../containment/close.ts';
import { isHedge } from '../containment/hedge.ts';
import type { Run } from '../containment/run.ts';
import type { Instrument } from '../instrument/instrument.ts';
import { notionalOf } from '../instrument/sizing.ts';
import type { Side } from '../intent/intent.ts';
import type { Group } from '../order/group.ts';
import { DEFAULT_PARAMETERS } from '../policy-document.ts';
import { deltaPerUnit } from '../position/exposure.ts';
import type { ObservedListing, State } from '../state.ts';
import {
  amountE8,
  type CoinE8,
  coinE8,
  E8,
  type InstrumentName,
  type MicroUsd,
  microUsd,
  mulDivUp,
} from '../values/index.ts';
import { closedOfE8, coveredE8, hasEnded, heldE8, roleOf } from './held.ts';
import { lastIndexE8 } from './last-index.ts';

/**
 * How long a leg may be silent while the other one has traded. Reconciliation judges it after five
 * seconds and asks again every second (D-14); what it has not settled by then is not left naked.
 */
const LEG_SILENCE_MS = 8_000;

const INDEXES = [0, 1] as const;

/** What of an incident is still open in one instrument, and can be reduced. */
export interface Naked {
  readonly legIndex: 0 | 1;
  readonly instrument: InstrumentName;
  /** The side of the order that reduces it. */
  readonly side: Side;
  /** Absolute. */
  readonly heldE8: number;
  /** Of `heldE8`, what no working reduce-only order of ours may close already. */
  readonly openE8: number;
}

/** One leg with all that is known of it: on record, heard, and closed on a waiver. */
export interface LegStanding extends LegView {
  readonly closedE8: number;
  /** Since it left nothing has been heard of it, ms; null once it has ended. */
  readonly silentMs: number | null;
}

export function legStandings(state: State, group: Group): readonly [LegStanding, LegStanding] {
  return [legStanding(state, group, 0), legStanding(state, group, 1)];
}

function legStanding(state: State, group: Group, legIndex: 0 | 1): LegStanding {
  const { containment, leftAt, now } = state.observations;
  const leg = group.legs[legIndex];
  const run = containment.runs.get(group.groupId);
  let filledE8: number = leg.filledE8;
  let closedE8: number = leg.closedE8 + (run?.creditedE8[legIndex] ?? 0);
  for (const fill of containment.heard.values()) {
    const role = roleOf(state, fill.label);
    if (role?.parent !== group.groupId || role.legIndex !== legIndex) continue;
    if (role.purpose === 'close') closedE8 += fill.amountE8;
    else if (role.purpose !== 'hedge') filledE8 += fill.amountE8;
  }
  const ended = hasEnded(state, leg.label);
  const since = leftAt.get(leg.label) ?? Math.max(group.createdAt, containment.beganAt);
  const silentMs = ended ? null : now - since;
  return { requestedE8: leg.amountE8, filledE8, closedE8, unit: leg.unit, ended, silentMs };
}

/** Both legs have ended, or what has not is silent for longer than it is waited for. */
export function isSettled(legs: readonly LegStanding[]): boolean {
  return legs.every(({ silentMs }) => silentMs === null || silentMs >= LEG_SILENCE_MS);
}

export function assessGroup(state: State, group: Group): Assessment {
  const legs = legStandings(state, group);
  const found = assessLegs(legs, parametersOf(state).atomicQtyEpsilon);
  if (found.kind !== 'waiting' || legs.every(({ filledE8 }) => filledE8 === 0)) return found;
  return isSettled(legs) ? { kind: 'mixed', cause: 'leg_unresolved' } : found;
}

/** What of a broken group, or of a position that is contained, can still be reduced. */
export function nakedOf(state: State, run: Run): readonly Naked[] {
  if (run.instrument !== null) return nakedPosition(state, run, run.instrument);
  const group = state.facts.groups.get(run.parent);
  if (group === undefined) return [];
  const naked: Naked[] = [];
  for (const legIndex of INDEXES) {
    const leg = group.legs[legIndex];
    const standing = legStanding(state, group, legIndex);
    const listing = state.observations.listings.get(leg.instrument);
    const held = heldE8(state, leg.instrument);
    const available = leg.side === 'buy' ? Math.max(0, held) : Math.max(0, 0 - held);
    const residual = Math.min(Math.max(0, standing.filledE8 - standing.closedE8), available);
    if (isNeutral(state, listing, residual)) continue;
    const side = leg.side === 'buy' ? 'sell' : 'buy';
    const covered = coveredE8(state, leg.instrument, side, false);
    const openE8 = Math.max(0, Math.min(residual, available - covered));
    naked.push({ legIndex, instrument: leg.instrument, side, heldE8: residual, openE8 });
  }
  return naked;
}

/** A resting close counts as one that protects for a moment; then a kill no longer waits for it. */
const RESTING_PATIENCE_MS = 2_000;

function nakedPosition(state: State, run: Run, instrument: InstrumentName): readonly Naked[] {
  const held = heldE8(state, instrument);
  const side = held > 0 ? 'sell' : 'buy';
  const size = Math.abs(held);
  const wanted = Math.min(size, wantedOfE8(state, run, side));
  if (isNeutral(state, state.observations.listings.get(instrument), wanted)) return [];
  const isPatient = state.observations.now - run.beganAt < RESTING_PATIENCE_MS;
  const uncovered = Math.max(0, size - coveredE8(state, instrument, side, isPatient));
  return [{ legIndex: 0, instrument, side, heldE8: wanted, openE8: Math.min(wanted, uncovered) }];
}

/** A reduction that was asked for takes no more than that, and nothing of the other side. */
function wantedOfE8(state: State, run: Run, side: Side): number {
  const { asked } = run;
  if (asked === null) return Number.POSITIVE_INFINITY;
  return side === asked.side ? Math.max(0, asked.amountE8 - closedOfE8(state, run)) : 0;
}

/**
 * Nothing, dust (AMB-47), or in what the venue has closed: there is nothing to trade with, and its
 * settlement ends it. What is not listed is no dust: it cannot be told.
 */
function isNeutral(state: State, listing: ObservedListing | undefined, held: number): boolean {
  if (held === 0) return true;
  if (listing === undefined) return false;
  const { positionReconcileEpsilon } = parametersOf(state);
  return listing.closed || isDust(listing.instrument, held, positionReconcileEpsilon);
}

/** Worth of what is naked, whatever its side. What no index values counts for nothing. */
export function exposureOf(state: State, naked: readonly Naked[]): MicroUsd {
  let total = 0;
  for (const { instrument, heldE8: held } of naked) {
    const listing = state.observations.listings.get(instrument);
    if (listing === undefined) continue;
    const index = lastIndexE8(state, listing.instrument);
    const worth = notionalOf(listing.instrument, amountE8(held), index);
    if (!Number.isNaN(worth)) total += worth;
  }
  return microUsd(total);
}

/** The delta an incident leaves open in each coin, hedges of it counted; coin at 1e-8. */
export function openDeltas(
  state: State,
  run: Run,
  naked: readonly Naked[],
): ReadonlyMap<Instrument['underlying'], number> {
  const deltas = new Map<Instrument['underlying'], number>();
  for (const { instrument, side, heldE8: held } of naked) {
    const listing = state.observations.listings.get(instrument);
    if (listing === undefined) continue;
    const coins = deltaE8Of(state, listing, side === 'sell' ? held : 0 - held);
    const { underlying } = listing.instrument;
    deltas.set(underlying, (deltas.get(underlying) ?? 0) + coins);
  }
  const hedged = hedgedE8(state, run);
  // A group has one coin's worth of hedge: that of the leg it is hedged for.
  const [first] = deltas.keys();
  if (first !== undefined && hedged !== 0) deltas.set(first, (deltas.get(first) ?? 0) + hedged);
  return deltas;
}

/** Signed delta of so much of an instrument, coin at 1e-8, away from zero. */
export function deltaE8Of(state: State, listing: ObservedListing, signedE8: number): CoinE8 {
  const coins = inCoin(state, listing.instrument, signedE8 * deltaPerUnit(listing));
  return coinE8(coins >= 0 ? Math.ceil(coins) : Math.floor(coins));
}

/** An amount times its delta, in coin; what is counted in USD goes through the last index. */
function inCoin(state: State, instrument: Instrument, delta: number): number {
  if (instrument.amountUnit !== 'usd') return delta;
  const index = lastIndexE8(state, instrument);
  const coins = mulDivUp(Math.round(Math.abs(delta)), E8, index ?? 0);
  if (Number.isNaN(coins)) return delta;
  return delta < 0 ? 0 - coins : coins;
}

/** Signed coin the hedges of an incident have traded. */
export function hedgedE8(state: State, run: Run): number {
  let hedged = run.hedgedE8 + (state.facts.groups.get(run.parent)?.hedgedE8 ?? 0);
  for (const fill of state.observations.containment.heard.values()) {
    const role = roleOf(state, fill.label);
    if (role?.parent !== run.parent || role.purpose !== 'hedge') continue;
    hedged += fill.side === 'buy' ? fill.amountE8 : 0 - fill.amountE8;
  }
  return hedged;
}

/** The listed future that hedges a coin. */
export function hedgeListing(
  { observations }: State,
  underlying: Instrument['underlying'],
): ObservedListing | null {
  for (const listing of observations.listings.values()) {
    if (!listing.closed && isHedge(listing.instrument, underlying)) return listing;
  }
  return null;
}

/** Both legs are whole, and nothing of them was taken back: that is what was wanted. */
export function isWhole(state: State, group: Group): boolean {
  const isClosed = legStandings(state, group).some(({ closedE8 }) => closedE8 > 0);
  return group.state === 'Complete' && !isClosed && assessGroup(state, group).kind === 'complete';
}

/**
 * Everything of the group has ended: its legs, and what rescues and closes an earlier process may
 * have left at the venue. Until then it may still trade.
 */
export function isResolved(state: State, group: Group): boolean {
  if (legStandings(state, group).some(({ ended }) => !ended)) return false;
  const { facts } = state;
  for (const label of facts.working) {
    if (facts.roles.get(label)?.parent === group.groupId && !hasEnded(state, label)) return false;
  }
  return true;
}

export function parametersOf({ observations }: State): typeof DEFAULT_PARAMETERS {
  return observations.policy?.parameters ?? DEFAULT_PARAMETERS;
}

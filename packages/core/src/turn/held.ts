import type { HeardFill, Run } from '../containment/run.ts';
import type { Side } from '../intent/intent.ts';
import type { FillRecorded } from '../ledger/record.ts';
import type { OrderRole } from '../order/group.ts';
import { isTerminal, type OrderTerms } from '../order/order.ts';
import type { State } from '../state.ts';
import type { InstrumentName, Label, MonoMs } from '../values/index.ts';

/** An order of ours without an answer for this long no longer stands in the way of the next one. */
export const FLIGHT_SILENCE_MS = 1_000;

/**
 * A trade is known from the moment it is heard, whatever becomes of its record.
 * @param label what the venue called its order; the record knows only orders that are on record.
 */
export function noteHeard(state: State, record: FillRecorded, label: Label | null): void {
  const { containment, now } = state.observations;
  if (containment.heard.has(record.tradeId)) return;
  const { instrument, side, amountE8 } = record;
  const fill: HeardFill = { instrument, side, amountE8, label, at: now };
  containment.heard.set(record.tradeId, fill);
  const { venuePositions } = containment;
  if (venuePositions === null) return;
  venuePositions.set(instrument, (venuePositions.get(instrument) ?? 0) + signed(fill));
}

/**
 * What is held in an instrument as far as anybody here knows, signed: our trades, also those the
 * ledger would not take; or the venue's own word, where that says otherwise (D-9, D-14).
 */
export function heldE8({ facts, observations }: State, instrument: InstrumentName): number {
  const { heard, venuePositions } = observations.containment;
  if (venuePositions !== null) return venuePositions.get(instrument) ?? 0;
  let held: number = facts.positions.get(instrument)?.amountE8 ?? 0;
  for (const fill of heard.values()) if (fill.instrument === instrument) held += signed(fill);
  return held;
}

/** Every instrument in which something is, or may be, held. */
export function heldInstruments({ facts, observations }: State): readonly InstrumentName[] {
  const { heard, venuePositions } = observations.containment;
  const names = new Set(venuePositions === null ? facts.positions.keys() : venuePositions.keys());
  for (const { instrument } of heard.values()) names.add(instrument);
  return [...names];
}

function signed({ side, amountE8 }: HeardFill): number {
  return side === 'buy' ? amountE8 : 0 - amountE8;
}

/**
 * A trade is on record and no longer only heard. What it did for an incident without the ledger
 * knowing the order is kept with the incident.
 */
export function forgetHeard(state: State, record: FillRecorded): void {
  const { containment } = state.observations;
  const heard = containment.heard.get(record.tradeId);
  containment.heard.delete(record.tradeId);
  const label = record.label ?? heard?.label ?? null;
  const role = roleOf(state, label);
  if (role === null || label === null) return;
  const run = runOf(state, role.parent);
  if (run === null) return;
  const isCounted = state.facts.roles.has(label) && state.facts.groups.has(role.parent);
  if (isCounted) return;
  const { amountE8, side } = record;
  if (role.purpose === 'close') run.creditedE8[role.legIndex] += amountE8;
  if (role.purpose === 'hedge') run.hedgedE8 += side === 'buy' ? amountE8 : 0 - amountE8;
}

/** The incident of a group, or of a position. */
export function runOf({ observations }: State, parent: OrderRole['parent']): Run | null {
  const { runs, positions } = observations.containment;
  const run = runs.get(parent);
  if (run !== undefined) return run;
  for (const each of positions.values()) if (each.parent === parent) return each;
  return null;
}

/** What an order is for: on record, or of an attempt whose record is not heard yet. */
export function roleOf({ facts, observations }: State, label: Label | null): OrderRole | null {
  if (label === null) return null;
  const recorded = facts.roles.get(label);
  if (recorded !== undefined) return recorded;
  const { runs, positions } = observations.containment;
  for (const run of [...runs.values(), ...positions.values()]) {
    const flight = run.flying.get(label) ?? run.unrecorded.get(label);
    if (flight === undefined) continue;
    return { parent: run.parent, legIndex: flight.legIndex, purpose: flight.purpose };
  }
  return null;
}

/** What the closes of a position have traded, as far as anybody here knows; 1e-8. */
export function closedOfE8(state: State, run: Run): number {
  let closed = run.creditedE8[0];
  for (const { label, amountE8 } of state.observations.containment.heard.values()) {
    const role = roleOf(state, label);
    if (role?.parent === run.parent && role.purpose === 'close') closed += amountE8;
  }
  return closed;
}

/** Heard and not on record, of one order; 1e-8. */
export function heardOfE8({ observations }: State, label: Label): number {
  let heard = 0;
  for (const fill of observations.containment.heard.values()) {
    if (fill.label === label) heard += fill.amountE8;
  }
  return heard;
}

/**
 * Nothing more will come of it: it is over on record, or the venue said so, and every trade it
 * spoke of is known. An order that was let go of has been over for long.
 */
export function hasEnded(state: State, label: Label): boolean {
  const order = state.facts.orders.get(label);
  if (order === undefined) return true;
  const filled = order.filledE8 + heardOfE8(state, label);
  if (filled >= order.terms.amountE8) return true;
  const told = state.observations.containment.ended.get(label);
  if (told !== undefined && filled < told) return false;
  return told !== undefined || isTerminal(order.state);
}

/**
 * How much of a position reduce-only orders of ours may still close: each counts with what is left
 * of it. One that is to fill at once counts until it has been silent too long; one that rests, only
 * while `restingCounts`.
 */
export function coveredE8(
  state: State,
  instrument: InstrumentName,
  side: Side,
  restingCounts: boolean,
): number {
  const { facts, observations } = state;
  const { containment, leftAt, now, pendingIntents } = observations;
  const isIt = (terms: OrderTerms): boolean =>
    terms.reduceOnly && terms.instrument === instrument && terms.side === side;
  const isSilent = (since: MonoMs | number): boolean => now - since >= FLIGHT_SILENCE_MS;
  let covered = 0;
  for (const label of facts.working) {
    const order = facts.orders.get(label);
    if (order === undefined || !isIt(order.terms) || hasEnded(state, label)) continue;
    const rests = order.terms.timeInForce === 'good_til_cancelled';
    const since = leftAt.get(label) ?? order.sentAt ?? order.createdAt;
    if (rests ? !restingCounts : isSilent(since)) continue;
    covered += Math.max(0, order.terms.amountE8 - order.filledE8 - heardOfE8(state, label));
  }
  for (const { terms, at } of pendingIntents.values()) {
    if (isIt(terms) && !isSilent(at)) covered += terms.amountE8;
  }
  for (const run of [...containment.runs.values(), ...containment.positions.values()]) {
    for (const [label, flight] of run.flying) {
      if (facts.orders.has(label) || pendingIntents.has(label)) continue;
      if (flight.purpose !== 'close' || flight.instrument !== instrument) continue;
      if (flight.side !== side || isSilent(flight.askedAt)) continue;
      covered += Math.max(0, flight.amountE8 - heardOfE8(state, label));
    }
  }
  return covered;
}

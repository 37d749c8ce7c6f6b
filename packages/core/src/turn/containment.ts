import { CLOSE_ATTEMPTS_MAX, planClose } from '../containment/close.ts';
import { positionGroupId } from '../containment/identity.ts';
import { becomeKill, createRun, type Flight, type Run } from '../containment/run.ts';
import { reject } from '../gates/reject.ts';
import { currentRiskState } from '../guard/risk-state.ts';
import { type Group, isGroupOver } from '../order/group.ts';
import { nextStep, type StepProgress } from '../order/sequencer.ts';
import type { State } from '../state.ts';
import { type Label, monoMs, strategyId } from '../values/index.ts';
import { askForOrder, askForRescue } from './containment-order.ts';
import { advanceGroups, holdGroupCauses, moveGroup, standingState } from './groups.ts';
import { askForHedge, isHedged } from './hedge.ts';
import { FLIGHT_SILENCE_MS, hasEnded, heardOfE8, heldInstruments } from './held.ts';
import { currentMode } from './mode.ts';
import {
  assessGroup,
  deltaE8Of,
  exposureOf,
  isResolved,
  isSettled,
  legStandings,
  type Naked,
  nakedOf,
  parametersOf,
} from './naked.ts';
import { endEvent } from './naked-event.ts';
import type { Output } from './output.ts';
import { giveBack, isReductionOver, isWantedNow, tellReduction } from './reduction.ts';
import { mayRescue } from './rescue-permission.ts';
import { nextRequestId } from './request-id.ts';
import { planRescue, RESCUES_MAX } from './rescue.ts';

/**
 * Attempts of one round follow each other no longer than this (phases S7.3), and no longer is a
 * price waited for before what is left is hedged.
 */
const ROUND_MS = 2_000;
/** Then the market is given this long to come back. */
const PAUSE_MS = 1_000;
/** A price that is not there is asked for no more often. */
const PRICE_ASK_MS = 1_000;
/** New incidents of positions in one tick; the rest follows with the next ones. */
const POSITIONS_PER_TICK = 20;
/** Orders of a waiver that are remembered for late news, per incident. */
const UNRECORDED_KEPT = 64;

const CONTAINMENT = strategyId('containment');
const NEVER = monoMs(0);

/**
 * The one place where exposure nobody wants is taken down: of broken groups, in Kill of every
 * position, and what is asked for where the gates refuse it or an operator closes out. Driven by
 * records, reports and ticks; each call plans at most one attempt of each incident, and none is
 * repeated (D-5).
 */
export function contain(state: State, output: Output): void {
  const { containment } = state.observations;
  advanceGroups(state, output);
  // Seeded in this turn, so nothing opens from here on.
  holdGroupCauses(state, output);
  for (const run of containment.runs.values()) advanceRun(state, run, output);
  for (const run of containment.positions.values()) advanceRun(state, run, output);
  holdGroupCauses(state, output);
}

/** Whether there is anything to contain: asked before every turn does more. */
export function isContaining({ facts, observations }: State): boolean {
  const { containment, riskCauses } = observations;
  const { runs, positions, trails } = containment;
  if (facts.openGroups.size > 0 || runs.size > 0 || positions.size > 0) return true;
  if (trails.size > 0) return true;
  return riskCauses.has('group_lock_timeout') || riskCauses.has('mixed_failed_group');
}

/** In Kill everything that is held becomes an incident of its own (contract-1 section 35). */
export function containPositions(state: State, output: Output): void {
  if (currentMode(state).mode !== 'Kill') return;
  beginPositions(state);
  // Within the tick: a Kill by a loop that stood still ends with it (AMB-50).
  contain(state, output);
}

function beginPositions(state: State): void {
  const { containment, now } = state.observations;
  let left = POSITIONS_PER_TICK;
  for (const instrument of heldInstruments(state)) {
    if (left === 0) break;
    const known = containment.positions.get(instrument);
    if (known?.why === 'reduction') becomeKill(known);
    if (known !== undefined) continue;
    const parent = positionGroupId(instrument, containment.epoch, containment.made);
    const who = { parent, strategyId: CONTAINMENT, instrument, why: 'kill' } as const;
    const run = createRun(who, now, NEVER);
    if (nakedOf(state, run).length === 0) continue;
    containment.made += 1;
    left -= 1;
    containment.positions.set(instrument, run);
  }
}

function advanceRun(state: State, run: Run, output: Output): void {
  land(state, run);
  if (run.flying.size > 0) return;
  const group = state.facts.groups.get(run.parent);
  if (group !== undefined && !isSettled(legStandings(state, group))) return;
  if (group !== undefined && isRestored(state, group)) return end(state, run, [], output);
  const naked = nakedOf(state, run);
  if (naked.length === 0 || isHedged(state, run, naked)) return end(state, run, naked, output);
  if (run.why === 'reduction') return reduce(state, run, naked, output);
  run.neutral = false;
  const { now } = state.observations;
  if (run.why === 'kill' && currentMode(state).mode !== 'Kill') {
    endEvent(state, run, naked, output);
    return run.closeAttempts === 0 ? forget(state, run) : drop(state, run);
  }
  if (now < run.pausedUntil) return;
  if (group !== undefined && rescue(state, run, group, output)) return;
  if (group !== undefined && standingState(state, group) === 'MixedFailed') {
    moveGroup(state, group.groupId, 'Flattening', 'emergency_close', output);
  }
  repair(state, run, naked, output);
}

/** What somebody asked for: one round of closes, and no hedge, which nobody asked for. */
function reduce(state: State, run: Run, naked: readonly Naked[], output: Output): void {
  if (isReductionOver(state, run, isSpent(state, run))) return drop(state, run);
  close(state, run, naked, output);
}

/** A rescue made it whole before anything was flattened. */
function isRestored(state: State, group: Group): boolean {
  const isMixed = standingState(state, group) === 'MixedFailed';
  return isMixed && assessGroup(state, group).kind === 'complete';
}

/** Flatten, then hedge what is left, in the order of the sequencer (contract-1 section 22). */
function repair(state: State, run: Run, naked: readonly Naked[], output: Output): void {
  const { riskCauses } = state.observations;
  const flatten: StepProgress = isSpent(state, run) ? 'exhausted' : 'pending';
  const step = nextStep('repair', [flatten], currentRiskState(riskCauses));
  if (step?.kind === 'flatten') return close(state, run, naked, output);
  if (step?.kind === 'hedge' && askForHedge(state, run, naked, output)) return;
  endRound(state, run, naked, output);
}

/** The round's attempts are made, or its time is over. */
function isSpent({ observations }: State, { attempt, roundBeganAt }: Run): boolean {
  const isLate = roundBeganAt !== null && observations.now - roundBeganAt > ROUND_MS;
  return attempt >= CLOSE_ATTEMPTS_MAX || isLate;
}

function close(state: State, run: Run, naked: readonly Naked[], output: Output): void {
  const { listings, now } = state.observations;
  const { closeBufferTicks, l2BookSnapshotMaxAgeMs: maxAgeMs } = parametersOf(state);
  const open = naked.filter(({ openE8 }) => openE8 > 0 && isWantedNow(state, run));
  const at = { now, maxAgeMs, closeBufferTicks };
  const attempt = run.attempt + 1;
  const planned = open.flatMap((each) => {
    const listing = listings.get(each.instrument);
    if (listing === undefined) return [];
    const plan = planClose(listing, each.side, each.openE8, attempt, at);
    if (plan === null) return [];
    return plan.amountE8 > 0 ? [{ each, plan, listing }] : [];
  });
  if (open.length === 0) return;
  run.roundBeganAt ??= now;
  run.exposureBefore ??= exposureOf(state, naked);
  // A close that finds no price is one that was tried: the incident is told all the same.
  if (run.round === 0) run.closeAttempts = Math.max(run.closeAttempts, 1);
  if (planned.length < open.length) askForPrice(state, run, open, planned, output);
  if (planned.length === 0) return;
  tellReduction(state, run, output);
  run.attempt = attempt;
  if (run.round === 0) run.closeAttempts = Math.max(run.closeAttempts, attempt);
  for (const { each, plan, listing } of planned) {
    const signed = plan.side === 'buy' ? plan.amountE8 : 0 - plan.amountE8;
    const deltaE8 = deltaE8Of(state, listing, signed);
    const what = { ...plan, instrument: listing.instrument, legIndex: each.legIndex, deltaE8 };
    askForOrder(state, run, { ...what, purpose: 'close', reduceOnly: true }, output);
  }
}

/** Nothing is sent without a price; it is said once, asked for, and tried again (AMB-40, Q-14). */
function askForPrice(
  state: State,
  run: Run,
  open: readonly Naked[],
  planned: readonly { readonly each: Naked }[],
  output: Output,
): void {
  const { now, listings } = state.observations;
  const without = open.filter((one) => !planned.some(({ each }) => each === one));
  for (const { instrument } of without) {
    if (!run.saidNoPrice) {
      const operands = { instrument };
      output.report({
        kind: 'containmentRefused',
        groupId: run.parent,
        purpose: 'close',
        instrument,
        reject: reject('EmergencyCloseNoPrice', operands),
      });
    }
  }
  run.saidNoPrice ||= without.length > 0;
  if (run.priceAskedAt !== null && now - run.priceAskedAt < PRICE_ASK_MS) return;
  run.priceAskedAt = now;
  for (const { instrument } of without) {
    if (!listings.has(instrument)) continue;
    output.add({ kind: 'fetch', requestId: nextRequestId(state), what: 'ticker', instrument });
  }
}

/** @returns whether something was asked for, or is still decided about. */
function rescue(state: State, run: Run, group: Group, output: Output): boolean {
  if (standingState(state, group) !== 'MixedFailed' || run.attempt > 0) return false;
  const legs = legStandings(state, group);
  const missing = legs.map(({ requestedE8, filledE8 }) => Math.max(0, requestedE8 - filledE8));
  const short = missing.filter((amount) => amount > 0).length;
  // More legs than attempts: it could only end larger than it is.
  if (short === 0 || short > RESCUES_MAX - run.rescues) return false;
  if (legs.some(({ ended }) => !ended) || !mayRescue(state, group.groupId)) return false;
  const [one = 0, other = 0] = missing;
  const [first, second] = legs;
  const legIndex = one * second.requestedE8 >= other * first.requestedE8 ? 0 : 1;
  const plan = planRescue(state, run, group, legIndex, missing[legIndex] ?? 0);
  if (!plan.ok) {
    const { instrument } = group.legs[legIndex];
    const { parent: groupId } = run;
    const what = { groupId, purpose: 'rescue', instrument, reject: plan.reject } as const;
    output.report({ kind: 'containmentRefused', ...what });
    return false;
  }
  return askForRescue(state, run, plan.candidate, plan.source, output);
}

/** What is over no longer flies. An order of a waiver is remembered: no record will tell of it. */
function land(state: State, run: Run): void {
  for (const [label, flight] of run.flying) {
    const landed = hasLanded(state, label, flight);
    // The next one is held to reducing by the venue, so two of them close no more than there is.
    if (!landed && state.observations.now - flight.askedAt < FLIGHT_SILENCE_MS) continue;
    run.doubt ||= !landed;
    run.flying.delete(label);
    if (state.facts.roles.has(label)) continue;
    run.unrecorded.set(label, flight);
    const [oldest] = run.unrecorded.keys();
    if (run.unrecorded.size > UNRECORDED_KEPT && oldest !== undefined) {
      run.unrecorded.delete(oldest);
    }
  }
}

/** It has ended, and all that it traded is known. */
function hasLanded(state: State, label: Label, { amountE8 }: Flight): boolean {
  if (state.facts.orders.has(label)) return hasEnded(state, label);
  const heard = heardOfE8(state, label);
  const told = state.observations.containment.ended.get(label);
  return heard >= amountE8 || (told !== undefined && heard >= told);
}

function endRound(state: State, run: Run, naked: readonly Naked[], output: Output): void {
  const { now } = state.observations;
  endEvent(state, run, naked, output);
  // Where no price was told, the next one is not waited for longer than a tick (AMB-40).
  if (run.attempt > 0) run.pausedUntil = monoMs(now + PAUSE_MS);
  run.round += 1;
  run.attempt = 0;
  run.roundBeganAt = null;
  run.hedge = 'untried';
}

/** Nothing of it can be traded any more. */
function end(state: State, run: Run, naked: readonly Naked[], output: Output): void {
  const group = state.facts.groups.get(run.parent);
  // What is still out may still trade.
  run.neutral = group === undefined || isResolved(state, group);
  endEvent(state, run, naked, output);
  if (!run.neutral) return;
  if (group !== undefined) endGroup(state, group, naked, output);
  drop(state, run);
}

function endGroup(state: State, group: Group, naked: readonly Naked[], output: Output): void {
  const { groupId } = group;
  const at = standingState(state, group);
  if (isGroupOver(at)) {
    // The step of a late fill, and not one whose record is on its way.
    if (state.observations.containment.trails.has(groupId)) return;
    if (!state.facts.openGroups.has(groupId)) return;
    return moveGroup(state, groupId, at, 'late_fill_closed', output);
  }
  const found = assessGroup(state, group);
  if (at === 'MixedFailed' && found.kind === 'complete') {
    const cause = found.cause === 'no_trade' ? 'no_trade' : 'rescued';
    return moveGroup(state, groupId, 'Complete', cause, output);
  }
  if (at === 'MixedFailed') moveGroup(state, groupId, 'Flattening', 'emergency_close', output);
  moveGroup(state, groupId, 'Flattened', naked.length > 0 ? 'hedged' : 'closed', output);
}

function forget(state: State, run: Run): void {
  run.event = 'none';
  drop(state, run);
}

/** Kept until its event is on record. */
function drop(state: State, run: Run): void {
  if (run.event === 'owed' || run.event === 'asked') return;
  giveBack(state, run);
  const { positions, runs } = state.observations.containment;
  runs.delete(run.parent);
  if (run.instrument !== null) positions.delete(run.instrument);
}

import type { LossResetRefusal } from '../decision.ts';
import type { ShellEvent } from '../event.ts';
import {
  type EquityMark,
  type EquityMarkName,
  type EquityMarks,
  LOSS_LIMITS,
  type LossLimit,
  type LossMeasure,
  type LossUnknown,
  measureLoss,
  periodOf,
} from '../position/losses.ts';
import type { EquityMarked, LossLatched, LossLatchReset } from '../ledger/record.ts';
import type { State } from '../state.ts';
import { isFresh, type MicroUsd, type WallMs, wallMs } from '../values/index.ts';
import { clearRisk, raiseRisk } from './safety.ts';
import type { Output } from './output.ts';

/** Equity while its reading is young enough to count, else null. */
export function freshEquity({ observations }: State): MicroUsd | null {
  const { equity, now, policy } = observations;
  const maxAgeMs = policy?.parameters.mmUtilMaxAgeMs ?? 0;
  return equity !== null && isFresh(now, equity.at, maxAgeMs) ? equity.value : null;
}

/** One loss as it is measured now. Without a policy there is no limit to measure by. */
export function lossNow(state: State, limit: LossLimit): LossMeasure | LossUnknown {
  const { now, policy } = state.observations;
  if (policy === null) return 'baseline';
  return measureLoss(limit, marksOf(state), freshEquity(state), now, policy.limits);
}

/** As recorded, with a higher peak of this week that is still on its way to the ledger. */
function marksOf({ facts, observations }: State): EquityMarks {
  const { peak } = observations.losses;
  const recorded = facts.equityMarks.get('week_peak');
  if (peak === null || recorded === undefined || !isAbove(peak, recorded)) return facts.equityMarks;
  return new Map(facts.equityMarks).set('week_peak', peak);
}

function isAbove(one: EquityMark, other: EquityMark): boolean {
  return one.period === other.period && one.equity > other.equity;
}

/**
 * A new reading of equity: records what losses are measured from, and latches those that have
 * reached their limit. Tightens at once and is recorded beside; a day's new start, which loosens,
 * counts when it is heard back (D-11).
 */
export function watchLosses(state: State, output: Output): void {
  const { equity, policy } = state.observations;
  if (equity === null) return;
  for (const name of ['day_start', 'week_start', 'week_peak'] as const) {
    markEquity(state, name, { period: periodOf(name, equity.at), equity: equity.value }, output);
  }
  if (policy === null) return;
  for (const limit of LOSS_LIMITS) {
    const measure = lossNow(state, limit);
    if (typeof measure === 'string' || !measure.isReached) recordStanding(state, limit, output);
    else latchLoss(state, measure, equity.value, output);
  }
}

function markEquity(state: State, name: EquityMarkName, mark: EquityMark, output: Output): void {
  const { facts, observations } = state;
  const { losses } = observations;
  const recorded = facts.equityMarks.get(name);
  if (name === 'week_peak') {
    const seen = losses.peak;
    if (seen === null || mark.period > seen.period || isAbove(mark, seen)) losses.peak = mark;
  }
  const wanted = name === 'week_peak' ? (losses.peak ?? mark) : mark;
  const isNew =
    recorded === undefined ||
    wanted.period > recorded.period ||
    (name === 'week_peak' && isAbove(wanted, recorded));
  // At most one of a name is on its way: a slow ledger is not flooded by a rising account.
  if (!isNew || losses.pendingMarks.has(name)) return;
  losses.pendingMarks.add(name);
  output.append({ type: 'equityMarked', at: wallMs(observations.now), mark: name, ...wanted });
}

function latchLoss(state: State, measure: LossMeasure, equity: MicroUsd, output: Output): void {
  const { facts, observations } = state;
  const { limit, baseline, loss, allowed } = measure;
  const { pendingLatches, unrecorded } = observations.losses;
  if (!observations.riskCauses.has(limit)) {
    raiseRisk(state, limit, output);
    output.report({ kind: 'lossLatched', limit, loss, allowed });
  }
  if (facts.lossLatches.has(limit) || pendingLatches.has(limit)) return;
  pendingLatches.add(limit);
  unrecorded.delete(limit);
  const at = wallMs(observations.now);
  output.append({ type: 'lossLatched', at, limit, baseline, equity, allowed });
}

/** A latch whose record the ledger did not take stands, and is written as soon as it can be. */
function recordStanding(state: State, limit: LossLimit, output: Output): void {
  const { unrecorded, pendingLatches } = state.observations.losses;
  const record = unrecorded.get(limit);
  if (record === undefined) return;
  unrecorded.delete(limit);
  pendingLatches.add(limit);
  output.append(record);
}

/**
 * The ledger did not take it: a mark is made again by the next reading, a latch stands, and a reset
 * never was.
 */
export function refuseOfLosses(
  { observations }: State,
  record: EquityMarked | LossLatched | LossLatchReset,
): void {
  const { pendingMarks, pendingLatches, pendingResets, unrecorded } = observations.losses;
  if (record.type === 'equityMarked') pendingMarks.delete(record.mark);
  else if (record.type === 'lossLatchReset') pendingResets.delete(record.limit);
  else {
    pendingLatches.delete(record.limit);
    unrecorded.set(record.limit, record);
  }
}

/** What an earlier process latched, and nobody reset, is latched in this one (phases 10.2, 14). */
export function restoreLosses(state: State, output: Output): void {
  for (const limit of LOSS_LIMITS) {
    if (state.facts.lossLatches.has(limit)) raiseRisk(state, limit, output);
  }
}

type ResetCommanded = Extract<ShellEvent, { kind: 'lossResetCommanded' }>;

/**
 * The approval was verified by the shell; whether there is anything to reset is ours to say. A
 * reset takes the latch off and never the limit: while the loss is what it was, it stays.
 */
export function onLossResetCommanded(state: State, event: ResetCommanded, output: Output): void {
  const { limit, operator, reason, approval, approvers } = event;
  const measure = lossNow(state, limit);
  const cause = resetRefusal(state, limit, event.latchedAt);
  if (cause !== null) {
    const known = typeof measure === 'string' ? null : measure;
    const figures = { loss: known?.loss ?? null, allowed: known?.allowed ?? null };
    output.report({ kind: 'lossResetRefused', limit, cause, ...figures });
    return;
  }
  state.observations.losses.pendingResets.add(limit);
  const at = wallMs(state.observations.now);
  output.append({ type: 'lossLatchReset', at, limit, operator, reason, approval, approvers });
}

/** Why a reset of the latch recorded then would be refused now; null where it would not. */
export function resetRefusal(
  state: State,
  limit: LossLimit,
  latchedAt: WallMs,
): LossResetRefusal | null {
  const { facts, observations } = state;
  const latch = facts.lossLatches.get(limit);
  if (latch === undefined) return 'not_latched';
  if (latch.at !== latchedAt) return 'another_latch';
  if (observations.losses.pendingResets.has(limit)) return 'being_reset';
  const measure = lossNow(state, limit);
  if (typeof measure === 'string') return 'measure_unknown';
  return measure.isReached ? 'still_reached' : null;
}

/** Heard back: what it loosens counts now, unless the limit was reached again meanwhile. */
export function onLossLatchReset(
  state: State,
  { limit, operator }: LossLatchReset,
  output: Output,
): void {
  state.observations.losses.pendingResets.delete(limit);
  output.report({ kind: 'lossLatchReset', limit, operator });
  const measure = lossNow(state, limit);
  const equity = freshEquity(state);
  if (typeof measure !== 'string' && measure.isReached && equity !== null) {
    return latchLoss(state, measure, equity, output);
  }
  clearRisk(state, limit, 'operator', output);
}

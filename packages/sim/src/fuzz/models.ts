import { type ClockModel, TRUE_TIME } from '../faults/clock.ts';
import type { DiskModel } from '../faults/disk.ts';
import type { NetworkModel } from '../wire/network-model.ts';
import { CALM_VENUE, type VenueModel } from '../faults/venue.ts';
import { GOOD_DISK } from '../faults/disk.ts';
import { PERFECT_NETWORK } from '../wire/network-model.ts';
import type { Prng } from '../prng.ts';
import type { CrashModel } from '../faults/doom.ts';
import type { WorkloadModel } from './workload.ts';

/**
 * The weather of one world. Every number is in a finding, so that a person can shrink it by hand
 * too.
 */
export interface Weather {
  readonly network: NetworkModel;
  readonly disk: DiskModel;
  readonly crash: CrashModel;
  readonly restartMsMax: number;
  readonly settleMs: number;
  readonly queueCapacity: number;
  readonly commitDeadlineMs: number;
  readonly venue: VenueModel;
  readonly clock: ClockModel;
  readonly workload: WorkloadModel;
  /** Chance in each half second that one working order is cancelled. */
  readonly cancels: number;
  readonly durationMs: number;
  /** The end begins with a fresh process; otherwise the last one must find its own way out. */
  readonly healsByRestart: boolean;
}

/**
 * Swarm configuration: each world leaves out some kinds of trouble altogether, because a world with
 * all of them at once never gets far enough to reach the rare ones.
 */
export function weatherOf(prng: Prng): Weather {
  return {
    network: prng.chance(0.7) ? badNetwork(prng) : PERFECT_NETWORK,
    disk: prng.chance(0.7) ? badDisk(prng) : { ...GOOD_DISK, ...crashFate(prng) },
    crash: prng.chance(0.8) ? crashes(prng) : {},
    restartMsMax: prng.int(1, 3_000),
    // Longer than any message can still be on its way.
    settleMs: prng.pick([0, 250, 1_000]),
    queueCapacity: prng.pick([16, 64, 1_024]),
    commitDeadlineMs: prng.pick([50, 250]),
    durationMs: prng.int(6, 30) * 1_000,
    venue: prng.chance(0.5) ? badVenue(prng) : CALM_VENUE,
    clock: prng.chance(0.4) ? badClock(prng) : TRUE_TIME,
    ...hands(prng),
    healsByRestart: prng.chance(0.5),
  };
}

/** Who trades, and how. */
function hands(prng: Prng): Pick<Weather, 'workload' | 'cancels'> {
  const resting = prng.chance(0.3) ? prng.float() : 0;
  return {
    workload: {
      eagerness: prng.pick([0.2, 0.6, 1]),
      resting,
      throws: prng.chance(0.1) ? 0.02 : 0,
    },
    cancels: resting > 0 ? prng.float() : 0,
  };
}

function badVenue(prng: Prng): VenueModel {
  const maybe = (share: number): number => (prng.chance(0.5) ? share * prng.float() : 0);
  return {
    refusal: maybe(0.2),
    doubt: maybe(0.2),
    doubtPlaced: prng.float(),
    tooMany: maybe(0.05),
    credits: prng.chance(0.3) ? 1 : 0,
    cancelOnDisconnect: prng.pick([0, 0.7, 1]),
  };
}

function badClock(prng: Prng): ClockModel {
  const maybe = (share: number): number => (prng.chance(0.5) ? share * prng.float() : 0);
  return {
    offsetMsMax: prng.chance(0.5) ? prng.int(1, 5_000) : 0,
    driftPpmMax: prng.chance(0.5) ? prng.int(1, 2_000) : 0,
    pause: maybe(0.2),
    pauseMsMax: prng.int(10, 3_000),
    suspension: maybe(0.05),
    suspensionMsMax: prng.int(10, 20_000),
  };
}

function badNetwork(prng: Prng): NetworkModel {
  const maybe = (probability: number): number =>
    prng.chance(0.5) ? probability * prng.float() : 0;
  return {
    delayMsMin: 1,
    delayMsMax: prng.int(1, 80),
    requestLoss: maybe(0.1),
    answerLoss: maybe(0.1),
    notificationLoss: maybe(0.05),
    notificationDouble: maybe(0.2),
    straggle: maybe(0.1),
    straggleMs: prng.int(10, 800),
    cut: maybe(0.2),
    cutMsMax: prng.int(10, 4_000),
    hold: maybe(0.1),
    holdMsMax: prng.int(10, 20_000),
    refusal: maybe(0.3),
    silentDeath: maybe(0.5),
  };
}

function badDisk(prng: Prng): DiskModel {
  const maybe = (probability: number): number =>
    prng.chance(0.4) ? probability * prng.float() : 0;
  return {
    writeMsMin: 0,
    writeMsMax: prng.int(1, 20),
    stall: maybe(0.02),
    stallMs: prng.int(100, 2_000),
    failure: maybe(0.01),
    ...crashFate(prng),
  };
}

function crashFate(prng: Prng): Pick<DiskModel, 'lostAtCrash' | 'tornAtCrash'> {
  return { lostAtCrash: prng.float(), tornAtCrash: prng.float() };
}

/**
 * A process may die at any port: before an event, an append, a submit, a cancel, a question, a
 * report.
 */
function crashes(prng: Prng): CrashModel {
  const often = (probability: number): number =>
    prng.chance(0.5) ? probability * prng.float() : 0;
  return {
    event: often(0.002),
    append: often(0.05),
    submit: often(0.1),
    cancel: often(0.2),
    fetch: often(0.01),
    report: often(0.02),
  };
}

import type { Policy } from '@holdfast/core';
import type { Prng } from '../prng.ts';
import type { TimeDaemon } from '@holdfast/runtime/ports';
import type { VirtualClock } from '../virtual-clock.ts';
import type { ClockError, Process } from '../wire/process.ts';

/** What time does to a process. */
export interface ClockModel {
  /** Each process begins this far from the exchange's time at most, in either direction, ms. */
  readonly offsetMsMax: number;
  /** And its clock runs this much too fast or too slow at most, millionths. */
  readonly driftPpmMax: number;
  /** Chance in each second that the thread is held up, as by a collector of garbage. */
  readonly pause: number;
  readonly pauseMsMax: number;
  /** Chance in each second that the machine is suspended: its clock stands still. */
  readonly suspension: number;
  readonly suspensionMsMax: number;
  /** Chance that the machine of a process keeps its time with chrony. */
  readonly chrony: number;
  /** And that it says nothing of use when it is asked. */
  readonly chronySilence: number;
  /** It is wrong by this much at most, in either direction, ms. */
  readonly chronyErrorMsMax: number;
}

export const TRUE_TIME: ClockModel = Object.freeze({
  offsetMsMax: 0,
  driftPpmMax: 0,
  pause: 0,
  pauseMsMax: 500,
  suspension: 0,
  suspensionMsMax: 2_000,
  chrony: 0,
  chronySilence: 0,
  chronyErrorMsMax: 0,
});

/** The clock one process is born with. */
export function clockErrorOf(prng: Prng, { offsetMsMax, driftPpmMax }: ClockModel): ClockError {
  return {
    offsetMs: prng.int(-offsetMsMax, offsetMsMax),
    driftPpm: prng.int(-driftPpmMax, driftPpmMax),
  };
}

/**
 * What keeps the time of the machine one process runs on.
 * @param model asked whenever it is, for faults end while a process lives.
 */
export function timeDaemonOf(
  process: Process,
  world: VirtualClock,
  prng: Prng,
  model: () => ClockModel,
): TimeDaemon {
  const { chrony, chronyErrorMsMax } = model();
  const isThere = chrony > 0 && prng.chance(chrony);
  const errorMs = prng.int(-chronyErrorMsMax, chronyErrorMsMax);
  return {
    ask: (done) => {
      if (!isThere) return done('absent');
      const { chronySilence, chronyErrorMsMax: worst } = model();
      if (chronySilence > 0 && prng.chance(chronySilence)) return done('silent');
      done({ driftMs: process.now() - world.now() + (worst > 0 ? errorMs : 0) });
    },
  };
}

/** No measurement puts the clock of a process right: people start it again. */
export function isClockOff(
  process: Process | undefined,
  { parameters }: Pick<Policy, 'parameters'>,
): boolean {
  if (process === undefined) return false;
  return Math.abs(process.aheadMs) > parameters.timeDriftThresholdMs / 2 || !process.runsTrue;
}

import type { Prng } from '../prng.ts';
import type { ClockError } from '../wire/process.ts';

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
}

export const TRUE_TIME: ClockModel = Object.freeze({
  offsetMsMax: 0,
  driftPpmMax: 0,
  pause: 0,
  pauseMsMax: 500,
  suspension: 0,
  suspensionMsMax: 2_000,
});

/** The clock one process is born with. */
export function clockErrorOf(prng: Prng, { offsetMsMax, driftPpmMax }: ClockModel): ClockError {
  return {
    offsetMs: prng.int(-offsetMsMax, offsetMsMax),
    driftPpm: prng.int(-driftPpmMax, driftPpmMax),
  };
}

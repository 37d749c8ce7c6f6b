import { setImmediate as nextTurn, setTimeout as sleep } from 'node:timers/promises';
import type { VirtualClock } from '../virtual-clock.ts';

/** Timers run between two looks at the outside world: signals, and how long we have been at it. */
const TIMERS_PER_TURN = 2_000;
const LONGEST_SLEEP_MS = 100;

export interface DriveOptions {
  readonly clock: VirtualClock;
  /**
   * True while something real (a disk) has been asked and has not answered: time stands still for
   * it.
   */
  readonly isWaiting: () => boolean;
  readonly isOver: () => boolean;
  /**
   * Real time the market's span is spread over, and after which the drive ends; null: as fast as it
   * goes.
   */
  readonly pace: { readonly realMs: number; readonly untilMs: number } | null;
}

/**
 * Winds a virtual clock through its timers. The disk is real and takes as long as it takes: while a
 * commit is out no virtual time passes, so a fast market never outruns the ledger.
 */
export async function drive(options: DriveOptions): Promise<void> {
  const { clock, isWaiting, isOver } = options;
  const startedReal = performance.now();
  const startedVirtual = clock.now();
  for (let timers = 1; !isOver(); timers += 1) {
    if (isWaiting()) await settled(isWaiting);
    if (timers % TIMERS_PER_TURN === 0) await nextTurn();
    if (options.pace !== null) {
      const spent = performance.now() - startedReal;
      if (spent >= options.pace.realMs) return;
      await keepPace(options.pace, clock, startedVirtual, spent);
    }
    if (!clock.step()) return;
  }
}

/** Waits until everything real has answered. */
export async function settled(isWaiting: () => boolean): Promise<void> {
  while (isWaiting()) await nextTurn();
}

async function keepPace(
  pace: { readonly realMs: number; readonly untilMs: number },
  clock: VirtualClock,
  startedVirtual: number,
  spent: number,
): Promise<void> {
  const span = pace.untilMs - startedVirtual;
  const ahead = (clock.nextAt ?? clock.now()) - startedVirtual;
  const due = span > 0 ? (ahead / span) * pace.realMs : 0;
  if (due > spent + 1) await sleep(Math.min(due - spent, LONGEST_SLEEP_MS));
}

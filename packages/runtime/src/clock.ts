import type { Clock } from './ports.ts';

/** Timers longer than this overflow the platform's 32-bit delay and would fire at once. */
const LONGEST_DELAY_MS = 2_147_483_647;

/**
 * The process clock: the wall is read once, and from then on only the monotonic counter moves it,
 * so that no step of the wall clock can make an age negative or a deadline pass (contract-1 section
 * 3).
 * @param shiftMs added to every reading: the simulated exchange lives at the time of its recording,
 *   and whoever trades there must live then too. 0 everywhere else.
 */
export function createClock(shiftMs = 0): Clock {
  const origin = performance.timeOrigin + shiftMs;
  const now = (): number => Math.floor(origin + performance.now());
  return {
    now,
    wake(at, action) {
      const delay = Math.min(Math.max(0, at - now()), LONGEST_DELAY_MS);
      setTimeout(action, delay);
    },
    worked() {
      const { user, system } = process.threadCpuUsage();
      return (user + system) / 1_000;
    },
  };
}

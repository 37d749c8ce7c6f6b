import type { Clock } from '@holdfast/runtime/ports';

/** Longer timers overflow the platform's 32-bit delay and would fire at once. */
const LONGEST_DELAY_MS = 2_147_483_647;

/**
 * Real time from `startAt` on: a recorded market lives at the time of its recording, and whoever
 * trades there hears that time from the exchange. Only the monotonic counter moves it.
 * @param startAt epoch ms of this instant; null: it is now.
 */
export function createExchangeClock(startAt: number | null): Clock {
  const startedAt = performance.now();
  const origin = (startAt ?? performance.timeOrigin + startedAt) - startedAt;
  const now = (): number => Math.floor(origin + performance.now());
  return {
    now,
    wake(at, action) {
      setTimeout(action, Math.min(Math.max(0, at - now()), LONGEST_DELAY_MS));
    },
  };
}

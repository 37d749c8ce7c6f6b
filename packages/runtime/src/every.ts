import type { Clock } from './ports.ts';

/** Repeats `action` every `intervalMs`, first after one interval, until `isRunning` says no. */
export function every(
  clock: Clock,
  intervalMs: number,
  isRunning: () => boolean,
  action: () => void,
): void {
  clock.wake(clock.now() + intervalMs, () => {
    if (!isRunning()) return;
    action();
    every(clock, intervalMs, isRunning, action);
  });
}

import type { Clock } from '@holdfast/runtime/ports';

/** Again and again, for as long as the clock runs; the first time after `everyMs`. */
export function every(clock: Clock, everyMs: number, action: () => void): void {
  clock.wake(clock.now() + everyMs, () => {
    every(clock, everyMs, action);
    action();
  });
}

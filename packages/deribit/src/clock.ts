/** Monotonic-epoch time and timers: the runtime's clock, or the simulator's. */
export interface Clock {
  now(): number;
  /** Runs `action` once, at or after `at`. */
  wake(at: number, action: () => void): void;
}

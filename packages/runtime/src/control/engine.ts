import type { Event } from '@holdfast/core';
import type { State } from '@holdfast/core/step';

/** What a door needs of the engine to hand it somebody's word. */
export interface Engine {
  readonly state: State;
  post(event: Event): void;
  now(): number;
  /** False once the loop has stopped: no command is heard any more. */
  isRunning(): boolean;
}

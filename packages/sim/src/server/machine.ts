import { randomBytes } from 'node:crypto';
import type { Defer } from './hub.ts';

/** What the service takes from the machine it runs on; a simulated world brings its own. */
export interface Machine {
  /** Its own time, epoch ms: a client that does not ask the exchange signs with it. */
  readonly now: () => number;
  /** ms since any moment: how long an answer took. */
  readonly stopwatch: () => number;
  /** 32 unguessable bytes, as base64url. */
  readonly mintToken: () => string;
  readonly defer: Defer;
}

export const THIS_MACHINE: Machine = Object.freeze({
  now: () => Date.now(),
  stopwatch: () => performance.now(),
  mintToken: () => randomBytes(32).toString('base64url'),
  defer: (action: () => void) => queueMicrotask(action),
});

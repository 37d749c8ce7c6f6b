import { type Effect, unreachable } from '@holdfast/core';
import { wallMs } from '@holdfast/core/values';
import type { Dispatch } from './dispatch.ts';
import type { Clock, Ledger, Telemetry, Venue } from './ports.ts';

export interface PerformPorts {
  readonly ledger: Ledger;
  readonly dispatch: Dispatch;
  readonly venue: Venue;
  readonly clock: Clock;
  readonly telemetry: Telemetry;
  readonly onWake: () => void;
}

/** One effect, one port. Returns at once; the answer comes back as an event. */
export function perform(effect: Effect, ports: PerformPorts): void {
  switch (effect.kind) {
    case 'append':
      return ports.ledger.append(effect.records);
    case 'submit':
      return ports.dispatch.submit(effect);
    case 'cancel':
      return ports.dispatch.cancel(effect);
    case 'fetch':
      return ports.venue.fetch(effect);
    case 'reconnect':
      return ports.venue.reconnect?.();
    case 'wake':
      return ports.clock.wake(effect.at, ports.onWake);
    case 'report':
      return ports.telemetry.report(effect.decision, wallMs(ports.clock.now()));
    default:
      unreachable(effect);
  }
}

import type { Event } from '@holdfast/core';
import type { DeribitOptions, WireMessage } from '../src/options.ts';
import { connectDeribit, type DeribitLink } from '../src/venue.ts';
import { ManualClock } from './manual-clock.ts';
import { ScriptedVenue } from './scripted-venue.ts';

export const SECRET = 'the-secret-itself';
export const CREDENTIALS = { clientId: 'client-1', clientSecret: SECRET };

type Kind = Event['kind'];

/** A link to a scripted venue through the memory of this process, in a test's own time. */
export interface Harness {
  readonly clock: ManualClock;
  readonly venue: ScriptedVenue;
  readonly link: DeribitLink;
  readonly events: Event[];
  readonly wire: WireMessage[];
  /** Events of one kind, in order. */
  readonly of: <K extends Kind>(kind: K) => Extract<Event, { kind: K }>[];
  /** Opens, and gives it the time to become ready. */
  readonly start: () => void;
  /** Lets time pass with a venue that sends its heartbeats. */
  readonly live: (ms: number) => void;
}

export function harness(more: Partial<DeribitOptions> = {}): Harness {
  const clock = new ManualClock();
  const venue = new ScriptedVenue(clock);
  const events: Event[] = [];
  const wire: WireMessage[] = [];
  const link = connectDeribit({
    url: 'ws://venue.invalid/ws/api/v2',
    credentials: CREDENTIALS,
    currencies: ['BTC'],
    clock,
    post: (event) => events.push(event),
    jitter: () => 0.5,
    onWire: (message) => wire.push(message),
    marketInterval: '100ms',
    openSocket: venue.carrier(),
    ...more,
  });
  return {
    clock,
    venue,
    link,
    events,
    wire,
    of: <K extends Kind>(kind: K) =>
      events.filter((event): event is Extract<Event, { kind: K }> => event.kind === kind),
    start() {
      link.open();
      clock.advance(500);
    },
    live(ms) {
      for (let passed = 0; passed < ms; passed += 5_000) {
        venue.heartbeat('heartbeat');
        clock.advance(Math.min(5_000, ms - passed));
      }
    },
  };
}

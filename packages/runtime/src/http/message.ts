import type { TlsPair } from './app.ts';
import type { EmergencyCall, EmergencyOutcome } from './emergency-call.ts';
import type { StreamEvent } from './stream-event.ts';

/** What the thread of the port is told when it is started. */
export interface FrontOrders {
  readonly host: string;
  readonly port: number;
  readonly tls: TlsPair | null;
  readonly isReadingOpen: boolean;
  readonly tokensPath: string;
  readonly runId: string;
  /** JSON text. */
  readonly health: string;
  /** A status that was heard of longer ago counts no more. Milliseconds. */
  readonly staleAfterMs: number;
}

/** From the engine. */
export type ToFront =
  | { readonly kind: 'status'; readonly text: string }
  /** No status counts any more: the loop has stopped for good. */
  | { readonly kind: 'stopped' }
  | { readonly kind: 'event'; readonly event: StreamEvent }
  | { readonly kind: 'metrics'; readonly text: string | null }
  | { readonly kind: 'emergency'; readonly id: number; readonly outcome: EmergencyOutcome }
  | { readonly kind: 'close' };

/** From the port. `heard` gives back the room that statuses and events took. */
export type FromFront =
  | { readonly kind: 'open'; readonly address: string; readonly port: number }
  | { readonly kind: 'refused'; readonly why: string }
  | { readonly kind: 'heard'; readonly what: 'status' | 'event' }
  | { readonly kind: 'metrics' }
  | { readonly kind: 'emergency'; readonly id: number; readonly call: EmergencyCall }
  | { readonly kind: 'closed' };

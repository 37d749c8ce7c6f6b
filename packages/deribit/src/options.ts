import type { Event } from '@holdfast/core';
import type { Instrument } from '@holdfast/core/instrument';
import type { Clock } from './clock.ts';
import type { Authentication, Credentials } from './authentication.ts';
import type { Interval } from './protocol/channels.ts';
import type { OpenSocket } from './socket.ts';

export interface DeribitOptions {
  /** `ws://127.0.0.1:8080/ws/api/v2`. */
  readonly url: string;
  /** Null: market data alone; no account, no orders. */
  readonly credentials: Credentials | null;
  /** Settlement currencies, as `public/get_instruments` takes them. */
  readonly currencies: readonly string[];
  readonly clock: Clock;
  readonly post: (event: Event) => void;
  /** [0, 1): spreads reconnections, and makes nonces. */
  readonly jitter: () => number;
  /** Order messages as they cross the wire: no secret is ever among them. */
  readonly onWire?: (message: WireMessage) => void;
  readonly marketInterval: Interval;
  /** `client_signature` unless said otherwise: the secret then never leaves the process. */
  readonly authentication?: Authentication;
  /** Which instruments to hear books and tickers of; all of them unless said otherwise. */
  readonly includes?: (instrument: Instrument) => boolean;
  /** Heard in any case, with their indexes: the market monitors look at them (AMB-33). */
  readonly references?: readonly string[];
  /**
   * Listed by name, heard and reconciled beside the currencies: what hedges settles in a currency
   * of which nothing else is wanted (D-15).
   */
  readonly hedges?: { readonly settlement: string; readonly instruments: readonly string[] };
  /** The network; a WebSocket unless said otherwise. */
  readonly openSocket?: OpenSocket;
}

/** One order message: a request, its answer, or news of orders and trades. */
export interface WireMessage {
  readonly at: number;
  readonly direction: 'out' | 'in';
  /** Of the request; null where the venue speaks unasked. */
  readonly method: string | null;
  readonly label: string | null;
  readonly id: number | null;
  readonly text: string;
}

import type { Fetch } from '@holdfast/core';
import { Link } from './link.ts';
import type { LinkMeasurement, LinkTelemetry } from './link-meter.ts';
import type { DeribitOptions } from './options.ts';
import type { RpcTransport } from './protocol/rpc.ts';

export type { LinkMeasurement, LinkTelemetry } from './link-meter.ts';
export type { DeribitOptions, WireMessage } from './options.ts';
export type { OpenSocket, Socket, SocketEnd, SocketHandlers } from './socket.ts';
export { openWebSocket } from './socket.ts';

export interface DeribitLink {
  /** For the order client alone. */
  readonly transport: RpcTransport;
  readonly venue: { fetch(request: Fetch): void };
  /** Connects, and stays connected until `close`. */
  open(): void;
  /**
   * Logs out and closes. Cancels nothing, and neither does the venue: a logout does not trigger
   * cancel-on-disconnect, so whoever shuts down cancels first (D-18).
   */
  close(): Promise<void>;
  /**
   * Cuts the connection for good, without a logout: whatever of ours still rests, the venue cancels
   * (D-18). For whoever cannot say that nothing does.
   */
  abandon(): Promise<void>;
  /** Cuts the connection as a broken network would; it comes back as after any other cut. */
  drop(): void;
  telemetry(): LinkTelemetry;
  measure(): LinkMeasurement;
}

/**
 * Deribit over one WebSocket. Nothing is connected before `open`; what happens from then on arrives
 * as events. Whether there is a session is told when it changes, the first time by `open` itself.
 */
export function connectDeribit(options: DeribitOptions): DeribitLink {
  const link = new Link(options);
  return {
    transport: { call: (method, params, reply) => link.call(method, params, reply) },
    venue: { fetch: (request) => link.fetch(request) },
    open: () => link.open(),
    close: () => link.close(),
    abandon: () => link.abandon(),
    drop: () => link.drop(),
    telemetry: () => link.telemetry(),
    measure: () => link.measure(),
  };
}

import type { SessionEnd } from './session.ts';

/** What the server saw; told in its report only, never over the Deribit API. */
export interface ServerCounters {
  connections: number;
  /** Beyond the connections one address may have. */
  connectionsRefused: number;
  /** WebSocket sessions, by how they ended. */
  readonly sessionsEnded: Record<SessionEnd, number>;
  requests: number;
  /** Of the methods there are. */
  readonly requestsByMethod: Record<string, number>;
  readonly errorsByCode: Record<string, number>;
  /** Orders cancelled because their connection was lost. */
  cancelledOnDisconnect: number;
}

export function createServerCounters(): ServerCounters {
  return {
    connections: 0,
    connectionsRefused: 0,
    sessionsEnded: {
      closed: 0,
      logout: 0,
      too_many_requests: 0,
      heartbeat_lost: 0,
      inactive: 0,
      slow_reader: 0,
      key_revoked: 0,
      server_closing: 0,
    },
    requests: 0,
    requestsByMethod: {},
    errorsByCode: {},
    cancelledOnDisconnect: 0,
  };
}

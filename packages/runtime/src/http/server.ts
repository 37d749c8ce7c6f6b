import type { AddressInfo } from 'node:net';
import { isLoopbackHost } from '../loopback.ts';
import { createApp } from './app.ts';

/** Asked anew for every request, in the process that knows; nothing is kept between two answers. */
export interface HttpSources {
  /** The document of `describe`; its `loop_tick_last_ts_ms` says how fresh it is. */
  status(): object;
  health(): Health;
  /** Prometheus text. */
  metrics(): Promise<string>;
}

/** `ok` is that the process answers, and no more (phases section 5.3). */
export interface Health {
  readonly ok: true;
  readonly build_id: string;
  readonly contract_version: string;
}

export interface HttpOptions {
  readonly host: string;
  /** 0 takes any free port. */
  readonly port: number;
  readonly sources: HttpSources;
}

export interface HttpServer {
  /** `http://host:port`, without a path. */
  readonly url: string;
  close(): Promise<void>;
}

const PROMETHEUS_TEXT = 'text/plain; version=0.0.4; charset=utf-8';

/**
 * The read-only face of the engine: three GETs, and nothing that changes anything (AT-407). Asking
 * for health is not a heartbeat: whoever can reach a port could vouch for a watchdog that is gone
 * (decision 0011). Loopback only: without TLS and authentication no other address is taken.
 * Rejects with one sentence when the address is not ours to take.
 */
export async function startHttp(options: HttpOptions): Promise<HttpServer> {
  const { host, port, sources } = options;
  if (!isLoopbackHost(host)) {
    throw new Error(
      `http.host ${host}: only a loopback address (127.0.0.0/8, ::1, localhost) is served ` +
        'without TLS and authentication, which this build does not have',
    );
  }
  const app = createApp(['GET']);
  app.addHook('onRequest', async (request, reply) => {
    // A page of another site that had its name point here (DNS rebinding) reads nothing.
    if (!isLoopbackHost(nameOf(request.headers.host ?? ''))) {
      await reply.code(403).send({ error: 'host_not_allowed' });
    }
  });
  app.get('/api/v1/status', () => sources.status());
  app.get('/api/v1/health', () => sources.health());
  app.get('/metrics', async (_request, reply) => {
    const text = await sources.metrics();
    return reply.type(PROMETHEUS_TEXT).send(text);
  });
  try {
    await app.listen({ host, port });
  } catch (error) {
    await app.close();
    const why = error instanceof Error ? error.message : 'unknown';
    throw new Error(`http ${host}:${port} cannot be served: ${why}`, { cause: error });
  }
  const bound = app.server.address() as AddressInfo;
  const shown = bound.family === 'IPv6' ? `[${bound.address}]` : bound.address;
  return { url: `http://${shown}:${bound.port}`, close: () => app.close() };
}

/** A `Host` header without its port. */
function nameOf(header: string): string {
  return header.replace(/:\d{1,5}$/, '');
}

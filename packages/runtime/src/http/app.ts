import fastify, {
  type FastifyInstance,
  type FastifyReply,
  type FastifyServerOptions,
} from 'fastify';

/** Our requests are a line and a few hundred bytes; what is bigger is not for us. */
const BODY_BYTES_MAX = 4_096;
const HEADER_BYTES_MAX = 8_192;
const REQUEST_TIMEOUT_MS = 5_000;
const IDLE_TIMEOUT_MS = 5_000;
const CONNECTIONS_MAX = 64;
/** A connection that asks without end is closed and may come again: nobody owns one for ever. */
const REQUESTS_PER_CONNECTION_MAX = 1_000;

/** PEM text. */
export interface TlsPair {
  readonly certificate: string;
  readonly key: string;
}

/**
 * A bounded HTTP server: other methods than `methods` are 405 before anything is read. Who makes it
 * says how it refuses the rest; nothing of an error's text may leave.
 */
export function createApp(methods: readonly string[], tls: TlsPair | null = null): FastifyInstance {
  const shared = { maxHeaderSize: HEADER_BYTES_MAX };
  const secure = { ...shared, minVersion: 'TLSv1.2', cert: tls?.certificate, key: tls?.key };
  const app = fastify({
    logger: false,
    bodyLimit: BODY_BYTES_MAX,
    requestTimeout: REQUEST_TIMEOUT_MS,
    connectionTimeout: IDLE_TIMEOUT_MS,
    keepAliveTimeout: IDLE_TIMEOUT_MS,
    maxRequestsPerSocket: REQUESTS_PER_CONNECTION_MAX,
    forceCloseConnections: true,
    exposeHeadRoutes: false,
    ...(tls === null ? { http: shared } : { https: secure }),
    frameworkErrors: (_error: Error, _request: unknown, reply: unknown) =>
      refuseUrl(reply as FastifyReply),
    // The library types a server by its transport; ours is used the same way over both.
  } as FastifyServerOptions);
  app.server.maxConnections = CONNECTIONS_MAX;
  app.addHook('onRequest', async (request, reply) => {
    void reply.headers({ 'cache-control': 'no-store', 'x-content-type-options': 'nosniff' });
    if (methods.includes(request.method)) return;
    await refuseMethod(reply, methods);
  });
  return app;
}

/** Unknown paths are 404, an answer that could not be made 503, and each of one word. */
export function refusePlainly(app: FastifyInstance): void {
  app.setNotFoundHandler((_request, reply) => reply.code(404).send({ error: 'not_found' }));
  app.setErrorHandler((error, _request, reply) => {
    const status = statusOf(error);
    return reply.code(status).send({ error: status < 500 ? 'bad_request' : 'unavailable' });
  });
}

export async function refuseMethod(reply: FastifyReply, allowed: readonly string[]): Promise<void> {
  // The body of what we refuse is not read, so this connection ends here.
  void reply.headers({ allow: allowed.join(', '), connection: 'close' });
  await reply.code(405).send({ error: 'method_not_allowed' });
}

function refuseUrl(reply: FastifyReply): void {
  void reply.code(400).send({ error: 'bad_request' });
}

/** The client's own mistakes keep their number; whatever went wrong here is 503. */
function statusOf(error: unknown): number {
  if (typeof error !== 'object' || error === null || !('statusCode' in error)) return 503;
  const { statusCode } = error;
  return typeof statusCode === 'number' && statusCode >= 400 && statusCode < 500 ? statusCode : 503;
}

import fastify, { type FastifyInstance, type FastifyReply } from 'fastify';

/** Our requests are a line and a few hundred bytes; what is bigger is not for us. */
const BODY_BYTES_MAX = 4_096;
const HEADER_BYTES_MAX = 8_192;
const REQUEST_TIMEOUT_MS = 5_000;
const IDLE_TIMEOUT_MS = 5_000;
const CONNECTIONS_MAX = 64;

/**
 * A bounded HTTP server with JSON refusals: other methods than `methods` are 405 before anything is
 * read, unknown paths 404, an answer that could not be made 503. Nothing of an error's text leaves.
 */
export function createApp(methods: readonly string[]): FastifyInstance {
  const app = fastify({
    logger: false,
    bodyLimit: BODY_BYTES_MAX,
    requestTimeout: REQUEST_TIMEOUT_MS,
    connectionTimeout: IDLE_TIMEOUT_MS,
    keepAliveTimeout: IDLE_TIMEOUT_MS,
    forceCloseConnections: true,
    exposeHeadRoutes: false,
    http: { maxHeaderSize: HEADER_BYTES_MAX },
    frameworkErrors: (_error, _request, reply) => refuseUrl(reply as FastifyReply),
  });
  app.server.maxConnections = CONNECTIONS_MAX;
  app.addHook('onRequest', async (request, reply) => {
    void reply.headers({ 'cache-control': 'no-store', 'x-content-type-options': 'nosniff' });
    if (methods.includes(request.method)) return;
    // The body of what we refuse is not read, so this connection ends here.
    void reply.headers({ allow: methods.join(', '), connection: 'close' });
    await reply.code(405).send({ error: 'method_not_allowed' });
  });
  app.setNotFoundHandler((_request, reply) => reply.code(404).send({ error: 'not_found' }));
  app.setErrorHandler((error, _request, reply) => {
    const status = statusOf(error);
    return reply.code(status).send({ error: status < 500 ? 'bad_request' : 'unavailable' });
  });
  return app;
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

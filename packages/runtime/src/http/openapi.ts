import swagger from '@fastify/swagger';
import { CONTRACT_VERSION } from '@holdfast/core/guard';
import fastify, { type RouteOptions } from 'fastify';
import { RefusalSchema, ROUTES, type Route } from './routes.ts';

const REFUSED: Readonly<Record<number, string>> = {
  400: 'The request, or its body, is not what it should be.',
  401: 'No token, or one that opens nothing.',
  403: 'The token does not allow this, or the name of the host is not this machine’s.',
  406: 'Only `text/event-stream` is to be had here.',
  413: 'The body is too large.',
  415: 'The body is not JSON.',
  429: 'Too many requests of this token or address.',
  503: 'Nobody can tell, or nothing was done; `reason` says why.',
};

/** Whatever route it is. */
const EVERYWHERE = [401, 403, 429];

const INFO = {
  title: 'Holdfast control plane',
  version: CONTRACT_VERSION,
  description:
    'What the engine may do now and why, what happens to it, and one call that stops it from ' +
    'opening risk. Nothing here can raise risk.',
};

/** OpenAPI 3.1 of the routes the port serves, from the same table and the same schemas. */
export async function openApiDocument(): Promise<object> {
  const app = fastify({ logger: false, exposeHeadRoutes: false });
  app.setValidatorCompiler(() => () => true);
  app.setSerializerCompiler(() => (answer) => JSON.stringify(answer));
  await app.register(swagger, {
    openapi: {
      openapi: '3.1.0',
      info: INFO,
      components: {
        securitySchemes: {
          token: {
            type: 'http',
            scheme: 'bearer',
            description: 'Made by `holdfast token create`.',
          },
        },
      },
    },
  });
  for (const route of ROUTES) app.route(describeRoute(route));
  await app.ready();
  const document = app.swagger() as OpenApi;
  await app.close();
  // The library calls every body required; ours may be left out.
  for (const { path } of ROUTES) {
    const body = document.paths[path]?.post?.requestBody;
    if (body !== undefined) body.required = false;
  }
  return document;
}

/** As far as it is touched here. */
interface OpenApi {
  readonly paths: Readonly<
    Record<string, { readonly post?: { readonly requestBody?: { required: boolean } } }>
  >;
}

function describeRoute(route: Route): RouteOptions {
  const { method, path, scope, summary, description, body, answer, refusals } = route;
  const refused = [...new Set([...EVERYWHERE, ...refusals])].sort((a, b) => a - b);
  return {
    method,
    url: path,
    handler: () => null,
    schema: {
      operationId: operationOf(method, path),
      summary,
      description: `${description}\n\nScope: \`${scope}\`.`,
      security: [{ token: [] }],
      ...(body === null ? {} : { body }),
      response: {
        200: { description: 'As asked.', content: { [answer.type]: { schema: answer.schema } } },
        ...Object.fromEntries(
          refused.map((status) => [
            status,
            {
              description: REFUSED[status] ?? '',
              content: { 'application/json': { schema: RefusalSchema } },
            },
          ]),
        ),
      },
    },
  };
}

/** `getStatus`, `postEmergencyReduceOnly`. */
function operationOf(method: string, path: string): string {
  const words = path.replace(/^\/api\/v1/, '').split(/[/_]/);
  const named = words.map((word) => word.charAt(0).toUpperCase() + word.slice(1)).join('');
  return `${method.toLowerCase()}${named}`;
}

import type { IncomingMessage, ServerResponse } from 'node:http';
import { isMethod, METHODS, parseRequest } from '@holdfast/deribit/protocol';
import type { Authenticated, Authenticator, Identity } from './auth.ts';
import { readQuery } from './query-params.ts';
import { type Refusal, refuse } from './refusal.ts';
import { REQUEST_BYTES_MAX, type Responder, type Response } from './respond.ts';

export const HTTP_PATH = '/api/v2';

export interface HttpDoorOptions {
  readonly responder: Responder;
  readonly authenticator: Authenticator;
}

/** Deribit over HTTP: `GET /api/v2/{method}?param=…`, and `POST` with a JSON-RPC body. */
export class HttpDoor {
  readonly #options: HttpDoorOptions;

  constructor(options: HttpDoorOptions) {
    this.#options = options;
  }

  handle(request: IncomingMessage, response: ServerResponse): void {
    const uri = request.url ?? '/';
    const [path = '', ...query] = uri.split('?');
    const isOurs = path === HTTP_PATH || path.startsWith(`${HTTP_PATH}/`);
    const method = path.slice(HTTP_PATH.length + 1);
    if (!isOurs) return this.#refuse(response, 404, refuse(-32601, 'no such path'));
    if (request.method === 'GET') {
      request.resume();
      return this.#get(request, response, method, query.join('?'));
    }
    if (request.method === 'POST') return this.#post(request, response, method);
    request.resume();
    return this.#refuse(response, 405, refuse(-32600, 'GET or POST'));
  }

  #get(request: IncomingMessage, response: ServerResponse, method: string, query: string): void {
    if (!isMethod(method)) return this.#refuse(response, 404, refuse(-32601, 'no such method'));
    const params = readQuery(new URLSearchParams(query), METHODS[method].params);
    if (params === null) {
      return this.#refuse(response, 400, refuse(-32602, 'a param was given twice'));
    }
    this.#answer(request, response, '', (identity) =>
      this.#options.responder.respond(
        { ok: true, id: null, method, params },
        { session: null, identity, ip: ipOf(request) },
      ),
    );
  }

  #post(request: IncomingMessage, response: ServerResponse, method: string): void {
    const chunks: Buffer[] = [];
    let size = 0;
    request.on('data', (chunk: Buffer) => {
      size += chunk.length;
      if (size <= REQUEST_BYTES_MAX) chunks.push(chunk);
      else if (!response.headersSent) {
        response.setHeader('connection', 'close');
        this.#refuse(response, 413, refuse(-32600, `more than ${REQUEST_BYTES_MAX} bytes`));
      }
    });
    request.on('end', () => {
      if (response.headersSent) return;
      const body = Buffer.concat(chunks).toString('utf8');
      const parsed = parseRequest(body);
      if (parsed.ok && method !== '' && parsed.method !== method) {
        this.#refuse(response, 400, refuse(-32600, 'path and body name different methods'));
        return;
      }
      this.#answer(request, response, body, (identity) =>
        this.#options.responder.respond(parsed, { session: null, identity, ip: ipOf(request) }),
      );
    });
  }

  #answer(
    request: IncomingMessage,
    response: ServerResponse,
    body: string,
    respond: (identity: Identity | null) => Response,
  ): void {
    const identified = this.#identify(request, body);
    if (!identified.ok) return this.#refuse(response, statusOf(identified.error.code), identified);
    const { text, code, afterwards } = respond(identified.identity);
    write(response, code === null ? 200 : statusOf(code), text ?? '');
    afterwards();
  }

  #identify(
    request: IncomingMessage,
    body: string,
  ): Authenticated | { readonly ok: true; readonly identity: null } {
    const { authenticator } = this.#options;
    const header = request.headers.authorization;
    if (header === undefined) return { ok: true, identity: null };
    const [scheme = '', ...rest] = header.split(' ');
    const value = rest.join(' ').trim();
    switch (scheme.toLowerCase()) {
      case 'bearer':
        return authenticator.byToken(value, null);
      case 'basic':
        return authenticator.byBasic(value);
      case 'deri-hmac-sha256': {
        const signed = `${request.method}\n${request.url}\n${body}\n`;
        return authenticator.byRequestSignature(value, signed);
      }
      default:
        return refuse(13004, 'unknown scheme', 'Authorization');
    }
  }

  #refuse(response: ServerResponse, status: number, refusal: Refusal): void {
    write(response, status, this.#options.responder.refusal(refusal));
  }
}

export function ipOf(request: IncomingMessage): string {
  return request.socket.remoteAddress ?? '';
}

export function write(response: ServerResponse, status: number, text: string): void {
  response.writeHead(status, {
    'content-type': 'application/json',
    'content-length': Buffer.byteLength(text),
  });
  response.end(text);
}

/** Everything a client got wrong is 400; clients read the code in the body first. */
function statusOf(code: number): number {
  switch (code) {
    case 10000:
    case 13004:
    case 13009:
      return 401;
    case 13021:
    case 13403:
      return 403;
    case 10028:
      return 429;
    case -32601:
      return 404;
    default:
      return 400;
  }
}

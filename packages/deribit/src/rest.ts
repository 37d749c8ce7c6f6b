import { parseFrame, type RpcAnswer, type RpcParams } from './protocol/rpc.ts';

export interface RestOptions {
  /** `http://127.0.0.1:8080/api/v2`, without a slash at the end. */
  readonly baseUrl: string;
  readonly timeoutMs: number;
  /** The platform's own unless a test stands in for it. */
  readonly fetch?: (address: string, request: RequestInit) => Promise<Response>;
}

/** Snapshots and probes over HTTP. One request, one answer: nothing is tried twice. */
export interface RestClient {
  /** @param accessToken of `public/auth`; sent as a header, never in the address. */
  get(method: string, params: RpcParams, accessToken?: string): Promise<RpcAnswer>;
  post(method: string, params: RpcParams, accessToken?: string): Promise<RpcAnswer>;
}

/** A whole chain is about a megabyte; what is larger was not asked for. */
const BODY_MAX = 16 * 1024 * 1024;

export function createRestClient(options: RestOptions): RestClient {
  const { baseUrl } = options;
  return {
    get(method, params, accessToken) {
      const query = new URLSearchParams();
      for (const [name, value] of Object.entries(params)) {
        query.set(name, typeof value === 'string' ? value : JSON.stringify(value));
      }
      const text = query.toString();
      const address = `${baseUrl}/${method}${text === '' ? '' : `?${text}`}`;
      return ask(options, address, { method: 'GET', headers: headers(accessToken) });
    },
    post(method, params, accessToken) {
      const body = JSON.stringify({ jsonrpc: '2.0', id: 1, method, params });
      const type = { 'content-type': 'application/json' };
      return ask(options, `${baseUrl}/${method}`, {
        method: 'POST',
        headers: { ...headers(accessToken), ...type },
        body,
      });
    },
  };
}

function headers(accessToken: string | undefined): Readonly<Record<string, string>> {
  return accessToken === undefined ? {} : { authorization: `Bearer ${accessToken}` };
}

/** The edge where a network that fails becomes an answer that says so. */
async function ask(
  { timeoutMs, fetch: send = fetch }: RestOptions,
  address: string,
  request: RequestInit,
): Promise<RpcAnswer> {
  const signal = AbortSignal.timeout(timeoutMs);
  try {
    const response = await send(address, { ...request, signal, redirect: 'error' });
    const text = await boundedText(response);
    if (text === null) return { ok: null, fault: 'body_too_large' };
    return answerOf(text, response.status);
  } catch (error) {
    if (signal.aborted) return { ok: null, fault: 'timed_out' };
    return { ok: null, fault: `unreachable: ${error instanceof Error ? error.message : ''}` };
  }
}

async function boundedText(response: Response): Promise<string | null> {
  if (response.body === null) return '';
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of response.body) {
    size += chunk.length;
    // Leaving the loop cancels the rest.
    if (size > BODY_MAX) return null;
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}

/**
 * The answer to a GET has no id, and over HTTP none is needed: it is given one to be read like any
 * other. One of its own comes later in the text, and wins.
 */
function answerOf(text: string, status: number): RpcAnswer {
  const body = text.trimStart();
  const frame = parseFrame(body.startsWith('{') ? `{"id":0,${body.slice(1)}` : body);
  if (frame.kind === 'answer') return frame.answer;
  return { ok: null, fault: status === 200 ? 'malformed_answer' : `http_${status}` };
}

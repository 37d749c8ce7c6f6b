import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

/** One key of the pretended exchange: its scope words and the account it leads to. */
interface Key {
  readonly secret: string;
  readonly scope: string;
  readonly account: string;
}

type Params = Readonly<Record<string, unknown>>;

export interface ScopedExchange {
  readonly url: string;
  /** Every method that was called, in order. */
  readonly methods: string[];
  close(): Promise<void>;
}

const fail = (code: number, message: string) => ({ error: { code, message } });
const words = (scope: string): readonly string[] => scope.split(' ');

/**
 * Answers as the exchange does to a key that is let in, refused, or asks for more than it may:
 * permissions are checked before parameters.
 */
export async function openScopedExchange(
  keys: Readonly<Record<string, Key>>,
  answers: Readonly<Record<string, object>> = {},
): Promise<ScopedExchange> {
  const methods: string[] = [];
  const answer = (method: string, params: Params, token: string | null): object => {
    methods.push(method);
    if (answers[method] !== undefined) return answers[method];
    if (method === 'public/auth') return authenticate(keys, params);
    if (method === 'public/get_index_price') return { result: { index_price: 60_000 } };
    const key = token === null ? undefined : keys[token];
    if (key === undefined) return fail(13_009, 'unauthorized');
    const needs: Readonly<Record<string, string>> = {
      'private/get_account_summary': 'account:read',
      'private/cancel': 'trade:read_write',
      'private/withdraw': 'wallet:read_write',
      'private/submit_transfer_to_subaccount': 'wallet:read_write',
    };
    const need = needs[method];
    if (need === undefined) return fail(-32_601, 'Method not found');
    const has = words(key.scope);
    if (!has.includes(need) && !has.includes(`${need}_write`)) return fail(13_021, 'forbidden');
    if (method === 'private/get_account_summary') return { result: { username: key.account } };
    if (method === 'private/cancel') return fail(10_004, 'order_not_found');
    return fail(-32_602, 'Invalid params');
  };
  const server = createServer((request, response) => {
    let body = '';
    request.on('data', (part: Buffer) => {
      body += part.toString();
    });
    request.on('end', () => {
      const { id, method, params } = JSON.parse(body) as {
        id: number;
        method: string;
        params: Params;
      };
      const token = /^bearer (.+)$/i.exec(request.headers.authorization ?? '')?.[1] ?? null;
      response.setHeader('content-type', 'application/json');
      response.end(JSON.stringify({ jsonrpc: '2.0', id, ...answer(method, params, token) }));
    });
  });
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}/api/v2`,
    methods,
    close: () => new Promise((done) => server.close(() => done())),
  };
}

/** The token is the id: this exchange keeps nobody out but those it knows to be wrong. */
function authenticate(keys: Readonly<Record<string, Key>>, params: Params): object {
  const id = String(params['client_id']);
  const key = keys[id];
  if (key === undefined || key.secret !== params['client_secret']) {
    return fail(13_004, 'invalid_credentials');
  }
  return { result: { access_token: id, scope: key.scope, expires_in: 900 } };
}

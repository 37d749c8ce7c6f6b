import { describe, expect, it } from 'vitest';
import { createRestClient } from './rest.ts';

interface Sent {
  readonly address: string;
  readonly init: RequestInit;
}

function rest(respond: (signal: AbortSignal) => Response | Promise<Response>, timeoutMs = 1_000) {
  const sent: Sent[] = [];
  const client = createRestClient({
    baseUrl: 'http://venue.invalid/api/v2',
    timeoutMs,
    fetch: async (address, init) => {
      sent.push({ address, init });
      return respond(init.signal ?? AbortSignal.abort());
    },
  });
  return { client, sent };
}

function json(body: unknown, status = 200): Response {
  return new Response(JSON.stringify(body), { status });
}

function bodyOf(sent: Sent | undefined): string {
  return typeof sent?.init.body === 'string' ? sent.init.body : '';
}

describe('rest client', () => {
  it('asks by GET with plain params, and the token in a header alone', async () => {
    const { client, sent } = rest(() => json({ jsonrpc: '2.0', result: { equity: 1 } }));
    const params = { currency: 'BTC', extended: true, count: 3 };
    const answer = await client.get('private/get_account_summary', params, 'token-1');
    expect(answer).toEqual({ ok: true, result: { equity: 1 } });
    expect(sent[0]?.address).toBe(
      'http://venue.invalid/api/v2/private/get_account_summary?currency=BTC&extended=true&count=3',
    );
    expect(new Headers(sent[0]?.init.headers).get('authorization')).toBe('Bearer token-1');
  });

  it('asks by POST with a JSON-RPC body', async () => {
    const { client, sent } = rest(() => json({ jsonrpc: '2.0', id: 1, result: 'ok' }));
    expect(await client.post('public/test', {})).toEqual({ ok: true, result: 'ok' });
    expect(JSON.parse(bodyOf(sent[0]))).toMatchObject({ method: 'public/test' });
  });

  it('reads an error of the venue, whatever the status says', async () => {
    const error = { code: 10_028, message: 'too_many_requests' };
    const { client } = rest(() => json({ jsonrpc: '2.0', error }, 429));
    expect(await client.get('public/test', {})).toEqual({ ok: false, error });
  });

  it.each([
    ['a page of a proxy', () => new Response('<html>', { status: 502 }), 'http_502'],
    ['429 without a word', () => new Response('', { status: 429 }), 'http_429'],
    ['an answer that is none', () => json(['x']), 'malformed_answer'],
    [
      'a refused connection',
      () => Promise.reject(new TypeError('refused')),
      'unreachable: refused',
    ],
  ])('makes %s a fault', async (_what, respond, fault) => {
    const { client } = rest(respond);
    expect(await client.get('public/test', {})).toEqual({ ok: null, fault });
  });

  it('gives up on a silence and on a body without end', async () => {
    const silent = rest(
      (signal) =>
        new Promise((_, reject) => {
          signal.addEventListener('abort', () => reject(new Error('aborted')));
        }),
      20,
    );
    expect(await silent.client.get('public/test', {})).toEqual({ ok: null, fault: 'timed_out' });
    const chunk = new Uint8Array(1024 * 1024);
    const endless = new ReadableStream<Uint8Array>({
      pull: (controller) => controller.enqueue(chunk),
    });
    const flood = rest(() => new Response(endless));
    expect(await flood.client.get('public/test', {})).toEqual({
      ok: null,
      fault: 'body_too_large',
    });
  });
});

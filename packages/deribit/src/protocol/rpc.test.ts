import { describe, expect, it } from 'vitest';
import {
  encodeAnswer,
  encodeHeartbeat,
  encodeNotification,
  encodeRequest,
  parseFrame,
  parseRequest,
} from './index.ts';
import { REQUEST_MAX } from './rpc.ts';

const STAMP = { usIn: 1_000, usOut: 1_250, testnet: true };

describe('requests', () => {
  it('the exchange reads what the client wrote', () => {
    const params = { instrument_name: 'BTC-PERPETUAL', amount: 10, nested: [null, 'é'] };
    expect(parseRequest(encodeRequest(7, 'private/buy', params))).toEqual({
      ok: true,
      id: 7,
      method: 'private/buy',
      params,
    });
  });

  it('id and params may be left out, an id may be text', () => {
    expect(parseRequest('{"jsonrpc":"2.0","method":"public/test"}')).toEqual({
      ok: true,
      id: null,
      method: 'public/test',
      params: {},
    });
    expect(parseRequest('{"jsonrpc":"2.0","id":"a","method":"m","params":{}}')).toMatchObject({
      ok: true,
      id: 'a',
    });
  });

  it.each([
    ['', -32700, null],
    ['{"jsonrpc":"2.0","id":1', -32700, null],
    ['[]', -32600, null],
    ['null', -32600, null],
    ['{"jsonrpc":"2.0","id":{},"method":"m"}', -32600, null],
    ['{"jsonrpc":"1.0","id":1,"method":"m"}', -32600, 1],
    ['{"id":1,"method":"m"}', -32600, 1],
    ['{"jsonrpc":"2.0","id":1}', -32600, 1],
    ['{"jsonrpc":"2.0","id":1,"method":5}', -32600, 1],
    ['{"jsonrpc":"2.0","id":1,"method":"m","params":[1]}', -32600, 1],
    ['{"jsonrpc":"2.0","id":1,"method":"m","params":null}', -32600, 1],
  ])('refuses %j', (text, code, id) => {
    expect(parseRequest(text)).toMatchObject({ ok: false, code, id });
  });

  it('has a bound', () => {
    const params = { label: 'x'.repeat(REQUEST_MAX) };
    expect(parseRequest(encodeRequest(1, 'm', params))).toMatchObject({ ok: false, code: -32600 });
  });
});

describe('frames', () => {
  it('an answer comes back with its id, its stamp beside it', () => {
    const text = encodeAnswer(7, { ok: true, result: { a: [1] } }, STAMP);
    expect(JSON.parse(text)).toEqual({
      jsonrpc: '2.0',
      id: 7,
      result: { a: [1] },
      testnet: true,
      usIn: 1_000,
      usOut: 1_250,
      usDiff: 250,
    });
    expect(parseFrame(text)).toEqual({
      kind: 'answer',
      id: 7,
      answer: { ok: true, result: { a: [1] } },
    });
  });

  it('a result of null is an answer, no result is none', () => {
    const text = encodeAnswer(7, { ok: true, result: null }, STAMP);
    expect(parseFrame(text)).toMatchObject({ answer: { ok: true, result: null } });
    expect(parseFrame('{"jsonrpc":"2.0","id":7}')).toMatchObject({ fault: 'malformed_frame' });
  });

  it('an error keeps its code and its explanation', () => {
    const error = { code: 10_028, message: 'too_many_requests', data: { wait: 1 } };
    expect(parseFrame(encodeAnswer(7, { ok: false, error }, STAMP))).toEqual({
      kind: 'answer',
      id: 7,
      answer: { ok: false, error },
    });
  });

  it('an error nobody asked for is a fault that says what it was', () => {
    const error = { code: -32_700, message: 'parse error' };
    expect(parseFrame(encodeAnswer(null, { ok: false, error }, STAMP))).toEqual({
      kind: 'fault',
      fault: 'error_without_id',
      detail: '-32700 parse error',
    });
  });

  it('notifications and heartbeats are told apart', () => {
    expect(parseFrame(encodeNotification('platform_state', { locked: true }))).toEqual({
      kind: 'notification',
      channel: 'platform_state',
      data: { locked: true },
    });
    for (const type of ['heartbeat', 'test_request'] as const) {
      expect(parseFrame(encodeHeartbeat(type))).toEqual({ kind: 'heartbeat', type });
    }
  });

  it.each([
    ['', 'not_json'],
    ['{"jsonrpc":"2.0","id":7,"result":1', 'not_json'],
    ['7', 'not_an_object'],
    ['[{"id":7}]', 'not_an_object'],
    ['{}', 'malformed_frame'],
    ['{"id":"7","result":1}', 'malformed_frame'],
    ['{"id":1.5,"result":1}', 'malformed_frame'],
    ['{"id":7,"error":{"code":"x","message":"m"}}', 'malformed_frame'],
    ['{"id":7,"error":{"code":1}}', 'malformed_frame'],
    ['{"id":7,"error":null}', 'malformed_frame'],
    ['{"method":"subscription","params":{"channel":5,"data":1}}', 'malformed_frame'],
    ['{"method":"subscription","params":{"channel":"c"}}', 'malformed_frame'],
    ['{"method":"subscription"}', 'malformed_frame'],
    ['{"method":"heartbeat","params":{"type":"other"}}', 'malformed_frame'],
    ['{"method":"unheard_of","params":{}}', 'malformed_frame'],
  ])('%j is a fault', (text, fault) => {
    expect(parseFrame(text)).toMatchObject({ kind: 'fault', fault });
  });

  it('a fault never repeats the text, which may hold a token', () => {
    const frame = parseFrame('{"id":null,"result":{"access_token":"secret"}}');
    expect(JSON.stringify(frame)).not.toContain('secret');
  });
});

/**
 * JSON-RPC 2.0 as Deribit speaks it, both directions: the client writes requests and reads frames,
 * the exchange reads requests and writes frames. Every reader is total: it answers or says what was
 * wrong.
 */

/** JSON-RPC to the venue. In one process or over a socket; the order client does not know which. */
export interface RpcTransport {
  /**
   * `reply` is called exactly once: with the venue's answer, or with a fault when none will come.
   */
  call(method: string, params: RpcParams, reply: (answer: RpcAnswer) => void): void;
}

export type RpcParams = Readonly<Record<string, unknown>>;

export type RpcAnswer =
  | { readonly ok: true; readonly result: unknown }
  | { readonly ok: false; readonly error: RpcError }
  /**
   * No answer: timed out, disconnected, unparseable. Whether the request was executed is unknown.
   */
  | { readonly ok: null; readonly fault: string };

/** An answer that came. */
export type VenueAnswer = Exclude<RpcAnswer, { readonly ok: null }>;

/** `data` is Deribit's own explanation, mostly `{reason, param}`; for people, never decided on. */
export interface RpcError {
  readonly code: number;
  readonly message: string;
  readonly data?: unknown;
}

/** What the venue sends to a client. */
export type Frame =
  | { readonly kind: 'answer'; readonly id: number; readonly answer: VenueAnswer }
  | { readonly kind: 'notification'; readonly channel: string; readonly data: unknown }
  | { readonly kind: 'heartbeat'; readonly type: 'heartbeat' | 'test_request' }
  | { readonly kind: 'fault'; readonly fault: FrameFault; readonly detail: string };

/**
 * `error_without_id`: the venue could not tell which request it refuses, so no caller can be told.
 */
export type FrameFault = 'not_json' | 'not_an_object' | 'malformed_frame' | 'error_without_id';

/** Bytes of a request the exchange still reads; Deribit's are a few hundred. */
export const REQUEST_MAX = 65_536;

/** `id` has to be new on its connection: answers are told apart by it alone. */
export function encodeRequest(id: number, method: string, params: RpcParams): string {
  return JSON.stringify({ jsonrpc: '2.0', id, method, params });
}

/** Reads one text frame of the venue. Unknown fields are tolerated, unknown frames are faults. */
export function parseFrame(text: string): Frame {
  const json = parseJson(text);
  if (json === undefined) return fault('not_json', sized(text));
  if (!isObject(json)) return fault('not_an_object', sized(text));
  if (json['method'] !== undefined) return parseNotice(json, text);
  const { id } = json;
  if (typeof id !== 'number' || !Number.isSafeInteger(id)) {
    const error = parseError(json['error']);
    if (error === null) return fault('malformed_frame', sized(text));
    return fault('error_without_id', `${error.code} ${error.message}`);
  }
  if (json['error'] !== undefined) {
    const error = parseError(json['error']);
    if (error === null) return fault('malformed_frame', sized(text));
    return { kind: 'answer', id, answer: { ok: false, error } };
  }
  if (!('result' in json)) return fault('malformed_frame', sized(text));
  return { kind: 'answer', id, answer: { ok: true, result: json['result'] } };
}

function parseNotice(json: RpcParams, text: string): Frame {
  const { method, params } = json;
  if (!isObject(params)) return fault('malformed_frame', sized(text));
  if (method === 'subscription' && typeof params['channel'] === 'string' && 'data' in params) {
    return { kind: 'notification', channel: params['channel'], data: params['data'] };
  }
  const { type } = params;
  if (method === 'heartbeat' && (type === 'heartbeat' || type === 'test_request')) {
    return { kind: 'heartbeat', type };
  }
  return fault('malformed_frame', sized(text));
}

function parseError(value: unknown): RpcError | null {
  if (!isObject(value)) return null;
  const { code, message, data } = value;
  if (typeof code !== 'number' || !Number.isSafeInteger(code)) return null;
  if (typeof message !== 'string') return null;
  return data === undefined ? { code, message } : { code, message, data };
}

export type RequestId = number | string | null;

export type ParsedRequest =
  | {
      readonly ok: true;
      readonly id: RequestId;
      readonly method: string;
      readonly params: RpcParams;
    }
  | {
      readonly ok: false;
      readonly id: RequestId;
      readonly code: -32700 | -32600;
      readonly message: string;
    };

/**
 * A request as the exchange hears it. No `id` is null, and is answered like any other; `params` may
 * be left out.
 */
export function parseRequest(text: string): ParsedRequest {
  if (text.length > REQUEST_MAX) return refused(null, -32600, 'request too long');
  const json = parseJson(text);
  if (json === undefined) return refused(null, -32700, 'parse error');
  if (!isObject(json)) return refused(null, -32600, 'request must be an object');
  const { jsonrpc, id = null, method, params = {} } = json;
  if (id !== null && typeof id !== 'number' && typeof id !== 'string') {
    return refused(null, -32600, 'id must be a number or a string');
  }
  if (jsonrpc !== '2.0') return refused(id, -32600, 'jsonrpc must be "2.0"');
  if (typeof method !== 'string') return refused(id, -32600, 'method must be a string');
  if (!isObject(params)) return refused(id, -32600, 'params must be an object');
  return { ok: true, id, method, params };
}

function refused(id: RequestId, code: -32700 | -32600, message: string): ParsedRequest {
  return { ok: false, id, code, message };
}

/** When the exchange took the request in and sent the answer, in microseconds, and which venue. */
export interface AnswerStamp {
  readonly usIn: number;
  readonly usOut: number;
  readonly testnet: boolean;
}

/** An answer with Deribit's envelope; `id` is left out when the request had none. */
export function encodeAnswer(id: RequestId, answer: VenueAnswer, stamp: AnswerStamp): string {
  return JSON.stringify({
    jsonrpc: '2.0',
    ...(id === null ? {} : { id }),
    ...(answer.ok ? { result: answer.result } : { error: answer.error }),
    testnet: stamp.testnet,
    usIn: stamp.usIn,
    usOut: stamp.usOut,
    usDiff: stamp.usOut - stamp.usIn,
  });
}

export function encodeNotification(channel: string, data: unknown): string {
  return JSON.stringify({ jsonrpc: '2.0', method: 'subscription', params: { channel, data } });
}

/** `test_request` has to be answered with `public/test`, or the venue closes the connection. */
export function encodeHeartbeat(type: 'heartbeat' | 'test_request'): string {
  return JSON.stringify({ jsonrpc: '2.0', method: 'heartbeat', params: { type } });
}

/** The edge where text that is not JSON becomes a value. */
function parseJson(text: string): unknown {
  try {
    const value: unknown = JSON.parse(text);
    return value;
  } catch {
    return undefined;
  }
}

function isObject(value: unknown): value is RpcParams {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function fault(name: FrameFault, detail: string): Frame {
  return { kind: 'fault', fault: name, detail };
}

/** Never the text itself: an answer to `public/auth` holds tokens. */
function sized(text: string): string {
  return `${text.length} characters`;
}

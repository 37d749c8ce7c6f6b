/** A served exchange with a few instruments on a clock the test winds, and a client of it. */
import { once } from 'node:events';
import { E8 } from '@holdfast/core/values';
import { WebSocket } from 'ws';
import { Exchange } from '../src/exchange/exchange.ts';
import {
  BTC,
  CALL,
  INDEX_E8,
  PERPETUAL,
  PUT,
  USDC,
  USDC_CALL,
} from '../src/exchange/exchange.fixture.ts';
import { type ApiKey, developmentKeys } from '../src/server/keys.ts';
import { createNoticeBoard, type NoticeBoard } from '../src/server/notice-board.ts';
import {
  type ExchangeServer,
  type ServerBounds,
  startExchangeServer,
} from '../src/server/server.ts';
import { VirtualClock } from '../src/virtual-clock.ts';

export { BTC, CALL, PERPETUAL, PUT, USDC_CALL } from '../src/exchange/exchange.fixture.ts';

export const START = Date.UTC(2026, 7, 20, 12);
const DEPOSITS = new Map([
  [BTC, 10 * E8],
  [USDC, 100_000 * E8],
]);

export interface TestServer extends AsyncDisposable {
  readonly exchange: Exchange;
  readonly server: ExchangeServer;
  readonly clock: VirtualClock;
  readonly keys: readonly ApiKey[];
  connect(): Promise<Client>;
  /** A session of one of the development keys, authenticated. */
  login(key?: 'trade' | 'read' | 'second'): Promise<Client>;
  /** The market's book of the call, in ticks of 0.0001 and steps of 0.1. */
  quote(bids: readonly number[], asks: readonly number[]): void;
  /** Winds the clock on, and waits until the client has read what that caused. */
  pass(ms: number, ...clients: Client[]): Promise<void>;
}

export interface TestServerOptions {
  readonly keys?: readonly ApiKey[];
  readonly creditsEnabled?: boolean;
  readonly bounds?: Partial<ServerBounds>;
}

/** The market's marks: call 0.1, put 0.02, perpetual at the index, USDC call 6500. */
function openExchange(notices: NoticeBoard): Exchange {
  const exchange = new Exchange({
    deposits: DEPOSITS,
    accounts: new Map([['second', DEPOSITS]]),
    onNotification: notices.post,
  });
  exchange.setIndex(BTC, INDEX_E8, START);
  exchange.list([CALL, PUT, PERPETUAL, USDC_CALL], START);
  const marks = [
    [CALL, 10_000_000],
    [PUT, 2_000_000],
    [PERPETUAL, INDEX_E8],
    [USDC_CALL, 6_500 * E8],
  ] as const;
  for (const [instrument, markPriceE8] of marks) {
    const at = { instrument, timestamp: START, underlyingPriceE8: INDEX_E8 };
    exchange.setTicker({ ...at, markPriceE8, iv: 0.45, delta: 0.5, vega: 20 });
  }
  return exchange;
}

export async function serveExchange(options: TestServerOptions = {}): Promise<TestServer> {
  const clock = new VirtualClock(START);
  const notices = createNoticeBoard();
  const exchange = openExchange(notices);
  const keys = options.keys ?? developmentKeys();
  const server = await startExchangeServer({
    exchange,
    notices,
    clock,
    keys,
    host: '127.0.0.1',
    port: 0,
    creditsEnabled: options.creditsEnabled ?? false,
    ...(options.bounds === undefined ? {} : { bounds: options.bounds }),
  });
  const connect = async (): Promise<Client> => openClient(server.wsUrl);
  return {
    exchange,
    server,
    clock,
    keys,
    connect,
    async login(name = 'trade') {
      const client = await connect();
      await client.result('public/auth', credentials(keyNamed(keys, `holdfast-${name}`)));
      return client;
    },
    quote(bids, asks) {
      exchange.publishBook(CALL.name, [...bids], [...asks], clock.now());
    },
    async pass(ms, ...clients) {
      clock.runUntil(clock.now() + ms);
      for (const client of clients) await client.call('public/get_time', {});
    },
    async [Symbol.asyncDispose]() {
      await server.close();
    },
  };
}

export function keyNamed(keys: readonly ApiKey[], clientId: string): ApiKey {
  const key = keys.find((each) => each.clientId === clientId);
  if (key === undefined) throw new Error(`no key ${clientId}`);
  return key;
}

export function credentials(key: ApiKey): Record<string, unknown> {
  return {
    grant_type: 'client_credentials',
    client_id: key.clientId,
    client_secret: key.clientSecret,
  };
}

export interface Answer {
  readonly jsonrpc: string;
  readonly id?: number | string;
  readonly result?: unknown;
  readonly error?: {
    readonly code: number;
    readonly message: string;
    readonly data?: Readonly<Record<string, unknown>>;
  };
  readonly usIn: number;
  readonly usOut: number;
  readonly usDiff: number;
  readonly testnet: boolean;
}

export type Json = Readonly<Record<string, unknown>>;

const PATIENCE_MS = 5_000;

/** Throws when it takes too long. */
async function patient<T>(promise: Promise<T>, what: string): Promise<T> {
  const { promise: late, reject } = Promise.withResolvers<never>();
  const timer = setTimeout(() => reject(new Error(`no ${what}`)), PATIENCE_MS);
  try {
    return await Promise.race([promise, late]);
  } finally {
    clearTimeout(timer);
  }
}

export async function openClient(url: string): Promise<Client> {
  const socket = new WebSocket(url);
  const client = new Client(socket);
  await once(socket, 'open');
  return client;
}

/** A client that keeps every frame, in the order they came. */
export class Client {
  readonly socket: WebSocket;
  /** Texts as received. */
  readonly frames: string[] = [];
  readonly #waiting = new Map<number, (answer: Answer) => void>();
  #nextFrame: ((answer: Answer) => void) | null = null;
  #closeCode: number | null = null;
  #ids = 0;

  constructor(socket: WebSocket) {
    this.socket = socket;
    socket.on('message', (data: Buffer) => this.#take(data.toString('utf8')));
    socket.on('close', (code) => {
      this.#closeCode = code;
    });
  }

  /** Close code; null while open. */
  closed(): number | null {
    return this.#closeCode;
  }

  async call(method: string, params: Json = {}): Promise<Answer> {
    this.#ids += 1;
    const id = this.#ids;
    const { promise, resolve } = Promise.withResolvers<Answer>();
    this.#waiting.set(id, resolve);
    this.socket.send(JSON.stringify({ jsonrpc: '2.0', id, method, params }));
    return patient(promise, `answer to ${method}`);
  }

  /** The result; throws when refused. */
  async result(method: string, params?: Json): Promise<unknown> {
    const answer = await this.call(method, params);
    if (answer.error !== undefined) throw new Error(`${method}: ${JSON.stringify(answer.error)}`);
    return answer.result;
  }

  /** The error's code; null for a result. */
  async code(method: string, params?: Json): Promise<number | null> {
    const answer = await this.call(method, params);
    return answer.error?.code ?? null;
  }

  /** Sends text as it is, and gives the next frame. */
  async raw(text: string): Promise<Answer> {
    const { promise, resolve } = Promise.withResolvers<Answer>();
    this.#nextFrame = resolve;
    this.socket.send(text);
    return patient(promise, 'answer to a raw frame');
  }

  /** `data` of every notification of a channel so far. */
  heard(channel: string): readonly Json[] {
    return this.#notices('subscription').flatMap((params) =>
      params['channel'] === channel ? [params['data'] as Json] : [],
    );
  }

  /** Types of the heartbeats so far. */
  heartbeats(): readonly string[] {
    return this.#notices('heartbeat').map(({ type }) => String(type));
  }

  async waitClose(): Promise<number> {
    if (this.#closeCode === null) await patient(once(this.socket, 'close'), 'close');
    return this.#closeCode ?? 0;
  }

  #take(text: string): void {
    this.frames.push(text);
    const frame = JSON.parse(text) as Answer;
    this.#nextFrame?.(frame);
    this.#nextFrame = null;
    if (typeof frame.id === 'number') this.#waiting.get(frame.id)?.(frame);
  }

  #notices(method: string): readonly Json[] {
    const frames = this.frames.map((text) => JSON.parse(text) as Json);
    return frames.filter((frame) => frame['method'] === method).map(({ params }) => params as Json);
  }
}

let labels = 0;

/** Params of an order on the call that rests far below the market. */
export function restingOrder(more: Json = {}): Json {
  labels += 1;
  return {
    instrument_name: CALL.name,
    amount: 0.1,
    price: 0.05,
    type: 'limit',
    label: `test-${labels}`,
    ...more,
  };
}

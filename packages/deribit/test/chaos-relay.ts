/** A line between an engine and an exchange that loses, refuses and cuts what it is told to. */
import { once } from 'node:events';
import { type AddressInfo } from 'node:net';
import { WebSocket, WebSocketServer } from 'ws';

interface Refusal {
  readonly methods: readonly string[];
  readonly code: number;
  readonly message: string;
  /** What says `reduce_only` passes. */
  readonly sparesReductions?: boolean;
}

interface Request {
  readonly id: number;
  readonly method: string;
  readonly params?: { readonly reduce_only?: unknown };
}

/** News that never came, and when the one behind it did, epoch ms. */
export interface Lost {
  readonly channel: string;
  readonly at: number;
  readonly next: Promise<number>;
}

/** 10028, as the venue says it before it ends a session. */
const TOO_MANY = { code: 10_028, message: 'too_many_requests' } as const;

export class ChaosRelay {
  readonly #server: WebSocketServer;
  readonly #upstream: string;
  #silenced: readonly string[] = [];
  #refusal: Refusal | null = null;
  #losing: { readonly prefix: string; readonly lost: (lost: Lost) => void } | null = null;
  #after: { readonly channel: string; readonly passed: (at: number) => void } | null = null;
  #ending: ((at: number) => void) | null = null;
  #refused = 0;

  private constructor(server: WebSocketServer, upstream: string) {
    this.#server = server;
    this.#upstream = upstream;
    server.on('connection', (client) => this.#join(client));
  }

  /** @param upstream address of the exchange. */
  static async open(upstream: string): Promise<ChaosRelay> {
    const server = new WebSocketServer({ host: '127.0.0.1', port: 0, perMessageDeflate: false });
    await once(server, 'listening');
    return new ChaosRelay(server, upstream);
  }

  get url(): string {
    const { port } = this.#server.address() as AddressInfo;
    return `ws://127.0.0.1:${port}/ws/api/v2`;
  }

  /** Requests that were answered with an error instead of the exchange's word. */
  get refused(): number {
    return this.#refused;
  }

  /** News of channels with these beginnings is lost until told otherwise. */
  silence(prefixes: readonly string[]): void {
    this.#silenced = prefixes;
  }

  /** Requests of these methods are answered with this error; null: no more. */
  refuse(refusal: Refusal | null): void {
    this.#refusal = refusal;
  }

  /** The next news of such a channel is lost; resolves when it is. */
  loseNext(prefix: string): Promise<Lost> {
    return new Promise((lost) => {
      this.#losing = { prefix, lost };
    });
  }

  /** The next request is answered with 10028 and the line is cut; resolves with the time. */
  endSession(): Promise<number> {
    return new Promise((ended) => {
      this.#ending = ended;
    });
  }

  async close(): Promise<void> {
    for (const client of this.#server.clients) client.terminate();
    this.#server.close();
    await once(this.#server, 'close');
  }

  #join(client: WebSocket): void {
    const venue = new WebSocket(this.#upstream, { perMessageDeflate: false });
    const waiting: string[] = [];
    client.on('message', (data) => {
      const text = textOf(data);
      if (!this.#passesUp(text, client)) return;
      if (venue.readyState === WebSocket.OPEN) venue.send(text);
      else waiting.push(text);
    });
    venue.on('open', () => {
      for (const text of waiting.splice(0)) venue.send(text);
    });
    venue.on('message', (data) => {
      const text = textOf(data);
      if (this.#passesDown(text)) client.send(text);
    });
    // Whichever side goes takes the other with it.
    for (const [one, other] of [
      [client, venue],
      [venue, client],
    ] as const) {
      one.on('close', () => other.terminate());
      one.on('error', () => other.terminate());
    }
  }

  #passesUp(text: string, client: WebSocket): boolean {
    const { id, method, params } = JSON.parse(text) as Request;
    const answer = (error: object): void =>
      client.send(JSON.stringify({ jsonrpc: '2.0', id, error }));
    if (this.#ending !== null) {
      answer(TOO_MANY);
      this.#ending(Date.now());
      this.#ending = null;
      client.close();
      return false;
    }
    if (this.#refusal?.methods.includes(method) !== true) return true;
    const reduces = String(params?.reduce_only) === 'true';
    if (reduces && this.#refusal.sparesReductions === true) return true;
    this.#refused += 1;
    answer({ code: this.#refusal.code, message: this.#refusal.message });
    return false;
  }

  #passesDown(text: string): boolean {
    const channel = /"channel":"([^"]+)"/.exec(text.slice(0, 400))?.[1];
    if (channel === undefined) return true;
    if (this.#losing !== null && channel.startsWith(this.#losing.prefix)) {
      const { lost } = this.#losing;
      this.#losing = null;
      const next = new Promise<number>((passed) => {
        this.#after = { channel, passed };
      });
      lost({ channel, at: Date.now(), next });
      return false;
    }
    if (this.#after?.channel === channel) {
      this.#after.passed(Date.now());
      this.#after = null;
    }
    return !this.#silenced.some((prefix) => channel.startsWith(prefix));
  }
}

function textOf(data: unknown): string {
  return data instanceof Buffer ? data.toString('utf8') : String(data);
}

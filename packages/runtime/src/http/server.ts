import { Worker } from 'node:worker_threads';
import { isLoopbackHost } from '../loopback.ts';
import type { EmergencyCall, EmergencyOutcome } from './emergency-call.ts';
import type { FromFront, FrontOrders, ToFront } from './message.ts';
import type { StreamEvent } from './stream-event.ts';
import { readTls, type TlsFiles } from './tls.ts';

const WORKER = new URL('./front-worker.ts', import.meta.url);

/** Events on their way to the port's thread; more are not sent, and the stream says so. */
const UNHEARD_MAX = 1_024;
/** A thread that dies is started again this often in any such time, and then no more. */
const RESTARTS_MAX = 3;
const RESTART_WINDOW_MS = 600_000;
const CLOSE_TIMEOUT_MS = 1_000;

/** Asked in the thread of the loop, between two of its turns. */
export interface HttpSources {
  /** Prometheus text; at most once a second. */
  metrics(): Promise<string>;
  reduceOnly(call: EmergencyCall): EmergencyOutcome;
}

export type HttpNews =
  | { readonly kind: 'died'; readonly why: string }
  /** It died too often: nothing answers at the port any more, and the engine goes on without. */
  | { readonly kind: 'given_up'; readonly restarts: number };

export interface HttpOptions {
  readonly host: string;
  /** 0 takes any free port. */
  readonly port: number;
  /** Needed wherever `host` is no loopback address. */
  readonly tls: TlsFiles | 'none';
  readonly tokensPath: string;
  /** Reading without a token: in `dev`, and on loopback alone. */
  readonly isReadingOpen: boolean;
  readonly runId: string;
  readonly health: object;
  /** A status older than this is not given out. Milliseconds. */
  readonly staleAfterMs: number;
  readonly sources: HttpSources;
  readonly onNews: (news: HttpNews) => void;
}

export interface HttpServer {
  /** `http://host:port`, without a path. */
  readonly url: string;
  /** JSON text of the newest status. Never blocks; an older one that still waits is dropped. */
  publish(status: string): void;
  /** The sequence counts also what is lost here, so that a gap can be seen. */
  tell(event: StreamEvent): void;
  /** The loop has stopped for good: no status counts from now on. */
  stopped(): void;
  close(): Promise<void>;
}

/**
 * The network face of the engine: what may be read, and one call that can only tighten (AT-407).
 * Asking for health is no heartbeat: whoever can reach a port could vouch for a watchdog that is
 * gone (decision 0011). Rejects with one sentence that names the key when the address is not ours
 * to take.
 */
export async function startHttp(options: HttpOptions): Promise<HttpServer> {
  const { host, tls, isReadingOpen } = options;
  const isLoopback = isLoopbackHost(host);
  if (!isLoopback && tls === 'none') {
    throw new Error(
      `http.tls none: http.host ${host} is no loopback address, and no other is served without ` +
        'TLS; name http.tls.certificate and http.tls.key',
    );
  }
  const thread = new FrontThread(options, {
    host,
    port: options.port,
    tls: tls === 'none' ? null : readTls(tls, Date.now()),
    isReadingOpen: isReadingOpen && isLoopback,
    tokensPath: options.tokensPath,
    runId: options.runId,
    health: JSON.stringify(options.health),
    staleAfterMs: options.staleAfterMs,
  });
  await thread.open();
  return thread;
}

class FrontThread implements HttpServer {
  readonly #options: HttpOptions;
  #orders: FrontOrders;
  #worker: Worker | null = null;
  #url = '';
  readonly #deaths: number[] = [];
  #isClosing = false;
  #hasStopped = false;
  #unheard = 0;
  /** The newest status that was not yet sent, and whether one is on its way. */
  #waiting: string | null = null;
  #isOnItsWay = false;
  #last: string | null = null;
  #closed: () => void = () => undefined;

  constructor(options: HttpOptions, orders: FrontOrders) {
    this.#options = options;
    this.#orders = orders;
  }

  get url(): string {
    return this.#url;
  }

  async open(): Promise<void> {
    const { host } = this.#options;
    try {
      const bound = await this.#begin();
      // Started again, it is where it was.
      this.#orders = { ...this.#orders, port: bound.port };
      const scheme = this.#orders.tls === null ? 'http' : 'https';
      this.#url = `${scheme}://${bound.address}:${bound.port}`;
    } catch (error) {
      const why = error instanceof Error ? error.message : 'unknown';
      const place = `http ${host}:${this.#orders.port}`;
      throw new Error(`${place} cannot be served: ${why}`, { cause: error });
    }
  }

  publish(status: string): void {
    this.#last = status;
    if (this.#isOnItsWay) this.#waiting = status;
    else this.#send(status);
  }

  tell(event: StreamEvent): void {
    if (this.#worker === null || this.#unheard >= UNHEARD_MAX) return;
    this.#unheard += 1;
    this.#post({ kind: 'event', event });
  }

  stopped(): void {
    this.#hasStopped = true;
    this.#post({ kind: 'stopped' });
  }

  async close(): Promise<void> {
    this.#isClosing = true;
    const worker = this.#worker;
    if (worker === null) return;
    const closed = new Promise<void>((done) => {
      this.#closed = done;
    });
    const timer = setTimeout(() => this.#closed(), CLOSE_TIMEOUT_MS);
    this.#post({ kind: 'close' });
    await closed;
    clearTimeout(timer);
    await worker.terminate();
  }

  #begin(): Promise<{ readonly address: string; readonly port: number }> {
    return new Promise((resolve, reject) => {
      const worker = new Worker(WORKER, {
        workerData: this.#orders,
        name: 'http-front',
        execArgv: [],
      });
      this.#worker = worker;
      this.#unheard = 0;
      this.#isOnItsWay = false;
      let why = 'its thread ended';
      worker.on('error', (error) => {
        why = error instanceof Error ? error.message : 'unknown';
      });
      worker.on('message', (message: FromFront) => {
        if (this.#worker !== worker) return;
        if (message.kind === 'open') resolve(message);
        else if (message.kind === 'refused') reject(new Error(message.why));
        else this.#hear(message);
      });
      worker.once('exit', () => {
        reject(new Error(why));
        this.#closed();
        if (this.#worker !== worker) return;
        this.#worker = null;
        if (!this.#isClosing && this.#url !== '') this.#restart(why);
      });
    });
  }

  #restart(why: string): void {
    this.#options.onNews({ kind: 'died', why });
    const now = performance.now();
    const recent = this.#deaths.filter((at) => now - at < RESTART_WINDOW_MS);
    this.#deaths.splice(0, this.#deaths.length, ...recent, now);
    if (recent.length >= RESTARTS_MAX) {
      this.#options.onNews({ kind: 'given_up', restarts: RESTARTS_MAX });
      return;
    }
    this.#begin().then(
      () => {
        if (this.#hasStopped) this.#post({ kind: 'stopped' });
        else if (this.#last !== null) this.#send(this.#last);
      },
      // Its end is told by `exit`, and counted there.
      () => undefined,
    );
  }

  #send(status: string): void {
    if (this.#worker === null) return;
    this.#isOnItsWay = true;
    this.#waiting = null;
    this.#post({ kind: 'status', text: status });
  }

  #post(message: ToFront): void {
    this.#worker?.postMessage(message);
  }

  #hear(message: Exclude<FromFront, { kind: 'open' | 'refused' }>): void {
    const { sources } = this.#options;
    switch (message.kind) {
      case 'heard':
        if (message.what === 'event') this.#unheard -= 1;
        else {
          this.#isOnItsWay = false;
          if (this.#waiting !== null) this.#send(this.#waiting);
        }
        return;
      case 'metrics':
        sources.metrics().then(
          (text) => this.#post({ kind: 'metrics', text }),
          () => this.#post({ kind: 'metrics', text: null }),
        );
        return;
      case 'emergency': {
        const { id, call } = message;
        this.#post({ kind: 'emergency', id, outcome: sources.reduceOnly(call) });
        return;
      }
      case 'closed':
        this.#closed();
        return;
    }
  }
}

import type { Socket, SocketHandlers } from '@holdfast/deribit/venue';
import type { ExchangeService } from '../server/service.ts';
import { CLOSE_CODES, type Session, type Wire } from '../server/session.ts';
import type { PassingFrame } from './doomed-frames.ts';
import { Line, type LineOptions } from './line.ts';
import { kindOfReply } from './network-model.ts';
import type { Process } from './process.ts';

const IP = '192.0.2.1';

export interface ConnectionOptions extends LineOptions {
  readonly service: ExchangeService;
  readonly process: Process;
  readonly handlers: SocketHandlers;
  /** A frame is about to leave the process. */
  readonly leaving: (text: string) => void;
  /** False: this frame is lost on its way. */
  readonly passes: (connection: Connection, frame: PassingFrame) => boolean;
  /** Called once, when neither side holds it any more. */
  readonly gone: (connection: Connection) => void;
}

/** One WebSocket between a process and the exchange, both of them the real ones. */
export class Connection implements Socket {
  readonly #options: ConnectionOptions;
  readonly #up: Line;
  readonly #down: Line;
  #session: Session | null = null;
  /** Our end has been told that it is over, or has said so. */
  #isClosed = false;

  constructor(options: ConnectionOptions) {
    this.#options = options;
    this.#up = new Line(options);
    this.#down = new Line(options);
  }

  get process(): Process {
    return this.#options.process;
  }

  /** We still want it. */
  get isWanted(): boolean {
    return !this.#isClosed && this.process.isAlive;
  }

  get buffered(): number {
    return this.#up.bytes;
  }

  /** Both sides agree that there is a connection. */
  open(): void {
    this.#session = this.#options.service.open(this.#wire(), IP);
    this.#down.signal(() => this.#hear(() => this.#options.handlers.opened()));
  }

  /** There is no connection, and will be none: `status` where the venue said so. */
  refuse(status: number | null): void {
    this.#close(null, status, status === null ? 'unreachable' : `HTTP ${status}`);
  }

  send(text: string): void {
    if (this.#isClosed) return;
    const { service, leaving } = this.#options;
    // What has left arrives, even if its process dies of having sent it.
    if (this.#options.passes(this, { kind: 'request', text })) {
      this.#up.send('request', text.length, () => {
        if (this.#session !== null) service.hear(this.#session, text);
      });
    }
    leaving(text);
  }

  terminate(): void {
    if (this.#isClosed) return;
    this.#up.signal(() => this.#endSession());
    this.#close(null, null, '');
  }

  /** The process is gone; its kernel says good-bye for it, unless the machine went too. */
  orphan(isSilent: boolean): void {
    this.#isClosed = true;
    this.#down.cut();
    if (!isSilent) this.#up.signal(() => this.#endSession());
  }

  /** Both directions break at once, with everything that was on its way. */
  cut(): void {
    this.#up.cut();
    this.#down.cut();
    this.#endSession();
    this.#close(null, null, 'ECONNRESET');
  }

  hold(direction: 'up' | 'down', ms: number): void {
    (direction === 'up' ? this.#up : this.#down).hold(ms);
  }

  #wire(): Wire {
    return {
      send: (frame) => {
        const kind = kindOfReply(frame);
        if (!this.#options.passes(this, { kind, text: frame })) return;
        const deliver = (): void => {
          this.#hear(() => this.#options.handlers.message(Buffer.from(frame)));
        };
        this.#down.send(kind, frame.length, deliver);
      },
      buffered: () => this.#down.bytes,
      close: (why) => {
        this.#down.signal(() => this.#hear(() => this.#close(CLOSE_CODES[why], null, why)));
        this.#forget();
      },
      drop: () => {
        this.#down.signal(() => this.#hear(() => this.#close(null, null, '')));
        this.#forget();
      },
    };
  }

  #hear(action: () => void): void {
    this.#options.process.run(() => {
      if (!this.#isClosed) action();
    });
  }

  #endSession(): void {
    const session = this.#session;
    this.#forget();
    session?.end('closed');
  }

  #forget(): void {
    this.#session = null;
    this.#options.gone(this);
  }

  #close(code: number | null, status: number | null, detail: string): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    const { process, handlers, clock } = this.#options;
    clock.wake(clock.now(), () => process.run(() => handlers.closed({ code, status, detail })));
  }
}

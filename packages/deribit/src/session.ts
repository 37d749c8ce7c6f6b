import { backoffMs } from './backoff.ts';
import type { Clock } from './clock.ts';
import type { OpenSocket, Socket } from './socket.ts';

/** Why a session ended. Each is an ordinary event of a trading day. */
export type SessionEnd =
  /** 10028 (D-18). `byOrder`: the order client has told it already. */
  | { readonly cause: 'too_many_requests'; readonly byOrder: boolean }
  /** The venue closed it, or the network did: `code` of the close frame, where there was one. */
  | {
      readonly cause: 'closed';
      readonly code: number | null;
      readonly status: number | null;
      readonly detail: string;
    }
  /** Nothing was heard for longer than two heartbeats are apart. */
  | { readonly cause: 'silent' }
  /**
   * It could not be made ready, or not be kept authenticated. `refused`: the venue said no to our
   * credentials, and will say it again.
   */
  | { readonly cause: 'failed'; readonly detail: string; readonly refused: boolean }
  /** By our own command. */
  | { readonly cause: 'dropped' | 'logout' };

/** Why a session did not become ready. */
export interface Unprepared {
  readonly detail: string;
  readonly refused: boolean;
}

export interface SessionHooks {
  /** An open socket: everything up to the first order. Answers null, or what went wrong. */
  prepare(done: (fault: Unprepared | null) => void): void;
  message(bytes: Uint8Array): void;
  /** Once a second while the socket is open. */
  beat(now: number): void;
  ready(): void;
  /** Called once for every socket; `wasReady` when orders could be sent over it. */
  ended(end: SessionEnd, wasReady: boolean): void;
}

export interface SessionOptions {
  readonly url: string;
  readonly clock: Clock;
  readonly openSocket: OpenSocket;
  /** [0, 1). */
  readonly jitter: () => number;
}

type Phase = 'idle' | 'opening' | 'preparing' | 'ready' | 'waiting' | 'leaving' | 'over';

/** Deribit takes no shorter one. */
export const HEARTBEAT_S = 10;
/** A heartbeat every ten seconds: after this long without any message one of them is missing. */
const SILENCE_MS = 15_000;
const BEAT_MS = 1_000;
const OPEN_TIMEOUT_MS = 10_000;
const PREPARE_TIMEOUT_MS = 60_000;
/** A session that held this long was a good one: the next pause is a short one again. */
const STABLE_MS = 30_000;
/** After 429 and 10028 the pauses start here: eight seconds. */
const RATE_LIMITED_ATTEMPT = 4;
/** Credentials that were refused are not tried again before the longest pause. */
const REFUSED_ATTEMPT = 20;
/** Text handed to a socket that takes no more is an order that leaves at a time of its own. */
const BUFFERED_MAX = 256 * 1024;
const LOGOUT_TIMEOUT_MS = 2_000;

/**
 * One connection after another: opens it, has it made ready, watches over it, and after its end
 * begins again with a pause that grows. Nothing of one socket is heard in the session of another.
 */
export class Session {
  readonly #options: SessionOptions;
  readonly #hooks: SessionHooks;
  #phase: Phase = 'idle';
  #socket: Socket | null = null;
  /** Counts sockets; whatever belongs to an earlier one is ignored. */
  #epoch = 0;
  #opened = 0;
  #attempt = 0;
  #phaseAt = 0;
  #heardAt = 0;
  /** Orders could be sent over this socket. */
  #served = false;
  #left: (() => void) | null = null;

  constructor(options: SessionOptions, hooks: SessionHooks) {
    this.#options = options;
    this.#hooks = hooks;
  }

  get isReady(): boolean {
    return this.#phase === 'ready';
  }

  /** How many sockets were opened so far. */
  get opened(): number {
    return this.#opened;
  }

  open(): void {
    if (this.#phase === 'idle') this.#connect();
  }

  /** False when the text did not get as far as the socket. */
  send(text: string): boolean {
    const socket = this.#socket;
    if (socket === null || socket.buffered > BUFFERED_MAX) return false;
    socket.send(text);
    return true;
  }

  /** Ends this socket, and begins anew after a pause. */
  end(end: SessionEnd): void {
    const socket = this.#socket;
    if (socket === null) return;
    this.#socket = null;
    this.#epoch += 1;
    socket.terminate();
    this.#ended(end);
  }

  /**
   * Ends for good. `farewell` says goodbye on the open socket; the venue closes it, or we do when
   * it takes too long.
   */
  leave(farewell: () => void): Promise<void> {
    return new Promise((resolve) => {
      if (this.#phase === 'over') return resolve();
      const before = this.#left;
      this.#left = () => {
        before?.();
        resolve();
      };
      if (this.#phase === 'leaving') return;
      if (this.#socket === null) return this.#finish();
      const served = this.#served;
      this.#enter('leaving');
      if (!served) return this.end({ cause: 'logout' });
      farewell();
      const epoch = this.#epoch;
      const { clock } = this.#options;
      clock.wake(clock.now() + LOGOUT_TIMEOUT_MS, () => {
        if (this.#epoch === epoch) this.end({ cause: 'logout' });
      });
    });
  }

  #connect(): void {
    const { clock, openSocket, url } = this.#options;
    this.#epoch += 1;
    const epoch = this.#epoch;
    const isMine = (): boolean => this.#epoch === epoch;
    this.#opened += 1;
    this.#enter('opening');
    this.#served = false;
    this.#heardAt = clock.now();
    this.#socket = openSocket(url, {
      opened: () => {
        if (isMine()) this.#prepare(epoch);
      },
      message: (bytes) => {
        if (!isMine()) return;
        this.#heardAt = clock.now();
        this.#hooks.message(bytes);
      },
      closed: ({ code, status, detail }) => {
        if (!isMine()) return;
        this.#socket = null;
        this.#epoch += 1;
        this.#ended({ cause: 'closed', code, status, detail });
      },
    });
    this.#beat(epoch);
  }

  #prepare(epoch: number): void {
    this.#enter('preparing');
    this.#heardAt = this.#options.clock.now();
    this.#hooks.prepare((fault) => {
      if (this.#epoch !== epoch || this.#phase !== 'preparing') return;
      if (fault !== null) return this.end({ cause: 'failed', ...fault });
      this.#enter('ready');
      this.#served = true;
      this.#hooks.ready();
    });
  }

  #beat(epoch: number): void {
    const { clock } = this.#options;
    clock.wake(clock.now() + BEAT_MS, () => {
      if (this.#epoch !== epoch) return;
      const now = clock.now();
      const fault = this.#overdue(now);
      if (fault !== null) return this.end(fault);
      if (this.#phase !== 'opening') this.#hooks.beat(now);
      this.#beat(epoch);
    });
  }

  #overdue(now: number): SessionEnd | null {
    const since = now - this.#phaseAt;
    if (this.#phase === 'opening') {
      return since < OPEN_TIMEOUT_MS ? null : failed('open_timed_out');
    }
    if (this.#phase === 'preparing' && since >= PREPARE_TIMEOUT_MS) {
      return failed('prepare_timed_out');
    }
    return now - this.#heardAt < SILENCE_MS ? null : { cause: 'silent' };
  }

  #ended(end: SessionEnd): void {
    const { clock, jitter } = this.#options;
    const leaving = this.#phase === 'leaving';
    if (this.#phase === 'ready' && clock.now() - this.#phaseAt >= STABLE_MS) this.#attempt = 0;
    this.#enter('waiting');
    this.#hooks.ended(leaving ? { cause: 'logout' } : end, this.#served);
    if (leaving) return this.#finish();
    this.#attempt = Math.max(this.#attempt, leastAttempt(end));
    const pause = backoffMs(this.#attempt, jitter());
    this.#attempt += 1;
    const epoch = this.#epoch;
    clock.wake(clock.now() + pause, () => {
      if (this.#epoch === epoch && this.#phase === 'waiting') this.#connect();
    });
  }

  #finish(): void {
    this.#enter('over');
    const left = this.#left;
    this.#left = null;
    left?.();
  }

  #enter(phase: Phase): void {
    this.#phase = phase;
    this.#phaseAt = this.#options.clock.now();
  }
}

function failed(detail: string): SessionEnd {
  return { cause: 'failed', detail, refused: false };
}

/** How far the pauses have grown already, by how it ended. */
function leastAttempt(end: SessionEnd): number {
  if (end.cause === 'failed' && end.refused) return REFUSED_ATTEMPT;
  const isRateLimit = end.cause === 'closed' && end.status === 429;
  return end.cause === 'too_many_requests' || isRateLimit ? RATE_LIMITED_ATTEMPT : 0;
}

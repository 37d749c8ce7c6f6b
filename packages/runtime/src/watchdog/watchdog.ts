import { type ChildProcess, fork } from 'node:child_process';
import { isAnswer, type Tick } from './message.ts';
import type { WatchdogOrders } from './orders.ts';

const WORKER = new URL('./watchdog-worker.ts', import.meta.url);

/** A watchdog that dies is started again this often in any such time, and then no more. */
const RESTARTS_MAX = 3;
const RESTART_WINDOW_MS = 600_000;
const RESTART_DELAY_MS = 200;
/** Ticks on their way to a watchdog that does not read; more are not sent. */
const UNREAD_MAX = 64;
/** One that has not answered for this long is stuck, and is replaced like a dead one. */
const STUCK_MS = 30_000;
const CLOSE_TIMEOUT_MS = 1_000;
/** How many times it looks within the silence it is to notice. */
const LOOKS_PER_SILENCE = 20;

export type WatchdogNews =
  | { readonly kind: 'started'; readonly pid: number }
  | { readonly kind: 'died'; readonly code: number | null; readonly signal: string | null }
  /** It died too often: no heartbeat will come any more, and the guard stays in ReduceOnly. */
  | { readonly kind: 'given_up'; readonly restarts: number }
  | { readonly kind: 'noticed'; readonly what: string; readonly detail: string };

export interface WatchdogOptions {
  /** The control socket it calls; serve it first. */
  readonly controlPath: string;
  /** Where it writes what it did, also when the engine is gone by then; null for nowhere. */
  readonly logPath: string | null;
  /** More silence than this calls for reduce-only. Milliseconds. */
  readonly silenceMs: number;
  /** More silence than this ends the engine. Milliseconds; more than `silenceMs`. */
  readonly killAfterMs: number;
  /** It heard a tick and answered: the engine's `heartbeatObserved`. */
  readonly onHeartbeat: () => void;
  readonly onNews?: (news: WatchdogNews) => void;
}

export interface Watchdog {
  /** A tick of the loop is complete. The first one arms it. Never blocks, never throws. */
  beat(): void;
  /** Null while there is none. */
  pid(): number | null;
  /** Ends it, before the loop that beats is stopped. */
  close(): Promise<void>;
}

/**
 * Starts the watchdog process and tells it of every completed tick. It has its own process group
 * and the environment of nobody: no secret reaches it. When it dies the heartbeats stop, which the
 * guard sees as a missing input; it is started again a bounded number of times.
 */
export function startWatchdog(options: WatchdogOptions): Watchdog {
  if (!(options.killAfterMs > options.silenceMs)) {
    throw new Error('killAfterMs must be more than silenceMs');
  }
  return new WatchdogProcess(options);
}

class WatchdogProcess implements Watchdog {
  readonly #options: WatchdogOptions;
  readonly #deaths: number[] = [];
  #child: ChildProcess | null = null;
  #isClosing = false;
  /** Ticks told, the last one answered, and when. */
  #sequence = 0;
  #answered = 0;
  #answeredAt = 0;

  constructor(options: WatchdogOptions) {
    this.#options = options;
    this.#begin();
  }

  beat(): void {
    const child = this.#child;
    if (child?.connected !== true) return;
    if (this.#sequence === this.#answered) this.#answeredAt = performance.now();
    else if (performance.now() - this.#answeredAt > STUCK_MS) child.kill('SIGKILL');
    if (this.#sequence - this.#answered >= UNREAD_MAX) return;
    this.#sequence += 1;
    const tick: Tick = { kind: 'tick', sequence: this.#sequence };
    child.send(tick, () => undefined);
  }

  pid(): number | null {
    return this.#child?.pid ?? null;
  }

  async close(): Promise<void> {
    this.#isClosing = true;
    if (this.#child !== null) await endChild(this.#child);
    this.#child = null;
  }

  #begin(): void {
    if (this.#isClosing) return;
    const child = fork(WORKER, [JSON.stringify(ordersOf(this.#options))], {
      detached: true,
      env: {},
      execArgv: [],
      stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
    });
    this.#child = child;
    this.#answered = this.#sequence;
    this.#answeredAt = performance.now();
    child.on('message', (message) => this.#hear(child, message));
    child.once('error', () => this.#end(child, null, null));
    child.once('exit', (code, signal) => this.#end(child, code, signal));
    if (child.pid !== undefined) this.#tell({ kind: 'started', pid: child.pid });
  }

  #hear(child: ChildProcess, message: unknown): void {
    if (this.#child !== child || !isAnswer(message)) return;
    if (message.kind === 'noticed') return this.#tell(message);
    // An answer to a tick that was never sent, or an old one again, is no sign of life.
    if (message.sequence <= this.#answered || message.sequence > this.#sequence) return;
    this.#answered = message.sequence;
    this.#answeredAt = performance.now();
    this.#options.onHeartbeat();
  }

  #end(child: ChildProcess, code: number | null, signal: string | null): void {
    if (this.#child !== child) return;
    this.#child = null;
    if (this.#isClosing) return;
    this.#tell({ kind: 'died', code, signal });
    const now = performance.now();
    const deaths = this.#deaths;
    deaths.push(now);
    while (deaths.length > 0 && now - (deaths[0] ?? now) > RESTART_WINDOW_MS) deaths.shift();
    if (deaths.length > RESTARTS_MAX) {
      return this.#tell({ kind: 'given_up', restarts: RESTARTS_MAX });
    }
    setTimeout(() => this.#begin(), RESTART_DELAY_MS).unref();
  }

  #tell(news: WatchdogNews): void {
    this.#options.onNews?.(news);
  }
}

function ordersOf(options: WatchdogOptions): WatchdogOrders {
  const { controlPath, logPath, silenceMs, killAfterMs } = options;
  const checkEveryMs = Math.max(5, Math.ceil(silenceMs / LOOKS_PER_SILENCE));
  return { enginePid: process.pid, controlPath, logPath, silenceMs, killAfterMs, checkEveryMs };
}

async function endChild(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const ended = new Promise<void>((done) => child.once('exit', () => done()));
  if (child.connected) child.disconnect();
  const timer = setTimeout(() => child.kill('SIGKILL'), CLOSE_TIMEOUT_MS);
  await ended;
  clearTimeout(timer);
}

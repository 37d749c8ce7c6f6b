import type { RpcAnswer } from './protocol/rpc.ts';
import type { RpcClient } from './rpc-client.ts';

/** Deribit takes no more than 500 channels in one request. */
const CHUNK = 400;
/** An answer that lists this many channels is a large one. */
const TIMEOUT_MS = 10_000;

type Done = (fault: string | null) => void;

/**
 * What one session is subscribed to, brought in line with what is wanted: a few hundred channels
 * at a time, one request after another. A channel the venue leaves out of its answer is told to
 * `refused` and not asked for again until what is wanted changes.
 */
export class Subscriptions {
  readonly #rpc: RpcClient;
  readonly #refused: (channel: string) => void;
  #wanted: ReadonlySet<string> = new Set();
  readonly #held = new Set<string>();
  readonly #left = new Set<string>();
  /** Held, and to be given up and asked for anew. */
  readonly #stale = new Set<string>();
  #waiting: Done[] = [];
  #working = false;
  #session = 0;

  constructor(rpc: RpcClient, refused: (channel: string) => void) {
    this.#rpc = rpc;
    this.#refused = refused;
  }

  get held(): number {
    return this.#held.size;
  }

  has(channel: string): boolean {
    return this.#held.has(channel);
  }

  /** Something is still to be asked for: an earlier request failed. */
  get isBehind(): boolean {
    return !this.#working && this.#next() !== null;
  }

  want(channels: ReadonlySet<string>): void {
    this.#wanted = channels;
    this.#left.clear();
  }

  /** Its first message then is a snapshot. @returns false when it is not wanted at all. */
  restart(channel: string): boolean {
    if (!this.#wanted.has(channel)) return false;
    this.#left.delete(channel);
    if (this.#held.has(channel)) this.#stale.add(channel);
    return true;
  }

  /** Answers once nothing is left to do, or with the first fault. */
  sync(done: Done): void {
    this.#waiting.push(done);
    if (!this.#working) this.#work();
  }

  /** The session is gone, and every subscription with it. */
  forget(): void {
    this.#session += 1;
    this.#held.clear();
    this.#left.clear();
    this.#stale.clear();
    this.#working = false;
    this.#finish('session_lost');
  }

  #work(): void {
    const step = this.#next();
    if (step === null) return this.#finish(null);
    this.#working = true;
    const session = this.#session;
    const { method, channels } = step;
    this.#rpc.call({ method, params: { channels }, timeoutMs: TIMEOUT_MS }, (answer) => {
      if (this.#session !== session) return;
      this.#working = false;
      const fault = step.subscribes ? this.#take(channels, answer) : this.#drop(channels, answer);
      if (fault === null) this.#work();
      else this.#finish(fault);
    });
  }

  /** Our own affairs first, and what is given up before what is new. */
  #next(): Step | null {
    const drops = [...this.#held].filter(
      (channel) => this.#stale.has(channel) || !this.#wanted.has(channel),
    );
    if (drops.length > 0) return stepOf('unsubscribe', drops);
    const adds: string[] = [];
    for (const channel of this.#wanted) {
      if (!this.#held.has(channel) && !this.#left.has(channel)) adds.push(channel);
    }
    return adds.length > 0 ? stepOf('subscribe', adds) : null;
  }

  #take(channels: readonly string[], answer: RpcAnswer): string | null {
    const granted = channelsOf(answer);
    if (typeof granted === 'string') return granted;
    for (const channel of channels) {
      if (granted.has(channel)) this.#held.add(channel);
      else {
        this.#left.add(channel);
        this.#refused(channel);
      }
    }
    return null;
  }

  #drop(channels: readonly string[], answer: RpcAnswer): string | null {
    const dropped = channelsOf(answer);
    if (typeof dropped === 'string') return dropped;
    for (const channel of channels) {
      this.#held.delete(channel);
      this.#stale.delete(channel);
    }
    return null;
  }

  #finish(fault: string | null): void {
    const waiting = this.#waiting;
    this.#waiting = [];
    for (const done of waiting) done(fault);
  }
}

interface Step {
  readonly method: string;
  readonly subscribes: boolean;
  readonly channels: readonly string[];
}

function stepOf(verb: 'subscribe' | 'unsubscribe', channels: readonly string[]): Step {
  const own = channels.filter(isPrivate);
  const area = own.length > 0 ? 'private' : 'public';
  return {
    method: `${area}/${verb}`,
    subscribes: verb === 'subscribe',
    channels: (own.length > 0 ? own : channels).slice(0, CHUNK),
  };
}

function isPrivate(channel: string): boolean {
  return channel.startsWith('user.');
}

/** The channels an answer names, or why it names none. */
function channelsOf(answer: RpcAnswer): ReadonlySet<string> | string {
  if (answer.ok === null) return answer.fault;
  if (!answer.ok) return `subscription_refused: ${answer.error.code} ${answer.error.message}`;
  const { result } = answer;
  if (!Array.isArray(result)) return 'malformed_subscription';
  const channels: readonly unknown[] = result;
  return new Set(channels.filter((channel) => typeof channel === 'string'));
}

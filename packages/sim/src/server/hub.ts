import { type Channel, encodeNotification } from '@holdfast/deribit/protocol';
import type { Notice } from '../exchange/notification.ts';
import type { Desk } from './market-topics.ts';
import { openTopic } from './open-topic.ts';
import { keysOf, type Pace, type Topic } from './topic.ts';

/** Takes whole text frames; a slow one is its own trouble, never the hub's. */
export interface Listener {
  send(frame: string): void;
}

interface Entry {
  readonly channel: string;
  readonly topic: Topic;
  readonly listeners: Set<Listener>;
}

const TICKS_PER_SECOND = 10;

/** Runs an action once the call it is asked in is over. */
export type Defer = (action: () => void) => void;

/**
 * Carries what the exchange tells to whoever subscribed. A message is rendered once, however many
 * listen; a channel nobody listens to costs nothing.
 */
export class Hub {
  readonly #desk: Desk;
  readonly #defer: Defer;
  readonly #entries = new Map<string, Entry>();
  readonly #byKey = new Map<string, Set<Entry>>();
  readonly #pending: Readonly<Record<Pace, Set<Entry>>> = {
    0: new Set(),
    100: new Set(),
    1_000: new Set(),
  };
  #ticks = 0;
  #sent = 0;

  constructor(desk: Desk, defer: Defer) {
    this.#desk = desk;
    this.#defer = defer;
  }

  /** Notifications sent, each listener counted. */
  get sent(): number {
    return this.#sent;
  }

  readonly read = (...notice: Notice): void => {
    for (const key of keysOf(...notice)) {
      for (const entry of this.#byKey.get(key) ?? []) {
        if (entry.topic.hear(...notice)) this.#await(entry);
      }
    }
  };

  /**
   * The newcomer hears where things stand at once, then everything from there on. Those who listen
   * already are told first what was still being merged, so that one message fits both.
   * @returns false when there is no such channel here.
   */
  join(listener: Listener, name: string, channel: Channel, account: string): boolean {
    const entry = this.#open(name, channel, account);
    if (entry === null) return false;
    if (entry.listeners.has(listener)) return true;
    this.#speak(entry);
    entry.listeners.add(listener);
    for (const data of entry.topic.greet()) this.#send([listener], entry.channel, data);
    return true;
  }

  leave(listener: Listener, name: string, account: string): void {
    const entry = this.#entries.get(idOf(name, account));
    if (entry === undefined) return;
    entry.listeners.delete(listener);
    if (entry.listeners.size > 0) return;
    this.#entries.delete(idOf(name, account));
    for (const pending of Object.values(this.#pending)) pending.delete(entry);
    for (const key of entry.topic.keys) {
      const heard = this.#byKey.get(key);
      heard?.delete(entry);
      if (heard?.size === 0) this.#byKey.delete(key);
    }
  }

  /** Whether the channel exists, without listening to it. */
  knows(channel: Channel, account: string): boolean {
    return openTopic(this.#desk, channel, account) !== null;
  }

  /** To be called every 100 ms. */
  tick(): void {
    this.#ticks += 1;
    this.#speakAll(100);
    if (this.#ticks % TICKS_PER_SECOND === 0) this.#speakAll(1_000);
  }

  #open(name: string, channel: Channel, account: string): Entry | null {
    const id = idOf(name, account);
    const known = this.#entries.get(id);
    if (known !== undefined) return known;
    const topic = openTopic(this.#desk, channel, account);
    if (topic === null) return null;
    const entry: Entry = { channel: name, topic, listeners: new Set() };
    this.#entries.set(id, entry);
    for (const key of topic.keys) {
      const heard = this.#byKey.get(key);
      if (heard === undefined) this.#byKey.set(key, new Set([entry]));
      else heard.add(entry);
    }
    return entry;
  }

  /** Unmerged messages leave after the call that caused them, so that its answer comes first. */
  #await(entry: Entry): void {
    const pending = this.#pending[entry.topic.pace];
    if (entry.topic.pace === 0 && pending.size === 0) this.#defer(() => this.#speakAll(0));
    pending.add(entry);
  }

  #speakAll(pace: Pace): void {
    const pending = [...this.#pending[pace]];
    this.#pending[pace].clear();
    for (const entry of pending) this.#speak(entry);
  }

  #speak(entry: Entry): void {
    for (const data of entry.topic.say()) this.#send(entry.listeners, entry.channel, data);
  }

  #send(listeners: Iterable<Listener>, channel: string, data: unknown): void {
    const frame = encodeNotification(channel, data);
    for (const listener of listeners) {
      listener.send(frame);
      this.#sent += 1;
    }
  }
}

function idOf(name: string, account: string): string {
  return account === '' ? name : `${name}@${account}`;
}

/**
 * One drill's world: an exchange process, an engine process on a real disk, and a line between them
 * that can be broken. Its status is read over HTTP all the time, and every one read is kept count
 * of and judged.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';
import { brokenRules } from '@holdfast/core/status-rules';
import { readOwnerStatus } from '@holdfast/core/status';
import type { VenueReport } from '../src/report/venue-report.ts';
import { changeTokenFile } from '../src/tokens/token-file.ts';
import { mintToken, withToken } from '../src/tokens/token.ts';
import { ChaosRelay } from '@holdfast/deribit/chaos-relay';
import type { Wish } from './chaos-strategy.ts';
import { type BenchChange, openWireBench, type WireBench } from './wire-bench.ts';

const CHILD = join(import.meta.dirname, 'chaos-engine.ts');
const POLL_MS = 10;
const STARTED_MS = 90_000;
const HOUR_MS = 3_600_000;

export type Line = Readonly<Record<string, unknown>> & {
  readonly kind: string;
  readonly at: number;
};
export type Status = Readonly<Record<string, unknown>>;

/** A status as it was read, kept where it differs in what it says from the one before. */
export interface Seen {
  readonly at: number;
  readonly life: number;
  readonly document: Status;
}

export class ChaosDesk {
  readonly bench: WireBench;
  readonly relay: ChaosRelay;
  readonly lines: Line[] = [];
  readonly seen: Seen[] = [];
  /** Documents read, and rules that any of them broke. */
  documents = 0;
  readonly broken: string[] = [];
  life = 0;
  #child: ChildProcess | null = null;
  #http: string | null = null;
  #errors = '';
  #polling: Promise<void> | null = null;

  private constructor(bench: WireBench, relay: ChaosRelay) {
    this.bench = bench;
    this.relay = relay;
  }

  static async open(seed: string, change?: BenchChange): Promise<ChaosDesk> {
    const bench = await openWireBench(seed, { port: 0 }, change);
    return new ChaosDesk(bench, await ChaosRelay.open(bench.place.endpoint));
  }

  /** Starts an engine on the folder; resolves when it can be asked. */
  async start(): Promise<void> {
    const { root, clientId, clientSecret } = this.bench.place;
    this.life += 1;
    const child = spawn(process.execPath, [CHILD, root, this.relay.url, clientId, clientSecret]);
    this.#child = child;
    this.#http = null;
    createInterface({ input: child.stdout }).on('line', (text) => {
      const line = JSON.parse(text) as Line;
      if (line.kind === 'started') this.#http = String(line['http']);
      this.lines.push({ ...line, life: this.life });
    });
    child.stderr.on('data', (chunk: Buffer) => {
      this.#errors = `${this.#errors}${chunk.toString()}`.slice(-2_000);
    });
    await this.until('started', () => this.#http !== null, STARTED_MS);
    this.#polling = this.#poll(child);
  }

  say(word: Wish | 'flood' | 'forge' | 'unmapped'): void {
    this.#child?.stdin?.write(`${word}\n`);
  }

  async kill(): Promise<void> {
    const child = this.#child;
    this.#child = null;
    if (child === null || child.exitCode !== null) return;
    const gone = new Promise<void>((done) => child.once('close', () => done()));
    child.kill('SIGKILL');
    await gone;
    await this.#polling;
  }

  /** What the strictest reader of a status says, now. */
  async status(): Promise<Status | null> {
    if (this.#http === null) return null;
    try {
      const answer = await fetch(`${this.#http}/api/v1/status`, {
        signal: AbortSignal.timeout(2_000),
      });
      return answer.ok ? ((await answer.json()) as Status) : null;
    } catch {
      return null;
    }
  }

  /** As a person at the endpoint would: with a token that may do this and nothing else. */
  async callEmergency(reason: string): Promise<void> {
    const now = Date.now();
    const { token, entry } = mintToken({
      name: 'drill',
      scopes: ['emergency:write'],
      now,
      expiresAt: now + HOUR_MS,
    });
    changeTokenFile(join(this.bench.place.root, 'artifacts/tokens.json'), (document) => ({
      document: withToken(document, entry) ?? document,
      result: null,
    }));
    const answer = await fetch(`${this.#http ?? ''}/api/v1/emergency/reduce_only`, {
      method: 'POST',
      headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
      body: JSON.stringify({ reason, invoked_by: 'drill' }),
    });
    if (!answer.ok) throw new Error(`the emergency call was answered ${answer.status}`);
  }

  async until(what: string, isSo: () => boolean, timeoutMs = 30_000): Promise<void> {
    const deadline = Date.now() + timeoutMs;
    while (!isSo()) {
      if (Date.now() > deadline) {
        const last = JSON.stringify(this.seen.at(-1)?.document['mode_reasons'] ?? null);
        throw new Error(`${what}: not within ${timeoutMs} ms; ${last} ${this.#errors}`);
      }
      await sleep(5);
    }
  }

  /** The last status that was read says so. */
  untilStatus(what: string, isSo: (status: Status) => boolean, timeoutMs?: number): Promise<void> {
    return this.until(
      what,
      () => {
        const last = this.seen.at(-1);
        return last !== undefined && last.life === this.life && isSo(last.document);
      },
      timeoutMs,
    );
  }

  untilActive(timeoutMs?: number): Promise<void> {
    return this.untilStatus('Active', (status) => status['trading_mode'] === 'Active', timeoutMs);
  }

  heard(kind: string, since: number): readonly Line[] {
    return this.lines.filter((line) => line.kind === kind && line.at >= since);
  }

  /** Ends everything; what the exchange counted. */
  async close(): Promise<VenueReport | null> {
    await this.kill();
    await this.relay.close();
    const report = await this.bench.exchange.stop();
    await this.bench.close(false);
    return report;
  }

  async #poll(child: ChildProcess): Promise<void> {
    const { life } = this;
    while (this.#child === child) {
      const document = await this.status();
      if (document !== null && this.#child === child) this.#keep(document, life);
      await sleep(POLL_MS);
    }
  }

  #keep(document: Status, life: number): void {
    this.documents += 1;
    const owner = readOwnerStatus(document);
    const broken = [...brokenRules(document), ...(owner.sound ? [] : owner.broken)];
    this.broken.push(...broken);
    const last = this.seen.at(-1);
    if (last?.life === life && sayingOf(last.document) === sayingOf(document)) return;
    this.seen.push({ at: Date.now(), life, document });
  }
}

const SAYING = [
  'trading_mode',
  'risk_state',
  'mode_reasons',
  'open_permission_reason_codes',
  'wal_queue_enqueue_failures',
  'atomic_naked_events_24h',
  '10028_count_5m',
];

function sayingOf(document: Status): string {
  return JSON.stringify(SAYING.map((key) => document[key]));
}

/**
 * One exchange process, one run folder, and engines that are started on them one after another. The
 * engine's root is a folder of its own with the project's configuration, its own build identity and
 * its own certificate, so that nothing that happens to the checkout meanwhile takes OPEN away.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { createInterface } from 'node:readline';
import { loadConfiguration } from '../src/config/index.ts';
import { certifyForDevelopment } from '../src/proof/index.ts';
import { type ExchangeProcess, startExchangeProcess } from '../src/run/exchange-process.ts';
import type { WirePlace } from './wire-engine.ts';
import { VenueView } from './wire-venue.ts';

const ROOT = resolve(import.meta.dirname, '../../..');
const CHILD = join(import.meta.dirname, 'wire-trader.ts');

/** The launch policy, but for its style: with `Sniper` nothing that opens would ever rest. */
const POLICY = {
  execution_style: 'Any',
  // It trades by the second: that is not what is under test.
  parameters: { self_trade_min_self_notional_usd: 1e9, self_trade_notional_trip_usd: 1e9 },
};
/** The shipped document at a quicker pace; a second segment is never far. */
const PACE = {
  loop: { tick_interval_ms: 50, consult_interval_ms: 240, reconcile_interval_ms: 5_000 },
  // A busy machine may take its time to write; what leaves on a waiver meanwhile (D-9) is by
  // design not in the ledger yet when the process is killed.
  ledger: { segment_bytes: 1 << 20, commit_deadline_ms: 5_000 },
  connection: { settle_ms: 600 },
};

export interface Life {
  /** Of its last words; null when it had none. */
  readonly died: { readonly point: string; readonly label: string | null } | null;
  readonly signal: NodeJS.Signals | null;
  readonly code: number | null;
  /** ms from its start until the mode was Active; null when it never was. */
  readonly activeAfterMs: number | null;
  readonly lifeMs: number;
  readonly sent: readonly string[];
  readonly said: readonly Readonly<Record<string, unknown>>[];
  readonly errors: string;
}

export interface LifePlan {
  /** A point, `survivor`, or anything else for one that is killed from outside. */
  readonly end: string;
  readonly nth: number;
  readonly turn: number;
  /** Called as it speaks; may end it. */
  readonly onLine?: (line: Readonly<Record<string, unknown>>, child: ChildProcess) => void;
  readonly onStart?: (child: ChildProcess) => void;
}

export interface WireBench {
  /** Where an engine finds everything, and with which key it trades. */
  readonly place: WirePlace;
  readonly exchange: ExchangeProcess;
  readonly venue: VenueView;
  readonly run: string;
  readonly ledger: string;
  live(plan: LifePlan): Promise<Life>;
  /** @param keep whether its folder stays, for whoever wants to look. */
  close(keep: boolean): Promise<void>;
}

/**
 * @param http the read-only port of its engines; without it they have none.
 * @param change what differs of the configuration for this bench alone.
 */
export async function openWireBench(
  seed: string,
  http?: { port: number },
  change: BenchChange = {},
): Promise<WireBench> {
  const root = mkdtempSync(join(tmpdir(), 'holdfast-wire-'));
  layOut(
    root,
    http === undefined
      ? 'none'
      : {
          host: '127.0.0.1',
          tls: 'none',
          tokens: 'artifacts/tokens.json',
          ...http,
        },
    change,
  );
  const words = `--market calm --seed ${seed} --port 0`;
  const begun = await startExchangeProcess(ROOT, words.split(' '));
  if (!begun.ok) throw new Error(begun.detail);
  const { exchange } = begun;
  const { ready } = exchange;
  const key = (scope: string, account = 'main') => {
    const found = ready.keys.find((each) => each.account === account && each.scope.includes(scope));
    if (found === undefined) throw new Error(`no key for ${scope}`);
    return found;
  };
  const trader = key('trade:read_write');
  const reader = key('trade:read ');
  const children = new Set<ChildProcess>();
  const run = join(root, 'run');
  const { client_id: clientId, client_secret: clientSecret } = trader;
  return {
    place: { root, endpoint: ready.ws, clientId, clientSecret },
    exchange,
    venue: new VenueView(ready.http, reader.client_id, reader.client_secret),
    run,
    ledger: join(run, 'ledger'),
    live: (plan) => live(plan, [root, ready.ws, clientId, clientSecret], children),
    async close(keep) {
      for (const child of children) child.kill('SIGKILL');
      await exchange.stop();
      if (!keep) rmSync(root, { recursive: true, force: true });
    },
  };
}

export interface BenchChange {
  readonly ledger?: { readonly queue_capacity: number };
}

/** Everything an engine reads, at the places where it looks. */
function layOut(root: string, http: unknown, { ledger }: BenchChange): void {
  mkdirSync(join(root, 'config/runtime'), { recursive: true });
  const policyPath = join(root, 'config/policy.json');
  const runtimePath = join(root, 'config/runtime/dev.json');
  const policy = { ...readJson('config/policy.json'), ...POLICY };
  writeFileSync(policyPath, JSON.stringify(policy, null, 2));
  const document = { ...readJson('config/runtime/dev.json') };
  for (const [name, part] of Object.entries({
    ...PACE,
    http,
    ledger: { ...PACE.ledger, ...ledger },
  })) {
    const before = document[name];
    document[name] =
      typeof part === 'object' && typeof before === 'object' ? { ...before, ...part } : part;
  }
  writeFileSync(runtimePath, JSON.stringify(document, null, 2));
  const digest = createHash('sha256').update(readFileSync(policyPath)).digest('hex');
  const info = {
    build_id: createHash('sha1').update(root).digest('hex'),
    files: [{ path: 'config/policy.json', content: `file ${digest}` }],
  };
  writeFileSync(join(root, 'build-info.json'), JSON.stringify(info));
  const loaded = loadConfiguration({ policyPath, runtimePath, env: {}, root, now: 0 });
  if (!loaded.ok) throw new Error(JSON.stringify(loaded.violations));
  const { runtimeConfigHash, policyHash } = loaded.value;
  const certified = certifyForDevelopment({ root, runtimeConfigHash, policyHash, now: Date.now() });
  if (!certified.ok) throw new Error(`${certified.code}: ${certified.detail}`);
}

function readJson(path: string): Record<string, unknown> {
  return JSON.parse(readFileSync(join(ROOT, path), 'utf8')) as Record<string, unknown>;
}

async function live(
  { end, nth, turn, onLine, onStart }: LifePlan,
  words: readonly string[],
  children: Set<ChildProcess>,
): Promise<Life> {
  const began = performance.now();
  const [root = ''] = words;
  const child = spawn(process.execPath, [CHILD, ...words, end, String(nth), String(turn)], {
    env: { ...process.env, NODE_COMPILE_CACHE: join(root, 'compile-cache') },
  });
  children.add(child);
  onStart?.(child);
  const said: Record<string, unknown>[] = [];
  let errors = '';
  let activeAfterMs: number | null = null;
  createInterface({ input: child.stdout }).on('line', (text) => {
    const line = JSON.parse(text) as Record<string, unknown>;
    said.push(line);
    if ('active' in line) activeAfterMs = performance.now() - began;
    onLine?.(line, child);
  });
  child.stderr.on('data', (chunk: Buffer) => {
    errors = `${errors}${chunk.toString()}`.slice(-4_000);
  });
  const [code, signal] = await new Promise<[number | null, NodeJS.Signals | null]>((done) => {
    child.once('close', (...ending) => done(ending));
  });
  children.delete(child);
  const dying = said.find((line) => 'dying' in line);
  return {
    died:
      dying === undefined ? null : { point: String(dying['dying']), label: textOf(dying['label']) },
    signal,
    code,
    activeAfterMs,
    lifeMs: performance.now() - began,
    sent: said.flatMap((line) => ('sent' in line ? [String(line['sent'])] : [])),
    said,
    errors,
  };
}

function textOf(value: unknown): string | null {
  return typeof value === 'string' ? value : null;
}

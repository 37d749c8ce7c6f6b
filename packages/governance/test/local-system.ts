/**
 * The whole of it on this machine: a deployment of its own, in it an exchange and an engine under
 * our supervisor, people with keys, and the command line as a person would type it.
 */
import { execFile } from 'node:child_process';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  realpathSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import type { StatusDocument } from '@holdfast/core/status';
import { operationsLockPath } from '@holdfast/runtime/config';
import { formatTrustRoots, proofPaths, type TrustRootsDocument } from '@holdfast/runtime/proof';
import { createSupervisor } from '../src/operations/backend/services/supervisor.ts';
import type { ServiceAct, ServicePort } from '../src/operations/backend/services/port.ts';
import { makeTrust } from '../src/operations/signoff/trust.fixture.ts';
import { deploy } from './deployment.ts';
import type { Typed } from './project-desk.ts';

export const EXCHANGE = 'exchange.service';
export const ENGINE = 'holdfast-engine.service';

const START_MS = 60_000;
/** Generous: the machine may be busy with all the others. */
const WAIT_MS = 120_000;

/** What a shipped operation is filled with. */
export type Settings = Readonly<Record<string, string | number>>;

export class LocalSystem {
  /** Everything of this desk; what changes lies beside the deployment, and not in it. */
  readonly base = realpathSync(mkdtempSync(join(tmpdir(), 'holdfast-local-')));
  /** The deployment. */
  readonly root = join(this.base, 'holdfast');
  /** The folder of the policy the engine runs with. */
  readonly bundle = join(this.base, 'bundle');
  readonly policy = join(this.bundle, 'policy.json');
  readonly runtime = join(this.base, 'runtime.json');
  /** The engine's run folder, the same at every start. */
  readonly run = join(this.base, 'run');
  readonly services = join(this.root, 'artifacts', 'services');
  #supervisor: ServicePort | null = null;
  #exchangePort = 0;
  #enginePort = 0;

  /** Exchange and engine are up, and the engine is Active. */
  async open(): Promise<this> {
    const { root, base, bundle } = this;
    deploy(root);
    for (const folder of [bundle, join(base, 'keys')]) mkdirSync(folder);
    this.#exchangePort = await freePort();
    this.#enginePort = await freePort();
    writeFileSync(this.policy, this.policyText());
    writeFileSync(this.runtime, this.#runtimeText());
    await this.certify();
    this.#trustPeople();
    // Signed under the roots as they are now.
    await this.certify();
    this.#supervisor = createSupervisor(this.services);
    this.#writeUnits();
    for (const unit of [EXCHANGE, ENGINE]) await this.service('start', unit);
    await this.untilMode('Active');
    return this;
  }

  async close(): Promise<void> {
    for (const unit of [ENGINE, EXCHANGE]) await this.#supervisor?.act('stop', unit);
    rmSync(this.base, { recursive: true, force: true });
  }

  /** The launch policy, with an emergency call that ends within a test. */
  policyText(change: Readonly<Record<string, unknown>> = {}): string {
    const policy = readJsonFile(join(this.root, 'config', 'policy.json'));
    const parameters = { emergency_reduceonly_cooldown_s: 5 };
    return `${JSON.stringify({ ...policy, parameters, ...change }, null, 2)}\n`;
  }

  /** The document of a development engine, but for a port that is known beforehand. */
  #runtimeText(): string {
    const document = readJsonFile(join(this.root, 'config', 'runtime', 'dev.json'));
    const http = { ...(document['http'] as object), port: this.#enginePort };
    return `${JSON.stringify({ ...document, http, strategies: [] }, null, 2)}\n`;
  }

  /** For the documents as they lie there now, or for others. */
  async certify(policy = this.policy): Promise<void> {
    const words = ['certify', '--policy', policy, '--runtime', this.runtime];
    const certified = await this.holdfast(...words);
    if (certified.code !== 0) throw new Error(certified.err);
  }

  /** What `holdfast config check` says of a policy. */
  async configHash(policy = this.policy): Promise<string> {
    const words = ['config', 'check', '--policy', policy, '--runtime', this.runtime, '--json'];
    const { out, err } = await this.holdfast(...words);
    const told = JSON.parse(out || 'null') as { readonly runtime_config_hash?: string } | null;
    if (told?.runtime_config_hash === undefined) throw new Error(`${out}${err}`);
    return told.runtime_config_hash;
  }

  /** Whoever approves stands beside the key that certifies. */
  #trustPeople(): void {
    const path = proofPaths(this.root).developmentTrustRoots;
    const own = readJsonFile(path) as unknown as TrustRootsDocument;
    const { roots } = makeTrust(join(this.base, 'keys'));
    const holders = [...own.holders, ...roots.document.holders];
    writeFileSync(path, formatTrustRoots({ ...own, holders }));
  }

  #writeUnits(): void {
    const { root, base } = this;
    const cli = (owner: string, entry: string): string =>
      join(root, 'packages', owner, 'src', entry);
    const url = `ws://127.0.0.1:${this.#exchangePort}/ws/api/v2`;
    const key = ['--key', 'holdfast-trade', '--secret', 'holdfast-trade-loopback-only'];
    const documents = ['--policy', this.policy, '--runtime', this.runtime, '--run', this.run];
    const unit = (port: number, ...argv: readonly string[]): string =>
      JSON.stringify({
        argv: [process.execPath, ...argv],
        cwd: base,
        env: ['PATH=/usr/bin:/bin'],
        health: { port, within_ms: START_MS },
      });
    const market = ['--port', String(this.#exchangePort), '--market', 'calm'];
    const units = {
      [EXCHANGE]: unit(this.#exchangePort, cli('sim', 'exchange-cli.ts'), 'exchange', ...market),
      [ENGINE]: unit(
        this.#enginePort,
        cli('runtime', 'cli.ts'),
        'run',
        '--no-view',
        '--url',
        url,
        ...key,
        ...documents,
      ),
    };
    for (const [name, text] of Object.entries(units)) {
      writeFileSync(join(this.services, 'units', `${name}.json`), text);
    }
  }

  /** Done to a service, and done well. */
  async service(verb: ServiceAct, unit: string): Promise<void> {
    const done = await this.#supervisor?.act(verb, unit);
    if (done?.exitCode !== 0) throw new Error(`${verb} ${unit}: ${done?.output.toString()}`);
  }

  async isActive(unit: string): Promise<boolean> {
    return (await this.#supervisor?.state(unit))?.isActive ?? false;
  }

  /** Another text at every start. */
  startedAt(unit: string): string {
    return readFileSync(join(this.services, 'run', `${unit}.json`), 'utf8');
  }

  /** Where on the loopback the engine answers. */
  get port(): number {
    return this.#enginePort;
  }

  /** What the engine says of itself; null where it does not answer. */
  async status(): Promise<StatusDocument | null> {
    try {
      const response = await fetch(`http://127.0.0.1:${this.port}/api/v1/status`);
      return response.ok ? ((await response.json()) as StatusDocument) : null;
    } catch {
      return null;
    }
  }

  async untilMode(mode: StatusDocument['trading_mode']): Promise<void> {
    await this.until(`the mode is ${mode}`, async () => {
      return (await this.status())?.trading_mode === mode;
    });
  }

  /** Waits until it holds; in vain, what the engine said last is told. */
  async until(what: string, holds: () => Promise<boolean>): Promise<void> {
    for (const end = performance.now() + WAIT_MS; !(await holds()); ) {
      if (performance.now() > end) {
        throw new Error(`waited in vain until ${what}\n${this.logOf(ENGINE).slice(-4_000)}`);
      }
      await delay(100);
    }
  }

  logOf(unit: string): string {
    const path = join(this.services, 'log', unit);
    return existsSync(path) ? readFileSync(path, 'utf8') : '';
  }

  /** The file the engine reads as ReduceOnly while it is there. */
  get lock(): string {
    return operationsLockPath(this.root, 'dev');
  }

  key(person: string): string {
    return join(this.base, 'keys', `${person}.private.pem`);
  }

  /** `holdfast …` of the deployment, with its exit code. */
  holdfast(...words: readonly string[]): Promise<Typed> {
    return new Promise((resolve) => {
      const argv = [join(this.root, 'bin', 'holdfast.js'), ...words];
      const options = { cwd: this.base, encoding: 'utf8' } as const;
      execFile(process.execPath, argv, options, (error, out, err) => {
        resolve({ code: error === null ? 0 : Number(error.code), out, err });
      });
    });
  }

  ops(...words: readonly string[]): Promise<Typed> {
    return this.holdfast('ops', ...words);
  }

  /** `ops new --from`, into a file of its own; what was typed is told where it is refused. */
  async fromTemplate(template: string, settings: Settings): Promise<Made> {
    const set = Object.entries(settings).map(([name, value]) => `${name}=${value}`);
    const words = ['--environment', 'DEV', '--requested-by', 'ana', '--from', template];
    const made = await this.ops('new', ...words, ...set.flatMap((each) => ['--set', each]));
    const id = /OPS-\d{4}-\d{2}-\d{2}-\d{3}/.exec(made.out)?.[0] ?? '';
    if (made.code !== 0) throw new Error(made.err);
    const file = join(this.base, `${id}.yaml`);
    writeFileSync(file, made.out);
    return { id, file };
  }

  /** Declared, and approved by two people of different roles, of whom nobody asked for it. */
  async declared({ id, file }: Made): Promise<void> {
    await this.#typed('declare', file);
    await this.ops('approve', id, '--key', this.key('ben'), '--role', 'risk');
    await this.#typed('approve', id, '--key', this.key('carl'), '--role', 'operations');
  }

  async #typed(...words: readonly string[]): Promise<void> {
    const { code, err } = await this.ops(...words);
    if (code !== 0) throw new Error(`ops ${words.join(' ')}: ${code}\n${err}`);
  }

  /**
   * Exit codes of `holdfast verify` about its record: as it is, with a letter of its log changed,
   * with one of its report changed, and as it was again.
   */
  async verdicts(id: string): Promise<readonly (number | null)[]> {
    const record = join(this.root, 'ops', 'runs', id);
    const verdict = async (): Promise<number | null> =>
      (await this.holdfast('verify', record)).code;
    const codes = [await verdict()];
    for (const name of ['audit.jsonl', 'report.md']) {
      const path = join(record, name);
      const honest = readFileSync(path, 'utf8');
      writeFileSync(path, honest.replace('engine', 'Engine'));
      codes.push(await verdict());
      writeFileSync(path, honest);
    }
    return [...codes, await verdict()];
  }

  /** Events on record, in their order. */
  events(id: string): readonly string[] {
    const text = readFileSync(join(this.root, 'ops', 'runs', id, 'audit.jsonl'), 'utf8');
    return [...text.matchAll(/"event":"([a-z_]+)"/g)].map(([, event = '']) => event);
  }
}

/** An operation on paper. */
export interface Made {
  readonly id: string;
  readonly file: string;
}

function readJsonFile(path: string): Record<string, unknown> {
  return JSON.parse(readFileSync(path, 'utf8')) as Record<string, unknown>;
}

function freePort(): Promise<number> {
  return new Promise((resolve) => {
    const server = createServer().listen(0, '127.0.0.1', () => {
      const address = server.address();
      server.close(() => resolve(typeof address === 'object' ? (address?.port ?? 0) : 0));
    });
  });
}

/**
 * A project of its own in a temporary folder: a deny list, people with keys, our supervisor with
 * one real service, and the command line as a person would type it.
 */
import { execFile, spawn } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { hostname, tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { formatTrustRoots, proofPaths } from '@holdfast/runtime/proof';
import { createSupervisor } from '../src/operations/backend/services/supervisor.ts';
import type { ServicePort } from '../src/operations/backend/services/port.ts';
import type { Declaration } from '../src/operations/declaration.ts';
import type { Gate } from '../src/operations/gate.ts';
import { makeTrust } from '../src/operations/signoff/trust.fixture.ts';

const REPOSITORY = join(import.meta.dirname, '../../..');
export const CLI = join(REPOSITORY, 'packages/governance/src/cli.ts');
const UNIT = 'web.service';

/** Reads its limit when it starts, and tells it to whoever asks. */
const SERVER = `
import { createServer } from 'node:http';
import { readFileSync } from 'node:fs';
const { limit } = JSON.parse(readFileSync(process.argv[2], 'utf8'));
const answer = (_, response) => response.end(JSON.stringify({ limit }));
createServer(answer).listen(Number(process.argv[3]), '127.0.0.1');
`;

export interface Typed {
  readonly code: number | null;
  readonly out: string;
  readonly err: string;
}

export class ProjectDesk {
  readonly root = mkdtempSync(join(tmpdir(), 'holdfast-ops-'));
  readonly config = join(this.root, 'app', 'config.json');
  readonly #services = join(this.root, 'artifacts', 'services');
  #supervisor: ServicePort | null = null;
  #port = 0;

  /** The service is up, with a limit of 1. */
  async open(): Promise<this> {
    const { root } = this;
    for (const folder of ['app', 'config/ops', 'keys']) {
      mkdirSync(join(root, folder), { recursive: true });
    }
    cpSync(join(REPOSITORY, 'config/ops/forbidden.yaml'), join(root, 'config/ops/forbidden.yaml'));
    const roots = proofPaths(root).developmentTrustRoots;
    mkdirSync(dirname(roots), { recursive: true });
    writeFileSync(roots, formatTrustRoots(makeTrust(join(root, 'keys')).roots.document));
    writeFileSync(this.config, '{ "limit": 1, "name": "web" }\n');
    writeFileSync(join(root, 'server.mjs'), SERVER);
    this.#port = await freePort();
    this.#supervisor = createSupervisor(this.#services);
    const argv = [process.execPath, join(root, 'server.mjs'), this.config, String(this.#port)];
    const unit = { argv, cwd: root, env: [], health: { port: this.#port, within_ms: 10_000 } };
    writeFileSync(join(this.#services, 'units', `${UNIT}.json`), JSON.stringify(unit));
    const started = await this.#supervisor.act('start', UNIT);
    if (started.exitCode !== 0) throw new Error(started.output.toString());
    return this;
  }

  async close(): Promise<void> {
    await this.#supervisor?.act('stop', UNIT);
    rmSync(this.root, { recursive: true, force: true });
  }

  get limit(): unknown {
    return (JSON.parse(readFileSync(this.config, 'utf8')) as { limit: unknown }).limit;
  }

  /** What the service says its limit is; null where it does not answer. */
  async told(): Promise<unknown> {
    try {
      const response = await fetch(`http://127.0.0.1:${this.#port}/`);
      return ((await response.json()) as { limit: unknown }).limit;
    } catch {
      return null;
    }
  }

  /** Sets the limit to 2, restarts, and looks: what it expects to see may be something else. */
  declaration(id: string, expected = 2, parts: Partial<Declaration> = {}): Declaration {
    const url = `http://127.0.0.1:${this.#port}/`;
    const up: Gate = { kind: 'status', services: [UNIT] };
    const { config: path } = this;
    return {
      schema: 'holdfast.operation.v1',
      operation_id: id,
      environment: 'DEV',
      host: hostname(),
      requested_by: 'ana',
      expires_at: new Date(Date.now() + 3_600_000).toISOString(),
      OPERATION_NAME: 'Raise the limit of web',
      OBJECTIVE: 'The limit becomes 2.',
      RISK_CLASS: 'SERVICE_RESTART',
      BLAST_RADIUS: 'The web service is away for a moment.',
      ROLLBACK_STRATEGY: 'The file is put back and the service restarted.',
      ALLOWED_PATHS: [dirname(path)],
      ALLOWED_SERVICES: [UNIT],
      trading_impact: 'none',
      uses: { http: [url.slice(0, -1)] },
      steps: [
        {
          title: 'Set the limit',
          action: { kind: 'config.patch', path, set: [{ pointer: '/limit', value: 2 }] },
          verification: [{ kind: 'file.json', path, pointer: '/limit', equals: 2 }],
          rollback: [{ kind: 'service', verb: 'restart', service: UNIT }],
        },
        {
          title: 'Restart',
          action: { kind: 'service', verb: 'restart', service: UNIT },
          verification: [
            up,
            { kind: 'logs', service: UNIT, settle_ms: 50 },
            { kind: 'http', url, status: 200, json: [{ pointer: '/limit', equals: expected }] },
          ],
        },
      ],
      verification: [up, { kind: 'http', url, status: 200 }],
      ...parts,
    };
  }

  /** A new id, declared; approved by its requester unless told otherwise. */
  async declared(expected = 2, parts: Partial<Declaration> = {}, approved = true): Promise<string> {
    const made = await this.type('new', '--environment', 'DEV', '--requested-by', 'ana');
    const id = /OPS-\d{4}-\d{2}-\d{2}-\d{3}/.exec(made.out)?.[0] ?? '';
    const file = join(this.root, `${id}.json`);
    writeFileSync(file, JSON.stringify(this.declaration(id, expected, parts)));
    const declared = await this.type('declare', file);
    if (declared.code !== 0) throw new Error(declared.err);
    if (approved) await this.type('approve', id, '--key', this.key('ana'));
    return id;
  }

  key(person: string): string {
    return join(this.root, 'keys', `${person}.private.pem`);
  }

  type(...words: readonly string[]): Promise<Typed> {
    return new Promise((resolve) => {
      const argv = [CLI, 'ops', '--root', this.root, ...words];
      execFile(process.execPath, argv, { encoding: 'utf8' }, (error, out, err) => {
        resolve({ code: error === null ? 0 : Number(error.code), out, err });
      });
    });
  }

  /** Begins to type it, and ends the process with SIGKILL as soon as `when` says so. */
  async typeAndKill(when: () => boolean, ...words: readonly string[]): Promise<void> {
    const argv = [CLI, 'ops', '--root', this.root, ...words];
    const child = spawn(process.execPath, argv, { stdio: 'ignore' });
    const ended = new Promise<void>((resolve) => void child.once('exit', () => resolve()));
    const timer = setInterval(() => {
      if (when()) child.kill('SIGKILL');
    }, 1);
    await ended;
    clearInterval(timer);
  }

  /** Events on record, in their order. */
  events(id: string): readonly string[] {
    try {
      const text = readFileSync(join(this.root, 'ops', 'runs', id, 'audit.jsonl'), 'utf8');
      return [...text.matchAll(/"event":"([a-z_]+)"/g)].map(([, event = '']) => event);
    } catch {
      return [];
    }
  }
}

function freePort(): Promise<number> {
  return new Promise((resolve) => {
    const server = createServer().listen(0, '127.0.0.1', () => {
      const address = server.address();
      server.close(() => resolve(typeof address === 'object' ? (address?.port ?? 0) : 0));
    });
  });
}

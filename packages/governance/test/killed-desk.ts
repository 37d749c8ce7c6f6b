/**
 * A project whose commands are ended by SIGKILL at a named call to the system, and what has to be
 * true of it afterwards. Commands that are killed, and those that take up what they left, are real
 * processes; what is only set up, or only looked at, is not.
 */
import { spawn } from 'node:child_process';
import { hash } from 'node:crypto';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { userInfo } from 'node:os';
import { join } from 'node:path';
import { expect } from 'vitest';
import { approve, declare, newOperation } from '../src/cli/declare.ts';
import { lockPlaceOf, type Workplace } from '../src/cli/workplace.ts';
import type { AuditRecord } from '../src/operations/audit/event.ts';
import type { Declaration } from '../src/operations/declaration.ts';
import { takeLease } from '../src/operations/run/latch.ts';
import { verifyLedger } from '../src/operations/signoff/verify-ledger.ts';
import type { KillAt } from './kill-at.ts';
import { CLI, ProjectDesk } from './project-desk.ts';

const FIXTURE = join(import.meta.dirname, 'kill-at.fixture.ts');

export interface Ended {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly out: string;
  readonly err: string;
}

/** A command that was begun and is not awaited. */
export interface Begun {
  readonly pid: number;
  readonly ended: Promise<Ended>;
  kill(signal: NodeJS.Signals): void;
}

/** What is in the folder that operations may change. */
const FILES = {
  'config.json': '{ "limit": 1, "name": "web" }\n',
  'from.json': '{ "a": 1 }\n',
  'old.json': '{}\n',
};

export class KilledDesk {
  readonly desk = new ProjectDesk();
  readonly app = join(this.desk.root, 'app');
  readonly #place: Workplace = {
    root: this.desk.root,
    clock: Date.now,
    env: {},
    actor: userInfo().username,
  };

  async open(): Promise<this> {
    await this.desk.open();
    this.reset();
    return this;
  }

  close(): Promise<void> {
    return this.desk.close();
  }

  /** The files as they were at the beginning. */
  reset(): void {
    rmSync(this.app, { recursive: true });
    mkdirSync(this.app);
    for (const [name, text] of Object.entries(FILES)) {
      writeFileSync(join(this.app, name), text);
      chmodSync(join(this.app, name), 0o644);
    }
  }

  /** Every file with its mode and content; a draft that was left is one more. */
  files(): string {
    const names = readdirSync(this.app).sort();
    const told = names.map((name) => {
      const path = join(this.app, name);
      return `${name} ${(statSync(path).mode & 0o777).toString(8)} ${readFileSync(path, 'utf8')}`;
    });
    return told.join('');
  }

  /** A new id, and the file of its declaration. */
  drafted(parts: Partial<Declaration>): { readonly id: string; readonly file: string } {
    let said = '';
    const io = { out: (line: string) => void (said += line), err: fail };
    newOperation(this.#place, { environment: 'DEV', requestedBy: 'ana' }, io);
    const id = /OPS-\d{4}-\d{2}-\d{2}-\d{3}/.exec(said)?.[0] ?? '';
    const file = join(this.desk.root, `${id}.json`);
    writeFileSync(file, JSON.stringify(this.desk.declaration(id, 2, parts)));
    return { id, file };
  }

  declared(parts: Partial<Declaration>): string {
    const { id, file } = this.drafted(parts);
    expect(declare(this.#place, '/', file, { out: () => undefined, err: fail })).toBe(0);
    return id;
  }

  approved(parts: Partial<Declaration>): string {
    const id = this.declared(parts);
    const signer = { key: this.desk.key('ana'), reject: false };
    expect(approve(this.#place, '/', id, signer, { out: () => undefined, err: fail })).toBe(0);
    return id;
  }

  /** Types it and does not wait; `at` ends it. */
  begin(at: KillAt | null, ...words: readonly string[]): Begun {
    const argv = ['--import', FIXTURE, CLI, 'ops', '--root', this.desk.root, ...words];
    const env = at === null ? process.env : { ...process.env, KILL_AT: JSON.stringify(at) };
    const child = spawn(process.execPath, argv, { env, stdio: ['ignore', 'pipe', 'pipe'] });
    const said = { out: '', err: '' };
    child.stdout.on('data', (piece: Buffer) => void (said.out += piece.toString()));
    child.stderr.on('data', (piece: Buffer) => void (said.err += piece.toString()));
    const ended = new Promise<Ended>((resolve) => {
      child.once('close', (code, signal) => resolve({ code, signal, ...said }));
    });
    return { pid: child.pid ?? 0, ended, kill: (signal) => void child.kill(signal) };
  }

  /** Types it, and shows that it was killed and did not end by itself. */
  async killed(at: KillAt, ...words: readonly string[]): Promise<void> {
    const { signal, out, err } = await this.begin(at, ...words).ended;
    expect([signal, out, err]).toEqual(['SIGKILL', '', '']);
  }

  records(id: string): readonly AuditRecord[] {
    const path = join(this.desk.root, 'ops', 'runs', id, 'audit.jsonl');
    const text = existsSync(path) ? readFileSync(path, 'utf8') : '';
    const whole = text.slice(0, text.lastIndexOf('\n') + 1);
    return whole
      .split('\n')
      .filter((line) => line !== '')
      .map((line): AuditRecord => JSON.parse(line));
  }

  /** What is on record, a word or two for each record. */
  told(id: string): readonly string[] {
    return this.records(id).map(({ payload }) => {
      const step = 'step' in payload ? ` ${payload.step}` : '';
      const status = 'status' in payload && payload.event !== 'undo' ? ` ${payload.status}` : '';
      return `${payload.event}${step}${status}`;
    });
  }

  leaseIsLeft(): boolean {
    return existsSync(join(lockPlaceOf(this.#place, 'DEV').folder, 'lease.json'));
  }

  /** The chain of it all, the views, and no second of anything. */
  expectSound(id: string): void {
    expect(verifyLedger(this.desk.root, { anchors: false })).toEqual([]);
    const told = this.told(id);
    const once = told.filter((word) => /^(step_started|undo|sealed|amendment)/.test(word));
    expect(once).toEqual([...new Set(once)]);
    const entries = readFileSync(join(this.desk.root, 'ops/ledger/events.jsonl'), 'utf8')
      .split('\n')
      .filter((line) => line.includes('"event":"entry"') && line.includes(`"${id}"`));
    expect(entries).toHaveLength(told.some((word) => word === 'sealed') ? 1 : 0);
  }

  /** Nothing keeps the next operation from beginning. */
  expectFree(): void {
    const answer = takeLease(lockPlaceOf(this.#place, 'DEV'), {
      operationId: 'OPS-2026-01-01-999',
      environment: 'DEV',
      requestedBy: 'ana',
      impact: 'direct',
      use: 'run',
    });
    expect(answer).toMatchObject({ taken: true });
    if (answer.taken) answer.lease.release();
  }

  /** Resumes, and holds what was left against what the log says of it. */
  async expectSettled(id: string, before: string, after: string): Promise<'SUCCESS' | 'ROLLBACK'> {
    const wasProved = this.told(id).includes('verification final PASS');
    const isUndone = this.told(id).some((word) => word === 'rollback_started');
    const outcome = wasProved && !isUndone ? 'SUCCESS' : 'ROLLBACK';
    const resumed = await this.begin(null, 'resume', id).ended;
    expect(resumed).toMatchObject({ out: `${id}: ${outcome}\n`, err: '' });
    expect(resumed.code).toBe(outcome === 'SUCCESS' ? 0 : 1);
    expect(this.files()).toBe(outcome === 'SUCCESS' ? after : before);
    this.expectSound(id);
    this.expectFree();
    return outcome;
  }
}

/** One moment at which the audit log gets a record of that kind. */
export function atRecord(what: string, when: KillAt['when'], nth = 1): KillAt {
  const [event = '', step] = what.split(' ');
  const number = /^\d+$/.test(step ?? '') ? step : `"${step}"`;
  const ofStep = step === undefined ? '' : `.*"step":${number}`;
  const about = `audit\\.jsonl .*"event":"${event}"${ofStep}`;
  return { module: 'node:fs', call: 'writeSync', about, nth, when };
}

/** One moment at which a file gets its name. */
export function atRename(path: string, when: KillAt['when'], nth = 1): KillAt {
  return { module: 'node:fs', call: 'renameSync', about: `${path}$`, nth, when };
}

/** The gate that a file holds exactly this. */
export function holds(path: string, text: string): Declaration['verification'][number] {
  return { kind: 'file.sha256', path, sha256: hash('sha256', text) };
}

function fail(line: string): void {
  expect.fail(line);
}

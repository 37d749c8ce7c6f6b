/**
 * Where an adversary works: a project with one real service, what lies around it and must stay as
 * it is, and the command line, typed as a process or composed in this one.
 */
import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import * as fs from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { approve, declare, lint, newOperation } from '../../src/cli/declare.ts';
import type { Io } from '../../src/cli/io.ts';
import { resume, run } from '../../src/cli/work.ts';
import type { Workplace } from '../../src/cli/workplace.ts';
import { createSandbox } from '../../src/operations/backend/sandbox.ts';
import type { Declaration } from '../../src/operations/declaration.ts';
import type { Gate } from '../../src/operations/gate.ts';
import { ProjectDesk } from '../project-desk.ts';

const CLI = join(import.meta.dirname, '../../src/cli.ts');
const CONFIG = '{ "limit": 1, "name": "web" }\n';
/** What the processes have compiled already: most of the time of a typed command. */
const COMPILED = join(tmpdir(), 'holdfast-compiled');
/** Of the machine itself: no operation of these tests has any business there. */
const SYSTEM = ['/etc/hosts', '/etc/passwd', '/etc/hostname'];

export interface Answer {
  readonly code: number | null;
  /** Both streams. */
  readonly said: string;
}

export interface Typing {
  /** Beside the environment of whoever types, and before it. */
  readonly env?: Readonly<Record<string, string>>;
  /** What is put before the command line. */
  readonly under?: readonly string[];
}

/** Whether this machine makes sandboxes: asked of a sandbox, and not of the list of programs. */
export async function hasSandbox(): Promise<boolean> {
  const sandbox = createSandbox({ readable: [], hidden: [], isForbidden: () => false });
  const argv = ['/bin/true'];
  return (await sandbox.run({ argv, writable: [], ports: [], timeoutMs: 20_000 })).started;
}

export class Ground {
  readonly desk = new ProjectDesk();
  readonly outside = fs.mkdtempSync('/var/tmp/holdfast-outside-');
  readonly root = this.desk.root;
  readonly config = this.desk.config;
  /** All that a declaration allows here. */
  readonly app = dirname(this.config);
  readonly victim = join(this.outside, 'victim');
  readonly #server = join(this.root, 'server.mjs');
  readonly #denyList = join(this.root, 'config/ops/forbidden.yaml');
  #service = '';
  #denied = '';

  async open(): Promise<this> {
    await this.desk.open();
    for (const folder of ['deep/down', 'empty']) {
      fs.mkdirSync(join(this.outside, folder), { recursive: true });
    }
    fs.writeFileSync(this.victim, 'untouched', { mode: 0o600 });
    fs.writeFileSync(join(this.outside, 'deep/down/canary'), 'sings');
    fs.writeFileSync(join(this.outside, 'run.sh'), '#!/bin/sh\necho outside\n', { mode: 0o755 });
    fs.symlinkSync('victim', join(this.outside, 'link'));
    fs.mkdirSync(join(this.root, 'tools'));
    this.#service = fs.readFileSync(this.#server, 'utf8');
    this.#denied = fs.readFileSync(this.#denyList, 'utf8');
    return this;
  }

  async close(): Promise<void> {
    await this.desk.close();
    fs.rmSync(this.outside, { recursive: true, force: true });
  }

  /** As before the first attack: no operation, no lock, one file in the scope. */
  reset(): void {
    fs.writeFileSync(this.#server, this.#service);
    fs.rmSync(join(this.root, 'config/stray.json'), { force: true });
    fs.writeFileSync(this.#denyList, this.#denied);
    for (const name of ['ops', 'docs', 'artifacts/operations', 'app']) {
      fs.rmSync(join(this.root, name), { recursive: true, force: true });
    }
    fs.mkdirSync(this.app);
    fs.writeFileSync(this.config, CONFIG);
  }

  /** What the service does from its next start on, before all that it did. */
  serve(script: string): void {
    fs.writeFileSync(this.#server, `${script}\n${this.#service}`);
  }

  /** Another deny list. */
  deny(list: string | ((honest: string) => string)): void {
    fs.writeFileSync(this.#denyList, typeof list === 'string' ? list : list(this.#denied));
  }

  /** Everything around the scope: kind, mode, owner, inode, names, time of change and content. */
  manifest(): ReadonlyMap<string, string> {
    const found = new Map<string, string>();
    const places = [this.outside, join(this.root, 'config'), join(this.root, 'keys'), ...SYSTEM];
    for (const place of places) visit(place, found);
    return found;
  }

  /** An executable file of the project; what it does is the adversary's. */
  tool(name: string, script: string): string {
    const path = join(this.root, 'tools', name);
    fs.rmSync(path, { force: true });
    fs.writeFileSync(path, script.startsWith('#!') ? script : `#!/bin/sh\n${script}\n`, {
      mode: 0o755,
    });
    return path;
  }

  /** A file an attack has put down somewhere in the project. */
  put(name: string, content: string | Uint8Array): string {
    const path = join(this.root, name);
    fs.mkdirSync(dirname(path), { recursive: true });
    fs.writeFileSync(path, content);
    return path;
  }

  /** Writes into the one file of the scope, and proves it; parts say what is different. */
  declaration(id: string, parts: Partial<Declaration> = {}): Declaration {
    return this.desk.declaration(id, 2, {
      RISK_CLASS: 'FILESYSTEM_WRITE',
      ALLOWED_SERVICES: [],
      uses: {},
      steps: [
        {
          title: 'Write a file',
          action: { kind: 'fs.write', path: join(this.app, 'new.json'), content: '{}' },
          verification: [this.gate],
        },
      ],
      verification: [this.gate],
      ...parts,
    });
  }

  /** Holds as long as the file of the scope is what it was. */
  get gate(): Gate {
    return { kind: 'file.json', path: this.config, pointer: '/limit', equals: 1 };
  }

  /** One step that runs a tool where it may write below the scope, and could be undone. */
  runs(argv: readonly string[], more: { timeout_ms?: number; http?: string[] } = {}) {
    const { timeout_ms, http = [] } = more;
    const timed = timeout_ms === undefined ? {} : { timeout_ms };
    const ours = argv.filter((word) => word.startsWith(join(this.root, 'tools')));
    return {
      uses: { commands: [...new Set([argv[0] ?? '', ...ours])], http },
      steps: [
        {
          title: 'Run it',
          action: { kind: 'exec.sandboxed', argv: [...argv], ...timed },
          verification: [this.gate],
          rollback: [{ kind: 'fs.write', path: this.config, content: CONFIG }],
        },
      ],
    } satisfies Partial<Declaration>;
  }

  /** A declaration in a file, its id given out. */
  async drafted(parts: Partial<Declaration> = {}): Promise<string> {
    const id = await this.newId();
    return this.put(`${id}.json`, JSON.stringify(this.declaration(id, parts)));
  }

  /** On record and approved by whoever wants it; nothing is done yet. */
  async declared(parts: Partial<Declaration> = {}, signers: readonly string[] = ['ana']) {
    const file = await this.drafted(parts);
    const id = /OPS-[\d-]+\d/.exec(file)?.[0] ?? '';
    const put = await this.compose(['declare', file]);
    if (put.code !== 0) throw new Error(put.said);
    for (const person of signers) {
      await this.compose(['approve', id, '--key', this.desk.key(person)]);
    }
    return id;
  }

  async newId(): Promise<string> {
    const request = { environment: 'DEV', requestedBy: 'ana' } as const;
    const made = await listen(async (io) => newOperation(this.#place(), request, io));
    const id = /OPS-\d{4}-\d{2}-\d{2}-\d{3}/.exec(made.said)?.[0];
    if (id === undefined) throw new Error(made.said);
    return id;
  }

  /** The folder of an operation: its log, what it kept, what was signed. */
  folder(id: string): string {
    return join(this.root, 'ops', 'runs', id);
  }

  /** Every word on record, of every operation, and of the ledger. */
  records(): string {
    const texts: string[] = [];
    for (const name of ['ops/runs', 'ops/ledger']) {
      const folder = join(this.root, name);
      if (!fs.existsSync(folder)) continue;
      for (const entry of fs.readdirSync(folder, { recursive: true, withFileTypes: true })) {
        const path = join(entry.parentPath, entry.name);
        if (entry.isFile()) texts.push(fs.readFileSync(path, 'latin1'));
      }
    }
    return texts.join('\n');
  }

  /** The same functions that the command line calls, in this process. */
  compose(words: readonly string[], clock: () => number = Date.now): Promise<Answer> {
    const [verb = '', what = '', option, value = ''] = words;
    const place = this.#place(clock);
    const { root } = this;
    return listen(async (io) => {
      switch (verb) {
        case 'lint':
          return lint(place, root, what, io);
        case 'declare':
          return declare(place, root, what, io);
        case 'approve':
          if (option !== '--key') break;
          return approve(place, root, what, { key: value, reject: words.includes('--reject') }, io);
        case 'run':
          return run(place, what, undefined, io);
        case 'resume':
          return resume(place, root, what, { answer: null }, io);
        default:
      }
      throw new Error(`nobody types ${words.join(' ')}`);
    });
  }

  /** As a person types it. */
  type(words: readonly string[], { env, under = [] }: Typing = {}): Promise<Answer> {
    const line = [...under, process.execPath, CLI, 'ops', '--root', this.root, ...words];
    return new Promise((resolve) => {
      const [program = '', ...args] = line;
      const child = spawn(program, args, {
        cwd: this.root,
        env: { ...process.env, NODE_COMPILE_CACHE: COMPILED, ...env },
        stdio: ['ignore', 'pipe', 'pipe'],
      });
      let said = '';
      for (const stream of [child.stdout, child.stderr]) {
        stream.setEncoding('utf8').on('data', (piece: string) => (said += piece));
      }
      child.once('error', (error) => resolve({ code: null, said: error.message }));
      child.once('close', (code) => resolve({ code, said }));
    });
  }

  /** Command lines of what still runs of the tools of this ground. */
  running(): readonly string[] {
    return fs.readdirSync('/proc').flatMap((name) => {
      if (!/^\d+$/.test(name)) return [];
      try {
        const text = fs.readFileSync(`/proc/${name}/cmdline`, 'utf8');
        return text.includes(join(this.root, 'tools')) ? [text.replaceAll('\0', ' ')] : [];
      } catch {
        return [];
      }
    });
  }

  #place(clock: () => number = Date.now): Workplace {
    return { root: this.root, clock, env: {}, actor: 'adversary' };
  }
}

async function listen(act: (io: Io) => Promise<number>): Promise<Answer> {
  const lines: string[] = [];
  const hear = (line: string): void => void lines.push(line);
  const code = await act({ out: hear, err: hear });
  return { code, said: lines.join('\n') };
}

function visit(path: string, found: Map<string, string>): void {
  const stat = fs.lstatSync(path, { bigint: true, throwIfNoEntry: false });
  if (stat === undefined) return;
  const { mode, uid, gid, ino, nlink, mtimeNs } = stat;
  const content = stat.isFile() ? sha256(path) : stat.isSymbolicLink() ? fs.readlinkSync(path) : '';
  found.set(path, [mode.toString(8), uid, gid, ino, nlink, mtimeNs, content].join(' '));
  if (!stat.isDirectory()) return;
  for (const name of fs.readdirSync(path)) visit(join(path, name), found);
}

function sha256(path: string): string {
  return createHash('sha256').update(fs.readFileSync(path)).digest('hex');
}

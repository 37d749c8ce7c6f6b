/** The product's own command line, as a person uses it: nothing is called from inside. */
import { type ChildProcess, spawn } from 'node:child_process';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';

export interface Said {
  readonly words: readonly string[];
  readonly code: number | null;
  readonly out: string;
  readonly err: string;
  /** Wall time around the whole command, epoch ms. */
  readonly begun: number;
  readonly ended: number;
}

const COMMAND_TIMEOUT_MS = 60_000;
const OUTPUT_MAX = 1 << 20;

/** Runs one command to its end. */
export function holdfast(
  root: string,
  words: readonly string[],
  env: Readonly<Record<string, string>> = {},
): Promise<Said> {
  const begun = Date.now();
  const child = startHoldfast(root, words, env);
  const timer = setTimeout(() => child.kill('SIGKILL'), COMMAND_TIMEOUT_MS);
  let out = '';
  let err = '';
  child.stdout?.on('data', (part: Buffer) => {
    out = `${out}${part.toString()}`.slice(0, OUTPUT_MAX);
  });
  child.stderr?.on('data', (part: Buffer) => {
    err = `${err}${part.toString()}`.slice(0, OUTPUT_MAX);
  });
  return new Promise((done) => {
    const end = (code: number | null): void => {
      clearTimeout(timer);
      done({ words, code, out, err, begun, ended: Date.now() });
    };
    child.once('close', end);
    child.once('error', () => end(null));
  });
}

export function startHoldfast(
  root: string,
  words: readonly string[],
  env: Readonly<Record<string, string>> = {},
): ChildProcess {
  return spawn(process.execPath, [join(root, 'bin/holdfast.js'), ...words], {
    cwd: root,
    env: { ...process.env, ...env, NO_COLOR: '1' },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
}

/** The one document of `--json`, or null where it is none. */
export function documentOf({ out }: Said): Readonly<Record<string, unknown>> | null {
  try {
    const document: unknown = JSON.parse(out);
    return typeof document === 'object' && document !== null && !Array.isArray(document)
      ? (document as Readonly<Record<string, unknown>>)
      : null;
  } catch {
    return null;
  }
}

/** The first sentence of what it complained about. */
export function complaintOf({ words, code, out, err }: Said): string {
  const text = `${err}\n${out}`.trim().split('\n').slice(0, 2).join(' ').slice(0, 300);
  return `\`holdfast ${words.join(' ')}\` answered ${code}: ${text}`;
}

export interface Exchange {
  readonly ws: string;
  readonly http: string;
  readonly keys: ReadonlyMap<string, string>;
  /** What it counted, once it has ended. */
  stop(): Promise<Readonly<Record<string, unknown>> | null>;
}

const READY_TIMEOUT_MS = 60_000;

/** The built-in exchange as a process of its own; a sentence where it does not start. */
export async function startExchange(root: string, seed: string): Promise<Exchange | string> {
  const words = ['exchange', '--port', '0', '--json', '--market', 'calm', '--seed', seed];
  const child = startHoldfast(root, words);
  let err = '';
  child.stderr?.on('data', (part: Buffer) => {
    err = `${err}${part.toString()}`.slice(-2_000);
  });
  const ended = new Promise<void>((done) => child.once('exit', () => done()));
  let report: Readonly<Record<string, unknown>> | null = null;
  const ready = Promise.withResolvers<Readonly<Record<string, unknown>> | null>();
  if (child.stdout !== null) {
    createInterface({ input: child.stdout }).on('line', (line) => {
      const said = documentOf({ words, code: 0, out: line, err: '', begun: 0, ended: 0 });
      if (said?.['event'] === 'ready') ready.resolve(said);
      if (said?.['event'] === 'report') report = said;
    });
  }
  void ended.then(() => ready.resolve(null));
  void sleep(READY_TIMEOUT_MS, undefined, { ref: false }).then(() => ready.resolve(null));
  const said = await ready.promise;
  if (said === null) {
    child.kill('SIGKILL');
    return `the exchange did not start: ${err.trim().slice(0, 300) || 'it said nothing'}`;
  }
  const keys = (said['keys'] as { client_id: string; client_secret: string }[]).map(
    (key) => [key.client_id, key.client_secret] as const,
  );
  const stop = async (): Promise<Readonly<Record<string, unknown>> | null> => {
    child.kill('SIGTERM');
    await Promise.race([ended, sleep(10_000, undefined, { ref: false })]);
    child.kill('SIGKILL');
    return report;
  };
  return { ws: String(said['ws']), http: String(said['http']), keys: new Map(keys), stop };
}

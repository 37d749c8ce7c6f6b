/** Programs beside the tests, run as processes of their own; what they print is the record. */
import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { oneLine } from './markdown.ts';

/** What it printed, or the sentence that says why there is nothing. */
export type Printed =
  | { readonly ok: true; readonly text: string }
  | { readonly ok: false; readonly why: string };

export interface ProgramOptions {
  readonly input?: string;
  readonly timeoutMs?: number;
  /** Called with every line as it comes. */
  readonly onLine?: (line: string) => void;
}

const TIMEOUT_MS = 120_000;
const COMPLAINT_MAX = 400;

/** @param path of a program below the root. */
export function runProgram(
  root: string,
  path: string,
  words: readonly string[],
  { input, timeoutMs = TIMEOUT_MS, onLine }: ProgramOptions = {},
): Promise<Printed> {
  const child = spawn(process.execPath, [join(root, path), ...words], {
    cwd: root,
    env: { ...process.env, NO_COLOR: '1' },
    stdio: ['pipe', 'pipe', 'pipe'],
  });
  const timer = setTimeout(() => child.kill('SIGKILL'), timeoutMs);
  const lines: string[] = [];
  let err = '';
  createInterface({ input: child.stdout }).on('line', (line) => {
    lines.push(line);
    onLine?.(line);
  });
  child.stderr.on('data', (part: Buffer) => {
    err = `${err}${part.toString()}`.slice(-COMPLAINT_MAX);
  });
  child.stdin.end(input ?? '');
  return new Promise((done) => {
    const no = (what: string): void => {
      clearTimeout(timer);
      done({ ok: false, why: `${path} ${words.join(' ')}: ${what}` });
    };
    child.once('error', (error) => no(error.message));
    child.once('close', (code, signal) => {
      clearTimeout(timer);
      if (code === 0) done({ ok: true, text: lines.join('\n') });
      else no(`ended with ${code ?? signal}: ${oneLine(err)}`);
    });
  });
}

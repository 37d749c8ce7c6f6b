import { type ChildProcess, spawn } from 'node:child_process';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { type Static, Type } from 'typebox';
import { Compile } from 'typebox/compile';
import { parseVenueReport, type VenueReport } from '../report/venue-report.ts';

/** A chain of nineteen recordings takes seconds to read. */
const READY_TIMEOUT_MS = 120_000;
const STOP_TIMEOUT_MS = 10_000;
/** What it said last, for the error that tells why it did not start. */
const LAST_WORDS_MAX = 2_000;

const ReadySchema = Type.Object({
  event: Type.Literal('ready'),
  ws: Type.String({ minLength: 1 }),
  http: Type.String({ minLength: 1 }),
  /** The exchange's clock, epoch ms. */
  now: Type.Number(),
  market: Type.Record(Type.String(), Type.Unknown()),
  keys: Type.Array(
    Type.Object({
      client_id: Type.String({ minLength: 1 }),
      client_secret: Type.String({ minLength: 1 }),
      account: Type.String(),
      scope: Type.String(),
    }),
  ),
});

export type ExchangeReady = Static<typeof ReadySchema>;

const readyLine = Compile(ReadySchema);

export interface ExchangeProcess {
  readonly ready: ExchangeReady;
  /** Wall time at which the ready line was read, epoch ms. */
  readonly readyAt: number;
  /** Ends it and hears what it counted; null when it did not say. */
  stop(): Promise<VenueReport | null>;
  /** Resolves when it has ended, asked or not. */
  readonly ended: Promise<number | null>;
}

export type ExchangeStart =
  | { readonly ok: true; readonly exchange: ExchangeProcess }
  | { readonly ok: false; readonly detail: string };

/**
 * The simulated exchange as a process of its own, in its own process group so that a Ctrl-C meant
 * for us does not end it before our orders are cancelled. It ends with us: its standard input is
 * ours to hold open.
 */
export async function startExchangeProcess(
  root: string,
  args: readonly string[],
): Promise<ExchangeStart> {
  const words = [join(root, 'bin', 'holdfast.js'), 'exchange', '--json', '--attached', ...args];
  const child = spawn(process.execPath, words, {
    cwd: process.cwd(),
    detached: true,
    stdio: ['pipe', 'pipe', 'pipe'],
  });
  let lastWords = '';
  child.stderr.on('data', (chunk: Buffer) => {
    lastWords = `${lastWords}${chunk.toString()}`.slice(-LAST_WORDS_MAX);
  });
  const ended = new Promise<number | null>((done) => child.once('exit', (code) => done(code)));
  let report: VenueReport | null = null;
  const ready = await new Promise<ExchangeReady | null>((done) => {
    const timer = setTimeout(() => done(null), READY_TIMEOUT_MS);
    createInterface({ input: child.stdout }).on('line', (line) => {
      const said = jsonOf(line);
      if (readyLine.Check(said)) {
        clearTimeout(timer);
        done(said);
      } else report = parseVenueReport(said) ?? report;
    });
    void ended.then(() => {
      clearTimeout(timer);
      done(null);
    });
    child.once('error', (error) => {
      lastWords = error.message;
      clearTimeout(timer);
      done(null);
    });
  });
  if (ready === null) {
    child.kill('SIGKILL');
    const detail = lastWords.trim() || `it said nothing within ${READY_TIMEOUT_MS / 1_000} s`;
    return { ok: false, detail };
  }
  const stop = async (): Promise<VenueReport | null> => {
    await end(child, ended);
    return report;
  };
  return { ok: true, exchange: { ready, readyAt: Date.now(), stop, ended } };
}

async function end(child: ChildProcess, ended: Promise<number | null>): Promise<void> {
  child.kill('SIGTERM');
  const timer = setTimeout(() => child.kill('SIGKILL'), STOP_TIMEOUT_MS);
  await ended;
  clearTimeout(timer);
}

function jsonOf(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    return null;
  }
}

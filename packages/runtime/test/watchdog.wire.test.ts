/** The watchdog against real processes: an engine that ticks, blocks, hangs and dies. */
import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { callControl } from '../src/control/client.ts';
import { until } from './ledger-harness.ts';

const ENGINE = join(import.meta.dirname, 'watchdog-engine.ts');
/** Far beyond what a busy machine keeps a process waiting for. */
const SILENCE_MS = 800;
const KILL_AFTER_MS = 2_600;

interface Line {
  readonly ready?: number;
  readonly heartbeat?: number;
  readonly closed?: null;
  readonly news?: { readonly kind: string; readonly pid?: number; readonly what?: string };
  readonly commanded?: { readonly command: string; readonly operator: string };
  readonly mode?: string;
}

let folder = '';
let engine: ChildProcess;
let lines: Line[] = [];
let ended: { code: number | null; signal: string | null } | null = null;

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'holdfast-watchdog-'));
  lines = [];
  ended = null;
  const words = [ENGINE, folder, String(SILENCE_MS), String(KILL_AFTER_MS)];
  const child = spawn(process.execPath, words, { stdio: ['pipe', 'pipe', 'inherit'] });
  engine = child;
  createInterface({ input: child.stdout }).on('line', (line) => lines.push(JSON.parse(line)));
  child.once('exit', (code, signal) => {
    ended = { code, signal };
  });
  await until(() => noticed('armed') === 1, 'a watchdog that hears ticks', 40_000);
});

afterEach(async () => {
  engine.kill('SIGKILL');
  await until(() => ended !== null, 'the end of the engine');
  rmSync(folder, { recursive: true, force: true });
});

const tell = (word: string): unknown => engine.stdin?.write(`${word}\n`);
const commands = (): Line[] => lines.filter(({ commanded }) => commanded !== undefined);
const heartbeats = (): number => lines.filter(({ heartbeat }) => heartbeat !== undefined).length;
const noticed = (what: string): number => lines.filter(({ news }) => news?.what === what).length;
const news = (kind: string): Line[] => lines.filter((line) => line.news?.kind === kind);
const pause = (ms: number): Promise<void> => new Promise((done) => setTimeout(done, ms));

function watchdogPid(): number {
  return news('started').at(-1)?.news?.pid ?? 0;
}

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}

function logged(): readonly { readonly what: string; readonly engine_pid: number }[] {
  const text = readFileSync(join(folder, 'watchdog.jsonl'), 'utf8');
  return text
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line));
}

describe('an engine that ticks', () => {
  it('is answered tick by tick, and left alone', async () => {
    const before = heartbeats();
    await until(() => heartbeats() > before + 20, 'heartbeats');
    await pause(SILENCE_MS * 1.5);
    expect(commands()).toEqual([]);
    expect(isAlive(watchdogPid())).toBe(true);
  });

  it('may be away for less than the silence', async () => {
    tell(`block ${SILENCE_MS / 2}`);
    await pause(SILENCE_MS * 1.5);
    expect(commands()).toEqual([]);
  });
});

describe('an engine that is silent', () => {
  it('finds, when it is back, that it may only reduce: once, and it lives', async () => {
    tell(`block ${SILENCE_MS * 2}`);
    await until(() => commands().length > 0, 'a command');
    await until(() => noticed('heard_again') === 1, 'ticks again');
    await pause(SILENCE_MS * 1.5);
    expect(commands()).toMatchObject([
      { commanded: { command: 'reduce_only', operator: 'watchdog' } },
    ]);
    const status = await callControl(join(folder, 'control.sock'), { kind: 'status' });
    expect(status).toMatchObject({ ok: true, body: { trading_mode: 'ReduceOnly' } });
    expect(ended).toBeNull();
  });

  it('is told at once when only its loop has stopped, and ended when that stays so', async () => {
    tell('mute');
    await until(() => noticed('reduce_only') === 1, 'an answered call');
    expect(commands()).toHaveLength(1);
    await until(() => ended !== null, 'the end');
    expect(ended).toEqual({ code: null, signal: 'SIGKILL' });
  });

  it('is ended when it stays silent, and the watchdog writes why and goes with it', async () => {
    const pid = watchdogPid();
    const began = performance.now();
    tell('block 60000');
    await until(() => ended !== null, 'the end');
    expect(ended).toEqual({ code: null, signal: 'SIGKILL' });
    expect(performance.now() - began).toBeGreaterThan(KILL_AFTER_MS * 0.9);
    await until(() => !isAlive(pid), 'the end of the watchdog');
    const last = logged().at(-1);
    expect(last).toMatchObject({ what: 'kill', engine_pid: engine.pid });
    expect(logged().map(({ what }) => what)).toEqual(['armed', 'silent', 'kill']);
  });
});

describe('a watchdog', () => {
  it('ends when its engine is gone', async () => {
    const pid = watchdogPid();
    engine.kill('SIGKILL');
    await until(() => !isAlive(pid), 'the end of the watchdog');
  });

  it('is started again when it dies, and given up when it dies too often', async () => {
    for (let death = 1; death <= 4; death += 1) {
      const pid = watchdogPid();
      const before = heartbeats();
      await until(() => heartbeats() > before, 'heartbeats');
      process.kill(pid, 'SIGKILL');
      await until(() => news('died').length === death, 'its death to be seen');
      if (death < 4) await until(() => watchdogPid() !== pid, 'another');
    }
    await until(() => news('given_up').length === 1, 'an end to it');
    const last = heartbeats();
    await pause(SILENCE_MS * 1.5);
    expect(heartbeats()).toBe(last);
    expect(news('started')).toHaveLength(4);
    expect([commands(), ended]).toEqual([[], null]);
  });

  it('ends when it is closed, and is not started again', async () => {
    const pid = watchdogPid();
    tell('close');
    await until(() => lines.some((line) => 'closed' in line), 'the end of the watchdog');
    expect(isAlive(pid)).toBe(false);
    await pause(SILENCE_MS * 1.5);
    expect([news('died'), news('started').length, commands()]).toEqual([[], 1, []]);
  });
});

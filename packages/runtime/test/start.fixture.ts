/** The main job as a user starts it: real processes, spoken to only through their commands. */
import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { folderSource, foldLedger, verifyLedger } from '@holdfast/runtime/ledger';
import { expect } from 'vitest';
import type { RunReport } from '../src/report/run-report.ts';
import { endTree } from './end-tree.ts';

export const ROOT = resolve(import.meta.dirname, '../../..');
const LAUNCHER = 'bin/holdfast.js';

export interface Ended {
  readonly code: number | null;
  readonly out: string;
  readonly err: string;
}

export interface Running {
  readonly child: ChildProcess;
  readonly ended: Promise<Ended>;
  out(): string;
}

export function begin(...words: readonly string[]): Running {
  const child = spawn(process.execPath, words, { cwd: ROOT });
  let out = '';
  let err = '';
  child.stdout.on('data', (chunk: Buffer) => {
    out += chunk.toString();
  });
  child.stderr.on('data', (chunk: Buffer) => {
    err += chunk.toString();
  });
  const ended = new Promise<Ended>((done) => {
    child.on('close', (code) => done({ code, out, err }));
  });
  return { child, ended, out: () => out };
}

export async function holdfast(...words: readonly string[]): Promise<Ended> {
  return await begin(LAUNCHER, ...words).ended;
}

export async function json(
  ...words: readonly string[]
): Promise<{ code: number | null; body: unknown }> {
  const { code, out } = await holdfast(...words, '--json');
  return { code, body: JSON.parse(out) };
}

/** A certificate for the tree as it stands. */
async function certify(): Promise<void> {
  const ended = await begin('scripts/certify.ts').ended;
  expect(ended.err).toBe('');
}

export interface Trading extends Running {
  readonly run: string;
  readonly report: () => RunReport;
}

/** `holdfast start` with a run folder of its own, certified just before. */
export async function startTrading(...words: readonly string[]): Promise<Trading> {
  await certify();
  const run = join(mkdtempSync(join(tmpdir(), 'holdfast-start-')), 'run');
  const running = begin(LAUNCHER, 'start', '--no-view', '--run', run, ...words);
  begun.push({ running, run });
  return {
    ...running,
    run,
    report: () => JSON.parse(readFileSync(join(run, 'report.json'), 'utf8')) as RunReport,
  };
}

const begun: { readonly running: Running; readonly run: string }[] = [];

/** Nothing that was started outlives its test file. */
export function endAll(): void {
  for (const { running, run } of begun) {
    const { pid, exitCode, signalCode } = running.child;
    if (pid !== undefined && exitCode === null && signalCode === null) endTree(pid);
    rmSync(dirname(run), { recursive: true, force: true });
  }
}

/** Waits until `holds`; fails with what was said when it does not within the time. */
export async function until(
  holds: () => boolean | Promise<boolean>,
  what: string,
  timeoutMs = 45_000,
): Promise<void> {
  const deadline = performance.now() + timeoutMs;
  while (!(await holds())) {
    if (performance.now() > deadline) throw new Error(`waited in vain until ${what}`);
    await sleep(100);
  }
}

const KEYS = [
  'intents_proposed',
  'intents_rejected_by_code',
  'orders_dispatched',
  'orders_filled',
  'fills',
  'duplicate_dispatch_count',
  'illegal_order_attempts',
  'ledger_records',
  'ledger_verified',
  'trading_mode_seconds',
  'fees_usd',
  'pnl_usd',
  'instruments',
  'market',
  'clock',
  'venue',
];

/** The report against a fold of our own: a judge that believes neither. */
export function judge(report: RunReport): void {
  expect(Object.keys(report)).toEqual(expect.arrayContaining(KEYS));
  const fold = foldLedger(folderSource(report.ledger_folder));
  expect(verifyLedger(report.ledger_folder).findings).toEqual([]);
  expect(report.alerts_not_linked).toHaveLength(5);
  const { totals, cash } = fold.facts;
  const fees = [...cash.values()].reduce((sum, total) => sum + total.feesMicroUsd, 0);
  expect({
    records: report.ledger_records,
    dispatched: report.orders_dispatched,
    filled: report.orders_filled,
    fills: report.fills,
    fees: report.fees_usd,
    open: report.open_positions.length,
  }).toEqual({
    records: fold.records,
    dispatched: fold.dispatched,
    filled: totals.filledOrders,
    fills: totals.fills,
    fees: fees / 1_000_000,
    open: fold.facts.positions.size,
  });
  expect(report).toMatchObject({
    ledger_verified: true,
    facts_equal_refold: true,
    positions_equal_venue: true,
    orders_left_open: 0,
    duplicate_dispatch_count: 0,
    illegal_order_attempts: 0,
    venue: 'simulated',
    invariant_violation: null,
  });
}

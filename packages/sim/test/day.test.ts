/**
 * The main job, whole: a real process started as a user starts it, its report, and a judge that
 * believes neither and folds the ledger's bytes again.
 */
import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { folderSource, foldLedger, verifyLedger } from '@holdfast/runtime/ledger';
import { readDecisionLog } from '@holdfast/runtime/decision-log';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { DayReport } from '../src/day/report.ts';

const ROOT = resolve(import.meta.dirname, '../../..');
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

interface Ended {
  readonly code: number | null;
  readonly out: string;
  readonly err: string;
}

/** @param interruptAt what it has to have said before it is interrupted. */
function run(args: readonly string[], interruptAt?: string): Promise<Ended> {
  return new Promise((done) => {
    const child = spawn(process.execPath, args, { cwd: ROOT });
    let out = '';
    let err = '';
    let interrupted = false;
    child.stdout.on('data', (chunk: Buffer) => {
      out += chunk.toString();
      // Once: a second interrupt is the impatient one, and ends it without a report.
      if (interruptAt !== undefined && !interrupted && out.includes(interruptAt)) {
        interrupted = child.kill('SIGINT');
      }
    });
    child.stderr.on('data', (chunk: Buffer) => {
      err += chunk.toString();
    });
    child.on('close', (code) => done({ code, out, err }));
  });
}

const folder = mkdtempSync(join(tmpdir(), 'holdfast-day-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
beforeAll(async () => {
  const certified = await run(['scripts/certify.ts']);
  expect(certified.err).toBe('');
});

async function trade(
  name: string,
  ...more: string[]
): Promise<{ ended: Ended; report: DayReport }> {
  const path = join(folder, `${name}.json`);
  const ledger = join(folder, name, 'ledger');
  const args = ['bin/holdfast.js', 'day', '--report', path, '--ledger', ledger, ...more];
  const ended = await run(args);
  expect(ended.err).toBe('');
  return { ended, report: JSON.parse(readFileSync(path, 'utf8')) };
}

/** The report against a fold of our own. */
function judge(report: DayReport): void {
  expect(Object.keys(report)).toEqual(expect.arrayContaining(KEYS));
  const fold = foldLedger(folderSource(report.ledger_folder));
  expect(verifyLedger(report.ledger_folder).findings).toEqual([]);
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
    duplicate_dispatch_count: 0,
    illegal_order_attempts: 0,
    trading_mode: 'Active',
    clock: 'virtual',
    venue: 'simulated',
    invariant_violation: null,
  });
}

describe('a day on the synthetic market', () => {
  it('trades, is sound, and its report equals the fold of its ledger', async () => {
    const { ended, report } = await trade('synthetic', '--seed', '1');
    expect(ended.code).toBe(0);
    judge(report);
    expect(report.data).toBe('synthetic');
    expect(report.orders_filled).toBeGreaterThan(5);
    expect(ended.out).toContain('ReduceOnly -> Active');
    expect(readFileSync(join(folder, 'synthetic.md'), 'utf8')).toContain('# Trading day');
  });

  it('the same seed gives the same orders, fills and profit', async () => {
    const first = JSON.parse(readFileSync(join(folder, 'synthetic.json'), 'utf8')) as DayReport;
    const { report } = await trade('again', '--seed', '1');
    const essence = ({ fills, pnl_usd, fees_usd, ledger_records_by_type }: DayReport) => ({
      fills,
      pnl_usd,
      fees_usd,
      ledger_records_by_type,
    });
    expect(essence(report)).toEqual(essence(first));
  });

  it('P1-D every decision carries its run id and its intent id, without a gap', async () => {
    const lines = readFileSync(join(folder, 'synthetic', 'decisions.jsonl'), 'utf8').split('\n');
    let intents = 0;
    const runs = new Set<string>();
    for await (const entry of readDecisionLog(lines)) {
      expect(entry.kind).toBe('decision');
      if (entry.kind !== 'decision') continue;
      runs.add(entry.runId);
      const { decision } = entry;
      if (decision.kind !== 'intentAdmitted' && decision.kind !== 'intentRejected') continue;
      intents += 1;
      expect(decision.intentId).toMatch(/^[0-9a-f-]{36}:0$/);
    }
    expect(runs.size).toBe(1);
    expect(intents).toBeGreaterThan(10);
  });

  it('an interrupt ends it cleanly, with its report', async () => {
    const path = join(folder, 'interrupted.json');
    const ledger = join(folder, 'interrupted', 'ledger');
    const args = ['bin/holdfast.js', 'day', '--for', '30s', '--report', path, '--ledger', ledger];
    const ended = await run(args, 'ReduceOnly -> Active');
    expect(ended.code).toBe(0);
    judge(JSON.parse(readFileSync(path, 'utf8')));
  });
});

describe('bad input', () => {
  it.each([
    [['--market', 'nonsense'], '--market nonsense'],
    [['--market', 'chain:/nowhere'], '/nowhere'],
    [['--policy', '/nowhere/policy.json'], '/nowhere/policy.json'],
    [['--for', 'soon'], 'duration'],
  ])('%j is refused with its place and exit 2', async (args, words) => {
    const ended = await run(['bin/holdfast.js', 'day', ...args]);
    expect(ended.code).toBe(2);
    expect(ended.err).toContain(words);
    expect(ended.out).not.toContain('Trading day');
  });
});

const DATA = process.env['HOLDFAST_DATA'];
const chain = DATA === undefined || DATA === '' ? null : resolve(ROOT, DATA, 'option-chain');
const present = chain !== null && existsSync(chain);
if (!present)
  console.log('skipped: recorded chains (HOLDFAST_DATA names no folder with option-chain)');

it('recorded chains are there when they are required', () => {
  expect(present || process.env['HOLDFAST_REQUIRE_DATA'] !== '1').toBe(true);
});

describe.skipIf(!present)('a day on recorded chains', () => {
  it('takes real instruments through the whole path, to fills and back', async () => {
    const some = mkdtempSync(join(tmpdir(), 'holdfast-chain-'));
    for (const name of readdirSync(chain ?? '').filter(
      (each) => each > 'deribit_options_snapshot_20260808',
    )) {
      symlinkSync(join(chain ?? '', name), join(some, name));
    }
    const { ended, report } = await trade('recorded', '--market', `chain:${some}`);
    rmSync(some, { recursive: true, force: true });
    expect(ended.code).toBe(0);
    judge(report);
    expect(report.data).toBe('recorded');
    expect(report.instruments.by_underlying['BTC']).toBeGreaterThan(500);
    expect(report.instruments.by_underlying['ETH']).toBeGreaterThan(500);
    expect(report.orders_filled).toBeGreaterThan(0);
  });
});

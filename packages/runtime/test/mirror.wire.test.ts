/**
 * `holdfast start --mirror`: three processes. An exchange with a market of its own, a mirror that
 * follows it, and the engine, which trades on the mirror and knows nothing of the source.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { PaperRun } from '@holdfast/core/proof';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type ExchangeProcess, startExchangeProcess } from '../src/run/exchange-process.ts';
import {
  endAll,
  holdfast,
  json,
  ROOT,
  startTrading,
  type Trading,
  until,
} from './start.fixture.ts';

let source: ExchangeProcess;
let trading: Trading;

const OF_THE_MONITORS = ['REDUCEONLY_BUNKER_MODE_ACTIVE', 'REDUCEONLY_CORTEX_FORCE_REDUCE_ONLY'];

async function reasons(): Promise<readonly string[]> {
  const { body } = await json('status', '--run', trading.run);
  return (body as { readonly mode_reasons: readonly string[] }).mode_reasons;
}

const run = (): PaperRun =>
  JSON.parse(readFileSync(join(trading.run, 'paper-run.json'), 'utf8')) as PaperRun;

beforeAll(async () => {
  const started = await startExchangeProcess(ROOT, ['--market', 'calm', '--seed', '3']);
  if (!started.ok) throw new Error(started.detail);
  source = started.exchange;
  const faults = ['--fault', 'sessions_cut@15s', '--fault', 'source_dropped@25s'];
  trading = await startTrading('--mirror', source.ready.ws, ...faults);
});
afterAll(async () => {
  endAll();
  await source.stop();
});

describe('an engine on a mirrored exchange', () => {
  it('trades there, through faults, and ends with everything in order', async () => {
    await until(() => trading.out().includes('  Active'), 'the mode is Active', 90_000);
    const held = async (): Promise<number> => {
      const { body } = await json('positions', '--run', trading.run);
      return (body as { positions: unknown[] }).positions.length;
    };
    await until(async () => (await held()) > 0, 'something was bought', 90_000);
    await until(() => run().faults.length === 2, 'both faults came about', 90_000);
    // A lost source has deleted every book: what the monitors made of that outlasts it by minutes.
    await until(
      async () => (await reasons()).every((reason) => OF_THE_MONITORS.includes(reason)),
      'nothing but the cooldowns of the monitors holds it down',
      90_000,
    );
    trading.child.kill('SIGINT');
    const { err } = await trading.ended;
    expect(err).toBe('');
    const report = trading.report();
    expect(report).toMatchObject({
      venue: 'mirror',
      clock: 'real',
      environment: 'dev',
      ledger_verified: true,
      facts_equal_refold: true,
      positions_equal_venue: true,
      orders_left_open: 0,
      duplicate_dispatch_count: 0,
      illegal_order_attempts: 0,
      invariant_violation: null,
    });
    expect(report.fills).toBeGreaterThan(0);
  });

  it('leaves a document that says where the market came from, and what was missing', () => {
    const report = trading.report();
    expect(run()).toMatchObject({
      venue: 'mirror',
      data: 'synthetic',
      clock: 'real',
      source: { kind: 'address', place: source.ready.ws },
      state: 'ended',
      fills: report.fills,
      orders: report.orders_dispatched,
      duplicate_dispatches: 0,
      build_id: report.build_id,
      engine: {
        run_id: report.run_id,
        environment: 'dev',
        positions_equal_venue: true,
        ledger_verified: true,
      },
    });
    expect(run().faults.map(({ name }) => name)).toEqual(['sessions_cut', 'source_dropped']);
    expect(run().gaps.some(({ scope }) => scope === 'source')).toBe(true);
  });

  it('is no paper trading for the gate, which says why', async () => {
    const { code, body } = await json('paper', 'status', trading.run);
    expect(code).toBe(1);
    expect(body).toMatchObject({
      answer: 'fail',
      blockers: [
        { code: 'data_synthetic' },
        { code: 'days_insufficient' },
        { code: 'faults_insufficient' },
      ],
    });
    const told = await holdfast('paper', 'status', trading.run);
    expect(told.out).toContain('paper gate    fail');
    expect(told.out).toContain('data_synthetic');
    const missing = await holdfast('paper', 'status', join(trading.run, 'none'));
    expect([missing.code, missing.out]).toEqual([
      2,
      expect.stringContaining('evidence_unreadable'),
    ]);
  });
});

/**
 * `holdfast start`, whole: the exchange and the engine as processes of their own, the commands
 * beside them, the report, and a judge that folds the ledger's bytes again.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readDecisionLog } from '../src/decision-log.ts';
import {
  endAll,
  holdfast,
  json,
  judge,
  startTrading,
  type Trading,
  until,
} from './start.fixture.ts';

interface Status {
  readonly ok: boolean;
  readonly trading_mode: string;
  readonly is_trading_allowed: boolean;
  readonly mode_reasons: readonly string[];
}

afterAll(endAll);

describe('an engine on the simulated exchange', () => {
  let trading: Trading;
  const status = async (): Promise<{ code: number | null; body: Status }> => {
    const { code, body } = await json('status', '--run', trading.run);
    return { code, body: body as Status };
  };

  beforeAll(async () => {
    trading = await startTrading('--market', 'calm', '--seed', '1');
    await until(() => trading.out().includes('  Active'), 'the mode is Active');
  });

  it('P0-E status says the mode in the words of phase 0, and a person can read it', async () => {
    const { code, body } = await status();
    expect(code).toBe(0);
    expect(body).toMatchObject({ ok: true, trading_mode: 'ACTIVE', is_trading_allowed: true });
    const plain = await holdfast('status', '--run', trading.run);
    expect(plain.out).toMatch(/^trading_mode: ACTIVE\nwhy: Healthy\..*\nsince: \d{4}-/);
  });

  it('P0-E health is ok while the engine answers', async () => {
    const { code, body } = await json('health', '--run', trading.run);
    expect(code).toBe(0);
    expect(body).toMatchObject({ ok: true, contract_version: '5.2' });
  });

  it('AT-022 AT-023 the port answers health, the whole status and its metrics', async () => {
    const about = JSON.parse(readFileSync(join(trading.run, 'run.json'), 'utf8')) as {
      http: string;
      run_id: string;
    };
    const get = (path: string): Promise<Response> => fetch(`${about.http}${path}`);
    expect(await (await get('/api/v1/health')).json()).toMatchObject({ ok: true });
    const document = (await (await get('/api/v1/status')).json()) as Record<string, unknown>;
    expect(document['status_schema_version']).toBe(1);
    expect(document['trading_mode']).toBe('Active');
    const metrics = await (await get('/metrics')).text();
    expect(metrics).toContain(`run_id="${about.run_id}"`);
    expect(metrics).toContain('holdfast_alert{alert="429_count_5m",state="quiet",');
    expect(metrics).toContain('holdfast_svi_guard_trips{');
    expect((await fetch(`${about.http}/api/v1/status`, { method: 'POST' })).status).toBe(405);
  });

  it('orders are filled, and the story of an admitted intent is whole', async () => {
    const fills = async (): Promise<number> => {
      const { body } = await json('positions', '--run', trading.run);
      return (body as { positions: unknown[] }).positions.length;
    };
    await until(async () => (await fills()) > 0, 'something was bought', 60_000);
    const orders = await json('orders', '--run', trading.run);
    expect(orders.code).toBe(0);
    const lines = readFileSync(join(trading.run, 'decisions.jsonl'), 'utf8').split('\n');
    const admitted: string[] = [];
    for await (const entry of readDecisionLog(lines)) {
      if (entry.kind === 'decision' && entry.decision.kind === 'intentAdmitted') {
        admitted.push(entry.decision.intentId);
      }
    }
    const told = await holdfast('explain', admitted[0] ?? '', '--run', trading.run);
    expect(told.code).toBe(0);
    for (const part of [
      'admitted',
      'Known then',
      'bestAskE8',
      'passed  net-edge',
      'orderSending',
      'fillRecorded',
      '-> private/buy',
      '"order_state":"filled"',
    ]) {
      expect(told.out).toContain(part);
    }
    expect(told.out).not.toContain('Missing in what was read');
  });

  it('an intent nobody knows is said to be unknown', async () => {
    const told = await holdfast('explain', 'no-such-intent', '--run', trading.run);
    expect(told.code).toBe(1);
    expect(told.out).toContain('Nothing is known of it');
  });

  it('the operator kills, nothing opens, and only the operator lifts it', async () => {
    const kill = await holdfast('emergency', 'kill', '--reason', 'a test', '--run', trading.run);
    expect(kill).toMatchObject({
      code: 0,
      out: expect.stringMatching(/^ACCEPTED: the mode is Kill/),
    });
    expect((await status()).body).toMatchObject({
      trading_mode: 'KILL',
      is_trading_allowed: false,
    });
    const lifted = await holdfast('emergency', 'active', '--reason', 'over', '--run', trading.run);
    expect(lifted.out).toMatch(/^(ACCEPTED|BLOCKED)/);
    await until(
      async () => (await status()).body.trading_mode === 'ACTIVE',
      'Active again',
      90_000,
    );
  });

  it('a reason is mandatory', async () => {
    const { code, err } = await holdfast('emergency', 'kill', '--run', trading.run);
    expect(code).toBe(2);
    expect(err).toContain('--reason');
  });

  it('an interrupt ends it cleanly: no order is left, and the report equals the fold', async () => {
    trading.child.kill('SIGINT');
    const { code, out } = await trading.ended;
    expect(code).toBe(0);
    const report = trading.report();
    judge(report);
    expect(report.orders_filled).toBeGreaterThan(0);
    expect(report.ended_by).toBe('interrupt');
    expect(report.trading_mode_seconds['Kill']).toBeGreaterThan(0);
    expect(out).toContain('# Trading run');
    expect(readFileSync(join(trading.run, 'report.md'), 'utf8')).toContain('# Trading run');
    expect((await holdfast('ledger', 'verify', report.ledger_folder)).code).toBe(0);
  });

  it('D-28 it replays equal to its last record, whoever looked on and commanded', async () => {
    const { code, body } = await json('replay', trading.run);
    expect(body).toMatchObject({
      verdict: 'equal',
      missing: [],
      tapes: [{ epoch: 1, records: trading.report().ledger_records, difference: null }],
    });
    expect(code).toBe(0);
  });

  it('P1-D every decision carries its run id and its intent id, without a gap', async () => {
    const lines = readFileSync(join(trading.run, 'decisions.jsonl'), 'utf8').split('\n');
    const runs = new Set<string>();
    for await (const entry of readDecisionLog(lines)) {
      expect(entry.kind).toBe('decision');
      if (entry.kind !== 'decision') continue;
      runs.add(entry.runId);
      if ('intentId' in entry.decision) {
        expect(entry.decision.intentId).toMatch(/^[0-9a-f-]{36}:0$/);
      }
    }
    expect([...runs]).toEqual([trading.report().run_id]);
  });

  it('when it is gone, nobody can tell: 2, KILL, not allowed', async () => {
    const { code, body } = await status();
    expect(code).toBe(2);
    expect(body).toMatchObject({ ok: false, trading_mode: 'KILL', is_trading_allowed: false });
    const health = await holdfast('health', '--run', trading.run);
    expect(health.code).toBe(1);
    const kill = await holdfast('emergency', 'kill', '--reason', 'late', '--run', trading.run);
    expect(kill.code).toBe(2);
  });
});

import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { base, ROOT, run } from './cli-fixture.ts';
import { endTree } from './end-tree.ts';

/** A real engine on the built-in exchange; the commands beside it are asked as a person asks. */
const folder = join(base, 'engine');
let engine: ChildProcess;

async function ask(words: readonly string[], env: Record<string, string> = {}) {
  const { code, out } = await run([...words, '--run', folder, '--json'], { env, now: Date.now });
  return { code, answer: JSON.parse(out.join('\n')) as Record<string, unknown> };
}

beforeAll(async () => {
  const words = ['start', '--market', 'calm', '--seed', 'phase0', '--no-view', '--run', folder];
  engine = spawn(process.execPath, [join(ROOT, 'bin/holdfast.js'), ...words], { stdio: 'ignore' });
  for (let left = 200; left > 0; left -= 1) {
    if (existsSync(join(folder, 'run.json')) && (await ask(['health'])).code === 0) return;
    await sleep(200);
  }
  throw new Error('the engine did not answer');
});

afterAll(async () => {
  // What is asked here does not depend on how it ends; nor need it ever have answered.
  const ended = new Promise((done) => engine.once('exit', done));
  const isRunning = engine.exitCode === null && engine.signalCode === null;
  if (engine.pid !== undefined && isRunning) {
    endTree(engine.pid);
    await ended;
  }
  rmSync(base, { recursive: true });
});

const NO_POLICY = { HOLDFAST_POLICY_PATH: './config/missing_policy.json' };
const UTC = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/;

describe('P0-T3 P0-E test_health_command_behavior', () => {
  it('healthy: exit 0, every field, ok', async () => {
    const { code, answer } = await ask(['health']);
    expect(code).toBe(0);
    expect(answer).toEqual({
      ok: true,
      build_id: expect.stringMatching(/^[0-9a-f]{40}/),
      contract_version: '5.2',
      timestamp_utc: expect.stringMatching(UTC),
    });
  });

  it('without its policy: exit 1, not ok, and the error names the policy', async () => {
    const { code, answer } = await ask(['health'], NO_POLICY);
    expect([code, answer['ok']]).toEqual([1, false]);
    expect(JSON.stringify(answer['errors'])).toMatch(/policy .*missing_policy\.json.*file_missing/);
  });

  it('without an engine: exit 1, not ok', async () => {
    const nowhere = ['health', '--run', join(base, 'nowhere'), '--json'];
    expect((await run(nowhere, { now: Date.now })).code).toBe(1);
  });
});

describe('P0-T4 P0-E test_status_command_behavior', () => {
  it('healthy: exit 0 and every field', async () => {
    const { code, answer } = await ask(['status', '--detailed']);
    expect(code).toBe(0);
    expect(answer).toMatchObject({
      ok: true,
      build_id: expect.stringMatching(/^[0-9a-f]{40}/),
      contract_version: '5.2',
      timestamp_utc: expect.stringMatching(UTC),
      trading_mode: expect.stringMatching(/^(ACTIVE|REDUCE_ONLY|KILL)$/),
      orders_in_flight: expect.any(Number),
      pending_orders: expect.any(Number),
      last_transition_reason: expect.any(String),
      last_transition_ts: expect.any(String),
      runtime_state_path: folder,
      external_runtime_state: true,
      pending_order_items: expect.any(Array),
    });
    expect(answer['is_trading_allowed']).toBe(answer['trading_mode'] === 'ACTIVE');
  });

  it('without its policy: exit 1, KILL, not allowed, and the error names the policy', async () => {
    const { code, answer } = await ask(['status'], NO_POLICY);
    expect(code).toBe(1);
    expect(answer).toMatchObject({
      ok: false,
      build_id: expect.stringMatching(/^[0-9a-f]{40}/),
      contract_version: '5.2',
      trading_mode: 'KILL',
      is_trading_allowed: false,
    });
    expect(JSON.stringify(answer['errors'])).toMatch(/policy .*missing_policy\.json.*file_missing/);
  });

  it('without an engine: could not tell, KILL, not allowed', async () => {
    const nowhere = ['status', '--run', join(base, 'nowhere'), '--json'];
    const { code, out } = await run(nowhere, { now: Date.now });
    expect(code).toBe(2);
    expect(JSON.parse(out.join('\n'))).toMatchObject({
      ok: false,
      trading_mode: 'KILL',
      is_trading_allowed: false,
    });
  });
});

describe('P0-D the commands of the runbook', () => {
  it('kill, see it, see nothing pending, reduce only, kill again', async () => {
    const word = (name: string) => ask(['emergency', name, '--reason', 'drill', '--operator', 'x']);
    expect(await word('kill')).toMatchObject({
      code: 0,
      answer: { result: 'ACCEPTED', trading_mode: 'Kill' },
    });
    expect((await ask(['status'])).answer).toMatchObject({
      trading_mode: 'KILL',
      is_trading_allowed: false,
    });
    expect(await ask(['orders', '--pending'])).toMatchObject({
      code: 0,
      answer: { pending_orders: 0, orders_in_flight: 0 },
    });
    expect((await ask(['orders', '--pending', '--expect-none'])).code).toBe(0);
    expect(await word('reduce-only')).toMatchObject({ code: 0, answer: { result: 'ACCEPTED' } });
    const mode = async () => (await ask(['status'])).answer['trading_mode'];
    for (let left = 50; left > 0 && (await mode()) !== 'REDUCE_ONLY'; left -= 1) await sleep(20);
    expect(await mode()).toBe('REDUCE_ONLY');
    expect(await word('kill')).toMatchObject({ code: 0, answer: { trading_mode: 'Kill' } });
    expect((await ask(['status'])).answer['trading_mode']).toBe('KILL');
  });

  it('a reason is mandatory', async () => {
    expect((await run(['emergency', 'kill', '--run', folder])).code).toBe(2);
  });
});

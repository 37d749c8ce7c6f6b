/** The control socket over a whole runtime on the paper venue: words in, modes and orders out. */
import { chmodSync, existsSync, linkSync, mkdirSync, mkdtempSync, rmSync, statSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Event } from '@holdfast/core';
import { currentMode } from '@holdfast/core/step';
import { groupId, monoMs, strategyId } from '@holdfast/core/values';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createClock } from '../src/clock.ts';
import { type ControlRequest, callControl } from '../src/control/client.ts';
import { command as commandOf } from '../src/control/command.ts';
import { type Control, startControl } from '../src/control/server.ts';
import { until } from './ledger-harness.ts';
import { openInMemory } from './memory-open.ts';
import { startTrader, type Trader } from './trader-fixture.ts';

const clock = createClock();
let folder = '';
let path = '';
let trader: Trader;
let control: Control;
let isRunning = true;
let commanded: Event[] = [];

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'holdfast-control-'));
  path = join(folder, 'control.sock');
  isRunning = true;
  commanded = [];
  trader = await startTrader({
    runId: 'run-1',
    journal: null,
    openLedger: openInMemory(clock),
    telemetry: { report: () => undefined },
    onEvent: (event) => {
      if (event.kind === 'operatorCommanded') commanded.push(event);
    },
  });
  control = await startControl({ path, sources: sourcesOf(trader) });
  await until(() => trader.isReady(), 'a market to trade in');
});

afterEach(async () => {
  await control.close();
  await trader.stop();
  rmSync(folder, { recursive: true, force: true });
});

/** Nobody's signature counts here. */
const TRUST = {
  environment: 'dev',
  runId: 'none',
  trustRootsPath: '/nowhere/trust-roots.json',
  acceptsDevelopmentKeys: false,
  now: () => Date.now(),
};

function sourcesOf(its: Trader) {
  const { runtime } = its;
  return {
    state: runtime.state,
    post: runtime.post,
    now: () => clock.now(),
    isRunning: () => isRunning,
    status: () => ({ trading_mode: its.mode() }),
    health: () => ({ ok: true }),
    trust: TRUST,
  };
}

const emergency = (
  command: 'kill' | 'reduce_only' | 'release',
  operator = 'dana',
): ControlRequest => ({ kind: 'emergency', command, reason: `drill: ${command}`, operator });

async function body(request: ControlRequest): Promise<Record<string, unknown>> {
  const reply = await callControl(path, request);
  if (!reply.ok) throw new Error(`${reply.code}: ${reply.detail}`);
  return reply.body as Record<string, unknown>;
}

describe('an emergency command', () => {
  it('says the mode after the turn, and is recorded with who and why', async () => {
    expect(await body(emergency('kill'))).toMatchObject({
      result: 'ACCEPTED',
      command: 'kill',
      operator: 'dana',
      from: 'Active',
      trading_mode: 'Kill',
      mode_reasons: ['KILL_RISKSTATE_KILL'],
      is_trading_allowed: false,
      cause: null,
    });
    expect(trader.mode()).toBe('Kill');
    expect(commanded).toMatchObject([{ command: 'kill', operator: 'dana', reason: 'drill: kill' }]);
    expect(await body(emergency('reduce_only'))).toMatchObject({
      result: 'ACCEPTED',
      from: 'Kill',
      trading_mode: 'ReduceOnly',
      mode_reasons: ['REDUCEONLY_EMERGENCY_REDUCEONLY_ACTIVE'],
    });
  });

  it('release waits for its record and gives back what the operator took', async () => {
    await body(emergency('kill'));
    expect(await body(emergency('release'))).toMatchObject({
      result: 'ACCEPTED',
      from: 'Kill',
      trading_mode: 'Active',
      is_trading_allowed: true,
    });
    expect(trader.runtime.state.facts.operatorStop).toBeNull();
  });

  it('release is no yes while its record is not heard', async () => {
    await body(emergency('kill'));
    const { state } = trader.runtime;
    const deaf = { state, post: () => undefined, now: () => clock.now(), isRunning: () => true };
    expect(await commandOf(deaf, 'release', { reason: 'drill', operator: 'dana' })).toMatchObject({
      result: 'REJECTED',
      cause: 'not_recorded_yet',
      trading_mode: 'Kill',
    });
  });

  it('release lifts nothing else: the cooldown of reduce-only runs on', async () => {
    await body(emergency('reduce_only'));
    expect(await body(emergency('release'))).toMatchObject({
      result: 'BLOCKED',
      trading_mode: 'ReduceOnly',
      mode_reasons: ['REDUCEONLY_EMERGENCY_REDUCEONLY_ACTIVE'],
      is_trading_allowed: false,
    });
    expect(trader.runtime.state.facts.operatorStop).toBeNull();
  });

  it('is rejected once the loop has stopped', async () => {
    isRunning = false;
    expect(await body(emergency('kill'))).toMatchObject({
      result: 'REJECTED',
      cause: 'engine_stopped',
    });
    expect(commanded).toEqual([]);
  });

  it('of the watchdog never loosens: not a kill, not by another word', async () => {
    await body(emergency('kill'));
    expect(await body(emergency('reduce_only', 'watchdog'))).toMatchObject({
      result: 'ACCEPTED',
      trading_mode: 'Kill',
    });
    expect(await body(emergency('release', 'watchdog'))).toMatchObject({ result: 'REJECTED' });
    // Nobody borrows the name of a caller of the endpoint either.
    expect(await body(emergency('release', 'endpoint:dana'))).toMatchObject({
      result: 'REJECTED',
      cause: 'name_is_reserved',
    });
    expect(trader.mode()).toBe('Kill');
    // Its flag is set over the kill, and holds when that is lifted.
    expect(commanded).toMatchObject([{ operator: 'dana' }, { operator: 'watchdog' }]);
    expect(await body(emergency('release'))).toMatchObject({
      result: 'BLOCKED',
      mode_reasons: ['REDUCEONLY_EMERGENCY_REDUCEONLY_ACTIVE'],
    });
  });

  it.each([
    ['no reason', { operator: 'dana' }],
    ['an empty reason', { reason: '', operator: 'dana' }],
    ['a blank reason', { reason: '   ', operator: 'dana' }],
    ['two lines', { reason: 'a\nb', operator: 'dana' }],
    ['a terminal escape', { reason: '\u001b[2J', operator: 'dana' }],
    ['a reason beyond its bound', { reason: 'x'.repeat(501), operator: 'dana' }],
    ['no operator', { reason: 'drill' }],
  ])('with %s changes nothing', async (_, wrong) => {
    const request = { kind: 'emergency', command: 'kill', ...wrong } as ControlRequest;
    const reply = await callControl(path, request);
    expect(reply).toMatchObject({ ok: true, status: 400, body: { error: 'bad_request' } });
    expect([trader.mode(), commanded]).toEqual(['Active', []]);
  });
});

describe('what the watchdog stops', () => {
  const [HELD, RISKY, HEDGE] = [1, 2, 3].map((n) => `9f1c2d3e-4b5a-4c6d-8e7f-00000000000${n}`);

  async function workingBothWays(): Promise<void> {
    trader.propose(HELD ?? '', {});
    await until(() => trader.runtime.state.facts.positions.size === 1, 'a position');
    // The launch policy's least time between two orders.
    await new Promise((done) => setTimeout(done, 220));
    trader.propose(RISKY ?? '', { timeInForce: 'good_til_cancelled' });
    trader.runtime.post({
      kind: 'intentProposed',
      at: monoMs(clock.now()),
      strategyId: strategyId('drill'),
      groupId: groupId(HEDGE ?? ''),
      proposal: {
        action: 'Hedge',
        reduceOnly: true,
        target: null,
        legs: [
          {
            instrument: [...trader.runtime.state.observations.listings.keys()][0] as never,
            side: 'sell',
            quantity: 0.1,
            contracts: null,
            limitPrice: 0.0475,
            fairPrice: null,
            grossEdgeUsd: null,
            delta: null,
            orderType: 'limit',
            timeInForce: 'good_til_cancelled',
            postOnly: false,
            trigger: null,
            triggerPrice: null,
            linkedOrderType: null,
          },
        ],
      },
    });
    await until(() => trader.venue.openOrders().length === 2, 'two resting orders');
  }

  it('AT-203 AT-237 is what could add risk; the reduce-only hedge stays at work', async () => {
    await workingBothWays();
    expect(await body({ kind: 'orders' })).toMatchObject({ working_orders: 2 });
    await body(emergency('reduce_only', 'watchdog'));
    await until(() => trader.venue.openOrders().length === 1, 'a cancel');
    // Long enough for every order that would be cancelled to be.
    await new Promise((done) => setTimeout(done, 300));
    expect(trader.venue.openOrders()).toMatchObject([{ side: 'sell', reduceOnly: true }]);
    expect(await body({ kind: 'orders' })).toMatchObject({
      working_orders: 1,
      pending_orders: 0,
      orders: [{ side: 'sell', intent: 'HEDGE', reduce_only: true, filled: '0' }],
    });
    expect(await body({ kind: 'positions' })).toMatchObject({ positions: [{ amount: '0.1' }] });
  });

  it('without the stop both stay at work', async () => {
    await workingBothWays();
    await new Promise((done) => setTimeout(done, 300));
    expect(trader.venue.openOrders()).toHaveLength(2);
  });
});

it('AT-297 six seconds of silence are ReduceOnly, eleven and a stalled loop Kill', async () => {
  await body(emergency('reduce_only', 'watchdog'));
  const at = clock.now();
  /** News that arrives while the loop does not tick and the watchdog says nothing. */
  const newsAfter = (ms: number): void =>
    trader.runtime.post({
      kind: 'faultObserved',
      at: monoMs(at + ms),
      fault: 'drill',
      subject: null,
    });
  newsAfter(6_000);
  // The monitors have heard nothing for as long, and say so beside it.
  expect(currentMode(trader.runtime.state)).toEqual({
    mode: 'ReduceOnly',
    reasons: [
      'REDUCEONLY_EMERGENCY_REDUCEONLY_ACTIVE',
      'REDUCEONLY_BUNKER_MODE_ACTIVE',
      'REDUCEONLY_CORTEX_FORCE_REDUCE_ONLY',
    ],
  });
  newsAfter(11_000);
  expect(currentMode(trader.runtime.state)).toEqual({
    mode: 'Kill',
    reasons: ['KILL_WATCHDOG_HEARTBEAT_STALE'],
  });
});

describe('the socket', () => {
  it("is its owner's alone", () => {
    expect(statSync(path).mode & 0o777).toBe(0o600);
  });

  it('is refused in a folder others may enter', async () => {
    const open = join(folder, 'open');
    mkdirSync(open);
    chmodSync(open, 0o755);
    const start = startControl({ path: join(open, 'c.sock'), sources: sourcesOf(trader) });
    await expect(start).rejects.toThrow(/chmod 700/);
  });

  it('of a live engine is not pushed aside', async () => {
    await expect(startControl({ path, sources: sourcesOf(trader) })).rejects.toThrow(/another/);
    expect(await body({ kind: 'health' })).toEqual({ ok: true });
  });

  it('that a dead process left is replaced', async () => {
    const left = join(folder, 'left.sock');
    const dead = createServer();
    await new Promise<void>((done) => dead.listen(left, done));
    // Unlinking on close is what a killed process does not do.
    const second = join(folder, 'kept.sock');
    linkSync(left, second);
    await new Promise((done) => dead.close(done));
    expect(existsSync(second)).toBe(true);
    const replaced = await startControl({ path: second, sources: sourcesOf(trader) });
    expect(await callControl(second, { kind: 'health' })).toMatchObject({ ok: true, status: 200 });
    await replaced.close();
    expect(existsSync(second)).toBe(false);
  });

  it('may lie deeper than the kernel takes a path', async () => {
    const deep = join(folder, 'x'.repeat(120));
    mkdirSync(deep, { mode: 0o700 });
    const far = join(deep, 'control.sock');
    const served = await startControl({ path: far, sources: sourcesOf(trader) });
    expect(await callControl(far, { kind: 'status' })).toMatchObject({
      ok: true,
      body: { trading_mode: 'Active' },
    });
    expect(statSync(far).mode & 0o777).toBe(0o600);
    await served.close();
    expect(existsSync(far)).toBe(false);
  });

  it('answers unknown paths and other methods as the status server does', async () => {
    const call = (kind: string) => callControl(path, { kind } as ControlRequest);
    expect(await call('secrets')).toMatchObject({ status: 404, body: { error: 'not_found' } });
    expect(await call('../etc')).toMatchObject({ status: 404 });
  });
});

describe('a caller', () => {
  it('is told that nobody is there', async () => {
    for (const gone of [join(folder, 'none.sock'), join(folder, 'no', 'such.sock')]) {
      const reply = await callControl(gone, { kind: 'health' });
      expect(reply).toMatchObject({ ok: false, code: 'unreachable' });
    }
  });

  it('waits no longer than it said, and is told what is no answer of ours', async () => {
    const odd = join(folder, 'odd.sock');
    let says: string | null = null;
    const server = createServer((socket) => {
      socket.on('error', () => undefined);
      socket.once('data', () => (says === null ? undefined : socket.end(says)));
    });
    await new Promise<void>((done) => server.listen(odd, done));
    const call = () => callControl(odd, { kind: 'health' }, 100);
    expect(await call()).toMatchObject({ ok: false, code: 'timeout' });
    says = 'HTTP/1.1 200 OK\r\ncontent-length: 3\r\n\r\nno!';
    expect(await call()).toMatchObject({ ok: false, code: 'malformed' });
    says = 'HTTP/1.1 200 OK\r\ncontent-length: 30\r\n\r\nno!';
    expect(await call()).toMatchObject({ ok: false, code: 'unreachable' });
    await new Promise((done) => server.close(done));
  });
});

/**
 * The port over a whole runtime on the paper venue: what a network caller can do to mode, risk and
 * latch, and to the orders at work.
 */
import type { Event } from '@holdfast/core';
import { describe as describeStatus } from '@holdfast/core/status';
import { currentMode } from '@holdfast/core/step';
import { groupId, monoMs, strategyId, wallMs } from '@holdfast/core/values';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createClock } from '../src/clock.ts';
import { takeEndpointCall } from '../src/control/emergency.ts';
import type { HttpServer } from '../src/http/server.ts';
import { streamEventOf } from '../src/http/stream-event.ts';
import { SCOPES, type Scope } from '../src/tokens/token-document.ts';
import { ask, type Asked, HttpDesk, untilTold } from './http-desk.ts';
import { until } from './ledger-harness.ts';
import { openInMemory } from './memory-open.ts';
import { startTrader, type Trader } from './trader-fixture.ts';

const clock = createClock();
const STOP = '/api/v1/emergency/reduce_only';
let desk: HttpDesk;
let trader: Trader;
let server: HttpServer;
let commanded: Extract<Event, { kind: 'operatorCommanded' }>[] = [];
let isRunning = true;
let told = 0;

beforeEach(async () => {
  commanded = [];
  isRunning = true;
  told = 0;
  desk = new HttpDesk();
  trader = await startTrader({
    runId: 'run-1',
    journal: null,
    openLedger: openInMemory(clock),
    telemetry: {
      report: (decision, at) => {
        const event = streamEventOf(decision, at, told + 1);
        if (event === null) return;
        told += 1;
        server?.tell(event);
      },
    },
    onEvent: (event) => {
      if (event.kind === 'operatorCommanded') commanded.push(event);
    },
  });
  const { runtime } = trader;
  const publish = (): void => server.publish(JSON.stringify(statusOf()));
  server = await desk.open({
    isReadingOpen: false,
    sources: {
      metrics: () => Promise.resolve(''),
      reduceOnly(call) {
        const engine = { ...runtime, now: () => clock.now(), isRunning: () => isRunning };
        const outcome = takeEndpointCall(engine, call);
        publish();
        return outcome;
      },
    },
  });
  publish();
  await until(() => trader.isReady(), 'a market to trade in');
});

afterEach(async () => {
  await server.close();
  await trader.stop();
  desk.remove();
});

function statusOf() {
  const { runtime } = trader;
  const { depth, capacity, enqueueFailures } = runtime.ledger.telemetry();
  return describeStatus(runtime.state, {
    now: wallMs(clock.now()),
    ledger: { depth, capacity, enqueueFailures },
    requestP95Ms: null,
    lastMessageAt: null,
    count429In5m: 0,
    supportedProfiles: ['CSP'],
  });
}

const call = (path: string, asked: Asked = {}) => ask(server.url, path, asked);
const json = (text: string): Record<string, unknown> => JSON.parse(text) as Record<string, unknown>;

const RANK = { Kill: 0, ReduceOnly: 1, Active: 2 } as const;

interface Permission {
  readonly mode: keyof typeof RANK;
  readonly causes: readonly string[];
  readonly latch: readonly string[];
  readonly stop: string | null;
}

function permission(): Permission {
  const { observations } = trader.runtime.state;
  return {
    mode: currentMode(trader.runtime.state).mode,
    causes: [...observations.riskCauses.keys()],
    latch: [...observations.latch.reasons],
    stop: observations.operatorStop,
  };
}

const METHODS = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS', 'TRACE'];
const PATHS = [
  '/api/v1/status',
  '/api/v1/health',
  '/api/v1/emergency/reduce_only',
  '/metrics',
  ...['kill', 'release', 'active'].map((word) => `/api/v1/emergency/${word}`),
  '/api/v1/mode',
  '/status',
];
const BODIES = [
  '{}',
  '{"reason":"r","operator":"o"}',
  '{"command":"release","trading_mode":"Active","reason":"r"}',
];

/** Every method on every path with every scope, and with none; what may be open for long is not. */
async function walk(): Promise<Map<string, number>> {
  const found = new Map<string, number>();
  const tokens = [undefined, ...SCOPES.map((scope) => desk.token([scope], nameOf(scope)))];
  await new Promise((done) => setTimeout(done, 1_050));
  for (const token of tokens) {
    for (const path of PATHS) {
      for (const method of METHODS) {
        const body = method === 'GET' || method === 'HEAD' ? undefined : BODIES[found.size % 3];
        const asked = {
          method,
          ...(token === undefined ? {} : { token }),
          ...(body === undefined ? {} : { body }),
        };
        const { status } = await call(path, asked);
        found.set(`${tokens.indexOf(token)} ${method} ${path}`, status);
      }
    }
  }
  return found;
}

const nameOf = (scope: Scope): string => scope.replace(':', '-');

describe('AT-407 whoever asks over the network', () => {
  it('raises nothing: every path, method and scope, from an operator’s kill', async () => {
    const { runtime } = trader;
    const at = monoMs(clock.now());
    const kill = { command: 'kill', reason: 'drill', operator: 'ana' } as const;
    runtime.post({ kind: 'operatorCommanded', at, ...kill });
    const before = permission();
    expect(before).toMatchObject({ mode: 'Kill', stop: 'kill' });
    const found = await walk();
    expect(permission()).toEqual(before);
    const allowed = [...found].filter(([, status]) => status === 200).map(([way]) => way);
    expect(allowed).toEqual([
      '1 GET /api/v1/status',
      '1 GET /api/v1/health',
      '1 GET /metrics',
      `3 POST ${STOP}`,
    ]);
    expect(commanded.length).toBeGreaterThan(1);
    for (const { command, operator } of commanded.slice(1)) {
      expect([command, operator]).toEqual(['reduce_only', 'endpoint:emergency-write']);
    }
  });

  it('moves neither mode nor risk nor latch with any scope but that of the emergency', async () => {
    const before = permission();
    expect(before).toEqual({ mode: 'Active', causes: [], latch: [], stop: null });
    for (const scope of ['status:read', 'events:read'] as const) {
      desk.token([scope], nameOf(scope));
    }
    const token = desk.token(['status:read', 'events:read'], 'reader');
    await new Promise((done) => setTimeout(done, 1_050));
    for (const path of PATHS) {
      for (const method of ['POST', 'PUT', 'PATCH', 'DELETE']) {
        const { status } = await call(path, { method, token, body: '{}' });
        expect(status).toBeGreaterThanOrEqual(400);
      }
    }
    expect([permission(), commanded]).toEqual([before, []]);
  });

  it('lowers it with the scope of the emergency, and never the other way', async () => {
    const token = desk.token(['emergency:write'], 'ana');
    await new Promise((done) => setTimeout(done, 1_050));
    const before = permission();
    for (let n = 0; n < 3; n += 1) {
      expect((await call(STOP, { method: 'POST', token })).status).toBe(200);
      expect(RANK[permission().mode]).toBeLessThanOrEqual(RANK[before.mode]);
    }
    expect(permission()).toMatchObject({ mode: 'ReduceOnly', stop: null });
  });
});

describe('the emergency endpoint', () => {
  let token = '';
  beforeEach(async () => {
    token = desk.token(['emergency:write', 'status:read'], 'ana');
    await new Promise((done) => setTimeout(done, 1_050));
  });
  const stop = (body?: string) =>
    call(STOP, { method: 'POST', token, ...(body === undefined ? {} : { body }) });

  it('AT-132 answers when the engine has taken it: the flag, this call and its end', async () => {
    const from = clock.now();
    const { status, text } = await stop('{"reason":"drill","invoked_by":"dana","ts":17}');
    expect(status).toBe(200);
    const answer = json(text);
    expect(Object.keys(answer)).toEqual([
      'ok',
      'emergency_reduceonly_active',
      'activated_ts_ms',
      'cooldown_expires_ts_ms',
    ]);
    expect(answer).toMatchObject({ ok: true, emergency_reduceonly_active: true });
    const [called, ends] = [answer['activated_ts_ms'], answer['cooldown_expires_ts_ms']];
    expect(Number(called)).toBeGreaterThanOrEqual(Math.floor(from));
    expect(Number(ends) - Number(called)).toBe(300_000);
    expect(commanded).toMatchObject([
      {
        command: 'reduce_only',
        operator: 'endpoint:ana',
        reason: 'drill; invoked by dana; at 17',
      },
    ]);
    // The very next question is answered from after the call.
    const seen = json((await call('/api/v1/status', { token })).text);
    expect(seen).toMatchObject({
      trading_mode: 'ReduceOnly',
      mode_reasons: ['REDUCEONLY_EMERGENCY_REDUCEONLY_ACTIVE'],
    });
  });

  it('a second call begins the cooldown anew', async () => {
    const first = json((await stop()).text);
    await new Promise((done) => setTimeout(done, 60));
    const second = json((await stop()).text);
    const later = Number(second['activated_ts_ms']) - Number(first['activated_ts_ms']);
    expect(later).toBeGreaterThanOrEqual(60);
    expect(Number(second['cooldown_expires_ts_ms'])).toBe(
      Number(first['cooldown_expires_ts_ms']) + later,
    );
  });

  it('is 503 once the loop has stopped, and changes nothing', async () => {
    isRunning = false;
    const { status, text } = await stop();
    expect([status, json(text)['reason']]).toEqual([503, 'engine_stopped']);
    expect([permission().mode, commanded]).toEqual(['Active', []]);
  });

  it('AT-203 AT-237 cancels what could add risk; the reduce-only hedge stays at work', async () => {
    const [held, risky, hedge] = [1, 2, 3].map((n) => `9f1c2d3e-4b5a-4c6d-8e7f-00000000000${n}`);
    trader.propose(held ?? '', {});
    await until(() => trader.runtime.state.facts.positions.size === 1, 'a position');
    // The launch policy's least time between two orders.
    await new Promise((done) => setTimeout(done, 220));
    trader.propose(risky ?? '', { timeInForce: 'good_til_cancelled' });
    const [instrument] = trader.runtime.state.observations.listings.keys();
    trader.runtime.post({
      kind: 'intentProposed',
      at: monoMs(clock.now()),
      strategyId: strategyId('drill'),
      groupId: groupId(hedge ?? ''),
      proposal: {
        action: 'Hedge',
        reduceOnly: true,
        target: null,
        legs: [
          {
            instrument: instrument as never,
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
    // Without a call both stay.
    await new Promise((done) => setTimeout(done, 200));
    expect(trader.venue.openOrders()).toHaveLength(2);
    expect((await stop()).status).toBe(200);
    await until(() => trader.venue.openOrders().length === 1, 'a cancel');
    await new Promise((done) => setTimeout(done, 300));
    expect(trader.venue.openOrders()).toMatchObject([{ side: 'sell', reduceOnly: true }]);
  });

  it('is heard by those who listen, with the mode it made', async () => {
    const listener = desk.token(['events:read'], 'listener');
    await new Promise((done) => setTimeout(done, 1_050));
    const answer = await fetch(`${server.url}/api/v1/events`, {
      headers: { authorization: `Bearer ${listener}` },
    });
    expect(answer.headers.get('content-type')).toBe('text/event-stream');
    let heard = '';
    const decoder = new TextDecoder();
    const reading = (async () => {
      for await (const piece of answer.body ?? []) heard += decoder.decode(piece as Uint8Array);
    })().catch(() => undefined);
    await stop();
    await untilTold(() => Promise.resolve(heard.includes('event: mode')), 'the mode');
    expect(heard).toMatch(/id: run-1:\d+\nevent: mode\ndata: \{"ts_ms":\d+,"from":"Active"/);
    await server.close();
    await reading;
    expect(heard).toContain('event: dropped\ndata: {"reason":"closing"}');
  });
});

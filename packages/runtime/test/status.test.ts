/** `/api/v1/status` of a whole runtime, over the port people and machines ask. */
import { rmSync } from 'node:fs';
import { createParser } from '@holdfast/core/parse';
import { describe as describeStatus, StatusSchema } from '@holdfast/core/status';
import { wallMs } from '@holdfast/core/values';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createClock } from '../src/clock.ts';
import type { HttpServer } from '../src/http/server.ts';
import type { SigningKey } from '../src/proof/index.ts';
import { ask, HttpDesk, untilTold } from './http-desk.ts';
import { until } from './ledger-harness.ts';
import { openInMemory } from './memory-open.ts';
import { PROD, ProofBench } from './proof-fixture.ts';
import { startTrader, type Trader } from './trader-fixture.ts';

const clock = createClock();
const parseStatus = createParser(StatusSchema);

let bench: ProofBench;
let certifier: SigningKey;
let trader: Trader;
let server: HttpServer;
let desk: HttpDesk;

beforeEach(async () => {
  bench = new ProofBench();
  certifier = bench.newKey('certifier');
  bench.trust({ id: 'release-desk', roles: ['certifier'], key: certifier });
  certify({});
  const read = bench.reader(PROD);
  trader = await startTrader({
    runId: 'run-1',
    journal: null,
    openLedger: openInMemory(clock),
    telemetry: { report: () => undefined },
    certificate: () => read(Date.now()).certificate,
  });
  desk = new HttpDesk();
  server = await desk.open();
  await until(() => trader.isReady(), 'a market to trade in');
});

afterEach(async () => {
  await server.close();
  desk.remove();
  await trader.stop();
  bench.remove();
});

function certify(change: Record<string, unknown>): void {
  const bound = { build_id: 'b', runtime_config_hash: 'c', generated_ts_ms: Date.now() - 1_000 };
  bench.certify({ ...bound, ...change }, certifier);
}

function statusOf({ runtime }: Trader): object {
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

/** What the port answers once it has heard of what is true now. */
async function status(): Promise<Record<string, unknown>> {
  const text = JSON.stringify(statusOf(trader));
  server.publish(text);
  const told = async (): Promise<boolean> =>
    (await ask(server.url, '/api/v1/status')).text === text;
  await untilTold(told, 'the status of now');
  return JSON.parse(text) as Record<string, unknown>;
}

/** Waits for the tick after the next: whatever was on disk before this call has been read. */
async function aTick(): Promise<void> {
  const { observations } = trader.runtime.state;
  for (let tick = 0; tick < 2; tick += 1) {
    const before = observations.tickAt;
    await until(() => observations.tickAt !== before, 'a tick');
  }
}

describe('the status', () => {
  it('AT-023 has every key of its schema, Active or not', async () => {
    const active = await status();
    expect(parseStatus(active)).toMatchObject({ ok: true });
    expect(active).toMatchObject({ trading_mode: 'Active', f1_cert_state: 'PASS' });
    rmSync(bench.certificatePath);
    await aTick();
    expect(parseStatus(await status())).toMatchObject({ ok: true });
  });

  it('AT-423 a certificate changed or deleted on disk counts at the next tick', async () => {
    certify({ status: 'FAIL' });
    await aTick();
    expect(await status()).toMatchObject({
      trading_mode: 'ReduceOnly',
      mode_reasons: ['REDUCEONLY_F1_CERT_INVALID'],
      f1_cert_state: 'FAIL',
    });
    certify({});
    await aTick();
    expect(await status()).toMatchObject({ trading_mode: 'Active', f1_cert_state: 'PASS' });
    rmSync(bench.certificatePath);
    await aTick();
    expect(await status()).toMatchObject({
      trading_mode: 'ReduceOnly',
      f1_cert_state: 'MISSING',
      f1_cert_expires_at: null,
    });
  });

  it('says when the loop last ticked, and no more than that once it has stopped', async () => {
    await trader.runtime.stop();
    const first = await status();
    await new Promise((done) => setTimeout(done, 50));
    const second = await status();
    expect(second['loop_tick_last_ts_ms']).toBe(first['loop_tick_last_ts_ms']);
    expect(clock.now() - Number(second['loop_tick_last_ts_ms'])).toBeGreaterThanOrEqual(50);
  });
});

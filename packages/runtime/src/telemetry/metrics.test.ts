import type { Decision, Event } from '@holdfast/core';
import { monoMs, strategyId } from '@holdfast/core/values';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Alert } from './alert-book.ts';
import { boundedLabel } from './bounded-labels.ts';
import { createMetrics, type Metrics } from './metrics.ts';

let metrics: Metrics;
beforeEach(() => {
  metrics = createMetrics('run-7');
});
afterEach(() => metrics.close());

const at = monoMs(1);

/** Lines of the answer that hold a number, without the constant label. */
async function series(): Promise<readonly string[]> {
  const text = await metrics.text();
  const lines = text.split('\n').filter((line) => line !== '' && !line.startsWith('#'));
  for (const line of lines) expect(line).toContain('run_id="run-7"');
  return lines.map((line) => line.replace(/,?run_id="run-7"/, '').replace('{}', ''));
}

const fault = (name: string): Decision => ({ kind: 'fault', at, fault: name, subject: null });

describe('what is counted', () => {
  it('decisions by kind, refusals by code', async () => {
    const reject = { code: 'NetEdgeTooLow' };
    for (let n = 0; n < 3; n += 1) {
      metrics.observeDecision({ kind: 'intentRejected', at, reject } as unknown as Decision);
    }
    metrics.observeDecision(fault('x'));
    expect(await series()).toEqual(
      expect.arrayContaining([
        'holdfast_decisions_total{kind="intentRejected"} 3',
        'holdfast_intents_rejected_total{code="NetEdgeTooLow"} 3',
        'holdfast_faults_total{fault="x"} 1',
      ]),
    );
  });

  it('orders and fills once they are durable', async () => {
    const records = [{ type: 'orderSending' }, { type: 'fillRecorded' }, { type: 'fillRecorded' }];
    metrics.observeEvent({ kind: 'recorded', at, records } as unknown as Event);
    metrics.observeEvent({ kind: 'intentProposed', at } as unknown as Event);
    expect(await series()).toEqual(
      expect.arrayContaining([
        'holdfast_orders_sending_total 1',
        'holdfast_fills_total 2',
        'holdfast_intents_proposed_total 1',
      ]),
    );
  });
});

describe('AT-1071 AT-241 trips of the guard over smile fits', () => {
  const trip = (what: 'math' | 'drift' | 'arbitrage'): Event => ({
    kind: 'smileGuardTripped',
    at,
    strategyId: strategyId('a'),
    slice: 'BTC-BTC-1',
    trip: what,
    measured: 1,
    limit: 0,
  });

  it('NON-TRIP both counters stand at nothing', async () => {
    expect(await series()).toEqual(
      expect.arrayContaining(['holdfast_svi_guard_trips 0', 'holdfast_svi_arb_guard_trips 0']),
    );
  });

  it('TRIP arithmetic and drift are the one, arbitrage the other', async () => {
    for (const what of ['math', 'drift', 'arbitrage'] as const) metrics.observeEvent(trip(what));
    expect(await series()).toEqual(
      expect.arrayContaining(['holdfast_svi_guard_trips 2', 'holdfast_svi_arb_guard_trips 1']),
    );
  });
});

describe('the minimum alert set', () => {
  const told = (state: Alert['state']): Alert => {
    return { name: 'disk_used_pct', condition: 'at', state, value: null, since: 1 };
  };

  it.each(['quiet', 'raised', 'unknown', 'not_linked'] as const)(
    'is in one state: %s',
    async (is) => {
      metrics.observeAlerts([told(is === 'quiet' ? 'raised' : 'quiet')]);
      metrics.observeAlerts([told(is)]);
      const lines = (await series()).filter((line) => line.startsWith('holdfast_alert{'));
      expect(lines).toHaveLength(4);
      expect(lines.filter((line) => line.endsWith(' 1'))).toEqual([
        `holdfast_alert{alert="disk_used_pct",state="${is}"} 1`,
      ]);
    },
  );
});

describe('what is measured', () => {
  it("carries the contract's names, and is absent until somebody measured it", async () => {
    expect((await series()).some((line) => line.includes('429_count_5m'))).toBe(false);
    const status = {
      trading_mode: 'ReduceOnly',
      open_permission_blocked_latch: true,
      '429_count_5m': 2,
      wal_queue_depth: 0,
      mm_util: null,
    };
    metrics.observeStatus(status);
    const lines = await series();
    expect(lines).toEqual(
      expect.arrayContaining([
        'holdfast_429_count_5m 2',
        'holdfast_wal_queue_depth 0',
        'holdfast_trading_mode{mode="ReduceOnly"} 1',
        'holdfast_trading_mode{mode="Active"} 0',
        'holdfast_open_permission_blocked_latch 1',
      ]),
    );
    expect(lines.some((line) => line.includes('mm_util'))).toBe(false);
    metrics.observeStatus({ ...status, '429_count_5m': null });
    expect((await series()).some((line) => line.includes('429_count_5m'))).toBe(false);
  });

  it('calls a latch that nobody reports latched', async () => {
    metrics.observeStatus({});
    expect(await series()).toContain('holdfast_open_permission_blocked_latch 1');
    metrics.observeStatus({ open_permission_blocked_latch: false });
    expect(await series()).toContain('holdfast_open_permission_blocked_latch 0');
  });

  it('gives the share of requests without an answer, and no share of none', async () => {
    const link = {
      connected: true,
      reconnects: 1,
      requestsIn60s: 0,
      timeoutsIn60s: 0,
      messages: 5,
      bytes: 500,
      pending: 0,
      driftMs: null,
      faults: { malformed_book: 2 },
    };
    metrics.observeLink(link);
    expect((await series()).some((line) => line.includes('request_timeout_rate'))).toBe(false);
    metrics.observeLink({ ...link, requestsIn60s: 8, timeoutsIn60s: 2, driftMs: -3 });
    expect(await series()).toEqual(
      expect.arrayContaining([
        'holdfast_request_timeout_rate 0.25',
        'holdfast_session_ready 1',
        'holdfast_clock_drift_ms -3',
        'holdfast_link_faults{fault="malformed_book"} 2',
      ]),
    );
  });

  it('has an event loop delay', async () => {
    const line = (await series()).find((each) => each.includes('event_loop_delay_p99_ms'));
    expect(Number(line?.split(' ').at(-1))).toBeGreaterThanOrEqual(0);
  });
});

describe('a label', () => {
  it('never has more values than its bound, whatever the faults are called', async () => {
    for (let n = 0; n < 1_000; n += 1) metrics.observeDecision(fault(`fault-${n}`));
    const lines = (await series()).filter((line) => line.startsWith('holdfast_faults_total'));
    expect(lines).toHaveLength(65);
    expect(lines).toContain('holdfast_faults_total{fault="other"} 936');
  });

  it('keeps the names it knows', () => {
    const name = boundedLabel(2);
    expect(['a', 'b', 'c', 'a', 'd'].map(name)).toEqual(['a', 'b', 'other', 'a', 'other']);
  });

  it('is never an intent', async () => {
    const intentId = '9f1c2d3e-4b5a-4c6d-8e7f-000000000001:0';
    metrics.observeDecision({ kind: 'intentAdmitted', at, intentId } as unknown as Decision);
    expect(await metrics.text()).not.toContain(intentId);
  });
});

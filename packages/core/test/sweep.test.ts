/** Orders that rest too long (contract-1 section 46), through the whole core. */
import { describe, expect, it } from 'vitest';
import { BTC_CALL, policyWith } from '../src/gates/context.fixture.ts';
import type { Label } from '../src/values/index.ts';
import { Desk } from './desk.ts';

const GTC = { limitPrice: 0.04, timeInForce: 'good_til_cancelled' } as const;

function resting(desk: Desk = new Desk().boot()): { desk: Desk; label: Label } {
  desk.propose(GTC);
  return { desk, label: desk.rest(desk.submits.at(-1)) };
}

function until(desk: Desk, at: number, step = 100): void {
  while (desk.now < at) desk.tick(Math.min(step, at - desk.now));
}

const sentAt = (desk: Desk, label: Label): number =>
  desk.state.facts.orders.get(label)?.sentAt ?? 0;

describe('an order that is not reduce-only', () => {
  it('AT-303 rests up to thirty seconds, and is cancelled by the first sweep after them', () => {
    const { desk, label } = resting();
    until(desk, sentAt(desk, label) + 30_000);
    expect([desk.cancels, desk.mode]).toEqual([[], 'Active']);
    until(desk, sentAt(desk, label) + 40_100);
    expect([desk.cancels, desk.mode]).toEqual([[label], 'Active']);
    expect(desk.submits).toHaveLength(1);
    expect(desk.decisions.filter(({ kind }) => kind === 'staleOrderCanceled')).toMatchObject([
      { label, instrument: BTC_CALL.name, replacement: 'not_built' },
    ]);
    desk.canceled(label);
    until(desk, desk.now + 30_000);
    expect(desk.cancels).toEqual([label]);
  });

  it('AT-303 rests as long as the policy says', () => {
    const policy = policyWith({ parameters: { staleOrderSec: 5 } });
    const { desk, label } = resting(new Desk({ policy }).boot());
    until(desk, sentAt(desk, label) + 5_000);
    expect(desk.cancels).toEqual([]);
    until(desk, sentAt(desk, label) + 15_100);
    expect(desk.cancels).toContain(label);
  });

  it('AT-303 is swept whether or not anything is heard of the market', () => {
    const { desk, label } = resting();
    until(desk, sentAt(desk, label) + 29_000);
    while (desk.now < sentAt(desk, label) + 40_100) {
      desk.now += 100;
      desk.post({ kind: 'ticked' });
    }
    expect(desk.cancels).toContain(label);
  });

  it('AT-303 is asked for again, a second later, where the cancel failed', () => {
    const { desk, label } = resting();
    until(desk, sentAt(desk, label) + 40_100);
    desk.failCancel(label, null, 'unknown', 'timed_out');
    until(desk, desk.now + 2_000);
    expect(desk.cancels.length).toBeGreaterThan(1);
    expect(desk.decisions.filter(({ kind }) => kind === 'staleOrderCanceled')).toHaveLength(1);
  });

  it('AT-303 of an earlier process is as old as its marker', () => {
    const { desk, label } = resting();
    until(desk, sentAt(desk, label) + 29_000);
    const next = desk.crash().boot();
    const already = next.cancels.length;
    // Outside Active what an earlier process left is taken back at once (AT-1065).
    expect(already).toBe(1);
    next.failCancel(label, null, 'unknown', 'timed_out');
    until(next, sentAt(desk, label) + 42_000);
    expect(next.cancels.length).toBeGreaterThan(1);
  });

  it('AT-303 all of them, at most a batch at a time', () => {
    const policy = policyWith({
      limits: { minOrderIntervalMs: 0, maxOrdersPerSecond: 100 },
      parameters: { cancelOpenBatchMax: 2 },
    });
    const desk = new Desk({ policy }).boot();
    for (let count = 0; count < 5; count += 1) {
      desk.propose({ ...GTC, quantity: 0.1 });
      const submit = desk.submits.at(-1);
      desk.rest(submit);
      desk.tick();
    }
    const last = desk.now;
    let most = 0;
    while (desk.now < last + 45_000) {
      const before = desk.cancels.length;
      desk.tick();
      most = Math.max(most, desk.cancels.length - before);
    }
    expect(new Set(desk.cancels).size).toBe(5);
    expect(most).toBe(2);
  });

  it('AT-124 is cancelled while the system is degraded, and not replaced', () => {
    const { desk, label } = resting();
    until(desk, sentAt(desk, label) + 30_100);
    // A limiter that said no keeps us degraded; the sweep was due meanwhile.
    desk.post({ kind: 'fetchFailed', requestId: -1, fault: 'http_429' });
    expect(desk.mode).toBe('ReduceOnly');
    const sent = desk.submits.length;
    until(desk, desk.now + 10_100);
    expect(desk.cancels).toContain(label);
    desk.propose({ ...GTC, limitPrice: 0.041 }, { target: label });
    expect(desk.refusals).toEqual(['ReplaceUnsupported']);
    expect(desk.submits).toHaveLength(sent);
  });
});

describe('what only reduces', () => {
  it('AT-303 is never cancelled for its age', () => {
    const desk = new Desk().boot();
    desk.propose();
    desk.fill(desk.submits[0], 'T1');
    desk.tick(1_000);
    const exit = { side: 'sell', limitPrice: 0.06, timeInForce: 'good_til_cancelled' } as const;
    desk.propose({ ...exit, quantity: 0.1 }, { action: 'Close', reduceOnly: true });
    desk.rest(desk.submits[1]);
    until(desk, desk.now + 90_000);
    expect(desk.cancels).toEqual([]);
    expect(desk.state.facts.working.size).toBe(1);
  });
});

it('AT-303 a session that is lost or found is a sweep of its own', () => {
  const { desk, label } = resting();
  until(desk, sentAt(desk, label) + 30_050);
  const { polls } = desk.state.observations;
  expect(polls.sweepAt).toBeGreaterThan(desk.now + 100);
  desk.post({ kind: 'sessionChanged', connected: false });
  expect(polls.sweepAt).toBe(desk.now);
});

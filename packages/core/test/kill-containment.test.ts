import { describe, expect, it } from 'vitest';
import { BTC_CALL, BTC_PUT, policyWith } from '../src/gates/context.fixture.ts';
import { USDC_PERPETUAL } from '../src/instrument/samples.fixture.ts';
import { describe as statusOf } from '../src/status.ts';
import { wallMs } from '../src/values/index.ts';
import { Desk } from './desk.ts';
import {
  answer,
  contained,
  last,
  purposes,
  quotePerpetual,
  refuse,
  sentOnWaiver,
} from './group-desk.ts';

/** Holds one call, and an order of the put rests. */
function holding(): Desk {
  const instruments = [BTC_CALL, BTC_PUT, USDC_PERPETUAL];
  const desk = new Desk({ instruments, policy: policyWith({ executionStyle: 'Any' }) }).boot();
  desk.propose({ quantity: 1, grossEdgeUsd: 400 });
  answer(desk, last(desk), 1);
  desk.tick(1_000);
  return desk;
}

/** Each kind of Kill, as its inputs make it. */
const KILLS: readonly (readonly [string, (desk: Desk) => void])[] = [
  [
    'margin',
    (desk) => {
      desk.account.maintenanceE8 = 960_000_000;
      for (let tick = 0; tick < 110; tick += 1) desk.tick();
    },
  ],
  [
    'disk, by both sources',
    (desk) => {
      desk.post({ kind: 'diskMeasured', used: 0.93, secondary: 0.93 });
      desk.post({ kind: 'ticked' });
    },
  ],
  [
    'session',
    (desk) => {
      for (let nth = 0; nth < 3; nth += 1) desk.post({ kind: 'sessionTerminated', code: 10_028 });
      desk.quote();
      desk.post({ kind: 'ticked' });
    },
  ],
  [
    'watchdog',
    (desk) => {
      desk.now += 11_000;
      desk.quote();
      desk.post({ kind: 'ticked' });
    },
  ],
  [
    'operator',
    (desk) => {
      desk.post({ kind: 'operatorCommanded', command: 'kill', reason: '', operator: 'me' });
      desk.post({ kind: 'ticked' });
    },
  ],
];

describe('Kill with exposure', () => {
  it.each(KILLS)(
    'AT-208 AT-339 AT-346 AT-347 %s: what is held is closed, and nothing opens',
    (_, kill) => {
      const desk = holding();
      const before = desk.submits.length;
      kill(desk);
      const after = desk.submits.slice(before);
      expect(after.length).toBeGreaterThan(0);
      for (const { order } of after) expect(order.terms.reduceOnly).toBe(true);
      expect(after[0]?.order.terms).toMatchObject({
        instrument: BTC_CALL.name,
        side: 'sell',
        amountE8: 100_000_000,
      });
    },
  );

  it('AT-013 a Kill beside bunker mode closes as any other, and nothing opens', () => {
    const desk = holding();
    desk.state.observations.guardInputs.bunkerModeActive = true;
    desk.post({ kind: 'operatorCommanded', command: 'kill', reason: '', operator: 'me' });
    desk.post({ kind: 'ticked' });
    expect(last(desk).order.terms).toMatchObject({ reduceOnly: true, side: 'sell' });
    desk.tick(1_000);
    desk.propose();
    expect(desk.refusals.at(-1)).toBe('TradingModeForbidsOpen');
  });

  it('AT-338 cancels what opens, closes, and hedges what is left', () => {
    const desk = holding();
    desk.propose({ limitPrice: 0.04, timeInForce: 'good_til_cancelled' });
    const resting = desk.rest(last(desk));
    desk.post({ kind: 'operatorCommanded', command: 'kill', reason: '', operator: 'me' });
    quotePerpetual(desk);
    desk.post({ kind: 'ticked' });
    for (let nth = 0; nth < 3; nth += 1) answer(desk, last(desk), 0);
    expect(desk.cancels).toContain(resting);
    expect(purposes(desk)).toEqual(['close', 'close', 'close', 'hedge']);
    refuse(desk, last(desk));
    desk.tick(1_100);
    expect(contained(desk).at(-1)).toMatchObject({ purpose: 'close', attempt: 1 });
    answer(desk, last(desk), 1);
    expect(desk.state.facts.positions.size).toBe(0);
    expect(desk.recordsOf('atomicNakedEventRecorded')).toMatchObject([{ closeAttempts: 3 }]);
  });

  it('AT-340 a ledger that takes nothing does not stand in its way', () => {
    const desk = holding();
    desk.ledger = 'write_failed';
    desk.post({ kind: 'operatorCommanded', command: 'kill', reason: '', operator: 'me' });
    desk.post({ kind: 'ticked' });
    expect(sentOnWaiver(desk)).toHaveLength(1);
    expect(last(desk).order.terms.reduceOnly).toBe(true);
  });

  it('what a working close of ours covers is not closed a second time', () => {
    const desk = holding();
    const rests = { side: 'sell', limitPrice: 0.06, timeInForce: 'good_til_cancelled' } as const;
    desk.propose({ ...rests, quantity: 0.6 }, { action: 'Close', reduceOnly: true });
    const protective = desk.rest(last(desk));
    desk.post({ kind: 'operatorCommanded', command: 'kill', reason: '', operator: 'me' });
    desk.post({ kind: 'ticked' });
    expect(last(desk).order.terms).toMatchObject({ amountE8: 40_000_000 });
    answer(desk, last(desk), 1);
    desk.tick();
    expect(purposes(desk)).toEqual(['close']);
    // A price that is never met protects nobody for ever: after a moment it is not waited for.
    for (let tick = 0; tick < 30; tick += 1) desk.tick();
    expect(last(desk).order.terms).toMatchObject({ amountE8: 60_000_000, reduceOnly: true });
    expect(desk.cancels).not.toContain(protective);
  });

  it('flat: nothing is sent', () => {
    const desk = new Desk().boot();
    desk.post({ kind: 'operatorCommanded', command: 'kill', reason: '', operator: 'me' });
    for (let tick = 0; tick < 5; tick += 1) desk.tick();
    expect(desk.submits).toHaveLength(0);
  });

  it('ReduceOnly alone closes nothing by itself', () => {
    const desk = holding();
    const before = desk.submits.length;
    desk.post({ kind: 'operatorCommanded', command: 'reduce_only', reason: '', operator: 'me' });
    for (let tick = 0; tick < 5; tick += 1) desk.tick();
    expect(desk.submits).toHaveLength(before);
  });

  it('AT-927 the status counts its event, and none of an older day', () => {
    const desk = holding();
    const count = (now = desk.now): unknown =>
      statusOf(desk.state, {
        now: wallMs(now),
        ledger: { depth: 0, capacity: 1, enqueueFailures: 0 },
        requestP95Ms: null,
        lastMessageAt: null,
        count429In5m: 0,
        supportedProfiles: ['CSP'],
      }).atomic_naked_events_24h;
    expect(count()).toBe(0);
    desk.post({ kind: 'operatorCommanded', command: 'kill', reason: '', operator: 'me' });
    desk.post({ kind: 'ticked' });
    answer(desk, last(desk), 1);
    expect(count()).toBe(1);
    const next = desk.crash();
    expect(next.state.facts.nakedEvents).toHaveLength(1);
    expect(count(desk.now + 86_400_000)).toBe(0);
  });
});

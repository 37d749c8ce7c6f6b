/** What is left at the venue when an engine ends: nothing of ours may rest there (D-18). */
import { randomUUID } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createClock } from '../src/clock.ts';
import { cancelWorking } from '../src/run/shutdown.ts';
import { until } from './ledger-harness.ts';
import { openInMemory } from './memory-open.ts';
import { startTrader, type Trader } from './trader-fixture.ts';

const RESTS = { timeInForce: 'good_til_cancelled' } as const;
const clock = createClock();
let trader: Trader;

beforeEach(async () => {
  trader = await startTrader({
    runId: 'run-1',
    journal: null,
    telemetry: { report: () => undefined },
    openLedger: openInMemory(clock),
  });
  await until(() => trader.isReady(), 'Active');
});

afterEach(async () => await trader.stop());

describe('D-18 cancelling what works before the end', () => {
  it('cancels what rests', async () => {
    trader.propose(randomUUID(), RESTS);
    await until(() => trader.venue.openOrders().length === 1, 'it rests');
    expect(await cancelWorking(trader.runtime, clock)).toEqual([]);
    expect(trader.venue.openOrders()).toEqual([]);
  });

  it('cancels what was still on its way to the disk', async () => {
    trader.propose(randomUUID(), RESTS);
    expect(trader.runtime.state.observations.pendingIntents.size).toBe(1);
    expect(await cancelWorking(trader.runtime, clock)).toEqual([]);
    expect(trader.venue.placements).toHaveLength(1);
    expect(trader.venue.openOrders()).toEqual([]);
  });

  it('asks for nothing where nothing works', async () => {
    expect(await cancelWorking(trader.runtime, clock)).toEqual([]);
    expect(trader.venue.placements).toEqual([]);
  });
});

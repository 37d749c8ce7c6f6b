import { describe, expect, it } from 'vitest';
import { BTC_CALL, policyWith } from '../src/gates/context.fixture.ts';
import type { FillRecorded } from '../src/ledger/record.ts';
import { amountE8, microUsd, tradeId, wallMs } from '../src/values/index.ts';
import { Desk, T0 } from './desk.ts';

const DAY_MS = 86_400_000;
const TOMORROW = Math.ceil(T0 / DAY_MS) * DAY_MS;
const usd = (value: number) => microUsd(value * 1_000_000);

/** Room for two orders of 0.3 at 0.048 and 100 000 USD, which are 1 440 USD each, and no third. */
const CAPPED = policyWith({
  microLiveCaps: {
    maxDailyVolume: usd(3_000),
    maxOpenPositions: 5,
    maxSingleOrderContractsE8: amountE8(100_000_000),
  },
});

function order(desk: Desk, id: string): string | null {
  const refused = desk.refusals.length;
  const sent = desk.submits.length;
  desk.propose();
  if (desk.submits.length > sent) desk.fill(desk.submits.at(-1), id);
  desk.tick(1_000);
  return desk.refusals[refused] ?? null;
}

describe('the volume of a day', () => {
  it('is that of recorded trades; it survives a restart and ends with the UTC day', () => {
    const desk = new Desk({ policy: CAPPED }).boot();
    expect([order(desk, 'BTC-1'), order(desk, 'BTC-2')]).toEqual([null, null]);
    expect(order(desk, 'BTC-3')).toBe('PolicyLimitExceeded');
    const again = desk.crash();
    again.boot();
    expect(again.mode).toBe('Active');
    expect(order(again, 'BTC-3')).toBe('PolicyLimitExceeded');
    again.now = TOMORROW;
    for (let round = 0; round < 20; round += 1) again.tick();
    expect(order(again, 'BTC-4')).toBeNull();
  });

  it('counts what is on its way: two that rest leave no room for a third', () => {
    const desk = new Desk({ policy: CAPPED }).boot();
    for (let resting = 0; resting < 2; resting += 1) {
      desk.propose({ timeInForce: 'good_til_cancelled', limitPrice: 0.048 });
      desk.rest(desk.submits.at(-1));
      desk.tick(1_000);
    }
    expect(order(desk, 'BTC-3')).toBe('PolicyLimitExceeded');
    desk.canceled(desk.submits[0]?.order.terms.label as never);
    expect(order(desk, 'BTC-3')).toBeNull();
  });

  it('is of the day a trade was made in, however late it is told', () => {
    const desk = new Desk({ policy: CAPPED }).boot();
    expect(order(desk, 'BTC-1')).toBeNull();
    const [fill] = desk.recordsOf('fillRecorded');
    if (fill === undefined) throw new Error('nothing was filled');
    const { traded } = desk.state.facts;
    const before = { ...traded };
    const late: FillRecorded = {
      ...fill,
      tradeId: tradeId('BTC-0'),
      label: null,
      instrument: BTC_CALL.name,
      tradedAt: wallMs(fill.tradedAt - DAY_MS),
    };
    const next = new Desk({ policy: CAPPED, past: [...desk.records, late] });
    expect(next.state.facts.traded).toEqual(before);
    const today = { ...late, tradedAt: fill.tradedAt };
    const more = new Desk({ policy: CAPPED, past: [...desk.records, today] });
    expect(more.state.facts.traded.turnover).toBe(2 * before.turnover);
  });
});

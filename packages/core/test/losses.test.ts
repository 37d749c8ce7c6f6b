import { describe, expect, it } from 'vitest';
import { policyWith } from '../src/gates/context.fixture.ts';
import type { LossLimit } from '../src/position/losses.ts';
import { coinE8, currency, microUsd, wallMs } from '../src/values/index.ts';
import { Desk, type DeskOptions, T0 } from './desk.ts';

const DAY_MS = 86_400_000;
/** 100 000 USD a coin: a thousandth of one is 100 USD. */
const COIN = 100_000_000;
const usd = (value: number) => microUsd(value * 1_000_000);
const APPROVAL = 'a'.repeat(64);

/** One coin in the account: 100 000 USD. */
function funded(options: DeskOptions = {}): Desk {
  const desk = new Desk(options);
  desk.account.equityE8 = COIN;
  desk.account.maintenanceE8 = 0;
  return desk.boot();
}

/** The account is read again, and has so much. */
function read(desk: Desk, equityUsd: number): void {
  desk.account.equityE8 = Math.round(equityUsd * 1_000);
  desk.state.observations.polls.accountAt = desk.now as never;
  desk.tick();
}

/** Days later, everything heard anew. */
function later(desk: Desk, until: number): void {
  desk.now = until - 100;
  for (let round = 0; round < 20; round += 1) desk.tick();
}

const causes = (desk: Desk): LossLimit[] =>
  [...desk.state.observations.riskCauses.keys()].filter((cause): cause is LossLimit =>
    ['daily_loss', 'weekly_loss', 'drawdown'].includes(cause),
  );

function reset(desk: Desk, limit: LossLimit, latchedAt?: number): string | null {
  const latch = desk.state.facts.lossLatches.get(limit);
  const said = desk.decisions.length;
  desk.post({
    kind: 'lossResetCommanded',
    limit,
    operator: 'ana',
    reason: 'looked into',
    approval: APPROVAL,
    approvers: ['ben'],
    latchedAt: wallMs(latchedAt ?? latch?.at ?? 0),
  });
  const refused = desk.decisions.slice(said).find(({ kind }) => kind === 'lossResetRefused');
  return refused?.kind === 'lossResetRefused' ? refused.cause : null;
}

/** The Monday after T0, which is a Friday. */
const MONDAY = Date.UTC(2026, 2, 23);
const TOMORROW = Math.ceil(T0 / DAY_MS) * DAY_MS;

describe('what losses are measured from', () => {
  it('is recorded once: the first reading of the day and of the week, and its highest', () => {
    const desk = funded();
    const marks = desk.recordsOf('equityMarked');
    expect(marks.map(({ mark, equity }) => [mark, equity])).toEqual([
      ['day_start', usd(100_000)],
      ['week_start', usd(100_000)],
      ['week_peak', usd(100_000)],
    ]);
    read(desk, 99_000);
    read(desk, 99_900);
    expect(desk.recordsOf('equityMarked')).toHaveLength(3);
    read(desk, 100_500);
    expect(desk.recordsOf('equityMarked').slice(3)).toMatchObject([
      { mark: 'week_peak', equity: usd(100_500) },
    ]);
  });

  it('survives a restart, and a day that begins while we are down takes the next reading', () => {
    const desk = funded();
    read(desk, 98_000);
    const again = desk.crash();
    again.account.equityE8 = desk.account.equityE8;
    again.account.maintenanceE8 = 0;
    again.boot();
    read(again, 95_000);
    expect(causes(again)).toEqual(['daily_loss']);
    const down = desk.crash();
    down.now = TOMORROW + 3_600_000;
    down.account.equityE8 = Math.round(0.97 * COIN);
    down.account.maintenanceE8 = 0;
    down.boot();
    expect(down.state.facts.equityMarks.get('day_start')).toEqual({
      period: TOMORROW,
      equity: usd(97_000),
    });
    read(down, 92_001);
    expect(causes(down)).toEqual([]);
    read(down, 92_000);
    expect(causes(down)).toEqual(['daily_loss']);
  });

  it('counts USDC, in which hedges settle, at par: what is owed of it as well (D-15)', () => {
    const desk = funded();
    const equityWith = (usdc: number): number | undefined => {
      const none = { initialMarginE8: coinE8(0), maintenanceMarginE8: coinE8(0), fees: [] };
      desk.post({
        kind: 'accountObserved',
        currencies: [
          { currency: currency('BTC'), equityE8: coinE8(COIN), ...none },
          { currency: currency('USDC'), equityE8: coinE8(usdc * 100_000_000), ...none },
        ],
        feeModelCachedAt: wallMs(desk.now),
        limits: null,
      });
      return desk.state.observations.equity?.value;
    };
    expect(equityWith(0)).toBe(usd(100_000));
    expect(equityWith(250)).toBe(usd(100_250));
    expect(equityWith(-250)).toBe(usd(99_750));
  });

  it('is asked of the ledger once at a time, however high equity climbs meanwhile', () => {
    const desk = funded();
    desk.ledger = 'held';
    for (const equity of [101_000, 102_000, 110_000]) read(desk, equity);
    // The highest counts before it is on record.
    read(desk, 99_000);
    expect(causes(desk)).toEqual(['drawdown']);
    desk.release();
    read(desk, 99_000);
    expect(desk.recordsOf('equityMarked').slice(3)).toMatchObject([
      { mark: 'week_peak', equity: usd(101_000) },
      { mark: 'week_peak', equity: usd(110_000) },
    ]);
  });
});

describe('a loss that reaches its limit', () => {
  it('TRIP: 5 000 USD of a day are reduce-only, told and recorded; the order is refused', () => {
    const desk = funded();
    read(desk, 95_000);
    expect([desk.mode, desk.modeReasons]).toEqual([
      'ReduceOnly',
      ['REDUCEONLY_RISKSTATE_DEGRADED'],
    ]);
    expect(desk.recordsOf('lossLatched')).toMatchObject([
      { limit: 'daily_loss', baseline: usd(100_000), equity: usd(95_000), allowed: usd(5_000) },
    ]);
    expect(desk.decisions).toContainEqual({
      at: desk.now,
      kind: 'lossLatched',
      limit: 'daily_loss',
      loss: usd(5_000),
      allowed: usd(5_000),
    });
    desk.propose();
    expect([desk.refusals, desk.submits]).toEqual([['RiskStateNotHealthy'], []]);
  });

  it('NON-TRIP: a hundredth of a cent less, and the order goes', () => {
    const desk = funded();
    read(desk, 95_000.001);
    expect([desk.mode, causes(desk)]).toEqual(['Active', []]);
    desk.propose();
    expect(desk.submits).toHaveLength(1);
  });

  it('TRIP: 15 000 USD of a week are Kill; NON-TRIP: less is not', () => {
    const roomy = policyWith({ limits: { maxDailyLoss: usd(900_000), maxDrawdownPct: 100 } });
    const desk = funded({ policy: roomy });
    read(desk, 85_001);
    expect(desk.mode).toBe('Active');
    read(desk, 85_000);
    expect([desk.mode, desk.modeReasons]).toEqual(['Kill', ['KILL_RISKSTATE_KILL']]);
    expect(causes(desk)).toEqual(['weekly_loss']);
  });

  it('TRIP: ten percent below the week’s highest is reduce-only; NON-TRIP: less is not', () => {
    const desk = funded({ policy: policyWith({ limits: { maxDailyLoss: usd(900_000) } }) });
    read(desk, 110_000);
    read(desk, 99_001);
    expect(desk.mode).toBe('Active');
    read(desk, 99_000);
    expect([desk.mode, causes(desk)]).toEqual(['ReduceOnly', ['drawdown']]);
  });

  it('lets what reduces go', () => {
    const desk = funded();
    desk.propose();
    desk.fill(desk.submits[0], 'BTC-1');
    read(desk, 95_000);
    desk.proposeClose();
    expect(desk.submits).toHaveLength(2);
    expect(desk.submits[1]?.order.terms.reduceOnly).toBe(true);
  });

  it('stands when equity comes back, the day ends, the operator releases, after a restart', () => {
    const desk = funded();
    read(desk, 95_000);
    read(desk, 120_000);
    desk.post({ kind: 'operatorCommanded', command: 'release', operator: 'ana', reason: 'up' });
    expect(desk.mode).toBe('ReduceOnly');
    later(desk, TOMORROW + 60_000);
    expect([desk.mode, causes(desk)]).toEqual(['ReduceOnly', ['daily_loss']]);
    const again = desk.crash();
    again.account.maintenanceE8 = 0;
    again.account.equityE8 = desk.account.equityE8;
    for (let round = 0; round < 40; round += 1) again.tick();
    expect([again.mode, again.modeReasons]).toEqual([
      'ReduceOnly',
      ['REDUCEONLY_RISKSTATE_DEGRADED'],
    ]);
  });

  it('stands without its record, and is recorded as soon as the ledger takes it', () => {
    const desk = funded();
    desk.ledger = 'queue_full';
    read(desk, 95_000);
    expect(causes(desk)).toEqual(['daily_loss']);
    expect(desk.recordsOf('lossLatched')).toEqual([]);
    desk.ledger = 'instant';
    read(desk, 99_000);
    expect(desk.recordsOf('lossLatched')).toMatchObject([{ limit: 'daily_loss' }]);
    expect(desk.crash().state.observations.riskCauses.has('daily_loss')).toBe(true);
  });
});

describe('a latched loss is reset', () => {
  it('with an approval, once the measure is below its limit again', () => {
    const desk = funded();
    read(desk, 95_000);
    read(desk, 95_000.001);
    expect(reset(desk, 'daily_loss')).toBeNull();
    expect(desk.mode).toBe('Active');
    expect(desk.recordsOf('lossLatchReset')).toMatchObject([
      { limit: 'daily_loss', operator: 'ana', approval: APPROVAL, approvers: ['ben'] },
    ]);
    expect(desk.crash().state.observations.riskCauses.has('daily_loss')).toBe(false);
  });

  it('not while it is reached, not while it is unknown, and not without a latch', () => {
    const desk = funded();
    expect(reset(desk, 'daily_loss')).toBe('not_latched');
    read(desk, 95_000);
    expect(reset(desk, 'daily_loss')).toBe('still_reached');
    expect(reset(desk, 'weekly_loss')).toBe('not_latched');
    desk.silent.add('account');
    for (let second = 0; second < 31; second += 1) desk.tick(1_000);
    expect(reset(desk, 'daily_loss')).toBe('measure_unknown');
    expect(desk.recordsOf('lossLatchReset')).toEqual([]);
  });

  it('by an approval of this latch and no other', () => {
    const desk = funded();
    read(desk, 95_000);
    const first = desk.state.facts.lossLatches.get('daily_loss')?.at ?? 0;
    read(desk, 99_000);
    expect(reset(desk, 'daily_loss')).toBeNull();
    read(desk, 95_000);
    read(desk, 99_000);
    expect(reset(desk, 'daily_loss', first)).toBe('another_latch');
    expect(reset(desk, 'daily_loss')).toBeNull();
  });

  it('waits for its record, and never was where the ledger refused it', () => {
    const desk = funded();
    read(desk, 95_000);
    read(desk, 99_000);
    desk.ledger = 'held';
    expect(reset(desk, 'daily_loss')).toBeNull();
    expect([desk.mode, reset(desk, 'daily_loss')]).toEqual(['ReduceOnly', 'being_reset']);
    desk.release();
    expect(desk.mode).toBe('Active');
    const refused = funded();
    read(refused, 95_000);
    read(refused, 99_000);
    refused.ledger = 'queue_full';
    expect(reset(refused, 'daily_loss')).toBeNull();
    expect(causes(refused)).toEqual(['daily_loss']);
  });

  it('of a week that is Kill: on Monday', () => {
    const desk = funded();
    read(desk, 80_000);
    expect(desk.mode).toBe('Kill');
    later(desk, MONDAY + 60_000);
    expect(desk.mode).toBe('Kill');
    for (const limit of ['daily_loss', 'weekly_loss', 'drawdown'] as const) {
      expect(reset(desk, limit)).toBeNull();
    }
    expect(desk.mode).toBe('Active');
  });
});

describe('a loss nobody can tell', () => {
  it('TRIP: OPEN is refused at midnight until the new day’s first reading is on record', () => {
    const desk = funded();
    desk.silent.add('account');
    desk.now = TOMORROW - 5_000;
    desk.silent.delete('account');
    for (let round = 0; round < 20; round += 1) desk.tick();
    desk.silent.add('account');
    desk.now = TOMORROW - 100;
    desk.tick();
    desk.propose();
    expect(desk.decisions.findLast(({ kind }) => kind === 'intentRejected')).toMatchObject({
      reject: {
        code: 'LossMeasureUnknown',
        operands: { limit: 'max_daily_loss_usd', missing: 'baseline' },
      },
    });
    desk.silent.delete('account');
    read(desk, 100_000);
    desk.now += 1_000;
    desk.feed();
    const sent = desk.submits.length;
    desk.propose();
    expect(desk.submits).toHaveLength(sent + 1);
  });

  it('TRIP: a reading older than its limit is none', () => {
    const desk = funded();
    desk.silent.add('account');
    for (let second = 0; second < 31; second += 1) desk.tick(1_000);
    desk.propose();
    expect(desk.submits).toEqual([]);
  });
});

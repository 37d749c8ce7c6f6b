/** What the fees of an order are taken from, and for how long (contract-1 section 14). */
import { describe, expect, it } from 'vitest';
import { BTC_USDC_PERPETUAL } from '../src/gates/context.fixture.ts';
import type { FeeTier } from '../src/event.ts';
import { withOwnFees } from '../src/turn/fees.ts';
import { Desk } from './desk.ts';

const POLL_MS = 10_000;

/** Active, with the fee rates last read when this process began and everything else fresh. */
function aging(): { desk: Desk; readAt: number } {
  const desk = new Desk().boot();
  const readAt = desk.now;
  desk.account.cachedAt = readAt;
  desk.tick(POLL_MS);
  return { desk, readAt };
}

/** Ticks until the rates are exactly this old. */
function ageTo(desk: Desk, readAt: number, ageMs: number): void {
  desk.tick(readAt + ageMs - 1_000 - desk.now);
  desk.tick(500);
  desk.now = readAt + ageMs;
  desk.feed();
  expect(desk.now - readAt).toBe(ageMs);
}

/** The fee in the record of the order that is proposed now, micro-USD. */
function feeOfOrder(desk: Desk): number {
  desk.propose();
  const fee = desk.recordsOf('intentRecorded').at(-1)?.context.fee;
  if (fee === undefined) throw new Error(`refused: ${desk.refusals.join()}`);
  return fee;
}

const tier = (parts: Partial<FeeTier>): FeeTier => ({
  indexName: 'btc_usd',
  family: 'option',
  basis: 'relative',
  makerE8: 100_000_000,
  takerE8: 100_000_000,
  ...parts,
});

describe('rates that grow old', () => {
  it('AT-318 up to 300 s by default they count as read, past it they are marked up', () => {
    const { desk, readAt } = aging();
    ageTo(desk, readAt, 300_000);
    const fresh = feeOfOrder(desk);
    desk.now += 1_000;
    desk.feed();
    expect(desk.now - readAt).toBe(301_000);
    expect(feeOfOrder(desk)).toBeGreaterThan(fresh);
    expect(desk.mode).toBe('Active');
  });

  it('AT-320 the mark-up is a fifth by default, at the first and at the last moment of it', () => {
    const { desk, readAt } = aging();
    const fresh = feeOfOrder(desk);
    ageTo(desk, readAt, 300_001);
    expect(feeOfOrder(desk)).toBe(fresh * 1.2);
    ageTo(desk, readAt, 900_000);
    expect(feeOfOrder(desk)).toBe(fresh * 1.2);
  });

  it('AT-245 past 900 s: Degraded, ReduceOnly, no OPEN; a close goes', () => {
    const { desk, readAt } = aging();
    desk.propose();
    desk.fill(desk.submits[0], 'T1');
    desk.report(desk.submits[0], 'filled', 1);
    ageTo(desk, readAt, 900_000);
    desk.post({ kind: 'ticked' });
    expect(desk.mode).toBe('Active');
    desk.tick(2);
    expect(desk.modeReasons).toEqual([
      'REDUCEONLY_FEE_MODEL_HARD_STALE',
      'REDUCEONLY_RISKSTATE_DEGRADED',
    ]);
    desk.propose();
    expect(desk.submits).toHaveLength(1);
    desk.proposeClose();
    expect(desk.submits).toHaveLength(2);
    desk.account.cachedAt = null;
    desk.tick(POLL_MS);
    desk.tick();
    expect(desk.mode).toBe('Active');
  });
});

describe('a change of the fee tier', () => {
  it('AT-246 is in the fee and in the edge from the next poll on, and not before', () => {
    const desk = new Desk().boot();
    const before = feeOfOrder(desk);
    // Eleven times the listed commission leaves less than the edge the policy asks for.
    desk.account.fees = [tier({ makerE8: 1_100_000_000, takerE8: 1_100_000_000 })];
    desk.tick(1_000);
    expect(feeOfOrder(desk)).toBe(before);
    desk.tick(POLL_MS);
    desk.propose();
    expect(desk.refusals).toEqual(['NetEdgeTooLow']);
    desk.account.fees = [tier({ makerE8: 50_000_000, takerE8: 50_000_000 })];
    desk.tick(POLL_MS);
    expect(feeOfOrder(desk)).toBe(before / 2);
    desk.account.fees = [];
    desk.tick(POLL_MS);
    expect(feeOfOrder(desk)).toBe(before);
  });

  it('survives the next listing of the instruments', () => {
    const desk = new Desk().boot();
    const before = feeOfOrder(desk);
    desk.account.fees = [tier({ makerE8: 50_000_000, takerE8: 50_000_000 })];
    for (let round = 0; round < 4; round += 1) desk.tick(200_000);
    desk.tick();
    expect(desk.mode).toBe('Active');
    expect(feeOfOrder(desk)).toBe(before / 2);
  });

  it('of another index or family changes nothing here', () => {
    const desk = new Desk().boot();
    const before = feeOfOrder(desk);
    desk.account.fees = [
      tier({ indexName: 'eth_usd', takerE8: 1 }),
      tier({ indexName: 'btc_usdc', takerE8: 1 }),
      tier({ family: 'future', takerE8: 1 }),
    ];
    desk.tick(POLL_MS);
    expect(feeOfOrder(desk)).toBe(before);
  });

  it('is the rate itself when fixed; a share of a rebate is rounded down, of a fee up', () => {
    const listed = { ...BTC_USDC_PERPETUAL, makerFeeE8: -10_001, takerFeeE8: 10_001 };
    const own = { indexName: 'btc_usdc', family: 'perpetual' } as const;
    const fixed = tier({ ...own, basis: 'fixed', makerE8: -5_000, takerE8: 35_000 });
    expect(withOwnFees(listed, [fixed])).toMatchObject({ makerFeeE8: -5_000, takerFeeE8: 35_000 });
    const half = tier({ ...own, makerE8: 50_000_000, takerE8: 50_000_000 });
    expect(withOwnFees(listed, [half])).toMatchObject({ makerFeeE8: -5_000, takerFeeE8: 5_001 });
  });
});

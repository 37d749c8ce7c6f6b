import { describe, expect, it } from 'vitest';
import { amountE8, groupId, instrumentName, monoMs, strategyId } from '../values/index.ts';
import {
  type AskedReduction,
  becomeKill,
  createContainment,
  createReduction,
  createRun,
} from './run.ts';

const NEVER = monoMs(0);
const AT = monoMs(1_000);
const WHO = {
  parent: groupId('9f1c2d3e-4b5a-4c6d-8e7f-000000000001'),
  strategyId: strategyId('strangle_btc_low_vol'),
  instrument: instrumentName('BTC-PERPETUAL'),
};
const ASKED: AskedReduction = {
  side: 'sell',
  amountE8: amountE8(7),
  limitPriceE8: null,
  cause: 'LiquidityGateNoL2',
};

/** Nothing of it was tried, said or recorded, and no order of it is anywhere. */
const UNTRIED = {
  ...WHO,
  asked: null,
  told: false,
  doubt: false,
  beganAt: AT,
  exposureBefore: null,
  round: 0,
  attempt: 0,
  roundBeganAt: null,
  pausedUntil: NEVER,
  rescues: 0,
  hedge: 'untried',
  hedgeUsed: false,
  closeAttempts: 0,
  event: 'owed',
  flying: new Map(),
  unrecorded: new Map(),
  creditedE8: [0, 0],
  hedgedE8: 0,
  saidNoPrice: false,
  saidNoHedge: new Set(),
  priceAskedAt: null,
  neutral: false,
};

describe('an incident', () => {
  it.each(['group', 'kill'] as const)('of a %s begins untried, and owes its event', (why) => {
    expect(createRun({ ...WHO, why }, AT, NEVER)).toEqual({ ...UNTRIED, why });
  });

  it('AMB-39 an asked-for reduction is none: it owes no event, and waits for a price', () => {
    const run = createReduction(WHO, ASKED, AT, NEVER);
    const reduction = { why: 'reduction', asked: ASKED, roundBeganAt: AT, event: 'none' };
    expect(run).toEqual({ ...UNTRIED, ...reduction });
    expect(Object.isFrozen(run.asked)).toBe(true);
  });

  it('Kill makes one of a reduction: everything goes, whatever was asked, and it is told', () => {
    const run = createReduction(WHO, { ...ASKED }, AT, NEVER);
    becomeKill(run);
    const killed = { why: 'kill', asked: null, event: 'owed', roundBeganAt: AT };
    expect(run).toEqual({ ...UNTRIED, ...killed });
  });

  it('two of them share nothing', () => {
    const [one, other] = [AT, AT].map((at) => createRun({ ...WHO, why: 'group' }, at, NEVER));
    expect(one?.flying).not.toBe(other?.flying);
    expect(one?.unrecorded).not.toBe(other?.unrecorded);
    expect(one?.creditedE8).not.toBe(other?.creditedE8);
    expect(one?.saidNoHedge).not.toBe(other?.saidNoHedge);
  });

  it('a process begins with none, and has made none', () => {
    const none = new Map();
    expect(createContainment(NEVER)).toEqual({
      epoch: 0,
      beganAt: NEVER,
      runs: none,
      positions: none,
      trails: none,
      heard: none,
      ended: none,
      venuePositions: null,
      made: 0,
    });
  });
});

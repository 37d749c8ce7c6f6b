import { describe, expect, it } from 'vitest';
import { BTC, policyWith } from '../src/gates/context.fixture.ts';
import { MS_PER_YEAR } from '../src/market/black76.ts';
import { createSmileMemory } from '../src/market/smile-desk.ts';
import { prepareSlice, SMILE_CRITERIA } from '../src/market/smile.ts';
import * as contract from '../src/strategy.ts';
import { currency, monoMs, strategyId } from '../src/values/index.ts';
import { viewFor } from '../src/view.ts';
import { Desk } from './desk.ts';
import { pass, thin } from './monitor-desk.ts';

const WHO = strategyId('strangle_btc_low_vol');

describe('what a strategy sees of DVOL', () => {
  const seen = (desk: Desk): number | null =>
    viewFor(desk.state, WHO, createSmileMemory()).volatilityIndex('BTC');
  const say = (desk: Desk, value: number): void =>
    desk.post({ kind: 'volatilityIndexChanged', underlying: BTC, value });

  it('is a volatility, and nothing before it was said', () => {
    const desk = new Desk({ keepsCalm: false });
    expect(seen(desk)).toBeNull();
    say(desk, 52.5);
    expect(seen(desk)).toBe(0.525);
    expect(viewFor(desk.state, WHO, createSmileMemory()).volatilityIndex('ETH')).toBeNull();
  });

  it('is nothing once it is a minute old', () => {
    const desk = new Desk({ keepsCalm: false });
    say(desk, 52.5);
    desk.now += 59_000;
    desk.post({ kind: 'ticked' });
    expect(seen(desk)).toBe(0.525);
    desk.now += 1_001;
    desk.post({ kind: 'ticked' });
    expect(seen(desk)).toBeNull();
  });

  it.each([0, -1, Number.NaN, Number.POSITIVE_INFINITY])('is nothing where it is %s', (value) => {
    const desk = new Desk({ keepsCalm: false });
    say(desk, value);
    expect(seen(desk)).toBeNull();
  });
});

describe('the smiles a strategy may ask for', () => {
  /** A first fit, and one that is 30 % higher, as the market is now. */
  function leap(desk: Desk): string | null {
    const memory = createSmileMemory();
    const at = desk.state.observations.now;
    const coin = currency('BTC');
    const terms = { underlying: coin, settlement: coin, expiry: monoMs(at + 86_400_000) };
    const smileAt = (vol: number) => {
      const points = Array.from({ length: 9 }, (_, i) => {
        return { logMoneyness: 0.1 * i - 0.4, vol, volHalfSpread: 0.004 };
      });
      const slice = prepareSlice(points, 86_400_000 / MS_PER_YEAR, SMILE_CRITERIA);
      if (!slice.ok) throw new Error(slice.code);
      return viewFor(desk.state, WHO, memory).smiles.fit(terms, slice);
    };
    smileAt(0.5);
    return smileAt(0.65).refusal?.code ?? null;
  }

  it('AT-287 TRIP the reference book is one of the shallow: 30 % of drift pass', () => {
    const desk = new Desk().boot();
    thin(desk, 299_990);
    pass(desk, 1_000);
    expect(leap(desk)).toBeNull();
  });

  it('AT-287 NON-TRIP it is as deep as it must be: they do not', () => {
    const desk = new Desk().boot();
    thin(desk, 300_000);
    pass(desk, 1_000);
    expect(leap(desk)).toBe('SmileDrifted');
  });

  it('AT-287 NON-TRIP it was shallow when it was last heard: nobody knows, so they do not', () => {
    const desk = new Desk().boot();
    thin(desk, 299_990);
    pass(desk, 1_000);
    desk.keepsCalm = false;
    pass(desk, 5_100);
    expect(leap(desk)).toBe('SmileDrifted');
  });

  it('AT-287 NON-TRIP a coin without a reference instrument has no depth: they do not', () => {
    const desk = new Desk({ policy: policyWith({ referenceInstruments: new Map() }) }).boot();
    thin(desk, 299_990);
    pass(desk, 1_000);
    expect(leap(desk)).toBe('SmileDrifted');
  });

  it('Q-82 a policy without the figures of the guard makes no fit valid', () => {
    const desk = new Desk({ policy: policyWith({ smileGuard: null }) }).boot();
    expect(leap(desk)).toBe('SmileGuardUnset');
  });

  it('nothing in the contract of strategies fits a smile beside the desk', () => {
    const pure = Object.keys(contract).filter((name) => /smile|fit|svi|slice/i.test(name));
    expect(pure.sort()).toStrictEqual([
      'SMILE_CRITERIA',
      'prepareSlice',
      'smileVol',
      'sviDensitySign',
      'sviVariance',
    ]);
  });
});

describe('what a strategy left alone', () => {
  it('goes into the decision log as it was said, and changes nothing', () => {
    const desk = new Desk({ keepsCalm: false });
    const before = [desk.mode, desk.records.length];
    const abstentions = [{ subject: 'BTC', code: 'ChainThin', measured: 0, limit: 8 }];
    desk.post({ kind: 'strategyAbstained', strategyId: WHO, abstentions });
    expect(desk.decisions.at(-1)).toMatchObject({
      kind: 'strategyAbstained',
      strategyId: WHO,
      abstentions,
    });
    expect([desk.mode, desk.records.length]).toEqual(before);
  });
});

import { describe, expect, it } from 'vitest';
import {
  BTC,
  BTC_CALL,
  BTC_PERPETUAL,
  ETH,
  ETH_PERPETUAL,
  POLICY,
  policyWith,
} from '../src/gates/context.fixture.ts';
import { Desk } from './desk.ts';
import { asked, holding, pass, thin, tries, widen } from './monitor-desk.ts';

const REDUCE = ['REDUCEONLY_CORTEX_FORCE_REDUCE_ONLY'];
const KILL = ['KILL_CORTEX_FORCE_KILL'];

/** Every other gate passes: the same desk opens and closes while the market is calm. */
describe('spread and depth of the reference instrument (section 40)', () => {
  it('NON-TRIP: at its lines it asks for nothing, and the order goes out', () => {
    const desk = holding();
    widen(desk, 25);
    thin(desk, 300_000);
    pass(desk, 15_000);
    expect([asked(desk), desk.modeReasons]).toEqual(['None None', []]);
    expect(tries(desk)).toEqual([1, 1]);
  });

  it('AT-284 AT-293 a spread of 26 bps is ReduceOnly for its cooldown of 120 s', () => {
    const desk = holding();
    widen(desk, 26);
    desk.tick();
    expect([asked(desk), desk.modeReasons]).toEqual(['ForceReduceOnly None', REDUCE]);
    widen(desk, 1);
    desk.tick();
    // Until this moment it was seen to be as wide.
    const trippedAt = desk.now;
    expect(tries(desk)).toEqual([0, 1]);
    pass(desk, trippedAt + 119_900 - desk.now);
    expect([desk.modeReasons, ...tries(desk)]).toEqual([REDUCE, 0, 1]);
    pass(desk, trippedAt + 120_000 - desk.now);
    expect(desk.modeReasons).toEqual([]);
    pass(desk, 300);
    expect(tries(desk)[0]).toBe(1);
  });

  it('a breach that goes on, or comes again, restarts the cooldown', () => {
    const desk = holding();
    widen(desk, 26);
    pass(desk, 60_000);
    widen(desk, 1);
    pass(desk, 119_000);
    expect(desk.modeReasons).toEqual(REDUCE);
    widen(desk, 26);
    desk.tick();
    widen(desk, 1);
    pass(desk, 119_900);
    expect(desk.modeReasons).toEqual(REDUCE);
    pass(desk, 200);
    expect(desk.modeReasons).toEqual([]);
  });

  it('AT-286 a depth of 299 999 USD is ReduceOnly, of 300 000 it is not', () => {
    const desk = holding();
    desk.calm.references.get(BTC_PERPETUAL)?.bids.push(199_998, 1);
    thin(desk, 299_980);
    pass(desk, 100);
    // 299 990: an inverse perpetual counts its amounts in USD, ten at a time.
    expect([asked(desk), desk.modeReasons]).toEqual(['ForceReduceOnly None', REDUCE]);
    expect(tries(desk)).toEqual([0, 1]);
    const calm = holding();
    thin(calm, 300_000);
    pass(calm, 1_000);
    expect(asked(calm)).toBe('None None');
  });

  it('AT-045 AT-285 AT-289 a spread of 75 bps for 10 s is Kill, for 9 s it is not', () => {
    const desk = holding();
    widen(desk, 75);
    desk.tick();
    const since = desk.now;
    pass(desk, since + 9_000 - desk.now);
    expect([desk.mode, desk.modeReasons]).toEqual(['ReduceOnly', REDUCE]);
    pass(desk, since + 9_900 - desk.now);
    expect(desk.mode).toBe('ReduceOnly');
    pass(desk, 100);
    expect(desk.now - since).toBe(10_000);
    expect([asked(desk), desk.modeReasons]).toEqual(['ForceKill None', KILL]);
    expect(tries(desk)[0]).toBe(0);
  });

  it('AT-045 AT-288 a depth of 100 000 USD for 10 s is Kill, of 100 010 it is not', () => {
    const desk = holding();
    thin(desk, 100_010);
    pass(desk, 12_000);
    expect([desk.mode, desk.modeReasons]).toEqual(['ReduceOnly', REDUCE]);
    thin(desk, 100_000);
    pass(desk, 10_000);
    expect(desk.mode).toBe('ReduceOnly');
    pass(desk, 100);
    expect(desk.modeReasons).toEqual(KILL);
  });

  it('AT-289 a break in the breach begins its window anew', () => {
    const desk = holding();
    for (let round = 0; round < 3; round += 1) {
      widen(desk, 80);
      pass(desk, 9_000);
      widen(desk, 70);
      desk.tick();
    }
    expect(desk.modeReasons).toEqual(REDUCE);
  });

  it('once the breach of a Kill has ended it is ReduceOnly for the cooldown, then Active', () => {
    const desk = holding();
    widen(desk, 80);
    pass(desk, 10_200);
    expect(desk.mode).toBe('Kill');
    widen(desk, 1);
    desk.tick();
    expect(desk.modeReasons).toEqual(REDUCE);
    pass(desk, 119_900);
    expect(desk.modeReasons).toEqual(REDUCE);
    desk.tick();
    expect(desk.mode).toBe('Active');
  });

  it('a Kill outlasts the loss of what it was seen by, and only fresh input ends it', () => {
    const desk = holding();
    widen(desk, 80);
    pass(desk, 10_200);
    const quoted = [...desk.calm.references];
    desk.calm.references.clear();
    pass(desk, 200_000);
    expect([asked(desk).split(' ')[0], desk.mode]).toEqual(['ForceKill', 'Kill']);
    for (const [instrument, book] of quoted) desk.calm.references.set(instrument, book);
    widen(desk, 1);
    pass(desk, 1_000);
    expect(desk.mode).toBe('ReduceOnly');
  });

  it('what nobody has seen last has to last anew before it kills', () => {
    const desk = holding();
    widen(desk, 80);
    pass(desk, 4_000);
    const quoted = [...desk.calm.references];
    desk.calm.references.clear();
    // What was last heard is believed for 5 s.
    pass(desk, 6_000);
    expect(asked(desk).split(' ')[0]).toBe('ForceReduceOnly');
    for (const [instrument, book] of quoted) desk.calm.references.set(instrument, book);
    pass(desk, 9_000);
    expect(desk.mode).toBe('ReduceOnly');
    pass(desk, 1_200);
    expect(desk.mode).toBe('Kill');
  });

  it('the worst coin holds, whichever it is', () => {
    const desk = holding();
    widen(desk, 50, ETH_PERPETUAL);
    desk.tick();
    expect(desk.modeReasons).toEqual(REDUCE);
  });

  it('acts in the turn of the book itself, without waiting for a tick', () => {
    const desk = holding();
    const before = desk.decisions.length;
    desk.quote(BTC_PERPETUAL, [199_000, 100_000], [201_000, 100_000]);
    const said = desk.decisions.slice(before);
    expect(said).toMatchObject([{ kind: 'modeChanged', to: 'ReduceOnly', reasons: REDUCE }]);
  });

  it('an empty side has no depth and no end to its spread', () => {
    const desk = holding();
    const book = desk.calm.references.get(BTC_PERPETUAL);
    book?.asks.splice(0);
    pass(desk, 10_200);
    expect(desk.modeReasons).toEqual(KILL);
  });

  it('says which figure, its line, since when, and what ends it', () => {
    const desk = holding();
    widen(desk, 26);
    desk.tick();
    const changed = desk.decisions.findLast(({ kind }) => kind === 'modeChanged');
    expect(changed).toMatchObject({
      details: [
        'cortex_override cortex ForceReduceOnly',
        'spread_bps BTC-PERPETUAL 26 bps against 25 bps, breached since 0 s: asks ReduceOnly; ' +
          'clears: 120 s after it is within its line',
      ],
    });
  });
});

describe('the volatility index', () => {
  function jump(from: number, to: number, ms: number): Desk {
    const desk = holding();
    desk.calm.dvol.set('BTC', from);
    pass(desk, 70_000);
    // The last moment it was as low as that; from then on it is a little higher.
    desk.tick(100);
    desk.calm.dvol.set('BTC', from * 1.01);
    pass(desk, ms - 100);
    desk.calm.dvol.set('BTC', to);
    desk.tick(100);
    return desk;
  }

  it('AT-231 AT-290 AT-291 a tenth more within 59 s is ReduceOnly, over 61 s it is not', () => {
    expect(jump(0.5, 0.55, 59_000).modeReasons).toEqual(REDUCE);
    expect(jump(0.5, 0.55, 61_000).modeReasons).toEqual([]);
    expect(jump(50, 55, 60_000).modeReasons).toEqual(REDUCE);
    expect(jump(50, 54.99, 30_000).modeReasons).toEqual([]);
  });

  it('AT-231 AT-292 opens stay blocked for 300 s after it; closes go out throughout', () => {
    const desk = holding();
    desk.calm.dvol.set('ETH', 70);
    desk.tick();
    const trippedAt = desk.now;
    for (const at of [0, 1_000, 60_000, 150_000, 299_500]) {
      pass(desk, trippedAt + at - desk.now);
      expect([desk.modeReasons, ...tries(desk)]).toEqual([REDUCE, 0, 1]);
    }
    pass(desk, trippedAt + 300_000 - desk.now);
    expect([desk.modeReasons, tries(desk)[0]]).toEqual([[], 1]);
  });

  it('a higher rise restarts the cooldown; staying where it jumped to does not', () => {
    const desk = holding();
    desk.calm.dvol.set('BTC', 56);
    pass(desk, 30_000);
    desk.calm.dvol.set('BTC', 60);
    desk.tick();
    pass(desk, 299_800);
    expect(desk.modeReasons).toEqual(REDUCE);
    pass(desk, 200);
    expect(desk.modeReasons).toEqual([]);
  });

  it('falling, however far, asks for nothing', () => {
    const desk = holding();
    desk.calm.dvol.set('BTC', 20);
    pass(desk, 1_000);
    expect(desk.mode).toBe('Active');
  });
});

describe('the reference instrument (AMB-33)', () => {
  it('a coin without one is ReduceOnly and a missing input, never a guess', () => {
    const none = policyWith({
      referenceInstruments: new Map([...(POLICY.referenceInstruments ?? [])].slice(0, 1)),
    });
    const desk = new Desk({ policy: none });
    pass(desk, 3_000);
    expect([asked(desk), desk.modeReasons]).toEqual([
      'unheard unheard',
      [...REDUCE, 'REDUCEONLY_INPUT_MISSING_OR_STALE'],
    ]);
  });

  it('one that is an option, or of another coin, is none', () => {
    for (const name of [BTC_CALL.name, ETH_PERPETUAL.name]) {
      const referenceInstruments = new Map([
        [BTC, name],
        [ETH, ETH_PERPETUAL.name],
      ]);
      const desk = new Desk({ policy: policyWith({ referenceInstruments }) });
      pass(desk, 3_000);
      expect(asked(desk)).toBe('unheard unheard');
    }
  });
});

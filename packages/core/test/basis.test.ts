import { describe, expect, it } from 'vitest';
import { BTC_PERPETUAL, ETH_PERPETUAL, INDEX_E8 } from '../src/gates/context.fixture.ts';
import { amountE8, currency, E8, monoMs, priceE8 } from '../src/values/index.ts';
import type { Desk } from './desk.ts';
import { asked, holding, lookAnew, part, pass, tries } from './monitor-desk.ts';

const REDUCE = ['REDUCEONLY_CORTEX_FORCE_REDUCE_ONLY'];
const MISSING = [...REDUCE, 'REDUCEONLY_INPUT_MISSING_OR_STALE'];
const KILL = ['KILL_CORTEX_FORCE_KILL'];

describe('the basis monitor (section 43)', () => {
  it('AT-963 NON-TRIP: fresh and below 50 bps it asks for nothing, and the order goes out', () => {
    const desk = holding();
    part(desk, 49);
    pass(desk, 10_000);
    expect([asked(desk), desk.modeReasons]).toEqual(['None None', []]);
    expect(tries(desk)).toEqual([1, 1]);
  });

  it('AT-951 AT-959 wide for 5 s it is ReduceOnly, for its own cooldown of 300 s', () => {
    const desk = holding();
    part(desk, 51);
    desk.tick();
    const since = desk.now;
    pass(desk, 4_900);
    expect(desk.modeReasons).toEqual([]);
    desk.tick();
    expect(desk.now - since).toBe(5_000);
    expect([asked(desk), desk.modeReasons]).toEqual(['None ForceReduceOnly', REDUCE]);
    expect(tries(desk)).toEqual([0, 1]);
    part(desk, 0);
    pass(desk, 290_000);
    expect([desk.modeReasons, ...tries(desk)]).toEqual([REDUCE, 0, 1]);
    pass(desk, 10_500);
    expect([desk.modeReasons, tries(desk)[0]]).toEqual([[], 1]);
  });

  it('AT-951 a break within its window begins it anew', () => {
    const desk = holding();
    for (let round = 0; round < 4; round += 1) {
      part(desk, 120);
      pass(desk, 4_800);
      part(desk, 10);
      desk.tick();
    }
    expect(desk.mode).toBe('Active');
  });

  it('AT-952 at 150 bps for 5 s it is Kill within a tick, and then ReduceOnly for 300 s', () => {
    const desk = holding();
    part(desk, 151);
    desk.tick();
    pass(desk, 4_900);
    expect(desk.mode).toBe('Active');
    desk.tick();
    expect([asked(desk), desk.modeReasons]).toEqual(['None ForceKill', KILL]);
    expect(tries(desk)[0]).toBe(0);
    part(desk, 0);
    pass(desk, 1_000);
    expect(desk.modeReasons).toEqual(REDUCE);
    pass(desk, 300_000);
    expect(desk.mode).toBe('Active');
  });

  it('looks at mark against market as well as at mark against index', () => {
    const desk = holding();
    const book = desk.calm.references.get(ETH_PERPETUAL);
    // The market trades one percent above mark and index, as closely as ever.
    book?.bids.splice(0, 1, 8_079);
    book?.asks.splice(0, 1, 8_081);
    pass(desk, 5_200);
    expect([asked(desk), desk.modeReasons]).toEqual(['None ForceReduceOnly', REDUCE]);
    expect(desk.state.observations.monitors.findings[0]).toMatchObject({
      figure: 'basis_mark_last_bps',
      subject: 'ETH-PERPETUAL',
    });
  });

  it('AT-954 without an index price it is ReduceOnly, and so is a missing input', () => {
    const desk = holding();
    desk.state.observations.indexes.delete(currency('ETH'));
    lookAnew(desk);
    expect([asked(desk), desk.modeReasons]).toEqual(['None unheard', MISSING]);
    expect(tries(desk)[1]).toBe(1);
  });

  /** All three prices of BTC as old as given, everything else as it is. */
  function aged(desk: Desk, what: 'mark' | 'index' | 'last', ageMs: number): readonly string[] {
    const { indexes, listings } = desk.state.observations;
    const at = monoMs(desk.now - ageMs);
    const listing = listings.get(BTC_PERPETUAL.name);
    if (listing === undefined) throw new Error('not listed');
    if (what === 'mark') listing.markedAt = at;
    if (what === 'index') indexes.set(currency('BTC'), { priceE8: INDEX_E8, at });
    if (what === 'last') {
      // No middle to go by: the last trade has to do.
      listing.book.applySnapshot(desk.now, monoMs(desk.now), [199_999, 100_000], []);
      const watch = desk.state.observations.monitors.byInstrument.get(BTC_PERPETUAL.name);
      if (watch !== undefined) watch.lastTrade = { value: INDEX_E8, at };
    }
    lookAnew(desk);
    return asked(desk).split(' ');
  }

  it.each(['mark', 'index', 'last'] as const)(
    'AT-954 AT-958 one price (%s) older than 5 s is enough; at 5 s it is fresh',
    (what) => {
      expect(aged(holding(), what, 5_001)[1]).toBe('ForceReduceOnly');
      expect(aged(holding(), what, 5_000)[1]).toBe('None');
      // No cooldown follows: it is over as soon as the price is fresh.
      const desk = holding();
      aged(desk, what, 5_001);
      desk.tick();
      expect(asked(desk).split(' ')[1]).toBe('None');
    },
  );

  it('takes the last trade of the feed where the book has no middle', () => {
    const desk = holding();
    desk.calm.references.get(BTC_PERPETUAL)?.asks.splice(0);
    const trade = {
      kind: 'publicTradeObserved',
      instrument: BTC_PERPETUAL.name,
      amountE8: amountE8(10 * E8),
      side: 'buy',
    } as const;
    desk.tick();
    desk.post({ ...trade, tradeSeq: 1, priceE8: INDEX_E8 });
    expect(asked(desk).split(' ')[1]).toBe('None');
    desk.post({ ...trade, tradeSeq: 2, priceE8: priceE8(INDEX_E8 * 0.98) });
    pass(desk, 4_000);
    desk.post({ ...trade, tradeSeq: 3, priceE8: priceE8(INDEX_E8 * 0.98) });
    pass(desk, 1_200);
    expect(asked(desk).split(' ')[1]).toBe('ForceKill');
  });
});

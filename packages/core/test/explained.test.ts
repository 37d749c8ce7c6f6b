import { describe, expect, it } from 'vitest';
import type { Decision } from '../src/decision.ts';
import { BTC_CALL, DAY_MS, INDEX_E8 } from '../src/gates/context.fixture.ts';
import { currency, monoMs } from '../src/values/index.ts';
import { Desk } from './desk.ts';

const ofKind = <Kind extends Decision['kind']>(desk: Desk, kind: Kind) =>
  desk.decisions.filter((each): each is Extract<Decision, { kind: Kind }> => each.kind === kind);

describe('what is told of a judged intent', () => {
  it('an admitted one: what was known, every gate’s answer, and the same on its record', () => {
    const desk = new Desk().boot();
    desk.feed();
    desk.now += 40;
    desk.propose();
    const [told] = ofKind(desk, 'intentAdmitted');
    if (told === undefined) throw new Error('refused');
    expect(told.context).toMatchObject({
      mode: 'Active',
      modeReasons: [],
      riskState: 'Healthy',
      latchReasons: [],
      policyHash: 'p1',
      bookAgeMs: 40,
      bestBidE8: 4_750_000,
      bestAskE8: 4_800_000,
      indexPriceE8: INDEX_E8,
      indexAgeMs: 40,
      mmUtil: 0.1,
      positionE8: 0,
    });
    const answers = told.answers.list();
    expect(answers.map(({ gate }) => gate)).toEqual(told.gateTrace);
    expect(answers.every(({ passed }) => passed)).toBe(true);
    const book = answers.find(({ gate }) => gate === 'liquidity')?.numbers['bookAgeMs'];
    expect(book).toBe(told.context.bookAgeMs);
    const [record] = desk.recordsOf('intentRecorded');
    expect(record?.context).toMatchObject({
      tradingMode: told.context.mode,
      bookAgeMs: told.context.bookAgeMs,
      bestBidE8: told.context.bestBidE8,
      bestAskE8: told.context.bestAskE8,
      indexPriceE8: told.context.indexPriceE8,
      currentDeltaE8: told.context.currentDeltaE8,
    });
  });

  it('a refused one: the gates up to the one that said no, with its numbers', () => {
    const desk = new Desk().boot();
    desk.propose({ grossEdgeUsd: 12 });
    const [told] = ofKind(desk, 'intentRejected');
    const last = told?.answers.list().at(-1);
    expect(told?.reject.code).toBe('NetEdgeTooLow');
    expect([last?.gate, last?.passed]).toEqual(['net-edge', false]);
    expect(last?.numbers).toEqual({ grossEdgeUsd: 12, netEdgeUsd: 3, minEdgeUsd: 10 });
  });

  it('one refused by the mode says which, and why; what no gate saw has no answers', () => {
    const desk = new Desk();
    desk.propose();
    desk.propose({}, { action: 'Cancel', legs: [], target: 's4:none' as never });
    const [latched, cancel] = ofKind(desk, 'intentRejected');
    expect(latched?.context.latchReasons).toEqual(['RESTART_RECONCILE_REQUIRED']);
    expect(latched?.context.modeReasons).toContain('REDUCEONLY_OPEN_PERMISSION_LATCHED');
    expect(latched?.context.indexPriceE8).toBeNull();
    expect(latched?.answers.list().map(({ gate }) => gate)).toEqual(['classified', 'mode']);
    expect(cancel?.answers.list()).toEqual([]);
  });

  it('is complete in the log’s own words', () => {
    const desk = new Desk().boot();
    desk.propose();
    const line = JSON.parse(JSON.stringify(ofKind(desk, 'intentAdmitted')[0])) as {
      answers: { gate: string }[];
      gateTrace: string[];
    };
    expect(line.answers.map(({ gate }) => gate)).toEqual(line.gateTrace);
  });
});

describe('the index price', () => {
  it('older than its limit values nothing; exactly at it, it still does', () => {
    const at = (ageMs: number) => {
      const desk = new Desk().boot();
      const index = desk.state.observations.indexes.get(currency('BTC'));
      if (index !== undefined) index.at = monoMs(desk.now - ageMs);
      desk.state.observations.monitors.judgedAt = null;
      desk.propose();
      return [desk.submits.length, ...desk.refusals];
    };
    expect(at(5_000)).toEqual([1]);
    // The basis monitor has the same limit, and its mode is asked before the gate that values.
    expect(at(5_001)).toEqual([0, 'TradingModeForbidsOpen']);
  });

  it('holds up no reduction', () => {
    const desk = new Desk().boot();
    desk.propose();
    desk.fill(desk.submits[0], 'BTC-1');
    const index = desk.state.observations.indexes.get(currency('BTC'));
    if (index !== undefined) index.at = monoMs(desk.now - 60_000);
    desk.proposeClose();
    expect(desk.submits).toHaveLength(2);
  });
});

describe('what expired', () => {
  const SOON = { ...BTC_CALL, expiry: monoMs(1_774_000_000_000 + DAY_MS) };
  const HOUR = 3_600_000;

  /** As of so long after expiry, with a fresh list that does or does not name it any more. */
  function listedAgain(desk: Desk, afterMs: number): boolean {
    desk.now = SOON.expiry + afterMs;
    const unsupported = [{ name: 'BTC_USDC' as never, kind: 'spot' as const }];
    desk.post({
      kind: 'instrumentsListed',
      currency: currency('BTC'),
      instruments: [],
      unsupported,
    });
    return desk.state.observations.listings.has(SOON.name);
  }

  it('is let go an hour later, with all that was known of it', () => {
    const desk = new Desk({ instruments: [SOON] }).boot();
    desk.state.observations.lastTradeSeq.set(SOON.name, 4);
    expect(listedAgain(desk, HOUR - 1)).toBe(true);
    expect(listedAgain(desk, HOUR)).toBe(false);
    expect(desk.state.observations.lastTradeSeq.size).toBe(0);
  });

  it('is kept while something is held or working in it', () => {
    const held = new Desk({ instruments: [SOON] }).boot();
    held.propose();
    held.fill(held.submits[0], 'BTC-1');
    expect(listedAgain(held, 30 * DAY_MS)).toBe(true);
    const working = new Desk({ instruments: [SOON] }).boot();
    working.propose({ timeInForce: 'good_til_cancelled', limitPrice: 0.04 });
    working.rest(working.submits[0]);
    expect(listedAgain(working, 30 * DAY_MS)).toBe(true);
  });

  it('is let go once it is settled', () => {
    const desk = new Desk({ instruments: [SOON] }).boot();
    desk.propose();
    desk.fill(desk.submits[0], 'BTC-1');
    listedAgain(desk, HOUR);
    desk.post({
      kind: 'settlementObserved',
      settlement: {
        settlementId: 'S-1' as never,
        instrument: SOON.name,
        amountE8: 30_000_000 as never,
        settlementPriceE8: 0 as never,
        indexPriceE8: INDEX_E8,
        cashE8: 0 as never,
        currency: currency('BTC'),
      },
    });
    expect(listedAgain(desk, HOUR + 1)).toBe(false);
  });

  it('does not come back from a list that still names it', () => {
    const desk = new Desk({ instruments: [SOON] }).boot();
    expect(listedAgain(desk, 2 * HOUR)).toBe(false);
    desk.state.observations.polls.instrumentsAt = monoMs(0);
    desk.post({ kind: 'ticked' });
    expect(desk.state.observations.listings.has(SOON.name)).toBe(false);
  });

  it('kinds we cannot trade are those of the last list', () => {
    const desk = new Desk({ instruments: [SOON] }).boot();
    const of = () => [...desk.state.observations.unsupported.keys()];
    expect(of()).toEqual(['BTC_USDC', 'ETH_USDC']);
    const kind = 'combo' as never;
    const names = ['BTC-CS-1', 'BTC-CS-2'].map((name) => ({ name: name as never, kind }));
    for (const each of names) {
      desk.post({
        kind: 'instrumentsListed',
        currency: currency('BTC'),
        instruments: [],
        unsupported: [each],
      });
    }
    expect(of()).toEqual(['ETH_USDC', 'BTC-CS-2']);
  });
});

import { describe, expect, it } from 'vitest';
import { BTC, BTC_CALL, BTC_PERPETUAL, bookOf, NOW } from '../../gates/context.fixture.ts';
import type { Book } from '../../market/book.ts';
import { DEFAULT_PARAMETERS } from '../../policy-defaults.ts';
import { monoMs } from '../../values/index.ts';
import { judgeCortex, noteDvol } from './cortex.ts';
import type { MonitorFinding } from './finding.ts';
import { createReferenceWatch, type ReferenceInputs, type ReferenceWatch } from './reference.ts';
import { Verdict } from './verdict.ts';

const at = (ms: number) => monoMs(NOW + ms);
const btc = () => createReferenceWatch(BTC, BTC_PERPETUAL.name);

/** Touches so far apart and so much on the bid side, ten USD a step; much more on the other. */
function market(bps: number, usd: number, parts: Partial<Book> = {}): Book {
  const half = (200_000 * bps) / 20_000;
  const levels = { updatedAt: NOW, ...parts };
  return bookOf([[200_000 - half, usd / 10]], [[200_000 + half, usd]], levels);
}

const DVOL = { value: 50, at: NOW };

function given(book: Book, parts: Partial<ReferenceInputs> = {}): ReferenceInputs {
  const listing = { instrument: BTC_PERPETUAL, book, mark: null };
  return { listing, index: null, dvol: DVOL, ...parts };
}

/** The book as it comes at another time, and an index that is as young. */
const fresh = (book: Book, ms: number): ReferenceInputs =>
  given({ ...book, updatedAt: at(ms) }, { dvol: { ...DVOL, at: at(ms) } });

function judge(
  inputs: ReferenceInputs,
  watch: ReferenceWatch = btc(),
  now = NOW,
): readonly [asks: string, findings: readonly MonitorFinding[]] {
  const verdict = new Verdict();
  const findings: MonitorFinding[] = [];
  judgeCortex(watch, inputs, DEFAULT_PARAMETERS, now, verdict, findings);
  return [verdict.override?.kind ?? 'unheard', findings];
}

const CALM = market(1, 1_000_000);
const SPREAD = { figure: 'spread_bps', subject: BTC_PERPETUAL.name, unit: 'bps' };
const DEPTH = { figure: 'depth_topN', subject: BTC_PERPETUAL.name, unit: 'USD' };
const AFTER = '120 s after it is within its line';

describe('spread and depth', () => {
  const breached = { standing: 'breached', asks: 'ReduceOnly', since: NOW, clearsAt: null };

  it.each([
    ['AT-284 AT-286 at their lines', market(25, 300_000), 'None', []],
    [
      'AT-284 a spread over its line',
      market(26, 300_000),
      'ForceReduceOnly',
      [{ ...SPREAD, value: 26, limit: 25 }],
    ],
    [
      'a spread below its kill line',
      market(74, 300_000),
      'ForceReduceOnly',
      [{ ...SPREAD, value: 74, limit: 25 }],
    ],
    [
      'a spread at its kill line',
      market(75, 300_000),
      'ForceReduceOnly',
      [{ ...SPREAD, value: 75, limit: 75 }],
    ],
    [
      'AT-286 a depth under its line',
      market(25, 299_990),
      'ForceReduceOnly',
      [{ ...DEPTH, value: 299_990, limit: 300_000 }],
    ],
    [
      'a depth over its kill line',
      market(25, 100_010),
      'ForceReduceOnly',
      [{ ...DEPTH, value: 100_010, limit: 300_000 }],
    ],
    [
      'a depth at its kill line',
      market(25, 100_000),
      'ForceReduceOnly',
      [{ ...DEPTH, value: 100_000, limit: 100_000 }],
    ],
    [
      'both',
      market(26, 299_990),
      'ForceReduceOnly',
      [
        { ...SPREAD, value: 26, limit: 25 },
        { ...DEPTH, value: 299_990, limit: 300_000 },
      ],
    ],
  ] as const)('%s', (_, book, asks, findings) => {
    expect(judge(given(book))).toEqual([
      asks,
      findings.map((finding) => ({ ...breached, clears: AFTER, ...finding })),
    ]);
  });

  it.each([
    ['AT-285 a spread of 75 bps', market(75, 300_000), 'ForceKill'],
    ['a spread of 74 bps', market(74, 300_000), 'ForceReduceOnly'],
    ['AT-288 a depth of 100 000 USD', market(25, 100_000), 'ForceKill'],
    ['a depth of 100 010 USD', market(25, 100_010), 'ForceReduceOnly'],
  ] as const)('AT-289 %s for ten seconds, and not for less', (_, book, then) => {
    const watch = btc();
    const asked = [0, 9_999, 10_000].map((ms) => judge(fresh(book, ms), watch, at(ms))[0]);
    expect(asked).toEqual(['ForceReduceOnly', 'ForceReduceOnly', then]);
  });

  it('AT-293 cools down for its own time after it was last over a line', () => {
    const watch = btc();
    judge(given(market(26, 299_990)), watch);
    const later = (ms: number) => judge(fresh(CALM, ms), watch, at(ms));
    const cooling = {
      standing: 'cooling',
      asks: 'ReduceOnly',
      since: NOW,
      clearsAt: at(120_000),
      clears: AFTER,
    };
    expect(later(119_999)).toEqual([
      'ForceReduceOnly',
      [
        { ...cooling, ...SPREAD, value: 1, limit: 25 },
        { ...cooling, ...DEPTH, value: 1_000_000, limit: 300_000 },
      ],
    ]);
    expect(later(120_000)).toEqual(['None', []]);
  });
});

describe('a book that cannot be used', () => {
  const trouble = (parts: object) => ({
    ...SPREAD,
    standing: 'missing',
    asks: 'ReduceOnly',
    value: null,
    limit: 5_000,
    since: null,
    clearsAt: null,
    clears: 'a fresh reading',
    ...parts,
  });
  const aged = (ms: number) => market(1, 1_000_000, { updatedAt: at(-ms) });

  it.each([
    ['one at its age', given(aged(5_000)), 'None', null],
    [
      'one that is old',
      given(aged(5_001)),
      'ForceReduceOnly',
      trouble({ standing: 'stale', since: at(-5_001) }),
    ],
    ['one of the future', given(aged(-1)), 'unheard', trouble({})],
    ['one after a gap', given(market(1, 1_000_000, { usable: false })), 'unheard', trouble({})],
    ['one of no listing', given(CALM, { listing: null }), 'unheard', trouble({})],
    [
      'one of an option',
      given(CALM, { listing: { instrument: BTC_CALL, book: CALM, mark: null } }),
      'unheard',
      trouble({}),
    ],
  ] as const)('%s', (_, inputs, asks, finding) => {
    expect(judge(inputs)).toEqual([asks, finding === null ? [] : [finding]]);
  });

  it('is said with what was seen last, and of the coin where no instrument is named', () => {
    const watch = btc();
    judge(given(market(20, 300_000)), watch);
    const [, [last]] = judge(given(CALM, { listing: null }), watch, at(1_000));
    expect(last).toEqual(trouble({ value: 20 }));
    const [, [nameless]] = judge(given(CALM, { listing: null }), createReferenceWatch(BTC, null));
    expect(nameless).toEqual(trouble({ subject: BTC }));
  });

  it('AT-289 what nobody has seen last has to last anew', () => {
    const watch = btc();
    const dire = given(market(80, 50_000));
    judge(dire, watch);
    judge(given(CALM, { listing: null }), watch, at(2_000));
    const { spread, depth } = watch;
    const since = [spread.warnedSince, spread.killSince, depth.warnedSince, depth.killSince];
    expect(since).toEqual([null, null, null, null]);
  });
});

describe('a rise of the volatility index', () => {
  /** Values and when they came; what the watch then remembers. */
  function risen(
    values: readonly (readonly [ms: number, value: number, agedMs?: number])[],
  ): ReferenceWatch {
    const watch = btc();
    for (const [ms, value, aged = 0] of values) {
      noteDvol(watch, { value, at: at(ms - aged) }, DEFAULT_PARAMETERS, at(ms));
    }
    return watch;
  }

  it.each([
    [
      'AT-290 a tenth',
      [
        [0, 50],
        [1, 55],
      ],
      1,
    ],
    [
      'AT-290 as good as a tenth, rounded against us',
      [
        [0, 50],
        [1, 55 - 1e-9],
      ],
      1,
    ],
    [
      'less than a tenth',
      [
        [0, 50],
        [1, 54.99],
      ],
      null,
    ],
    [
      'AT-291 a tenth within its window',
      [
        [0, 50],
        [60_000, 55],
      ],
      60_000,
    ],
    [
      'AT-291 a tenth in more than its window',
      [
        [0, 50],
        [60_001, 55],
      ],
      null,
    ],
    [
      'a fall',
      [
        [0, 55],
        [1, 50],
      ],
      null,
    ],
    ['a first value', [[0, 55]], null],
    [
      'what stays where it jumped to',
      [
        [0, 50],
        [1, 55],
        [9_000, 55],
      ],
      1,
    ],
    [
      'what falls, and is still so much higher',
      [
        [0, 50],
        [1, 60],
        [9_000, 55],
      ],
      1,
    ],
    [
      'a higher rise',
      [
        [0, 50],
        [1, 55],
        [9_000, 55.01],
      ],
      9_000,
    ],
    [
      'the same rise, once the last one is over',
      [
        [0, 50],
        [1, 55],
        [250_000, 50],
        [300_001, 55],
      ],
      300_001,
    ],
    [
      'the same rise before',
      [
        [0, 50],
        [1, 55],
        [250_000, 50],
        [300_000, 55],
      ],
      1,
    ],
    [
      'news older than the last',
      [
        [0, 50],
        [2, 50],
        [3, 55, 2],
      ],
      null,
    ],
    [
      'a value of the future',
      [
        [0, 50],
        [1, 55, -1],
      ],
      null,
    ],
    [
      'nothing',
      [
        [0, 50],
        [1, 0],
        [2, 54],
      ],
      null,
    ],
    [
      'less than nothing',
      [
        [0, 50],
        [1, -1],
        [2, 54],
      ],
      null,
    ],
    [
      'no number',
      [
        [0, 50],
        [1, Number.NaN],
        [2, 54],
      ],
      null,
    ],
    [
      'no end',
      [
        [0, 50],
        [1, Number.POSITIVE_INFINITY],
        [2, 54],
      ],
      null,
    ],
  ] as const)('%s', (_, values, expected) => {
    const { dvol } = risen(values);
    expect(dvol.trippedAt).toBe(expected === null ? null : at(expected));
  });

  it('that was never seen holds nothing, however early it is', () => {
    const early = monoMs(1);
    const inputs = given({ ...CALM, updatedAt: early }, { dvol: { value: 50, at: early } });
    expect(judge(inputs, btc(), early)).toEqual(['None', []]);
  });

  it('AT-292 holds for its cooldown of 300 s, and is said with what it was', () => {
    const watch = risen([
      [0, 50],
      [1_000, 60],
    ]);
    const judged = (ms: number) => judge(fresh(CALM, ms), watch, at(ms));
    const held = {
      figure: 'dvol_rise',
      subject: BTC,
      unit: 'ratio',
      standing: 'cooling',
      asks: 'ReduceOnly',
      value: 0.2,
      limit: 0.1,
      since: at(1_000),
      clearsAt: at(301_000),
      clears: '300 s after the last rise',
    };
    expect(judged(300_999)).toEqual(['ForceReduceOnly', [held]]);
    expect(judged(301_000)).toEqual(['None', []]);
  });

  it.each([
    ['at its age', { ...DVOL, at: at(-10_000) }, 'None', null],
    [
      'that is old',
      { ...DVOL, at: at(-10_001) },
      'ForceReduceOnly',
      { standing: 'stale', since: at(-10_001) },
    ],
    ['that was never read', null, 'unheard', { standing: 'missing', since: null }],
    ['of nothing', { ...DVOL, value: 0 }, 'unheard', { standing: 'missing', since: null }],
  ] as const)('an index %s', (_, dvol, asks, parts) => {
    const told = {
      figure: 'dvol_rise',
      subject: BTC,
      unit: 'ratio',
      asks: 'ReduceOnly',
      value: null,
      limit: 10_000,
      clearsAt: null,
      clears: 'a fresh reading',
    };
    expect(judge(given(CALM, { dvol }))).toEqual([
      asks,
      parts === null ? [] : [{ ...told, ...parts }],
    ]);
  });
});

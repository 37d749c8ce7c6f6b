import { describe, expect, it } from 'vitest';
import { BTC, BTC_CALL, BTC_PERPETUAL, bookOf, NOW } from '../../gates/context.fixture.ts';
import type { Book } from '../../market/book.ts';
import { DEFAULT_PARAMETERS } from '../../policy-defaults.ts';
import { E8, monoMs } from '../../values/index.ts';
import { judgeBasis } from './basis.ts';
import type { MonitorFinding } from './finding.ts';
import { createReferenceWatch, type ReferenceInputs, type ReferenceWatch } from './reference.ts';
import { Verdict } from './verdict.ts';

type Listed = NonNullable<ReferenceInputs['listing']>;

const usd = (value: number, ageMs = 0) => ({ value: value * E8, at: monoMs(NOW - ageMs) });
const btc = () => createReferenceWatch(BTC, BTC_PERPETUAL.name);
/** Half a dollar a tick, one tick to each side. */
const quoted = (price: number, parts: Partial<Book> = {}): Book =>
  bookOf([[2 * price - 1, 1]], [[2 * price + 1, 1]], { updatedAt: NOW, ...parts });

/** Everything at 100 000 USD, and fresh. */
const given = (
  parts: Partial<ReferenceInputs> = {},
  listed: Partial<Listed> = {},
): ReferenceInputs => ({
  listing: { instrument: BTC_PERPETUAL, book: quoted(100_000), mark: usd(100_000), ...listed },
  index: usd(100_000),
  dvol: null,
  ...parts,
});

function judge(
  inputs: ReferenceInputs,
  watch: ReferenceWatch = btc(),
  now = NOW,
): readonly [asks: string, findings: readonly MonitorFinding[]] {
  const verdict = new Verdict();
  const findings: MonitorFinding[] = [];
  judgeBasis(watch, inputs, DEFAULT_PARAMETERS, now, verdict, findings);
  return [verdict.override?.kind ?? 'unheard', findings];
}

/** What is seen first, and what it asks for once it has lasted five seconds. */
function lasting(inputs: ReferenceInputs, lastTrade: ReferenceWatch['lastTrade'] = null) {
  const watch = { ...btc(), lastTrade };
  const [first] = judge(inputs, watch, monoMs(NOW));
  const [almost] = judge(inputs, watch, monoMs(NOW + 4_999));
  const [whole, findings] = judge(inputs, watch, monoMs(NOW + 5_000));
  const names = findings.map(({ figure, value }) => `${figure} ${Math.round(value ?? 0)}`);
  return { first, almost, whole, names };
}

const LAST = 'basis_mark_last_bps';
const INDEX = 'basis_mark_index_bps';

describe('the basis of a coin, by the mark (section 43)', () => {
  it.each([
    ['AT-963 nowhere apart', 100_000, 100_000, 'None', []],
    ['AT-963 less than 50 bps apart', 99_501, 100_499, 'None', []],
    ['AT-951 50 bps from its index', 99_500, 100_000, 'ForceReduceOnly', [`${INDEX} 50`]],
    ['AT-951 50 bps the other way', 100_500, 100_000, 'ForceReduceOnly', [`${INDEX} 50`]],
    ['AT-951 50 bps from its market', 100_000, 99_500, 'ForceReduceOnly', [`${LAST} 50`]],
    ['AT-952 less than 150 bps', 100_000, 98_501, 'ForceReduceOnly', [`${LAST} 150`]],
    ['AT-952 150 bps from its market', 100_000, 98_500, 'ForceKill', [`${LAST} 150`]],
    ['AT-952 150 bps from its index', 101_500, 100_000, 'ForceKill', [`${INDEX} 150`]],
    ['both, the market first', 99_000, 101_000, 'ForceReduceOnly', [`${LAST} 100`, `${INDEX} 100`]],
  ] as const)('%s', (_, index, market, whole, names) => {
    const inputs = given({ index: usd(index) }, { book: quoted(market) });
    expect(lasting(inputs)).toEqual({ first: 'None', almost: 'None', whole, names });
  });

  it('AT-959 holds for its cooldown after it was last wide, and no longer', () => {
    const watch = btc();
    const wide = given({ index: usd(99_000) });
    judge(wide, watch);
    judge(wide, watch, monoMs(NOW + 5_000));
    const young = (ms: number): ReferenceInputs => {
      const at = monoMs(NOW + ms);
      const fresh = { value: 100_000 * E8, at };
      return given({ index: fresh }, { mark: fresh, book: quoted(100_000, { updatedAt: at }) });
    };
    expect(judge(young(304_999), watch, monoMs(NOW + 304_999))).toMatchObject([
      'ForceReduceOnly',
      [{ figure: INDEX, standing: 'cooling', clearsAt: NOW + 305_000 }],
    ]);
    expect(judge(young(305_000), watch, monoMs(NOW + 305_000))).toEqual(['None', []]);
  });

  it('says its lines, and names the instrument or, where there is none, the coin', () => {
    const watch = btc();
    const [, [warned]] = judge(given({ index: usd(99_000) }), watch);
    expect(warned).toMatchObject({ subject: BTC_PERPETUAL.name, unit: 'bps', limit: 50 });
    const [, [deadly]] = judge(given({ index: usd(98_000) }), btc());
    expect(deadly).toMatchObject({ asks: 'nothing yet', limit: 150 });
    const [, [nameless]] = judge(given({ index: null }), createReferenceWatch(BTC, null));
    expect(nameless).toMatchObject({ subject: BTC, figure: INDEX });
  });
});

describe('a price of the basis that cannot be used', () => {
  const trouble = (figure: string, standing: string, ageMs: number | null) => ({
    figure,
    standing,
    subject: BTC_PERPETUAL.name,
    unit: 'bps',
    asks: 'ReduceOnly',
    value: null,
    limit: 5_000,
    since: standing === 'stale' && ageMs !== null ? NOW - ageMs : null,
    clearsAt: null,
    clears: 'a fresh reading',
  });
  const old = quoted(100_000, { updatedAt: monoMs(NOW - 5_001) });

  it.each([
    [
      'each at its age',
      given(
        { index: usd(1e5, 5_000) },
        {
          mark: usd(1e5, 5_000),
          book: quoted(100_000, { updatedAt: monoMs(NOW - 5_000) }),
        },
      ),
      'None',
      null,
    ],
    [
      'an old index',
      given({ index: usd(1e5, 5_001) }),
      'ForceReduceOnly',
      trouble(INDEX, 'stale', 5_001),
    ],
    [
      'an old mark',
      given({}, { mark: usd(1e5, 5_001) }),
      'ForceReduceOnly',
      trouble(INDEX, 'stale', 5_001),
    ],
    ['an old market', given({}, { book: old }), 'ForceReduceOnly', trouble(LAST, 'stale', 5_001)],
    ['no index', given({ index: null }), 'unheard', trouble(INDEX, 'missing', null)],
    ['no mark', given({}, { mark: null }), 'unheard', trouble(INDEX, 'missing', null)],
    ['no listing', given({ listing: null }), 'unheard', trouble(INDEX, 'missing', null)],
    [
      'an option for a reference',
      given({}, { instrument: BTC_CALL }),
      'unheard',
      trouble(INDEX, 'missing', null),
    ],
    [
      'no market',
      given({}, { book: quoted(1, { usable: false }) }),
      'unheard',
      trouble(LAST, 'missing', null),
    ],
    [
      'an old mark and no market: what is missing comes first',
      given({}, { mark: usd(1e5, 5_001), book: quoted(1, { usable: false }) }),
      'unheard',
      trouble(LAST, 'missing', null),
    ],
    [
      'an old mark and an older index: the first is said',
      given({ index: usd(1e5, 9_000) }, { mark: usd(1e5, 6_000) }),
      'ForceReduceOnly',
      trouble(INDEX, 'stale', 6_000),
    ],
    [
      'a market and an index that are missing: the first is said',
      given({ index: usd(1e5, -7) }, { book: quoted(1, { usable: false }) }),
      'unheard',
      trouble(INDEX, 'missing', null),
    ],
  ] as const)('AT-954 AT-958 %s', (_, inputs, asks, finding) => {
    expect(judge(inputs)).toEqual([asks, finding === null ? [] : [finding]]);
  });

  it('D-11 a Kill nobody sees end goes on, and is told beside what is missing', () => {
    const watch = btc();
    const dire = given({ index: usd(98_000) });
    judge(dire, watch);
    expect(judge(dire, watch, monoMs(NOW + 5_000))[0]).toBe('ForceKill');
    const [asks, findings] = judge(given({ index: null }), watch, monoMs(NOW + 5_001));
    expect(asks).toBe('ForceKill');
    expect(findings.map(({ standing, asks: each }) => [standing, each])).toEqual([
      ['missing', 'ReduceOnly'],
      ['breached', 'Kill'],
    ]);
  });

  it('what nobody can see has to last anew', () => {
    const watch = btc();
    const wide = given({ index: usd(99_000) }, { book: quoted(99_000) });
    judge(wide, watch);
    judge(given({ index: null }), watch, monoMs(NOW + 2_000));
    expect([watch.basisMarkIndex.warnedSince, watch.basisMarkLast.warnedSince]).toEqual([
      null,
      null,
    ]);
    expect(judge(wide, watch, monoMs(NOW + 5_000))[0]).toBe('None');
  });
});

describe('where the market is', () => {
  const apart = 98_000;
  const none = (parts: Partial<Book>) => ({ ...quoted(100_000), ...parts });

  it.each([
    ['the middle of a fresh book', quoted(100_000), usd(apart), 'None'],
    ['a trade where the bids are empty', none({ bidCount: 0 }), usd(apart), 'ForceKill'],
    ['a trade where the asks are empty', none({ askCount: 0 }), usd(apart), 'ForceKill'],
    ['a trade where there is no book', none({ usable: false }), usd(apart), 'ForceKill'],
    ['a trade before the first snapshot', none({ updatedAt: null }), usd(apart), 'ForceKill'],
  ] as const)('%s', (_, book, trade, whole) => {
    expect(lasting(given({}, { book }), trade).whole).toBe(whole);
  });

  const aged = (bookAgeMs: number, tradeAgeMs: number | null) => {
    const lastTrade = tradeAgeMs === null ? null : usd(apart, tradeAgeMs);
    const watch = { ...btc(), lastTrade };
    const updatedAt = monoMs(NOW - bookAgeMs);
    const [, findings] = judge(given({}, { book: quoted(100_000, { updatedAt }) }), watch);
    return findings.map(({ standing, value }) => [standing, value === null ? null : 'seen']);
  };

  it('AT-958 a younger trade, once the book is old', () => {
    expect(aged(5_000, 0)).toEqual([]);
    expect(aged(5_001, 5_000)).toEqual([['breached', 'seen']]);
    expect(aged(5_001, null)).toEqual([['stale', null]]);
    expect(aged(6_000, 7_000)).toEqual([['stale', null]]);
  });

  it('the trade says how old it is, where it is the younger of the two', () => {
    const watch = { ...btc(), lastTrade: usd(apart, 6_000) };
    const since = (bookAgeMs: number) => {
      const updatedAt = monoMs(NOW - bookAgeMs);
      return judge(given({}, { book: quoted(100_000, { updatedAt }) }), watch)[1][0]?.since;
    };
    expect([since(6_001), since(5_999)]).toEqual([NOW - 6_000, NOW - 5_999]);
  });
});

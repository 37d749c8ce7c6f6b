import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { barAt, callAt, quoteOf, risingBars } from './bars.fixture.ts';
import { formatBars, readBars } from './bars-file.ts';

const LINES = formatBars('test', risingBars(3)).split('\n').slice(0, -1);

/** The file with one place of one line another value. */
function changed(line: number, path: readonly (string | number)[], value: unknown): string {
  const document: unknown = JSON.parse(LINES[line - 1] ?? '');
  let at = document as Record<string | number, unknown>;
  for (const key of path.slice(0, -1)) at = at[key] as Record<string | number, unknown>;
  at[path.at(-1) ?? ''] = value;
  const lines = LINES.map((each, index) => (index === line - 1 ? JSON.stringify(document) : each));
  return lines.map((each) => `${each}\n`).join('');
}

const faults = (text: string): readonly string[] => {
  const read = readBars(text);
  return read.ok ? [] : read.faults.map(({ line, path, rule }) => `${line}:${path}: ${rule}`);
};

describe('a file of bars', () => {
  it('reads back what was written, with the hash of its bytes', () => {
    const bars = [
      barAt(0, [quoteOf(), quoteOf({ instrument: callAt(70_000), bid: null, bidAmount: 0 })]),
      barAt(1, []),
      barAt(2, [quoteOf({ instrument: callAt(70_000), iv: null, delta: null, mark: 0 })]),
    ];
    const text = formatBars('test', bars);
    expect(readBars(text)).toMatchObject({ ok: true, sourceId: 'test', bars });
    const [one, other] = [readBars(text), readBars(formatBars('else', bars))];
    if (!one.ok || !other.ok) throw new Error('unreadable');
    expect(one.sha256).not.toBe(other.sha256);
    expect(readBars(formatBars('none', []))).toMatchObject({ ok: true, bars: [] });
  });

  it('any prices and sizes come back to the bit', () => {
    const price = fc.double({ min: 1e-6, max: 0.1, noNaN: true });
    fc.assert(
      fc.property(price, price, fc.integer({ min: 1, max: 99 }), (bid, above, amount) => {
        const quotes = [quoteOf({ bid, ask: bid + above, bidAmount: amount / 10 })];
        const read = readBars(formatBars('test', [barAt(0, quotes)]));
        if (!read.ok) {
          // More digits than a double keeps are refused, not rounded.
          expect(read.faults[0].rule).toBe('number_not_exact');
        } else expect(read.bars[0]?.quotes).toEqual(quotes);
      }),
    );
  });

  it('one that ends in the middle of a line was cut off', () => {
    const whole = formatBars('test', risingBars(3));
    expect(faults(whole.slice(0, -1))).toEqual(['4:: no_end']);
    expect(faults('')).toEqual(['1:: no_end']);
  });

  it.each<[string, string, readonly string[]]>([
    ['another schema', changed(1, ['schema_version'], 'v2'), ['1:/schema_version: const']],
    [
      'a coin without known terms',
      changed(1, ['instruments', 0, 'underlying'], 'DOGE'),
      ['1:/instruments/0: unknown_terms'],
    ],
    ['a time that goes back', changed(3, ['at'], 5), ['3:/at: not_ascending']],
    ['a quote of nothing', changed(2, ['quotes', 0, 'i'], 9), ['2:/quotes/0: unknown_instrument']],
    ['a crossed quote', changed(2, ['quotes', 0, 'bid'], 0.0405), ['2:/quotes/0: crossed']],
    [
      'a bid without an amount',
      changed(2, ['quotes', 0, 'bid_amount'], 0),
      ['2:/quotes/0: amount'],
    ],
    ['an amount without an ask', changed(2, ['quotes', 0, 'ask'], null), ['2:/quotes/0: amount']],
    [
      'no index of its coin',
      changed(2, ['coins', 0, 'coin'], 'SOL'),
      ['2:/quotes/0: coin_missing'],
    ],
    ['a coin twice', changed(2, ['coins', 0, 'coin'], 'ETH'), ['2:/coins: coin_twice']],
    ['an unknown key', changed(2, ['spare'], 1), ['2:/spare: unknown_key']],
    [
      'an index of zero',
      changed(2, ['coins', 0, 'index'], 0),
      ['2:/coins/0/index: exclusiveMinimum'],
    ],
    [
      'a quote after its expiry',
      changed(1, ['instruments', 0, 'expiry_ms'], barAt(0).at),
      ['2:/quotes/0: expired', '3:/quotes/0: expired', '4:/quotes/0: expired'],
    ],
  ])('%s is refused at its line', (_name, text, expected) => {
    expect(faults(text)).toEqual(expected);
  });

  it('an instrument quoted twice in one bar is refused', () => {
    const { i: _, ...quote } = { i: 0, ...(JSON.parse(LINES[1] ?? '{}').quotes[0] as object) };
    const twice = changed(
      2,
      ['quotes'],
      [
        { i: 0, ...quote },
        { i: 0, ...quote },
      ],
    );
    expect(faults(twice)).toEqual(['2:/quotes/1: instrument_twice']);
  });

  it('no more faults are told than a reader can use', () => {
    const bad = `${LINES[0]}\n${'{}\n'.repeat(50)}`;
    expect(faults(bad)).toHaveLength(20);
  });
});

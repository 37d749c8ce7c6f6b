import { describe, expect, it } from 'vitest';
import { parseBook, parseFrame, scanBook } from './index.ts';

const encoder = new TextEncoder();

function frame(levels: string, type = 'change', more = ''): string {
  const data =
    `{"type":"${type}","timestamp":1786000000123,"prev_change_id":90210,` +
    `"instrument_name":"BTC-PERPETUAL","change_id":90214,"bids":[${levels}],"asks":[]${more}}`;
  const params = `{"channel":"book.BTC-PERPETUAL.100ms","data":${data}}`;
  return `{"jsonrpc":"2.0","method":"subscription","params":${params}}`;
}

function scan(text: string): ReturnType<typeof scanBook> {
  return scanBook(encoder.encode(text));
}

describe('the byte scanner', () => {
  it('reads a change into its own arrays, and the next one into the same', () => {
    const book = scan(frame('["new",64000.5,12340],["delete",63999.0,0.0]'));
    expect(book).toMatchObject({
      instrument: 'BTC-PERPETUAL',
      changeId: 90_214,
      prevChangeId: 90_210,
      timestamp: 1_786_000_000_123,
      bidsLength: 4,
      asksLength: 0,
    });
    expect([...(book?.bids.subarray(0, 4) ?? [])]).toEqual([
      6_400_050_000_000, 1_234_000_000_000, 6_399_900_000_000, 0,
    ]);
    expect(scan(frame(''))).toBe(book);
    expect(book?.bidsLength).toBe(0);
  });

  it('a snapshot has no change before it', () => {
    expect(scan(frame('', 'snapshot'))?.prevChangeId).toBeNull();
  });

  it.each([
    ['1', 100_000_000],
    ['0.00000001', 1],
    ['64000.50', 6_400_050_000_000],
    ['90071992', 9_007_199_200_000_000],
    ['90071992.5474099', 9_007_199_254_740_990],
    ['9999999.99999999', 999_999_999_999_999],
  ])('the price %s is exactly %d', (price, e8) => {
    expect(scan(frame(`["new",${price},1]`))?.bids[0]).toBe(e8);
  });

  it.each([
    // Where a double no longer tells neighbours apart, and past the safe range.
    '10000000.00000001',
    '90071992.54740991',
    '90071992.5474100',
    '90071993',
    '0.000000001',
    '1e2',
    '-1',
    '01',
    '1.',
    '.5',
    '0',
  ])('the price %s is left to the schema', (price) => {
    expect(scan(frame(`["new",${price},1]`))).toBeNull();
  });

  it('white space, unknown members and escapes are left to the schema, which reads them', () => {
    const plain = frame('["new",1,1]');
    const variants = [
      plain.replace('"bids":', '"bids": '),
      frame('["new",1,1]', 'change', ',"more":1'),
      plain.replace('"BTC-PERPETUAL"', '"\\u0042TC-PERPETUAL"'),
    ];
    for (const text of variants) {
      const parsed = parseFrame(text);
      expect(scan(text)).toBeNull();
      expect(parsed.kind === 'notification' && parseBook(parsed.data).ok).toBe(true);
    }
    expect(scan(plain)).not.toBeNull();
  });

  it('another instrument in the data than in the channel is nobody’s book', () => {
    expect(scan(frame('').replace('"BTC-PERPETUAL"', '"ETH-PERPETUAL"'))).toBeNull();
  });

  it('more levels than a side can have are not read', () => {
    const level = '["new",1,1]';
    expect(scan(frame(Array.from({ length: 20_000 }, () => level).join()))?.bidsLength).toBe(
      40_000,
    );
    expect(scan(frame(Array.from({ length: 20_001 }, () => level).join()))).toBeNull();
  });
});

import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { eventOf, resultOf } from './bars.fixture.ts';
import { decimal, readTable, tablesOf } from './table.ts';

describe('a number of the canonical form', () => {
  it.each([
    [0, '0'],
    [-0, '0'],
    [1, '1'],
    [-1.5, '-1.5'],
    [0.1 + 0.2, '0.3'],
    [1e-10, '0.0000000001'],
    [4e-11, '0'],
    [-4e-11, '0'],
    [6e-11, '0.0000000001'],
    [1 / 3, '0.3333333333'],
    [2 / 3, '0.6666666667'],
    [123_456_789.5, '123456789.5'],
    [1e15, '1000000000000000'],
    [9.99999999999, '10'],
  ])('%d is %s', (value, text) => {
    expect(decimal(value)).toBe(text);
  });

  it('an exact half goes to the even neighbour: 2⁻¹¹ down, three times it up', () => {
    expect(decimal(0.000_488_281_25)).toBe('0.0004882812');
    expect(decimal(0.001_464_843_75)).toBe('0.0014648438');
    expect(decimal(-0.000_488_281_25)).toBe('-0.0004882812');
  });

  it('what has no plain decimals is nonsense', () => {
    for (const value of [Number.NaN, Infinity, -Infinity, 1e20]) {
      expect(() => decimal(value)).toThrow();
    }
  });

  it('is within half of the last place, and reads back to itself', () => {
    fc.assert(
      fc.property(fc.double({ min: -1e6, max: 1e6, noNaN: true }), (value) => {
        const text = decimal(value);
        expect(Math.abs(Number(text) - value)).toBeLessThanOrEqual(0.5e-10 + 1e-9 * 1e-1);
        expect(text).not.toMatch(/\.\d*0$|^-0$|e/);
        expect(decimal(Number(text))).toBe(text);
      }),
    );
  });
});

describe('a table', () => {
  it('has the columns of the specification first, nulls empty, rows in their order', () => {
    const marks = eventOf({ kind: 'aux', price: null, trade_id: null });
    const { events, trades, daily } = tablesOf(resultOf([eventOf(), marks]));
    expect(events.text).toBe(
      'date,side,kind,price,price_basis,reason_code,reason_family,reason_layer,position_before,' +
        'position_after,branch,trade_id,bar,instrument,amount,fee,fee_currency\n' +
        '2026-03-02,BUY,real,0.04,this_bar,strategy_open,strategy,core,0,1,candidate,1,0,' +
        'BTC-13MAR26-66000-C,1,0.0003,BTC\n' +
        '2026-03-02,BUY,aux,,this_bar,strategy_open,strategy,core,0,1,candidate,,0,' +
        'BTC-13MAR26-66000-C,1,0.0003,BTC\n',
    );
    expect(events.rows).toBe(2);
    expect(trades).toMatchObject({ rows: 0 });
    expect(trades.text.split(',').slice(0, 3)).toEqual(['trade_id', 'entry_date', 'entry_price']);
    expect(daily.text).toBe('date,bar,mode,open_positions,looks,proposals,outcome,branch\n');
  });

  it('is another one with another cell, and the same with the same', () => {
    const hash = (price: number): string => tablesOf(resultOf([eventOf({ price })])).events.sha256;
    expect(hash(0.04)).toBe(hash(0.04));
    expect(hash(0.04)).not.toBe(hash(0.0405));
  });

  it('a text that would break its line is nonsense of our own', () => {
    for (const reason_code of ['a,b', 'a\nb', 'a"b', 'a\rb']) {
      expect(() => tablesOf(resultOf([eventOf({ reason_code })]))).toThrow();
    }
  });

  it('reads back what was written', () => {
    const { columns, rows } = readTable(tablesOf(resultOf([eventOf()])).events.text);
    expect(columns.slice(0, 2)).toEqual(['date', 'side']);
    expect(rows).toHaveLength(1);
    expect(rows[0]?.[3]).toBe('0.04');
  });
});

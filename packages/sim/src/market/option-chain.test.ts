import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { currency, E8 } from '@holdfast/core/values';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { CHAIN_COLUMNS, type ChainColumn } from './chain-row.ts';
import { openOptionChain, type OpenedChain } from './option-chain.ts';

/** A made-up row of the recorded format. */
const ROW: Readonly<Record<ChainColumn, string>> = {
  timestamp: '2026-08-05T05:53:00.354547+00:00',
  instrument_name: 'BTC-28AUG26-60000-C',
  underlying: '64452.54',
  underlying_name: 'BTC-28AUG26',
  option_type: 'call',
  strike: '60000.0',
  expiry_datetime: '2026-08-28T08:00:00+00:00',
  time_to_maturity: '0.0632',
  bid_price: '0.0995',
  ask_price: '0.1005',
  mark_price: '0.10001234',
  mid_price: '0.1',
  futures_price: '64452.54',
  futures_instrument_name: 'BTC-28AUG26',
  implied_volatility: '0.45',
  delta: '0.7',
  vega: '40.1',
  open_interest: '12.5',
  volume: '0.0',
  bid_ask_spread: '0.001',
  currency: 'BTC',
  index_price: '64293.12',
  volume_usd: '0.0',
};

const PUT = { instrument_name: 'BTC-28AUG26-60000-P', option_type: 'put' };
const ETH = {
  instrument_name: 'ETH-5AUG26-1900-C',
  strike: '1900.0',
  expiry_datetime: '2026-08-05T08:00:00+00:00',
  currency: 'ETH',
  index_price: '1871.5',
  underlying: '1872.0',
};

let directory = '';
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'chain-'));
});
afterEach(() => rmSync(directory, { recursive: true }));

type Change = Partial<Record<ChainColumn, string>>;

function csv(...rows: readonly Change[]): string {
  const line = (change: Change): string =>
    CHAIN_COLUMNS.map((column) => change[column] ?? ROW[column]).join(',');
  return `${[CHAIN_COLUMNS.join(','), ...rows.map(line)].join('\n')}\n`;
}

function write(name: string, text: string): void {
  const isPacked = name.endsWith('.gz');
  writeFileSync(join(directory, name), isPacked ? gzipSync(text) : text);
}

function good(opened: OpenedChain): Extract<OpenedChain, { ok: true }> {
  if (!opened.ok) throw new Error(JSON.stringify(opened.faults));
  return opened;
}

function faultOf(text: string): unknown {
  write('a.csv', text);
  const opened = openOptionChain(directory);
  return opened.ok ? null : opened.faults[0];
}

describe('option chain', () => {
  it('reads packed and plain files in order of time, whatever they are called', () => {
    const later = { timestamp: '2026-08-05T11:27:08+00:00' };
    write('a.csv', csv({ ...later }, { ...later, ...PUT }));
    write('b.csv.gz', csv({}, ETH));
    write('notes.txt', 'not a chain');
    const { source, report } = good(openOptionChain(directory));
    const [first, second] = [...source.snapshots()];
    expect(first?.at).toBe(Date.UTC(2026, 7, 5, 5, 53, 0, 354));
    expect(first?.indexes.get(currency('BTC'))).toBe(64_293.12 * E8);
    expect(first?.indexes.get(currency('ETH'))).toBe(1_871.5 * E8);
    expect(second?.at).toBe(Date.UTC(2026, 7, 5, 11, 27, 8));
    expect(report).toMatchObject({ files: 2, rows: 4, oneSided: 0, snapped: 0, rounded: 0 });
    expect(first?.rows[0]).toMatchObject({
      bidTicks: 995,
      askTicks: 1005,
      markE8: 10_001_234,
      underlyingE8: 6_445_254_000_000,
      iv: 0.45,
      delta: 0.7,
      vega: 40.1,
    });
    expect(second?.rows[0]?.instrument).toBe(first?.rows[0]?.instrument);
    expect([...source.snapshots()]).toEqual([first, second]);
  });

  it('knows the terms of both coins', () => {
    write('a.csv', csv({}, ETH));
    const [snapshot] = good(openOptionChain(directory)).source.snapshots();
    const [btc, eth] = snapshot?.rows.map(({ instrument }) => instrument) ?? [];
    expect(btc).toMatchObject({ amountStepE8: E8 / 10, expiry: Date.UTC(2026, 7, 28, 8) });
    expect(btc?.option).toEqual({ type: 'call', strikeE8: 60_000 * E8 });
    expect(eth).toMatchObject({ amountStepE8: E8, settlement: 'ETH', tickE8: 10_000 });
  });

  it('takes one-sided rows, marks of nothing and scientific notation as ordinary', () => {
    const bidless = { bid_price: '', mid_price: '', bid_ask_spread: '', mark_price: '1e-08' };
    const bare = { ...bidless, ask_price: '', mark_price: '0.0', ...PUT };
    write('a.csv', csv(bidless, bare));
    const { source, report } = good(openOptionChain(directory));
    const [snapshot] = source.snapshots();
    expect(snapshot?.rows).toMatchObject([
      { bidTicks: null, askTicks: 1005, markE8: 1 },
      { bidTicks: null, askTicks: null, markE8: 0 },
    ]);
    expect(report).toMatchObject({ oneSided: 1, unquoted: 1 });
  });

  it('moves a price off the grid outward, and says how many', () => {
    write('a.csv', csv({ bid_price: '0.0997', ask_price: '0.1001' }));
    const { source, report } = good(openOptionChain(directory));
    const [snapshot] = source.snapshots();
    expect(snapshot?.rows[0]).toMatchObject({ bidTicks: 995, askTicks: 1005 });
    expect(report.snapped).toBe(2);
    expect(source.notes.join(' ')).toContain('2 prices were off the tick grid');
  });

  it('takes the index that was recorded in the middle', () => {
    const at = (index: string, strike: number): Change => ({
      index_price: index,
      strike: `${strike}.0`,
      instrument_name: `BTC-28AUG26-${strike}-C`,
    });
    write('a.csv', csv(at('64003', 60_000), at('64001', 61_000), at('64002.5', 62_000)));
    const [snapshot] = good(openOptionChain(directory)).source.snapshots();
    expect(snapshot?.indexes.get(currency('BTC'))).toBe(64_002.5 * E8);
  });

  const broken: readonly (readonly [string, Change, ChainColumn])[] = [
    ['NaN', { delta: 'nan' }, 'delta'],
    ['infinity', { vega: '1e999' }, 'vega'],
    ['an empty mark', { mark_price: '' }, 'mark_price'],
    ['a negative mark', { mark_price: '-0.1' }, 'mark_price'],
    ['a bid of zero', { bid_price: '0' }, 'bid_price'],
    ['a crossed row', { bid_price: '0.101' }, 'ask_price'],
    ['no underlying', { underlying: '0' }, 'underlying'],
    ['a strike with cents', { strike: '60000.5' }, 'strike'],
    [
      'another expiry than the name',
      { expiry_datetime: '2026-08-27T08:00:00+00:00' },
      'instrument_name',
    ],
    ['an expiry at noon', { expiry_datetime: '2026-08-28T12:00:00+00:00' }, 'expiry_datetime'],
    ['another type than the name', { option_type: 'put' }, 'instrument_name'],
    ['no type', { option_type: 'straddle' }, 'option_type'],
    ['an unknown coin', { currency: 'DOGE' }, 'currency'],
    ['local time', { timestamp: '2026-08-05T05:53:00+02:00' }, 'timestamp'],
    ['a day that is none', { timestamp: '2026-08-32T05:53:00+00:00' }, 'timestamp'],
    ['a quoted cell', { volume: '"1"' }, 'volume'],
  ];

  it.each(broken)('%s is a fault with file, line and column', (_, change, column) => {
    expect(faultOf(csv(PUT, change))).toMatchObject({ file: 'a.csv', line: 3, column });
  });

  it('a later row that disagrees with what its name meant before is a fault', () => {
    write('a.csv', csv({}));
    write('b.csv', csv({ timestamp: '2026-08-06T00:00:00+00:00', option_type: 'put' }));
    expect(openOptionChain(directory)).toMatchObject({
      ok: false,
      faults: [{ file: 'b.csv', line: 2, column: 'option_type' }],
    });
  });

  it('wrong columns, short and long rows, and doubled names are faults', () => {
    const text = csv({});
    expect(faultOf(text.replace('vega', 'vegas'))).toMatchObject({ line: 1, column: 'vegas' });
    expect(faultOf(text.replace(',delta,', ','))).toMatchObject({ line: 1, column: 'delta' });
    expect(faultOf(text.replace('delta', 'vega'))).toMatchObject({ line: 1, column: 'vega' });
    expect(faultOf(text.replace(',0.7,', ','))).toMatchObject({
      line: 2,
      fault: '22 cells instead of 23',
    });
    expect(faultOf(text.replace(',0.7,', ',0.7,0.7,'))).toMatchObject({ line: 2 });
    expect(faultOf(csv({}, {}))).toMatchObject({ line: 3, column: 'instrument_name' });
    expect(faultOf(csv({}, { ...PUT, timestamp: '2026-08-05T05:53:01+00:00' }))).toMatchObject({
      line: 3,
      column: 'timestamp',
    });
    expect(faultOf(csv())).toMatchObject({ fault: 'no_rows' });
    expect(faultOf('')).toMatchObject({ line: 1, fault: 'unknown_column' });
  });

  it('no files, no directory and a broken archive are faults, not crashes', () => {
    expect(openOptionChain(directory)).toMatchObject({ faults: [{ fault: 'no_csv_files' }] });
    expect(openOptionChain(join(directory, 'none')).ok).toBe(false);
    writeFileSync(join(directory, 'a.csv.gz'), 'not packed');
    expect(openOptionChain(directory)).toMatchObject({ ok: false, faults: [{ file: 'a.csv.gz' }] });
  });

  it('two recordings of one instant are a fault', () => {
    write('a.csv', csv({}));
    write('b.csv', csv({}));
    expect(openOptionChain(directory)).toMatchObject({ faults: [{ fault: 'recorded_twice' }] });
  });

  it('a file that changed after it was checked stops the sequence', () => {
    write('a.csv', csv({}));
    const { source } = good(openOptionChain(directory));
    write('a.csv', csv({ delta: 'nan' }));
    expect(() => [...source.snapshots()]).toThrow('has changed');
  });
});

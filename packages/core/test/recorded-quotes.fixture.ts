import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { MS_PER_YEAR } from '../src/market/black76.ts';

/** One row of a recorded chain, as numbers. */
export interface RecordedQuote {
  readonly coin: string;
  readonly type: 'call' | 'put';
  readonly strike: number;
  readonly expiry: number;
  readonly years: number;
  readonly forward: number;
  readonly markVol: number;
  /** Coin per unit; null where nobody quoted. */
  readonly bid: number | null;
  readonly ask: number | null;
  readonly mark: number;
}

/** The folder of recorded chains under `HOLDFAST_DATA`; null when there is none. */
export function recordedFolder(): string | null {
  const root = process.env['HOLDFAST_DATA'];
  const folder = root === undefined || root === '' ? null : join(root, 'option-chain');
  return folder !== null && existsSync(folder) ? folder : null;
}

/** Every snapshot of the folder, oldest first. */
export function recordedSnapshots(folder: string): readonly (readonly RecordedQuote[])[] {
  const names = readdirSync(folder).filter((name) => name.endsWith('.csv.gz'));
  return names.sort().map((name) => readSnapshot(join(folder, name)));
}

function readSnapshot(path: string): readonly RecordedQuote[] {
  const [header = '', ...lines] = gunzipSync(readFileSync(path))
    .toString('utf8')
    .trim()
    .split('\n');
  const columns = header.split(',');
  return lines.map((line) => {
    const cells = line.split(',');
    const text = (column: string): string => cells[columns.indexOf(column)] ?? '';
    const price = (column: string): number | null =>
      text(column) === '' ? null : Number(text(column));
    const expiry = Date.parse(text('expiry_datetime'));
    return {
      coin: text('currency'),
      type: text('option_type') === 'call' ? 'call' : 'put',
      strike: Number(text('strike')),
      expiry,
      years: (expiry - Date.parse(text('timestamp'))) / MS_PER_YEAR,
      forward: Number(text('underlying')),
      markVol: Number(text('implied_volatility')),
      bid: price('bid_price'),
      ask: price('ask_price'),
      mark: Number(text('mark_price')),
    };
  });
}

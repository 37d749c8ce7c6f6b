import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { isOnLadder } from '@holdfast/core/instrument';
import { describe, expect, it } from 'vitest';
import { parseInstruments } from '@holdfast/deribit/protocol';

/**
 * Deribit's own documents and real option chains; they are run against, never part of the project.
 */
const FOLDER = process.env['HOLDFAST_DATA'];
const OPENAPI = 'deribit-openapi.json.gz';
const CHAINS = 'option-chain';
const isThere = FOLDER !== undefined && existsSync(join(FOLDER, OPENAPI));

if (!isThere) {
  console.log(`instruments against Deribit's own data: SKIPPED, HOLDFAST_DATA has no ${OPENAPI}`);
}

it('the data is there when it is required', () => {
  if (process.env['HOLDFAST_REQUIRE_DATA'] === '1') expect(isThere).toBe(true);
});

describe.skipIf(!isThere)("Deribit's own examples of its listings", () => {
  const examples = isThere ? exampleRows() : [];

  it('every row becomes an instrument', () => {
    expect(examples.length).toBeGreaterThanOrEqual(3);
    const parsed = parseInstruments(examples);
    expect(parsed?.faults).toEqual([]);
    expect(parsed?.unsupported).toEqual([]);
    expect(parsed?.instruments).toMatchObject([
      {
        name: 'BTC-29SEP23',
        kind: 'inverse_future',
        tickE8: 250_000_000,
        expiry: 1_695_974_400_000,
      },
      { name: 'BTC-PERPETUAL', kind: 'perpetual', amountStepE8: 1_000_000_000, expiry: null },
      {
        name: 'BTC-13JAN23-16000-P',
        kind: 'option',
        quote: 'coin',
        option: { type: 'put', strikeE8: 1_600_000_000_000 },
        tickLadder: [
          { abovePriceE8: 12_000_000_000, stepE8: 100_000 },
          { abovePriceE8: 20_000_000_000, stepE8: 300_000 },
        ],
      },
    ]);
  });
});

describe.skipIf(!isThere)('real option chains', () => {
  it('every bid and ask of a real snapshot is on the ladder of its inverse options', () => {
    const folder = join(FOLDER ?? '', CHAINS);
    const [file] = readdirSync(folder).toSorted();
    const { checked, off } = offLadder(readCsv(join(folder, file ?? '')));
    expect(checked).toBeGreaterThan(1_000);
    expect(off).toEqual([]);
  });
});

function exampleRows(): unknown[] {
  const document: unknown = JSON.parse(unzip(join(FOLDER ?? '', OPENAPI)));
  const result = (response: string): unknown =>
    [
      'components',
      'responses',
      response,
      'content',
      'application/json',
      'examples',
      'response',
      'value',
      'result',
    ].reduce(member, document);
  const list = result('PublicGetInstrumentsResponse');
  return [...(Array.isArray(list) ? list : []), result('PublicGetInstrumentResponse')];
}

function member(value: unknown, key: string): unknown {
  if (typeof value !== 'object' || value === null) return undefined;
  return Object.entries(value).find(([name]) => name === key)?.[1];
}

/** BTC and ETH inverse options: tick 0.0001, and 0.0005 above 0.005. */
function offLadder(rows: readonly Map<string, string>[]): { checked: number; off: string[] } {
  const listing = parseInstruments([
    {
      instrument_name: 'BTC-27MAR26-100000-C',
      kind: 'option',
      base_currency: 'BTC',
      quote_currency: 'BTC',
      settlement_currency: 'BTC',
      settlement_period: 'month',
      expiration_timestamp: 1_774_598_400_000,
      is_active: true,
      tick_size: 0.0001,
      tick_size_steps: [{ above_price: 0.005, tick_size: 0.0005 }],
      min_trade_amount: 0.1,
      contract_size: 1,
      maker_commission: 0.0003,
      taker_commission: 0.0003,
      option_type: 'call',
      strike: 100_000,
    },
  ]);
  const instrument = listing?.instruments[0];
  if (instrument === undefined) throw new Error('the reference row was refused');
  const off: string[] = [];
  let checked = 0;
  for (const row of rows) {
    for (const side of ['bid_price', 'ask_price']) {
      const text = row.get(side) ?? '';
      if (text === '' || Number(text) === 0) continue;
      checked += 1;
      const priceE8 = Math.round(Number(text) * 1e8);
      if (!isOnLadder(instrument, priceE8))
        off.push(`${row.get('instrument_name')} ${side} ${text}`);
    }
  }
  return { checked, off };
}

function readCsv(path: string): Map<string, string>[] {
  const [header = '', ...lines] = unzip(path).trim().split('\n');
  const names = header.split(',');
  return lines.map((line) => {
    const cells = line.split(',');
    return new Map(names.map((name, index) => [name, cells[index] ?? '']));
  });
}

function unzip(path: string): string {
  return gunzipSync(readFileSync(path)).toString('utf8');
}

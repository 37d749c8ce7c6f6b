import { appendFileSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Instrument, Quote } from '@holdfast/core/strategy';
import { currency, instrumentName } from '@holdfast/core/values';
import { afterAll, describe, expect, it } from 'vitest';
import {
  type MarketLine,
  type MarketSample,
  openMarketLog,
  readMarketLog,
  sampleMarket,
} from './market-log.ts';

const folder = mkdtempSync(join(tmpdir(), 'holdfast-market-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const [BTC, ETH] = [currency('BTC'), currency('ETH')];
const PERPETUAL = instrumentName('BTC-PERPETUAL');
const QUOTE: Quote = {
  instrument: { name: PERPETUAL } as Instrument,
  bid: 99,
  bidAmount: 1,
  ask: 101,
  askAmount: 1,
  ageMs: 7,
  markPrice: 100,
  underlyingPrice: null,
  delta: null,
};
const SILENT = { index: () => null, volatilityIndex: () => null, quote: () => null };
const SAMPLE: MarketSample = {
  BTC: {
    index_usd: 100.5,
    volatility_index: 0.4,
    reference: { instrument: PERPETUAL, mark_usd: 100, bid_usd: 99, ask_usd: 101, age_ms: 7 },
  },
  ETH: { index_usd: null, volatility_index: null, reference: null },
};

describe('a sample', () => {
  it('tells each coin of the universe, and what is not known as null', () => {
    const view = {
      index: (coin: string) => (coin === 'BTC' ? 100.5 : null),
      volatilityIndex: (coin: string) => (coin === 'BTC' ? 0.4 : null),
      quote: (name: string) => (name === PERPETUAL ? QUOTE : null),
    };
    expect(sampleMarket(view, [BTC, ETH], new Map([[BTC, PERPETUAL]]))).toEqual(SAMPLE);
  });

  it('of a market that is silent names its reference and knows nothing of it', () => {
    const { BTC: coin } = sampleMarket(SILENT, [BTC], new Map([[BTC, PERPETUAL]]));
    const nothing = { mark_usd: null, bid_usd: null, ask_usd: null, age_ms: null };
    expect(coin?.reference).toEqual({ instrument: PERPETUAL, ...nothing });
  });
});

describe('the log', () => {
  const read = async (path: string): Promise<(MarketLine | null)[]> => {
    const found: (MarketLine | null)[] = [];
    const lines = readFileSync(path, 'utf8').split('\n');
    for await (const line of readMarketLog(lines)) found.push(line);
    return found;
  };

  it('is read again as it was written, each run from 1', async () => {
    const path = join(folder, 'a.jsonl');
    for (const run of ['one', 'two']) {
      const log = await openMarketLog(path, run);
      log.write(SAMPLE, 60_000);
      log.write(SAMPLE, 120_000);
      await log.close();
      expect(log.dropped).toBe(0);
      expect(log.bytes).toBeGreaterThan(0);
    }
    expect(await read(path)).toEqual(
      ['one', 'two'].flatMap((run_id) =>
        [1, 2].map((sequence) => ({ run_id, sequence, at: sequence * 60_000, coins: SAMPLE })),
      ),
    );
  });

  it('counts what found no room, and leaves its number out', async () => {
    const path = join(folder, 'b.jsonl');
    const log = await openMarketLog(path, 'run');
    for (let minute = 1; minute <= 62; minute += 1) log.write(SAMPLE, minute);
    expect(log.dropped).toBe(2);
    await log.close();
    expect((await read(path)).map((line) => line?.sequence).at(-1)).toBe(60);
  });

  it('a torn line, or one of somebody else, is nobody’s', async () => {
    const path = join(folder, 'c.jsonl');
    const log = await openMarketLog(path, 'run');
    log.write(SAMPLE, 1);
    await log.close();
    const line = readFileSync(path, 'utf8').trim();
    appendFileSync(path, `${line.slice(0, -9)}\n${line.replace('"at":1', '"at":1,"x":1')}\n`);
    expect((await read(path)).map((found) => found?.sequence ?? null)).toEqual([1, null, null]);
  });
});

/**
 * The recorded chains as a live market. `HOLDFAST_DATA` names the folder that holds `option-chain`;
 * without it these tests are skipped, and with `HOLDFAST_REQUIRE_DATA=1` that is a failure.
 */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { E8 } from '@holdfast/core/values';
import { describe, expect, it } from 'vitest';
import { openOptionChain } from '../src/market/option-chain.ts';
import { digestOf, openStage } from './market-stage.fixture.ts';
import { tradeOnce } from './market-trader.fixture.ts';

const root = process.env['HOLDFAST_DATA'] ?? '';
const path = join(root, 'option-chain');
const folder = root !== '' && existsSync(path) ? path : null;
if (folder === null) console.log('skipped: recorded market (HOLDFAST_DATA has no option-chain)');

it('recorded chains are there when they are required', () => {
  expect(folder !== null || process.env['HOLDFAST_REQUIRE_DATA'] !== '1').toBe(true);
});

describe.skipIf(folder === null)('the recorded chain as a market', () => {
  const spec = `chain:${folder ?? ''}`;

  it('tells every quote, mark, future and index exactly as recorded, at all its instants', () => {
    const opened = openOptionChain(folder ?? '');
    if (!opened.ok) throw new Error('unreadable');
    const hourly = { stepMs: 3_600_000, fastSteps: 1, slowSteps: 1 };
    const stage = openStage({ spec, seed: '1', pace: hourly });
    let compared = 0;
    const wrong: string[] = [];
    for (const snapshot of opened.source.snapshots()) {
      stage.clock.runUntil(snapshot.at);
      for (const [coin, indexE8] of snapshot.indexes) {
        expect(stage.indexes.get(coin)).toBe(indexE8 / E8);
      }
      for (const { instrument, bidTicks, askTicks, markE8, underlyingE8 } of snapshot.rows) {
        const book = stage.exchange.bookSnapshot(instrument.name);
        const ticker = stage.tickers.get(instrument.name);
        const isExact =
          (book?.bids[0] ?? null) === bidTicks &&
          (book?.asks[0] ?? null) === askTicks &&
          ticker?.markPriceE8 === markE8 &&
          ticker.underlyingPriceE8 === underlyingE8;
        if (!isExact) wrong.push(`${instrument.name} at ${snapshot.at}`);
        compared += 1;
      }
    }
    expect(wrong).toStrictEqual([]);
    expect(compared).toBe(opened.report.rows);
    stage.run(3_600_000);
    expect(stage.clock.pending).toBe(0);
    expect(stage.drive.report().model).toMatchObject({ snapshots: 19 });
  });

  it('lists the futures its rows name and no synthetic one, and is the same bytes twice', () => {
    const stage = openStage({ spec, seed: '1' });
    expect(stage.market.startAt).toBe(Date.UTC(2026, 7, 5, 5, 53) + 354);
    const names = [...stage.instruments.keys()].map(String);
    expect(names).toContain('BTC-28AUG26');
    expect(names).toContain('ETH-5AUG26');
    expect(names.some((name) => name.startsWith('SYN'))).toBe(false);
    const digests = ['1', '1', '2'].map((seed) => digestOf({ spec, seed }, 20_000));
    expect(digests[1]).toBe(digests[0]);
    expect(digests[2]).not.toBe(digests[0]);
  });

  it('has an order of the strategy accepted and filled within its first minute', () => {
    const found = ['1', '2', '3'].map((seed) => tradeOnce(openStage({ spec, seed })));
    console.log(`first purchase after ${found.map(({ at }) => at / 1_000).join(', ')} s`);
    for (const { filled } of found) expect(filled).toBeGreaterThan(0);
  });
});

import type { AccountObserved } from '@holdfast/core';
import { describe, expect, it } from 'vitest';
import { parseAccountSummaries } from './account.ts';

const SUMMARY = { currency: 'BTC', equity: 10, initial_margin: 0.5, maintenance_margin: 0.25 };

const parse = (...summaries: unknown[]): AccountObserved['currencies'] | null =>
  parseAccountSummaries({ summaries, username: 'x' })?.currencies ?? null;

const fees = (type: string, maker: unknown, taker: unknown): unknown => ({
  btc_usd: { option: { default: { type, maker, taker }, block_trade: 0.625 } },
});

describe('an account summary', () => {
  it('is exact to 1e-8 and has no tier where the venue names none', () => {
    expect(parse({ ...SUMMARY, equity: 10.123456789 })).toEqual([
      {
        currency: 'BTC',
        equityE8: 1_012_345_679,
        initialMarginE8: 50_000_000,
        maintenanceMarginE8: 25_000_000,
        fees: [],
      },
    ]);
  });

  it('carries the tier of every family, fixed or relative, rounded against us', () => {
    const schedule = {
      btc_usd: {
        option: { default: { type: 'relative', taker: 0.625, maker: 0.625 }, block_trade: 0.625 },
        perpetual: { default: { type: 'fixed', taker: 0.00035000000000000005, maker: -0.0001 } },
        combo: { default: { type: 'fixed', taker: 1, maker: 1 } },
      },
    };
    expect(parse({ ...SUMMARY, fees: schedule })?.[0]?.fees).toEqual([
      {
        indexName: 'btc_usd',
        family: 'option',
        basis: 'relative',
        makerE8: 62_500_000,
        takerE8: 62_500_000,
      },
      {
        indexName: 'btc_usd',
        family: 'perpetual',
        basis: 'fixed',
        makerE8: -10_000,
        takerE8: 35_001,
      },
    ]);
  });

  it.each([
    ['a kind of fee nobody knows', fees('tiered', 0.5, 0.5)],
    ['a rate that is none', fees('relative', '0.5', 0.5)],
    ['a rate out of range', fees('relative', 0.5, 1e300)],
    ['a list', [{ index_name: 'btc_usd' }]],
    ['a family without rates', { btc_usd: { option: {} } }],
  ])('%s proves nothing about the account', (_name, strange) => {
    expect(parse({ ...SUMMARY, fees: strange })).toBeNull();
  });

  it.each([{}, { summaries: [{}] }, null, { summaries: [{ ...SUMMARY, equity: Number.NaN }] }])(
    'what is not documented is null: %j',
    (result) => expect(parseAccountSummaries(result)).toBeNull(),
  );
});

import { expect, it } from 'vitest';
import { apply } from './apply.ts';
import { createFacts, type Facts } from './facts.ts';
import type { FillRecorded } from './ledger/record.ts';
import {
  amountE8,
  coinE8,
  currency,
  instrumentName,
  priceE8,
  tradeId,
  wallMs,
} from './values/index.ts';

const BTC = currency('BTC');

function paying(...fees: readonly (readonly [feeE8: number, indexE8: number])[]): Facts {
  const facts = createFacts();
  for (const [index, [fee, indexE8]] of fees.entries()) apply(facts, fill(index, fee, indexE8));
  return facts;
}

const fill = (id: number, fee: number, index: number): FillRecorded => ({
  type: 'fillRecorded',
  at: wallMs(1),
  tradeId: tradeId(`BTC-${id}`),
  label: null,
  venueOrderId: null,
  strategyId: null,
  instrument: instrumentName('BTC-PERPETUAL'),
  side: 'sell',
  amountE8: amountE8(1_000_000_000),
  priceE8: priceE8(1),
  feeE8: coinE8(fee),
  feeCurrency: BTC,
  cashE8: coinE8(0),
  indexPriceE8: priceE8(index),
  tradedAt: wallMs(1),
  source: 'feed',
});

it('sums fees in micro-USD, never rounding in our favour', () => {
  // 1e-8 BTC at USD 12 345.67 is 123.4567 micro-USD.
  const index = 1_234_567_000_000;
  expect(paying([1, index]).cash.get(BTC)?.feesMicroUsd).toBe(124);
  expect(paying([-1, index]).cash.get(BTC)?.feesMicroUsd).toBe(-123);
  expect(paying([1, index], [-1, index]).cash.get(BTC)).toMatchObject({ feesE8: 0 });
});

it.each([Number.MAX_SAFE_INTEGER, -1])('folds a fee that the index %d cannot value', (index) => {
  const facts = paying([Number.MAX_SAFE_INTEGER, index]);
  expect(facts.totals.fills).toBe(1);
  expect(facts.cash.get(BTC)).toMatchObject({ feesE8: Number.MAX_SAFE_INTEGER });
  expect(facts.cash.get(BTC)?.feesMicroUsd).toBeNaN();
});

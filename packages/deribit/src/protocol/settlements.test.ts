import { currency } from '@holdfast/core/values';
import { expect, it } from 'vitest';
import { parseSettlements } from './settlements.ts';

const BTC = currency('BTC');
const DELIVERY = {
  type: 'delivery',
  timestamp: 1_786_003_200_000,
  instrument_name: 'BTC-6AUG26-60000-C',
  position: -0.3,
  index_price: 64_010.23,
  mark_price: 0.06265148,
  profit_loss: -0.018840444,
  session_profit_loss: -0.018840444,
};
const DAILY = { ...DELIVERY, type: 'settlement', instrument_name: 'BTC-PERPETUAL', position: 250 };

function page(...settlements: unknown[]): unknown {
  return { settlements, continuation: 'next' };
}

it('a delivery is read, its cash rounded, and named by what makes it one', () => {
  expect(parseSettlements(page(DAILY, DELIVERY), BTC)).toEqual({
    ok: true,
    value: {
      deliveries: [
        {
          at: 1_786_003_200_000,
          settlement: {
            settlementId: 'BTC-6AUG26-60000-C@1786003200000',
            instrument: 'BTC-6AUG26-60000-C',
            amountE8: -30_000_000,
            settlementPriceE8: 6_265_148,
            indexPriceE8: 6_401_023_000_000,
            cashE8: -1_884_044,
            currency: 'BTC',
          },
        },
      ],
      oldest: 1_786_003_200_000,
      continuation: 'next',
    },
  });
});

it('an option that expires worthless is delivered at nothing', () => {
  const nothing = { ...DELIVERY, mark_price: 0, profit_loss: 0, session_profit_loss: 0 };
  expect(parseSettlements(page(nothing), BTC)).toMatchObject({
    value: { deliveries: [{ settlement: { settlementPriceE8: 0, cashE8: 0 } }] },
  });
});

it('the last page says so', () => {
  for (const continuation of ['none', null, undefined]) {
    const last = parseSettlements({ settlements: [], continuation }, BTC);
    expect(last).toMatchObject({ value: { oldest: null, continuation: null } });
  }
});

it.each([
  [{ position: 0.123456789 }, '/settlements/1/position', 'off_grid'],
  [{ index_price: 0 }, '/settlements/1/index_price', 'off_grid'],
  [{ mark_price: undefined }, '/settlements/1/mark_price', 'off_grid'],
  [{ mark_price: -1 }, '/settlements/1/mark_price', 'off_grid'],
  [{ profit_loss: 1e300 }, '/settlements/1/profit_loss', 'off_grid'],
  [{ type: 'gift' }, '/settlements/1/type', 'schema'],
  [{ timestamp: 'now' }, '/settlements/1/timestamp', 'schema'],
])('%j is a fault', (change, path, rule) => {
  const result = parseSettlements(page(DAILY, { ...DELIVERY, ...change }), BTC);
  expect(result).toMatchObject({ fault: 'malformed_settlements', path, rule });
});

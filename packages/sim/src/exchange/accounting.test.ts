import { E8, monoMs, priceE8 } from '@holdfast/core/values';
import { describe, expect, it } from 'vitest';
import {
  type Bench,
  BTC,
  CALL,
  EXPIRY,
  INDEX_E8,
  openBench,
  order,
  PERPETUAL,
  placed,
  PUT,
  USDC,
  USDC_CALL,
} from './exchange.fixture.ts';
import { deliveryFeeE8, tradeFeeE8 } from './fees.ts';
import { positionMargin } from './margin.ts';
import { settlementPeriod } from './settlement-period.ts';

const basis = (amount: number, price: number): Parameters<typeof tradeFeeE8>[1] => ({
  amountE8: Math.round(amount * E8),
  priceE8: Math.round(price * E8),
  indexE8: INDEX_E8,
});

describe('fees', () => {
  it('options pay 0.03 % of the underlying', () => {
    expect(tradeFeeE8(CALL, basis(2, 0.1), 'taker')).toBe(60_000);
    expect(tradeFeeE8(USDC_CALL, basis(2, 6_500), 'maker')).toBe(39 * E8);
  });

  it('but never more than 12.5 % of the option', () => {
    // 0.0024 is where 12.5 % is 0.0003 exactly.
    expect(tradeFeeE8(CALL, basis(1, 0.0024), 'taker')).toBe(30_000);
    expect(tradeFeeE8(CALL, basis(1, 0.0023), 'taker')).toBe(28_750);
    expect(tradeFeeE8(CALL, basis(0.1, 0.0001), 'taker')).toBe(125);
    expect(tradeFeeE8(USDC_CALL, basis(1, 100), 'taker')).toBe(12.5 * E8);
  });

  it('futures pay a fraction of their notional in coin, rounded up', () => {
    expect(tradeFeeE8(PERPETUAL, basis(65_000, 65_000), 'taker')).toBe(50_000);
    expect(tradeFeeE8(PERPETUAL, basis(10, 65_000), 'taker')).toBe(8);
    expect(tradeFeeE8(PERPETUAL, basis(65_000, 65_000), 'maker')).toBe(0);
  });

  it('delivery costs half of it, except for dailies', () => {
    expect(deliveryFeeE8(CALL, basis(1, 0.05))).toBe(15_000);
    expect(deliveryFeeE8(CALL, basis(1, 0))).toBe(0);
    const daily = { ...CALL, expiry: monoMs(EXPIRY - 86_400_000) };
    expect(deliveryFeeE8(daily, basis(1, 0.05))).toBe(0);
    expect(deliveryFeeE8(PERPETUAL, basis(100, 65_000))).toBe(0);
  });

  it('reads the settlement period off the date', () => {
    expect(settlementPeriod(null)).toBe('perpetual');
    expect(settlementPeriod(EXPIRY)).toBe('month');
    expect(settlementPeriod(EXPIRY - 7 * 86_400_000)).toBe('week');
    expect(settlementPeriod(EXPIRY + 86_400_000)).toBe('day');
  });
});

describe('margin', () => {
  const at = (mark: number): Parameters<typeof positionMargin>[2] => ({
    markE8: Math.round(mark * E8),
    underlyingE8: INDEX_E8,
    indexE8: INDEX_E8,
  });

  it('long options need none', () => {
    expect(positionMargin(CALL, 10, at(0.1))).toEqual({ initialE8: 0, maintenanceE8: 0 });
  });

  it('short in-the-money calls need 15 % and their mark, 7.5 % and their mark to keep', () => {
    expect(positionMargin(CALL, -10, at(0.1))).toEqual({
      initialE8: 25_000_000,
      maintenanceE8: 17_500_000,
    });
  });

  it('distance from the strike is deducted, down to 10 %', () => {
    // 60,000 put with the future at 65,000: 5,000/65,000 is 7.69 %, which the floor of 10 %
    // overrides.
    expect(positionMargin(PUT, -10, at(0.02)).initialE8).toBe(12_000_000);
    const nearer = { ...PUT, option: { type: 'put', strikeE8: priceE8(64_350 * E8) } } as const;
    expect(positionMargin(nearer, -10, at(0.02)).initialE8).toBe(16_000_000);
  });

  it('deep in-the-money puts keep 7.5 % of their own mark where that is more', () => {
    expect(positionMargin(PUT, -10, at(2))).toEqual({
      initialE8: 215_000_000,
      maintenanceE8: 215_000_000,
    });
  });

  it('futures need 2 % and 1 %, and more the larger they are', () => {
    // 6500 contracts of USD 10 are one coin.
    expect(positionMargin(PERPETUAL, 6_500, at(65_000))).toEqual({
      initialE8: 2_005_000,
      maintenanceE8: 1_005_000,
    });
    expect(positionMargin(PERPETUAL, -6_500, at(65_000)).initialE8).toBe(2_005_000);
  });
});

/** Account figures of one currency, as told on the wire. */
function summary(bench: Bench): Record<string, number> {
  const answer = bench.send('private/get_account_summary', { currency: 'BTC', extended: true });
  if (!answer.ok) throw new Error('no summary');
  return answer.result as Record<string, number>;
}

describe('account', () => {
  it('premium and fee leave the balance; the option comes back as equity at its mark', () => {
    const bench = openBench();
    bench.quote(CALL, [995, 20], [1005, 10]);
    placed(bench.send('private/buy', order(CALL, 1, 0.1005)));
    expect(summary(bench)).toMatchObject({
      balance: 9.8992,
      options_value: 0.1,
      equity: 9.9992,
      margin_balance: 9.8992,
      initial_margin: 0,
      available_funds: 9.8992,
    });
  });

  it('a short option brings premium and needs margin', () => {
    const bench = openBench();
    bench.quote(CALL, [995, 20], [1005, 10]);
    placed(bench.send('private/sell', order(CALL, 1, 0.0995)));
    expect(summary(bench)).toMatchObject({
      balance: 10.0992,
      options_value: -0.1,
      initial_margin: 0.25,
      maintenance_margin: 0.175,
    });
    expect(bench.send('private/get_positions', { currency: 'BTC' })).toMatchObject({
      result: [{ size: -1, direction: 'sell', average_price: 0.0995, mark_price: 0.1 }],
    });
  });

  it('a perpetual moves the balance with its fees, and with the daily settlement', () => {
    const bench = openBench();
    bench.quote(PERPETUAL, [129_998, 10_000], [130_000, 10_000]);
    placed(bench.send('private/buy', order(PERPETUAL, 65_000, 65_000)));
    expect(summary(bench)).toMatchObject({ balance: 9.9995, futures_pl: 0 });
    bench.quote(PERPETUAL, [140_000, 10_000], [140_002, 10_000]);
    placed(bench.send('private/sell', order(PERPETUAL, 65_000, 70_000)));
    // One coin bought, 65/70 of a coin sold; fee 0.05 % of each.
    const fees = 0.0005 + (65 / 70) * 0.0005;
    expect(summary(bench)['balance']).toBeCloseTo(10 - fees, 7);
    expect(summary(bench)['futures_session_rpl']).toBeCloseTo(1 - 65 / 70, 7);
    bench.at += 86_400_000;
    expect(summary(bench)['balance']).toBeCloseTo(10 - fees + (1 - 65 / 70), 7);
    expect(bench.send('private/get_positions')).toEqual({ ok: true, result: [] });
  });

  it('USDC options move USDC', () => {
    const bench = openBench(new Map([[USDC, 100_000 * E8]]));
    bench.quote(USDC_CALL, [1_290, 100], [1_300, 100]);
    placed(bench.send('private/buy', order(USDC_CALL, 0.5, 6_500)));
    expect(bench.exchange.audit(USDC)).toEqual({
      deposited: 100_000 * E8,
      client: (100_000 - 3_250 - 9.75) * E8,
      market: 3_250 * E8,
      fees: 9.75 * E8,
    });
  });
});

describe('settlement', () => {
  function expired(index: number): Bench {
    const bench = openBench();
    bench.quote(CALL, [995, 20], [1005, 10]);
    bench.quote(PUT, [195, 20], [205, 10]);
    placed(bench.send('private/buy', order(CALL, 1, 0.1005)));
    placed(bench.send('private/sell', order(PUT, 0.5, 0.0195)));
    const gtc = { time_in_force: 'good_til_cancelled' };
    placed(bench.send('private/buy', order(CALL, 1, 0.05, gtc)));
    bench.exchange.setIndex(BTC, index * E8, EXPIRY - 1);
    bench.at = EXPIRY;
    bench.exchange.advance(EXPIRY);
    return bench;
  }

  it('pays the intrinsic value at the last index, less the delivery fee, and nothing else', () => {
    const bench = expired(75_000);
    expect(bench.notices.flatMap(([kind, told]) => (kind === 'settlement' ? [told] : []))).toEqual([
      expect.objectContaining({
        instrument: CALL,
        amountE8: E8,
        settlementPriceE8: 20_000_000,
        indexPriceE8: 75_000 * E8,
        cashE8: 20_000_000 - 15_000,
        feeE8: 15_000,
      }),
      expect.objectContaining({ instrument: PUT, amountE8: -E8 / 2, cashE8: 0, feeE8: 0 }),
    ]);
    const { deposited, client, market, fees } = bench.exchange.audit(BTC);
    expect(client + market + fees).toBe(deposited);
  });

  it('a short option pays', () => {
    const bench = expired(50_000);
    expect(bench.exchange.settlementsSince(EXPIRY)).toEqual([
      expect.objectContaining({ instrument: CALL, cashE8: 0 }),
      // Half of 10,000/50,000 of a coin, and 0.015 % of half a coin.
      expect.objectContaining({ instrument: PUT, cashE8: -10_000_000 - 7_500 }),
    ]);
    expect(bench.exchange.settlementsSince(EXPIRY + 1)).toEqual([]);
  });

  it('cancels orders, takes the instrument away and leaves the others', () => {
    const bench = expired(65_000);
    const cancelled = bench.notices.findLast(([kind]) => kind === 'order')?.[1];
    expect(cancelled).toMatchObject({ order_state: 'cancelled', cancel_reason: 'settlement' });
    expect(bench.send('public/get_instruments', { currency: 'BTC' })).toMatchObject({
      result: [{ instrument_name: PERPETUAL.name }],
    });
    expect(bench.send('private/get_positions')).toEqual({ ok: true, result: [] });
    const gone = bench.notices.findLast(([kind]) => kind === 'instruments')?.[1];
    expect(gone).toMatchObject({ gone: [CALL.name, PUT.name, USDC_CALL.name], listed: [] });
    const method = 'private/get_settlement_history_by_currency';
    const page = bench.send(method, { currency: 'BTC', count: 1 });
    expect(page).toMatchObject({
      result: { settlements: [{ type: 'delivery', position: -0.5 }], continuation: '1' },
    });
    expect(bench.send(method, { currency: 'BTC', count: 1, continuation: '1' })).toMatchObject({
      result: { settlements: [{ position: 1 }], continuation: 'none' },
    });
  });

  it('does nothing a millisecond early', () => {
    const bench = openBench();
    bench.exchange.advance(EXPIRY - 1);
    expect(bench.notices.filter(([kind]) => kind === 'instruments')).toHaveLength(1);
    bench.exchange.advance(EXPIRY);
    expect(bench.notices.filter(([kind]) => kind === 'instruments')).toHaveLength(2);
  });
});

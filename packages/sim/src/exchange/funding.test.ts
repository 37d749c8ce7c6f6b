import { E8 } from '@holdfast/core/values';
import { describe, expect, it } from 'vitest';
import {
  type Bench,
  BTC,
  FUTURE,
  INDEX_E8,
  LINEAR_PERPETUAL,
  openBench,
  order,
  PERPETUAL,
  placed,
  START,
  USDC,
} from './exchange.fixture.ts';
import { fundingRateE8 } from './funding.ts';

const HOUR = 3_600_000;
const DEPOSITS = new Map([
  [BTC, 10 * E8],
  [USDC, 1_000_000 * E8],
]);

/** Long one BTC of the perpetual at 65,000, which trades at a premium of `premium` to the index. */
function held(premium: number): Bench {
  const bench = openBench(DEPOSITS, new Map([['second', new Map([[BTC, 10 * E8]])]]));
  bench.quote(PERPETUAL, [129_998, 100_000], [130_000, 100_000]);
  placed(bench.send('private/buy', order(PERPETUAL, 65_000, 65_000)));
  mark(bench, premium);
  return bench;
}

function mark(bench: Bench, premium: number, instrument = PERPETUAL): void {
  bench.exchange.setTicker({
    instrument,
    timestamp: bench.at,
    markPriceE8: Math.round(INDEX_E8 * (1 + premium)),
    underlyingPriceE8: INDEX_E8,
    iv: null,
    delta: null,
    vega: null,
  });
}

/** With what the session has realised, which the next daily settlement pays. */
function balance(bench: Bench, account = 'main', currency = 'BTC'): number {
  const params = { currency };
  const answer = bench.send('private/get_account_summary', params, account);
  if (!answer.ok) return Number.NaN;
  const figures = answer.result as { balance: number; futures_session_rpl: number };
  return figures.balance + figures.futures_session_rpl;
}

function expectConserved(bench: Bench): void {
  for (const currency of [BTC, USDC]) {
    const { deposited, client, market, fees } = bench.exchange.audit(currency);
    expect(client + market + fees).toBe(deposited);
  }
}

describe('the funding rate', () => {
  it.each([
    [0, 0],
    [0.0002, 0],
    [-0.00025, 0],
    [0.001, 75_000],
    [-0.001, -75_000],
    [0.02, 500_000],
    [-0.02, -500_000],
  ])('of a premium of %f is %i at 1e-8', (premium, rate) => {
    expect(fundingRateE8(Math.round(INDEX_E8 * (1 + premium)), INDEX_E8)).toBe(rate);
  });
});

describe('funding', () => {
  it('is earned continuously, seen at once, and paid when the position changes', () => {
    const bench = held(0.001);
    const before = balance(bench);
    bench.at += 4 * HOUR;
    // Half of eight hours at 0.075 % of one coin.
    const figures = bench.send('private/get_account_summary', { currency: 'BTC' });
    const floating = (figures.ok ? figures.result : {}) as { futures_session_upl: number };
    const marked = 1 - 65_000 / 65_065;
    expect(floating.futures_session_upl).toBeCloseTo(marked - 0.000375, 7);
    expect(balance(bench)).toBe(before);
    placed(bench.send('private/sell', order(PERPETUAL, 65_000, 64_999)));
    const gained = 1 - 65_000 / 64_999;
    const fee = (65_000 / 64_999) * 0.0005;
    expect(balance(bench)).toBeCloseTo(before + gained - 0.000375 - fee, 7);
    expectConserved(bench);
  });

  it('goes from longs to shorts, and turns with the premium', () => {
    const bench = held(-0.001);
    const gtc = { time_in_force: 'good_til_cancelled' };
    placed(bench.send('private/buy', order(PERPETUAL, 65_000, 64_999.5, gtc), 'second'));
    placed(bench.send('private/sell', order(PERPETUAL, 65_000, 64_999.5)));
    const [main, second] = [balance(bench), balance(bench, 'second')];
    bench.at += 8 * HOUR;
    placed(bench.send('private/sell', order(PERPETUAL, 10, 64_999)));
    placed(bench.send('private/sell', order(PERPETUAL, 10, 64_999), 'second'));
    // `main` has been flat; `second` is long, and received 0.075 %.
    expect(balance(bench) - main).toBeLessThan(0.000_001);
    expect(balance(bench, 'second') - second).toBeGreaterThan(0.000_74);
    expectConserved(bench);
  });

  it('is in ticker and position, and nothing of it for what expires', () => {
    const bench = held(0.001);
    const at = (name: string): unknown => bench.send('public/ticker', { instrument_name: name });
    expect(at(PERPETUAL.name)).toMatchObject({
      result: { current_funding: 0.00075, funding_8h: 0, interest_value: 0 },
    });
    bench.at += 8 * HOUR;
    expect(at(PERPETUAL.name)).toMatchObject({
      result: { current_funding: 0.00075, funding_8h: 0.00075, interest_value: 0.00075 },
    });
    expect(at(FUTURE.name)).not.toHaveProperty('result.current_funding');
    expect(bench.send('private/get_position', { instrument_name: PERPETUAL.name })).toMatchObject({
      result: { direction: 'buy', size: 65_000, realized_funding: 0, interest_value: 0.00075 },
    });
  });

  it('of a linear perpetual is paid in its own currency', () => {
    const bench = openBench(DEPOSITS, new Map([['second', new Map()]]));
    bench.quote(LINEAR_PERPETUAL, [129_990, 100_000], [130_000, 100_000]);
    placed(bench.send('private/buy', order(LINEAR_PERPETUAL, 1, 65_000)));
    mark(bench, 0.001, LINEAR_PERPETUAL);
    const before = balance(bench, 'main', 'USDC');
    bench.at += 8 * HOUR;
    placed(bench.send('private/sell', order(LINEAR_PERPETUAL, 1, 64_995)));
    // 0.075 % of 65,000 USDC; a loss of 5; a fee of 0.05 % of 64,995.
    const paid = before - balance(bench, 'main', 'USDC');
    expect(paid).toBeCloseTo(48.75 + 5 + 32.4975, 2);
    expectConserved(bench);
  });
});

describe('the daily settlement', () => {
  it('turns what futures have earned into cash, and begins a new session', () => {
    const bench = held(0.01);
    const before = balance(bench);
    bench.at = START + 20 * HOUR;
    const gained = 1 - 65_000 / 65_650;
    const funding = -0.005 * (20 / 8);
    expect(balance(bench)).toBeCloseTo(before + gained + funding, 6);
    expect(bench.send('private/get_account_summary', { currency: 'BTC' })).toMatchObject({
      result: { futures_session_upl: 0, session_rpl: 0 },
    });
    // The average price is still that of the purchase.
    expect(bench.send('private/get_position', { instrument_name: PERPETUAL.name })).toMatchObject({
      result: { average_price: 65_000, settlement_price: 65_650 },
    });
    const method = 'private/get_settlement_history_by_instrument';
    const told = bench.send(method, { instrument_name: PERPETUAL.name, type: 'settlement' });
    expect(told).toMatchObject({
      result: { settlements: [{ position: 65_000, mark_price: 65_650 }], continuation: 'none' },
    });
    expect(bench.exchange.settlementsSince(0)).toEqual([]);
    expectConserved(bench);
  });

  it('happens once a day at 08:00 UTC, and pays the same funding once', () => {
    const bench = held(0.001);
    const before = balance(bench);
    for (let hour = 0; hour <= 44; hour += 1) {
      bench.at = START + hour * HOUR;
      bench.exchange.advance(bench.at);
    }
    const told = bench.send('private/get_settlement_history_by_currency', { currency: 'BTC' });
    expect(told).toMatchObject({ result: { settlements: { length: 2 } } });
    const marked = 1 - 65_000 / 65_065;
    expect(balance(bench)).toBeCloseTo(before + marked - (0.00075 * 44) / 8, 6);
    expectConserved(bench);
  });

  it('delivers term futures at the index, to every account', () => {
    const bench = held(0);
    bench.quote(FUTURE, [25_990, 10_000], [26_000, 10_000]);
    placed(bench.send('private/buy', order(FUTURE, 6_500, 65_000)));
    placed(bench.send('private/sell', order(FUTURE, 13_000, 64_975), 'second'));
    const at = FUTURE.expiry ?? 0;
    bench.exchange.setIndex(BTC, 66_000 * E8, at - 1);
    bench.at = at;
    bench.exchange.advance(at);
    const told = bench.notices.flatMap(([kind, payload, account]) =>
      kind === 'settlement' ? [[account, payload.amountE8 / E8, payload.indexPriceE8 / E8]] : [],
    );
    expect(told).toEqual([
      ['main', 6_500, 66_000],
      ['second', -13_000, 66_000],
    ]);
    expectConserved(bench);
  });
});

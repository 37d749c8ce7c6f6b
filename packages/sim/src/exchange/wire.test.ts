import { E8, formatE8 } from '@holdfast/core/values';
import {
  parseAccountSummaries,
  parseInstruments,
  parseOpenOrders,
  parsePlacement,
  parsePositions,
  parseTrades,
} from '@holdfast/deribit/protocol';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  BTC,
  CALL,
  openBench,
  order,
  PERPETUAL,
  placed,
  PUT,
  USDC,
  USDC_CALL,
} from './exchange.fixture.ts';
import type { ExchangeAnswer } from './venue-error.ts';
import { decimal } from './wire.ts';

/** A result after its journey as JSON text. */
function travelled(answer: ExchangeAnswer): unknown {
  if (!answer.ok) throw new Error(JSON.stringify(answer.error));
  return JSON.parse(JSON.stringify(answer.result));
}

/** Read by the client's own parsers: the exchange speaks Deribit, or nothing would come through. */
describe('what travels', () => {
  it('instruments come out of the parser as they went in', () => {
    const bench = openBench();
    const list = (currency: string): unknown =>
      parseInstruments(travelled(bench.send('public/get_instruments', { currency })));
    expect(list('BTC')).toMatchObject({ instruments: [CALL, PUT, PERPETUAL], faults: [] });
    expect(list('USDC')).toMatchObject({ instruments: [USDC_CALL], faults: [] });
  });

  it('a placement is read with its fills', () => {
    const bench = openBench();
    bench.quote(CALL, [995, 20], [1005, 3]);
    const params = order(CALL, 0.4, 0.1005);
    expect(parsePlacement(travelled(bench.send('private/buy', params)))).toMatchObject({
      order: { label: params['label'], state: 'cancelled', filledE8: 30_000_000 },
      fills: [{ label: params['label'], amountE8: 30_000_000, priceE8: 10_050_000, feeE8: 9_000 }],
    });
  });

  it('orders, positions, trades and the account are read', () => {
    const bench = openBench(
      new Map([
        [BTC, 10 * E8],
        [USDC, E8],
      ]),
    );
    bench.quote(CALL, [995, 20], [1005, 3]);
    placed(bench.send('private/sell', order(CALL, 0.3, 0.0995)));
    const resting = order(CALL, 0.2, 0.05, { time_in_force: 'good_til_cancelled' });
    placed(bench.send('private/buy', resting));
    expect(parseOpenOrders(travelled(bench.send('private/get_open_orders')))).toMatchObject([
      { label: resting['label'], amountE8: 20_000_000, filledE8: 0, reduceOnly: false },
    ]);
    expect(parsePositions(travelled(bench.send('private/get_positions')))).toEqual([
      { instrument: CALL.name, amountE8: -30_000_000 },
    ]);
    const period = { currency: 'BTC', start_timestamp: 0, end_timestamp: bench.at };
    const method = 'private/get_user_trades_by_currency_and_time';
    expect(parseTrades(travelled(bench.send(method, period)))).toMatchObject({
      trades: [{ side: 'sell', amountE8: 30_000_000 }],
      hasMore: false,
    });
    const summaries = travelled(bench.send('private/get_account_summaries', { extended: true }));
    expect(parseAccountSummaries(summaries)?.currencies).toMatchObject([
      { currency: 'BTC', equityE8: 10 * E8 + 2_985_000 - 9_000 - 3_000_000 },
      { currency: 'USDC', equityE8: E8, maintenanceMarginE8: 0 },
    ]);
  });

  it('D-3 a number on the wire is the decimal it stands for', () => {
    fc.assert(
      fc.property(fc.maxSafeInteger(), (e8) => {
        expect(decimal(e8)).toBe(Number(formatE8(e8)));
      }),
    );
  });
});

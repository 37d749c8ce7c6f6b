import { currency } from '@holdfast/core/values';
import { describe, expect, it } from 'vitest';
import { harness } from '../test/link-harness.ts';
import { INSTRUMENT_ROWS } from '../test/wire-rows.ts';
import { hedgesOf, settlementsOf } from './hedges.ts';

const LINEAR = 'BTC_USDC-PERPETUAL';
const HEDGES = { settlement: 'USDC', instruments: [LINEAR] };
const ROW = {
  ...INSTRUMENT_ROWS[1],
  instrument_name: LINEAR,
  instrument_type: 'linear',
  quote_currency: 'USDC',
  settlement_currency: 'USDC',
  counter_currency: 'USDC',
  tick_size: 0.1,
  min_trade_amount: 0.0001,
  contract_size: 0.0001,
};

function hedging(): ReturnType<typeof harness> {
  const desk = harness({ hedges: HEDGES, includes: () => false });
  desk.venue.on('public/get_instrument', () => ({ result: ROW }));
  return desk;
}

const channels = ({ venue }: ReturnType<typeof harness>): readonly string[] =>
  venue.last('public/subscribe').params['channels'] as readonly string[];

describe('what hedges', () => {
  it('D-15 is listed by its name, and nothing else of the currency it settles in', () => {
    const desk = hedging();
    desk.start();
    const listed = desk.of('instrumentsListed').filter((each) => each.currency === 'USDC');
    expect(listed).toMatchObject([
      { instruments: [{ name: LINEAR, kind: 'linear_future', settlement: 'USDC', expiry: null }] },
    ]);
    const asked = desk.venue.heard.filter(({ method }) => method === 'public/get_instruments');
    expect(asked.map(({ params }) => params['currency'])).toEqual(['BTC']);
  });

  it('D-15 is heard whatever else is left out: book, ticker, trades and its state', () => {
    const desk = hedging();
    desk.start();
    expect(channels(desk)).toEqual(
      expect.arrayContaining([
        `book.${LINEAR}.100ms`,
        `ticker.${LINEAR}.100ms`,
        `trades.${LINEAR}.100ms`,
        'instrument.state.future.USDC',
        'deribit_price_index.btc_usd',
      ]),
    );
    expect(channels(desk)).not.toContain('trades.future.USDC.100ms');
  });

  it('D-15 is reconciled: its currency is asked for trades and settlements', () => {
    const { venue, start, link, clock } = hedging();
    start();
    link.venue.fetch({
      kind: 'fetch',
      requestId: 1,
      what: 'reconciliation',
      cash: null,
      since: 0 as never,
    });
    clock.advance(500);
    for (const method of [
      'private/get_user_trades_by_currency_and_time',
      'private/get_settlement_history_by_currency',
    ]) {
      const asked = venue.heard.filter((request) => request.method === method);
      expect(new Set(asked.map(({ params }) => params['currency']))).toEqual(
        new Set(['BTC', 'USDC']),
      );
    }
  });

  it('D-15 that the venue does not have is said, and is no reason not to trade', () => {
    const desk = harness({ hedges: HEDGES });
    desk.venue.on('public/get_instrument', () => ({
      error: { code: 13_020, message: 'not_found' },
    }));
    desk.start();
    expect(desk.link.telemetry()).toMatchObject({ connected: true, faults: { hedge_unlisted: 1 } });
    expect(desk.of('instrumentsListed').at(-1)).toMatchObject({
      currency: 'USDC',
      instruments: [],
    });
    expect(channels(desk).filter((name) => name.includes(LINEAR))).toEqual([]);
  });

  it('D-15 about which nothing was proven ends the attempt to connect, as any list does', () => {
    const desk = harness({ hedges: HEDGES });
    const busy = { error: { code: 13_028, message: 'temporarily_unavailable' } };
    desk.venue.once('public/get_instrument', () => busy);
    desk.venue.on('public/get_instrument', () => ({ result: ROW }));
    desk.start();
    desk.live(10_000);
    expect(desk.venue.connections).toBe(2);
    expect(desk.link.telemetry()).toMatchObject({ connected: true, faults: { session_failed: 1 } });
  });
});

describe('the currencies of a link', () => {
  const base = { url: '', credentials: null, marketInterval: '100ms' } as never as Parameters<
    typeof hedgesOf
  >[0];

  it('D-15 that already hold what hedges need no list beside them', () => {
    expect(hedgesOf({ ...base, currencies: ['BTC', 'USDC'], hedges: HEDGES })).toBeNull();
    expect(hedgesOf({ ...base, currencies: ['BTC'] })).toBeNull();
  });

  it('D-15 are asked for with that in which hedges settle', () => {
    const hedges = hedgesOf({ ...base, currencies: ['BTC'], hedges: HEDGES });
    expect(settlementsOf([currency('BTC')], hedges)).toEqual(['BTC', 'USDC']);
    expect(settlementsOf([currency('BTC')], null)).toEqual(['BTC']);
  });
});

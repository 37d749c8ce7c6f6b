import { currency, instrumentName, monoMs } from '@holdfast/core/values';
import { describe, expect, it } from 'vitest';
import { harness } from '../test/link-harness.ts';
import {
  INSTRUMENT_ROWS,
  LABEL,
  OPTION,
  orderRow,
  PERPETUAL,
  tradeRow,
} from '../test/wire-rows.ts';

const OWN = 'user.changes.any.any.raw';

describe('our own changes', () => {
  it('are told as fills first and then orders, and shown under their label', () => {
    const { venue, clock, events, wire, start } = harness();
    start();
    const before = events.length;
    venue.notify(OWN, {
      instrument_name: OPTION,
      orders: [orderRow({ order_state: 'filled', filled_amount: 1 })],
      trades: [tradeRow({ trade_id: 'T-1', amount: 0.4 }), tradeRow({ trade_id: 'T-2' })],
      positions: [],
    });
    clock.advance(5);
    expect(events.slice(before)).toMatchObject([
      { kind: 'fillObserved', source: 'feed', fill: { tradeId: 'T-1', label: LABEL } },
      { kind: 'fillObserved', fill: { tradeId: 'T-2' } },
      { kind: 'orderReported', source: 'feed', label: LABEL, state: 'filled' },
    ]);
    expect(wire).toMatchObject([{ direction: 'in', method: null, label: LABEL, id: null }]);
  });

  it('that cannot be read are trouble every time, never nothing', () => {
    const { venue, clock, of, start } = harness();
    start();
    for (const wrong of [
      { instrument_name: OPTION, orders: [], trades: [tradeRow({ amount: 'one' })] },
      { instrument_name: OPTION, orders: [orderRow({ filled_amount: null })], trades: [] },
      null,
    ]) {
      venue.notify(OWN, wrong);
    }
    clock.advance(5);
    expect(of('faultObserved').map(({ fault }) => fault)).toEqual(
      Array.from({ length: 3 }, () => 'private_message_unreadable'),
    );
    expect(of('fillObserved')).toEqual([]);
  });
});

describe('garbage', () => {
  it('may have been a fill; too much of it ends the session', () => {
    const { venue, clock, of, link, start } = harness();
    start();
    for (const text of ['', '{', '[]', '{"jsonrpc":"2.0","id":"x","result":1}', '\u0000']) {
      venue.say(text);
    }
    clock.advance(5);
    const unreadable = of('faultObserved').filter(
      ({ fault }) => fault === 'private_message_unreadable',
    );
    expect(unreadable).toHaveLength(5);
    expect(link.telemetry()).toMatchObject({ connected: true, faults: { frame_unreadable: 5 } });
    for (let n = 0; n < 16; n += 1) venue.say('{{{');
    clock.advance(5);
    expect(link.telemetry().connected).toBe(false);
  });

  it('in a channel or an answer nobody waits for is counted', () => {
    const { venue, clock, link, start } = harness();
    start();
    venue.notify('perpetual.BTC-PERPETUAL.raw', {});
    venue.answer(999_999, { result: 1 });
    clock.advance(5);
    expect(link.telemetry().faults).toMatchObject({ frame_unknown_channel: 1, late_answer: 1 });
    expect(link.telemetry().connected).toBe(true);
  });
});

describe('a book that is asked for', () => {
  it('is subscribed to anew and begins with a snapshot; several share one request', () => {
    const { venue, link, clock, of, start } = harness();
    start();
    const before = of('bookChanged').length;
    const kind = 'fetch';
    const what = 'book';
    link.venue.fetch({ kind, requestId: 1, what, instrument: instrumentName(OPTION) });
    link.venue.fetch({ kind, requestId: 2, what, instrument: instrumentName(PERPETUAL) });
    clock.advance(20);
    const channels = [`book.${OPTION}.100ms`, `book.${PERPETUAL}.100ms`];
    expect(venue.last('public/unsubscribe').params).toEqual({ channels });
    expect(venue.last('public/subscribe').params).toEqual({ channels });
    expect(of('bookChanged').slice(before)).toMatchObject([
      { instrument: OPTION, prevChangeId: null },
      { instrument: PERPETUAL, prevChangeId: null },
    ]);
    clock.advance(5_000);
    expect(of('fetchFailed')).toEqual([]);
  });

  it('and does not come, or does not exist, is said to have failed', () => {
    const { venue, link, clock, of, start } = harness();
    start();
    venue.on('public/subscribe', () => 'silent');
    const kind = 'fetch';
    const what = 'book';
    link.venue.fetch({ kind, requestId: 1, what, instrument: instrumentName(OPTION) });
    link.venue.fetch({ kind, requestId: 2, what, instrument: instrumentName('BTC-NONE') });
    clock.advance(2_900);
    expect(of('fetchFailed')).toMatchObject([
      { requestId: 2, fault: 'not_subscribed' },
      { requestId: 1, fault: 'timed_out' },
    ]);
  });
});

describe('the list of instruments', () => {
  it('is read again when one changes its state: the new are heard, the gone are not', () => {
    const { venue, clock, of, start } = harness();
    start();
    const [option, perpetual] = INSTRUMENT_ROWS;
    const fresh = { ...option, instrument_name: 'BTC-25DEC26-110000-C', strike: 110_000 };
    venue.on('public/get_instruments', () => ({ result: [perpetual, fresh] }));
    for (const [instrument_name, state] of [
      [OPTION, 'closed'],
      [fresh.instrument_name, 'started'],
    ]) {
      venue.notify('instrument.state.any.BTC', {
        instrument_name,
        state,
        timestamp: clock.now(),
      });
    }
    clock.advance(2_100);
    expect(of('instrumentsListed')).toHaveLength(2);
    expect(venue.last('public/unsubscribe').params).toEqual({
      channels: [`book.${OPTION}.100ms`, `ticker.${OPTION}.100ms`],
    });
    expect(venue.last('public/subscribe').params).toEqual({
      channels: [`book.${fresh.instrument_name}.100ms`, `ticker.${fresh.instrument_name}.100ms`],
    });
  });

  it('is subscribed in chunks of at most four hundred channels', () => {
    const { venue, link, clock } = harness();
    const option = INSTRUMENT_ROWS[0];
    const many = Array.from({ length: 700 }, (_, n) => ({
      ...option,
      instrument_name: `BTC-25DEC26-${100_000 + n}-C`,
      strike: 100_000 + n,
    }));
    venue.on('public/get_instruments', () => ({ result: many }));
    link.open();
    clock.advance(5_000);
    expect(link.telemetry().connected).toBe(true);
    const sizes = venue.heard
      .filter(({ method }) => method === 'public/subscribe')
      .map(({ params }) => (params['channels'] as readonly string[]).length);
    expect(Math.max(...sizes)).toBe(400);
    expect(sizes.reduce((sum, size) => sum + size, 0)).toBeGreaterThan(1_400);
  });

  it('with a bad row costs that row, and is told so', () => {
    const { venue, of, start } = harness();
    venue.on('public/get_instruments', () => ({
      result: [INSTRUMENT_ROWS[1], { ...INSTRUMENT_ROWS[0], strike: 7 }],
    }));
    start();
    expect(of('instrumentsListed')).toMatchObject([{ instruments: [{ name: PERPETUAL }] }]);
    expect(of('faultObserved')).toMatchObject([{ subject: OPTION }]);
  });

  it('a channel the venue leaves out is counted; without our own changes nothing is ready', () => {
    const partial = harness();
    partial.venue.on('public/subscribe', ({ params }) => ({
      result: (params['channels'] as readonly string[]).filter((name) => !name.includes('ticker')),
    }));
    partial.start();
    expect(partial.link.telemetry()).toMatchObject({
      connected: true,
      faults: { subscription_refused: 2 },
    });
    const deaf = harness();
    deaf.venue.on('private/subscribe', () => ({ result: [] }));
    deaf.start();
    expect(deaf.link.telemetry().connected).toBe(false);
  });
});

describe('a snapshot for reconciliation', () => {
  it('is one event, with the number it was asked under', () => {
    const { venue, link, clock, of, start } = harness();
    start();
    venue.on('private/get_open_orders', () => ({ result: [orderRow()] }));
    venue.on('private/get_positions', () => ({
      result: [{ instrument_name: PERPETUAL, size: -20 }],
    }));
    const since = monoMs(clock.now() - 5_000);
    link.venue.fetch({ kind: 'fetch', requestId: 77, what: 'reconciliation', since, cash: null });
    clock.advance(50);
    expect(of('venueSnapshotObserved')).toMatchObject([
      {
        requestId: 77,
        openOrders: [{ label: LABEL }],
        positions: [{ instrument: PERPETUAL, amountE8: -2_000_000_000 }],
      },
    ]);
  });

  it('that one answer is missing from is none: it fails before the core gives it up', () => {
    const { venue, link, clock, of, start } = harness();
    start();
    venue.on('private/get_user_trades_by_currency_and_time', () => 'silent');
    const since = monoMs(clock.now() - 5_000);
    link.venue.fetch({ kind: 'fetch', requestId: 78, what: 'reconciliation', since, cash: null });
    clock.advance(4_900);
    expect(of('venueSnapshotObserved')).toEqual([]);
    expect(of('fetchFailed')).toMatchObject([{ requestId: 78, fault: 'trades: timed_out' }]);
  });
});

describe('the health of the venue', () => {
  it('is asked for again when the platform says that it changed', () => {
    const { venue, clock, of, start } = harness();
    start();
    expect(of('venueHealthObserved')).toMatchObject([{ locked: false, maintenance: [] }]);
    venue.on('public/status', () => ({ result: { locked: 'true' } }));
    venue.notify('platform_state', { locked: true, price_index: 'btc_usd' });
    clock.advance(10);
    expect(of('venueHealthObserved').map(({ locked }) => locked)).toEqual([false, true]);
  });

  it('is none when half of it is missing', () => {
    const { venue, link, clock, of, start } = harness();
    start();
    venue.on('public/status', () => ({ result: { locked: 'perhaps' } }));
    link.venue.fetch({ kind: 'fetch', requestId: 4, what: 'health' });
    clock.advance(10);
    expect(of('venueHealthObserved')).toHaveLength(1);
    expect(of('fetchFailed')).toMatchObject([{ requestId: 4, fault: 'malformed_status' }]);
  });
});

describe('public trades that are asked for', () => {
  const row = (trade_seq: number, timestamp: number) => ({
    trade_id: `T-${trade_seq}`,
    trade_seq,
    instrument_name: OPTION,
    timestamp,
    direction: 'sell',
    price: 0.011,
    amount: 0.3,
  });

  it('are the latest of a market, or those of a hole, each dated by our clock', () => {
    const { venue, link, clock, of, start } = harness();
    start();
    const asked: unknown[] = [];
    const answer = (method: string, trades: readonly unknown[], has_more: boolean): void => {
      venue.on(method, ({ params }) => {
        asked.push(params);
        return { result: { trades, has_more } };
      });
    };
    const said = clock.now();
    answer('public/get_last_trades_by_currency', [row(9, said), row(8, said - 5_000)], true);
    answer('public/get_last_trades_by_instrument', [row(4, said - 9_000)], false);
    const market = { currency: currency('BTC'), family: 'option' } as const;
    link.venue.fetch({ kind: 'fetch', requestId: 5, what: 'latest_trades', ...market });
    const hole = { instrument: instrumentName(OPTION), fromSeq: 4, toSeq: 6 };
    link.venue.fetch({ kind: 'fetch', requestId: 6, what: 'missed_trades', ...hole });
    clock.advance(10);
    expect(asked).toEqual([
      { currency: 'BTC', kind: 'option', count: 20, sorting: 'desc' },
      { instrument_name: OPTION, start_seq: 4, end_seq: 6, count: 1_000, sorting: 'asc' },
    ]);
    const told = { instrument: OPTION, side: 'sell', priceE8: 1_100_000, amountE8: 30_000_000 };
    expect(of('publicTradesObserved')).toMatchObject([
      { requestId: 5, isComplete: false, trades: [{ ...told, tradeSeq: 9 }, { tradeSeq: 8 }] },
      { requestId: 6, isComplete: true, trades: [{ ...told, tradeSeq: 4 }] },
    ]);
    const [, second] = of('publicTradesObserved')[0]?.trades ?? [];
    expect(Math.abs((second?.tradedAt ?? 0) - (said - 5_000))).toBeLessThan(50);
  });

  it('are none when they cannot be read', () => {
    const { venue, link, clock, of, start } = harness();
    start();
    venue.on('public/get_last_trades_by_currency', () => ({ result: { trades: [{}] } }));
    const market = { currency: currency('BTC'), family: 'future' } as const;
    link.venue.fetch({ kind: 'fetch', requestId: 5, what: 'latest_trades', ...market });
    clock.advance(10);
    expect(of('publicTradesObserved')).toEqual([]);
    expect(of('fetchFailed')).toMatchObject([{ requestId: 5, fault: 'malformed_last_trades' }]);
  });
});

describe('the age of the market', () => {
  const index = (timestamp: number) => ({ index_name: 'btc_usd', price: 100_000, timestamp });
  const book = (timestamp: number) => ({
    type: 'snapshot',
    timestamp,
    instrument_name: OPTION,
    change_id: 7,
    bids: [],
    asks: [['new', 0.011, 0.1]],
  });

  it('is counted from when the venue said it: what waited on its way is no news', () => {
    const { venue, clock, of, start } = harness();
    start();
    const said = clock.now();
    clock.advance(2_000);
    venue.notify(`book.${OPTION}.100ms`, book(said));
    venue.notify('deribit_price_index.btc_usd', index(said));
    clock.advance(5);
    expect(of('bookChanged').at(-1)?.at).toBe(said);
    expect(of('indexChanged').at(-1)?.at).toBe(said);
  });

  it('is known again with the first fresh message after our clock has stood still', () => {
    const { venue, clock, of, link, start } = harness();
    start();
    expect(link.telemetry().driftMs).toBe(0);
    // As if we had been suspended for ten seconds: the venue is that much further on.
    const stillMs = 10_000;
    venue.notify('deribit_price_index.btc_usd', index(clock.now() + stillMs));
    clock.advance(5);
    expect(link.telemetry().driftMs).toBeLessThanOrEqual(5 - stillMs);
    const now = clock.now();
    venue.notify(`book.${OPTION}.100ms`, book(now + stillMs - 4_000));
    clock.advance(5);
    expect(of('bookChanged').at(-1)?.at).toBeLessThan(now - 3_900);
  });

  it('is not measured anew for what half a slow round trip may be wrong by', () => {
    const { venue, clock, link, start } = harness();
    start();
    venue.notify('deribit_price_index.btc_usd', index(clock.now() + 200));
    clock.advance(5);
    expect(link.telemetry().driftMs).toBe(0);
  });

  it('is asked for again at once where a stamp says that our clock is wrong', () => {
    const { venue, clock, link, start } = harness();
    start();
    const asked = venue.count('public/get_time');
    venue.notify('deribit_price_index.btc_usd', index(clock.now() + 60_000));
    clock.advance(1_100);
    expect(venue.count('public/get_time')).toBe(asked + 1);
    expect(link.telemetry().driftMs).toBe(0);
  });

  it('is never less than none, whatever the stamp says', () => {
    const { venue, clock, of, start } = harness();
    start();
    venue.notify(`book.${OPTION}.100ms`, book(clock.now() + 60_000));
    clock.advance(5);
    expect(of('bookChanged').at(-1)?.at).toBeLessThanOrEqual(clock.now());
  });

  it('takes the difference of the two clocks out', () => {
    const { venue, clock, link, of, start } = harness();
    venue.clockAheadMs = 40_000;
    start();
    expect(link.telemetry().driftMs).toBe(-40_000);
    const said = clock.now();
    venue.notify(`book.${OPTION}.100ms`, book(said + 40_000 - 300));
    clock.advance(5);
    expect(of('bookChanged').at(-1)?.at).toBe(said - 300);
  });
});

describe('what the monitors of network and clock judge by', () => {
  it('is unknown before anything was asked or heard', () => {
    const { link } = harness();
    expect(link.measure()).toEqual({
      network: { httpP95Ms: null, timeoutRate: null, lastMessageAt: null },
      clock: { driftMs: null, sampledAt: null },
    });
  });

  it('is always there once connected: a pulse is answered six times in half a minute', () => {
    const { clock, live, link, start, venue } = harness();
    start();
    const asked = venue.count('public/get_time');
    live(30_000);
    expect(venue.count('public/get_time') - asked).toBeGreaterThanOrEqual(5);
    const { network, clock: told } = link.measure();
    expect(network.timeoutRate).toBe(0);
    expect(network.httpP95Ms).toBeGreaterThanOrEqual(0);
    expect(clock.now() - (network.lastMessageAt ?? 0)).toBeLessThan(5_001);
    expect(told.driftMs).toBe(0);
    expect(clock.now() - (told.sampledAt ?? 0)).toBeLessThanOrEqual(6_000);
  });

  it('counts what is never answered against what was asked, and delays by what was', () => {
    const { live, link, start, venue } = harness();
    start();
    live(60_000);
    expect(link.measure().network.timeoutRate).toBe(0);
    venue.once('public/get_time', () => 'silent');
    live(15_000);
    const { timeoutRate, httpP95Ms } = link.measure().network;
    expect(timeoutRate).toBeGreaterThan(0.02);
    expect(timeoutRate).toBeLessThan(0.2);
    expect(httpP95Ms).toBeLessThan(750);
  });

  it('hears the reference instruments whatever else is left out', () => {
    const subscribed = (references: readonly string[]): readonly string[] => {
      const { start, venue } = harness({ includes: () => false, references });
      start();
      return venue.last('public/subscribe').params['channels'] as readonly string[];
    };
    expect(subscribed([]).filter((name) => name.includes(OPTION))).toEqual([]);
    const heard = subscribed([OPTION]);
    expect(heard).toContain(`book.${OPTION}.100ms`);
    expect(heard).toContain(`ticker.${OPTION}.100ms`);
    expect(heard).toContain('deribit_price_index.btc_usd');
    expect(heard).toContain('deribit_volatility_index.btc_usd');
  });
});

describe('a session that speaks and answers nothing', () => {
  it('is ended, and the next one is whole', () => {
    const { venue, clock, link, live, of, start } = harness();
    start();
    venue.on('public/get_time', () => 'silent');
    live(30_000);
    expect(venue.connections).toBe(1);
    live(30_000);
    expect(of('faultObserved').map(({ fault }) => fault)).toContain(
      'session_failed: requests_unanswered',
    );
    venue.on('public/get_time', () => ({ result: clock.now() }));
    live(70_000);
    expect(link.telemetry().connected).toBe(true);
  });

  it('is kept when it lost one answer and gave the next', () => {
    const { venue, live, start } = harness();
    start();
    venue.once('public/get_time', () => 'silent');
    live(120_000);
    expect(venue.connections).toBe(1);
  });
});

describe('a connection that is nobody’s any more', () => {
  const nobodys = { error: { code: 13_009, message: 'unauthorized' } };

  it('is ended by the private answer that says so, and the next one authenticates', () => {
    const { venue, clock, link, of, start } = harness();
    start();
    venue.once('private/get_account_summaries', () => nobodys);
    link.venue.fetch({ kind: 'fetch', requestId: 9, what: 'account' });
    clock.advance(10);
    expect(of('fetchFailed')).toMatchObject([{ requestId: 9 }]);
    expect(of('sessionChanged').map(({ connected }) => connected)).toEqual([false, true, false]);
    expect(of('faultObserved').map(({ fault }) => fault)).toEqual([
      'session_failed: unauthenticated',
    ]);
    clock.advance(2_000);
    expect(venue.count('public/auth')).toBe(2);
    expect(venue.count('private/subscribe')).toBe(2);
    expect(link.telemetry().connected).toBe(true);
  });

  it('says so of an order to the order first', () => {
    const { venue, clock, link, of, start } = harness();
    start();
    venue.once('private/buy', () => nobodys);
    const answers: unknown[] = [];
    link.transport.call('private/buy', { instrument_name: OPTION }, (answer) => {
      answers.push(answer, of('sessionChanged').length);
    });
    clock.advance(10);
    expect(answers).toMatchObject([{ ok: false, error: { code: 13_009 } }, 2]);
    expect(of('sessionChanged')).toHaveLength(3);
  });

  it('is not what a forbidden request or a failed renewal says of it', () => {
    const { venue, clock, link, live, start } = harness();
    start();
    venue.once('private/buy', () => ({ error: { code: 13_021, message: 'forbidden' } }));
    link.transport.call('private/buy', { instrument_name: OPTION }, () => {});
    clock.advance(10);
    venue.once('public/auth', () => nobodys);
    live(750_000);
    expect(venue.count('public/auth')).toBe(3);
    expect(venue.connections).toBe(1);
  });
});

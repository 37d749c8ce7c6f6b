import { createHmac } from 'node:crypto';
import type { Event } from '@holdfast/core';
import { monoMs } from '@holdfast/core/values';
import { describe, expect, it } from 'vitest';
import { CREDENTIALS, harness, SECRET } from '../test/link-harness.ts';
import { tokens } from '../test/scripted-venue.ts';
import { OPTION } from '../test/wire-rows.ts';

const REFUSED = { error: { code: 13_004, message: 'invalid_credentials' } };
const LIMITED = { error: { code: 10_028, message: 'too_many_requests' } };

function sessions(events: readonly Event[]): boolean[] {
  return events.flatMap((event) => (event.kind === 'sessionChanged' ? [event.connected] : []));
}

describe('a session', () => {
  it('is made ready in order: time, heartbeat, authentication, listing, subscriptions', () => {
    const { venue, link, events, start } = harness();
    start();
    const methods = [...new Set(venue.heard.map(({ method }) => method))];
    expect(methods.slice(0, 7)).toEqual([
      'public/get_time',
      'public/set_heartbeat',
      'public/auth',
      'private/enable_cancel_on_disconnect',
      'public/get_instruments',
      'private/subscribe',
      'public/subscribe',
    ]);
    expect(venue.last('public/set_heartbeat').params).toEqual({ interval: 10 });
    expect(venue.last('private/enable_cancel_on_disconnect').params).toEqual({
      scope: 'connection',
    });
    expect(venue.last('private/subscribe').params).toEqual({
      channels: ['user.changes.any.any.raw'],
    });
    expect(sessions(events)).toEqual([false, true]);
    const kinds = events.map(({ kind }) => kind);
    expect(kinds.indexOf('instrumentsListed')).toBeLessThan(kinds.indexOf('bookChanged'));
    expect(kinds).toContain('accountObserved');
    expect(kinds).toContain('venueHealthObserved');
    expect(link.telemetry()).toMatchObject({ connected: true, sessions: 1, reconnects: 0 });
  });

  it('proves the secret by a signature and never sends it', () => {
    const { venue, wire, start } = harness();
    start();
    const { params } = venue.last('public/auth');
    const { timestamp, nonce, signature } = params;
    const expected = createHmac('sha256', SECRET)
      .update(`${String(timestamp)}\n${String(nonce)}\n`)
      .digest('hex');
    expect(params['grant_type']).toBe('client_signature');
    expect(signature).toBe(expected);
    expect(JSON.stringify(venue.heard)).not.toContain(SECRET);
    expect(JSON.stringify(wire)).not.toContain(SECRET);
  });

  it('sends the secret only where that was chosen', () => {
    const { venue, start } = harness({ authentication: 'client_credentials' });
    start();
    expect(venue.last('public/auth').params['client_secret']).toBe(SECRET);
  });

  it('without credentials hears the market and has no orders, account or private channel', () => {
    const { venue, link, clock, of, start } = harness({ credentials: null });
    start();
    expect(link.telemetry().connected).toBe(true);
    expect(venue.heard.filter(({ method }) => method.startsWith('private/'))).toEqual([]);
    link.venue.fetch({ kind: 'fetch', requestId: 5, what: 'account' });
    const answers: unknown[] = [];
    link.transport.call('private/cancel', {}, (answer) => answers.push(answer));
    clock.advance(10);
    expect(of('fetchFailed')).toMatchObject([{ requestId: 5, fault: 'no_credentials' }]);
    expect(answers).toEqual([{ ok: null, fault: 'not_connected' }]);
  });

  it('answers a test request, and lives as long as it is answered', () => {
    const { venue, link, clock, events, start } = harness();
    start();
    for (let n = 0; n < 6; n += 1) {
      venue.heartbeat('test_request');
      clock.advance(10_000);
    }
    expect(venue.count('public/test')).toBe(6);
    expect(link.telemetry().reconnects).toBe(0);
    expect(sessions(events)).toEqual([false, true]);
  });

  it('is cut by us when the heartbeat is missing, and begins anew with all of it', () => {
    const { venue, link, clock, events, start } = harness();
    // The timekeeper's own questions are answered as well: a dead venue answers nothing.
    start();
    venue.on('public/get_time', () => 'silent');
    clock.advance(14_000);
    expect(sessions(events)).toEqual([false, true]);
    clock.advance(1_600);
    expect(sessions(events)).toEqual([false, true, false]);
    expect(link.telemetry().faults['heartbeat_lost']).toBe(1);
    venue.on('public/get_time', () => ({ result: clock.now() }));
    clock.advance(2_000);
    expect(sessions(events)).toEqual([false, true, false, true]);
    expect(venue.count('private/subscribe')).toBe(2);
    expect(venue.count('private/enable_cancel_on_disconnect')).toBe(2);
  });

  it('tells that the venue closed it, with its code, and subscribes to everything again', () => {
    const { venue, clock, of, events, start, live } = harness();
    start();
    const before = venue.last('public/subscribe').params;
    venue.kill(4_000);
    clock.advance(3_000);
    expect(of('sessionTerminated')).toMatchObject([{ code: 4_000 }]);
    expect(sessions(events)).toEqual([false, true, false, true]);
    expect(venue.last('public/subscribe').params).toEqual(before);
    expect(venue.count('public/subscribe')).toBe(2);
    // The list is young and costs credits: it is read again when the session has held a while.
    expect(venue.count('public/get_instruments')).toBe(1);
    live(16_000);
    expect(venue.count('public/get_instruments')).toBe(2);
  });

  it('waits longer before each attempt that fails, within its bounds', () => {
    const { venue, clock, link } = harness();
    venue.on('public/get_time', (_request, peer) => {
      peer.close(null);
      return 'silent';
    });
    link.open();
    const at: number[] = [];
    for (let ms = 0; ms < 400_000 && at.length < 11; ms += 1) {
      if (venue.connections > at.length) at.push(clock.now());
      clock.advance(1);
    }
    const pauses = at.slice(1).map((time, index) => time - (at[index] ?? 0));
    expect(pauses.slice(0, 3).every((pause, n) => pause >= 375 * 2 ** n)).toBe(true);
    expect(pauses.every((pause) => pause <= 60_100)).toBe(true);
    expect(pauses.at(-1)).toBeGreaterThan(40_000);
  });
});

describe('authentication', () => {
  it('that is refused is not tried again before the longest pause', () => {
    const { venue, clock, link, of } = harness();
    venue.on('public/auth', () => REFUSED);
    link.open();
    clock.advance(44_000);
    expect(venue.count('public/auth')).toBe(1);
    expect(of('faultObserved')[0]?.fault).toContain('13004');
    clock.advance(20_000);
    expect(venue.count('public/auth')).toBe(2);
    expect(link.telemetry().connected).toBe(false);
  });

  it('is renewed well before it expires, by the refresh token', () => {
    const { venue, link, start, live } = harness();
    start();
    live(700_000);
    expect(venue.count('public/auth')).toBe(1);
    live(40_000);
    expect(venue.count('public/auth')).toBe(2);
    expect(venue.last('public/auth').params['grant_type']).toBe('refresh_token');
    expect(String(venue.last('public/auth').params['refresh_token'])).toMatch(/^refresh-/);
    live(1_500_000);
    expect(venue.count('public/auth')).toBe(4);
    expect(link.telemetry().reconnects).toBe(0);
  });

  it('whose renewal fails is done once more with the credentials, and the session stays', () => {
    const { venue, events, start, live } = harness();
    start();
    venue.once('public/auth', () => REFUSED);
    live(750_000);
    const grants = venue.heard.filter(({ method }) => method === 'public/auth');
    expect(grants.map(({ params }) => params['grant_type'])).toEqual([
      'client_signature',
      'refresh_token',
      'client_signature',
    ]);
    expect(sessions(events)).toEqual([false, true]);
  });

  it('that fails twice ends the session, and is no loop', () => {
    const { venue, clock, events, link, start, live } = harness();
    start();
    live(700_000);
    venue.on('public/auth', () => REFUSED);
    live(40_000);
    expect(venue.count('public/auth')).toBe(3);
    expect(sessions(events)).toEqual([false, true, false]);
    clock.advance(300_000);
    // Once a minute at most, for five minutes.
    expect(venue.count('public/auth')).toBeLessThanOrEqual(3 + 8);
    expect(link.telemetry().faults['session_failed']).toBeGreaterThan(0);
  });

  it('needs cancel-on-disconnect, by this connection or by the account', () => {
    const off = harness();
    off.venue.on('private/enable_cancel_on_disconnect', () => ({
      error: { code: 13_021, message: 'forbidden' },
    }));
    off.venue.on('private/get_cancel_on_disconnect', () => ({
      result: { scope: 'connection', enabled: false },
    }));
    off.start();
    expect(off.link.telemetry().connected).toBe(false);
    expect(off.of('faultObserved')[0]?.fault).toContain('cancel_on_disconnect');

    const byAccount = harness();
    byAccount.venue.on('private/enable_cancel_on_disconnect', () => ({
      error: { code: 13_021, message: 'forbidden' },
    }));
    byAccount.venue.on('private/get_cancel_on_disconnect', () => ({
      result: { scope: 'connection', enabled: true },
    }));
    byAccount.start();
    expect(byAccount.link.telemetry().connected).toBe(true);
  });

  it('of a key that only reads needs none', () => {
    const { venue, link, start } = harness();
    venue.on('public/auth', () => ({
      result: { ...tokens('r'), scope: 'account:read trade:read connection' },
    }));
    start();
    expect(link.telemetry().connected).toBe(true);
    expect(venue.count('private/enable_cancel_on_disconnect')).toBe(0);
  });
});

describe('too many requests', () => {
  it('ends the session once, waits, and comes back with every subscription', () => {
    const { venue, link, clock, of, events, start } = harness();
    start();
    venue.once('private/get_account_summaries', () => LIMITED);
    link.venue.fetch({ kind: 'fetch', requestId: 9, what: 'account' });
    clock.advance(10);
    expect(of('sessionTerminated')).toMatchObject([{ code: 10_028 }]);
    expect(of('fetchFailed')).toMatchObject([{ requestId: 9 }]);
    expect(sessions(events)).toEqual([false, true, false]);
    expect(link.telemetry().count429In5m).toBe(1);
    clock.advance(3_900);
    expect(venue.connections).toBe(1);
    clock.advance(6_000);
    expect(sessions(events)).toEqual([false, true, false, true]);
    expect(venue.count('private/subscribe')).toBe(2);
  });

  it('answered to an order is told by the order alone, and still ends the session', () => {
    const { venue, link, clock, of, events, start } = harness();
    start();
    venue.once('private/buy', () => LIMITED);
    const answers: unknown[] = [];
    link.transport.call('private/buy', { instrument_name: OPTION }, (answer) => {
      answers.push(answer);
    });
    clock.advance(10);
    expect(answers).toMatchObject([{ ok: false, error: { code: 10_028 } }]);
    expect(of('sessionTerminated')).toEqual([]);
    expect(sessions(events)).toEqual([false, true, false]);
  });
});

describe('an order', () => {
  it('whose answer is lost with the session is unknown, exactly once', () => {
    const { venue, link, clock, start } = harness();
    start();
    venue.on('private/buy', () => 'silent');
    const answers: unknown[] = [];
    link.transport.call('private/buy', { instrument_name: OPTION }, (answer) => {
      answers.push(answer);
    });
    clock.advance(5);
    expect(venue.count('private/buy')).toBe(1);
    link.drop();
    clock.advance(120_000);
    expect(answers).toEqual([{ ok: null, fault: 'session_lost' }]);
    expect(venue.count('private/buy')).toBe(1);
  });

  it('D-14 is wanted no longer than its answer is waited for, and a cancel always is', () => {
    const { venue, link, clock, start } = harness();
    start();
    venue.on('private/buy', () => 'silent');
    venue.on('private/cancel', () => 'silent');
    const answers: unknown[] = [];
    link.transport.call('private/buy', { label: 'L-1' }, (answer) => answers.push(answer));
    link.transport.call('private/cancel', { order_id: 'X' }, () => {});
    clock.advance(5);
    const venueNow = clock.now() - (link.telemetry().driftMs ?? Number.NaN);
    const { valid_until: until } = venue.last('private/buy').params;
    expect(until).toBeGreaterThan(venueNow);
    expect(until).toBeLessThanOrEqual(venueNow + 3_000);
    expect(venue.last('private/cancel').params).not.toHaveProperty('valid_until');
    clock.advance(3_000);
    expect(answers).toEqual([{ ok: null, fault: 'timed_out' }]);
  });

  it('is not sent while there is no session, and said not to be', () => {
    const { venue, link, clock } = harness();
    const answers: unknown[] = [];
    link.transport.call('private/buy', { instrument_name: OPTION }, (answer) => {
      answers.push(answer);
    });
    expect(answers).toEqual([]);
    link.open();
    clock.advance(10_000);
    expect(answers).toEqual([{ ok: null, fault: 'not_connected' }]);
    expect(venue.count('private/buy')).toBe(0);
  });

  it('is shown with its answer as it crossed the wire, and nothing else is', () => {
    const { venue, link, clock, wire, start } = harness();
    start();
    venue.on('private/cancel', () => ({ result: { order_id: 'X', label: 'L-1' } }));
    link.transport.call('private/buy', { label: 'L-1' }, () => {});
    link.transport.call('private/cancel', { order_id: 'X' }, () => {});
    clock.advance(10);
    const { id } = venue.last('private/buy');
    expect(wire).toMatchObject([
      { direction: 'out', method: 'private/buy', label: 'L-1', id },
      { direction: 'out', method: 'private/cancel', label: null, id: id + 1 },
      { direction: 'in', method: 'private/buy', label: 'L-1', id },
      { direction: 'in', method: 'private/cancel', label: 'L-1', id: id + 1 },
    ]);
    expect(JSON.parse(wire[0]?.text ?? '')).toMatchObject({ params: { label: 'L-1' } });
  });
});

describe('an order without credits', () => {
  /** What became of forty orders at once, of which the lowest tier has credits for eighteen. */
  function forty(params: object) {
    const { venue, link, clock, start } = harness();
    start();
    const faults: unknown[] = [];
    for (let n = 0; n < 40; n += 1) {
      link.transport.call('private/buy', { label: `L-${n}`, ...params }, (answer) => {
        if (answer.ok === null) faults.push(answer.fault);
      });
    }
    link.transport.call('private/cancel_by_label', { label: 'L-0' }, () => {});
    clock.advance(400);
    expect(venue.count('private/cancel_by_label')).toBe(1);
    expect(venue.count('private/buy')).toBe(18);
    return { venue, faults, clock };
  }

  it('AT-239 that opens is blocked at once, and never leaves', () => {
    const { venue, faults, clock } = forty({});
    expect(faults).toEqual(Array.from({ length: 22 }, () => 'brownout'));
    clock.advance(60_000);
    expect(venue.count('private/buy')).toBe(18);
  });

  it('AT-239 that reduces waits a second at most; cancels go before what may rest', () => {
    const { venue, faults, clock } = forty({ reduce_only: true });
    clock.advance(60_000);
    expect(venue.count('private/buy')).toBe(21);
    expect(faults).toEqual(Array.from({ length: 19 }, () => 'no_credits'));
  });
});

describe('leaving', () => {
  it('gives up its subscriptions, logs out, and is told once', async () => {
    const { venue, link, clock, events, start } = harness();
    start();
    const closed = link.close();
    clock.advance(50);
    await closed;
    const last = venue.heard.slice(-3).map(({ method }) => method);
    expect(last).toEqual(['public/unsubscribe_all', 'private/unsubscribe_all', 'private/logout']);
    expect(venue.last('private/logout').params).toEqual({ invalidate_token: true });
    expect(sessions(events)).toEqual([false, true, false]);
    clock.advance(300_000);
    expect(venue.connections).toBe(1);
    await link.close();
  });

  it('does not wait for ever for a venue that does not close', async () => {
    const { venue, link, clock, start } = harness();
    venue.on('private/logout', () => 'silent');
    start();
    const closed = link.close();
    clock.advance(2_100);
    await closed;
    expect(venue.open).toBe(0);
    expect(link.telemetry().connected).toBe(false);
  });

  it('without a word is no logout: the venue cancels what rests, for good', async () => {
    const { venue, link, clock, start } = harness();
    start();
    const abandoned = link.abandon();
    clock.advance(50);
    await abandoned;
    expect(venue.count('private/logout')).toBe(0);
    expect(venue.open).toBe(0);
    clock.advance(300_000);
    expect(venue.connections).toBe(1);
  });

  it('is possible before it ever connected, and between two sessions', async () => {
    const idle = harness();
    await idle.link.close();
    const between = harness();
    between.start();
    between.link.drop();
    between.clock.advance(10);
    await between.link.close();
    between.clock.advance(100_000);
    expect(between.venue.connections).toBe(1);
  });
});

describe('questions', () => {
  it('asked while there is no session are answered all the same', () => {
    const { link, clock, of } = harness();
    const kind = 'fetch';
    link.venue.fetch({ kind, requestId: 1, what: 'instruments' });
    link.venue.fetch({ kind, requestId: 2, what: 'reconciliation', since: monoMs(0), cash: null });
    link.venue.fetch({ kind, requestId: 3, what: 'health' });
    expect(of('fetchFailed')).toEqual([]);
    clock.advance(0);
    expect(of('fetchFailed').map(({ requestId }) => requestId)).toEqual([1, 2, 3]);
  });

  it('a silent venue answers none of them, and every one of them fails', () => {
    const { venue, link, of, start, live } = harness();
    start();
    for (const method of [
      'public/get_instruments',
      'private/get_account_summaries',
      'public/get_announcements',
      'private/get_open_orders',
    ]) {
      venue.on(method, () => 'silent');
    }
    const kind = 'fetch';
    link.venue.fetch({ kind, requestId: 1, what: 'instruments' });
    link.venue.fetch({ kind, requestId: 2, what: 'account' });
    link.venue.fetch({ kind, requestId: 3, what: 'health' });
    link.venue.fetch({ kind, requestId: 4, what: 'reconciliation', since: monoMs(0), cash: null });
    live(12_000);
    const failed = of('fetchFailed').map(({ requestId }) => requestId);
    expect(failed.toSorted((a, b) => a - b)).toEqual([1, 2, 3, 4]);
    expect(link.telemetry().timeoutsIn60s).toBe(4);
  });

  it('the account says how fast we may ask', () => {
    const { venue, link, clock, of, start } = harness({ credentials: CREDENTIALS });
    start();
    expect(of('accountObserved')).toMatchObject([
      { limits: { matching: { ratePerSecond: 5, burst: 20 } } },
    ]);
    const before = venue.heard.length;
    for (let n = 0; n < 50; n += 1) link.transport.call('private/cancel', { n }, () => {});
    clock.advance(2);
    expect(venue.heard.length - before).toBe(18);
  });
});

import { afterEach, describe, expect, it } from 'vitest';
import { openWebSocket } from '../src/socket.ts';
import { type Harness, harness } from './link-harness.ts';
import { type ScriptedServer, serve } from './scripted-server.ts';
import { OPTION, orderRow, tradeRow } from './wire-rows.ts';

/**
 * The same client over real sockets. Its time is still the test's own: nothing here waits for a
 * timer, only for the network.
 */
interface Wired extends Harness {
  readonly server: ScriptedServer;
  readonly until: (condition: () => boolean) => Promise<void>;
}

const servers: ScriptedServer[] = [];
const links: Harness['link'][] = [];

afterEach(async () => {
  for (const link of links.splice(0)) link.drop();
  await Promise.all(servers.splice(0).map((server) => server.close()));
});

async function wired(): Promise<Wired> {
  let url = '';
  const made = harness({
    openSocket: (_url, handlers) => openWebSocket(url, handlers),
  });
  const server = await serve(made.venue);
  ({ url } = server);
  servers.push(server);
  links.push(made.link);
  const until = async (condition: () => boolean): Promise<void> => {
    for (let turn = 0; turn < 20_000 && !condition(); turn += 1) {
      made.clock.advance(0);
      await new Promise((resolve) => setImmediate(resolve));
    }
    expect(condition()).toBe(true);
  };
  return { ...made, server, until };
}

async function ready(): Promise<Wired> {
  const made = await wired();
  made.link.open();
  await made.until(() => made.link.telemetry().connected);
  return made;
}

describe('over a WebSocket', () => {
  it('becomes ready, hears the market, and leaves with a logout', async () => {
    const { venue, link, of, until } = await ready();
    await until(() => of('bookChanged').length === 2 && of('accountObserved').length === 1);
    expect(of('sessionChanged').map(({ connected }) => connected)).toEqual([false, true]);
    const closed = link.close();
    await until(() => venue.open === 0);
    await closed;
    expect(venue.last('private/logout').params).toEqual({ invalidate_token: true });
    expect(of('sessionChanged').at(-1)).toMatchObject({ connected: false });
  });

  it('an order, its answer and its fill cross both ways', async () => {
    const { venue, link, of, wire, until } = await ready();
    venue.on('private/buy', () => ({
      result: { order: orderRow({ order_state: 'filled', filled_amount: 1 }), trades: [] },
    }));
    const answers: unknown[] = [];
    link.transport.call('private/buy', { instrument_name: OPTION }, (answer) => {
      answers.push(answer);
    });
    await until(() => answers.length === 1);
    venue.notify('user.changes.any.any.raw', {
      instrument_name: OPTION,
      orders: [orderRow({ order_state: 'filled', filled_amount: 1 })],
      trades: [tradeRow()],
    });
    await until(() => of('orderReported').length === 1);
    expect(of('fillObserved')).toMatchObject([{ fill: { tradeId: 'T-1' } }]);
    expect(wire.map(({ direction }) => direction)).toEqual(['out', 'in', 'in']);
  });

  it('answers that overtake each other reach who asked', async () => {
    const { venue, link, until } = await ready();
    venue.on('private/cancel', () => 'silent');
    const answers: string[] = [];
    for (const order of ['first', 'second']) {
      link.transport.call('private/cancel', { order_id: order }, (answer) => {
        answers.push(`${order} ${answer.ok === true ? String(answer.result) : 'lost'}`);
      });
    }
    await until(() => venue.count('private/cancel') === 2);
    const [first, second] = venue.heard.filter(({ method }) => method === 'private/cancel');
    venue.answer(second?.id ?? 0, { result: 'b' });
    venue.answer(first?.id ?? 0, { result: 'a' });
    await until(() => answers.length === 2);
    expect(answers).toEqual(['second b', 'first a']);
  });

  it('a killed connection makes an order unknown once, and comes back', async () => {
    const { venue, link, clock, of, until } = await ready();
    venue.on('private/buy', () => 'silent');
    const answers: unknown[] = [];
    link.transport.call('private/buy', { instrument_name: OPTION }, (answer) => {
      answers.push(answer);
    });
    await until(() => venue.count('private/buy') === 1);
    venue.kill();
    await until(() => answers.length === 1);
    expect(answers).toEqual([{ ok: null, fault: 'session_lost' }]);
    expect(of('sessionTerminated')).toMatchObject([{ code: null }]);
    clock.advance(500);
    await until(() => link.telemetry().connected);
    expect(of('sessionChanged').map(({ connected }) => connected)).toEqual([
      false,
      true,
      false,
      true,
    ]);
    expect(venue.count('private/buy')).toBe(1);
    expect(answers).toHaveLength(1);
  });

  it('a close frame is told with its code', async () => {
    const { venue, of, until } = await ready();
    venue.kill(4_001);
    await until(() => of('sessionTerminated').length === 1);
    expect(of('sessionTerminated')).toMatchObject([{ code: 4_001 }]);
  });

  it('an upgrade refused with 429 is counted, and waited out', async () => {
    const { server, link, clock, venue, until } = await wired();
    server.refuse(429);
    link.open();
    await until(() => link.telemetry().count429In5m === 1);
    server.refuse(null);
    clock.advance(3_900);
    await until(() => true);
    expect(venue.connections).toBe(0);
    clock.advance(4_200);
    await until(() => link.telemetry().connected);
    expect(link.telemetry().faults['http_429']).toBe(1);
  });

  it('nobody at the other end is a pause, not a crash', async () => {
    const { server, link, of, until } = await wired();
    await server.close();
    servers.length = 0;
    link.open();
    await until(() => of('faultObserved').length === 1);
    expect(of('faultObserved')[0]?.fault).toContain('session_closed');
    expect(link.telemetry().connected).toBe(false);
  });

  it('a message of two megabytes is heard whole', async () => {
    const { venue, link, of, until } = await ready();
    const { messages } = link.telemetry();
    venue.notify('platform_state', { locked: false, note: 'x'.repeat(2_000_000) });
    await until(() => link.telemetry().messages > messages);
    await until(() => of('venueHealthObserved').length === 2);
    expect(link.telemetry().bytes).toBeGreaterThan(2_000_000);
  });
});

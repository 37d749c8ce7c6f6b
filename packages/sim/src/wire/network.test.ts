import { describe, expect, it } from 'vitest';
import { developmentKeys } from '../server/keys.ts';
import { wireBench, type WireClient } from './wire.fixture.ts';

const ids = ({ heard }: WireClient): unknown[] =>
  heard.map(({ text }) => (JSON.parse(text) as { readonly id?: number }).id);

describe('a connection', () => {
  it('is made in its time, and carries requests and answers in order', () => {
    const { connect, pass, sessions } = wireBench({ delayMsMin: 10, delayMsMax: 10 });
    const client = connect();
    expect(client.opened).toEqual([]);
    pass(20);
    expect(client.opened).toEqual([20]);
    client.say('public/test');
    client.say('public/get_time');
    pass(19);
    expect(client.heard).toEqual([]);
    pass(1);
    expect(ids(client)).toEqual([1, 2]);
    expect(sessions()).toBe(1);
    expect(client.ends).toEqual([]);
  });

  it('that is refused with 429 never opens, and says with what', () => {
    const { connect, pass, network, sessions } = wireBench({ refusal: 1 });
    const client = connect();
    pass(100);
    expect(client.opened).toEqual([]);
    expect(client.ends).toEqual([{ code: null, status: 429, detail: 'HTTP 429' }]);
    expect(sessions()).toBe(0);
    expect(network.counts).toMatchObject({ refusals: 1, connections: 0 });
  });

  it('that was given up before it opened is no session', () => {
    const { connect, pass, sessions } = wireBench({ delayMsMin: 10, delayMsMax: 10 });
    const client = connect();
    client.socket.terminate();
    pass(100);
    expect(client.opened).toEqual([]);
    expect(client.ends).toHaveLength(1);
    expect(sessions()).toBe(0);
  });

  it('knows how much has not left yet', () => {
    const { connect, pass } = wireBench({ delayMsMin: 10, delayMsMax: 10 });
    const client = connect();
    pass(20);
    expect(client.socket.buffered).toBe(0);
    client.say('public/test');
    expect(client.socket.buffered).toBe(client.left[0]?.length);
    pass(10);
    expect(client.socket.buffered).toBe(0);
  });
});

describe('a cut', () => {
  it('ends both sides at once with all that was on its way, and refuses for a while', () => {
    const { connect, pass, network, service, sessions } = wireBench({
      delayMsMin: 10,
      delayMsMax: 10,
    });
    const client = connect();
    pass(20);
    client.say('public/test');
    pass(10);
    client.say('public/get_time');
    network.cut(500);
    expect(sessions()).toBe(0);
    pass(100);
    expect(client.ends).toEqual([{ code: null, status: null, detail: 'ECONNRESET' }]);
    expect(client.heard).toEqual([]);
    expect(service.counters.requestsByMethod).toEqual({ 'public/test': 1 });
    const early = connect();
    pass(100);
    expect(early.ends).toEqual([{ code: null, status: null, detail: 'unreachable' }]);
    pass(400);
    const later = connect();
    pass(100);
    expect(later.opened).toHaveLength(1);
  });
});

describe('the venue ends a session', () => {
  it.each([
    ['private/logout', 1000, 'logout'],
    ['nothing at all', 1001, 'inactive'],
  ])('after %s with code %d, once', (method, code, detail) => {
    const { connect, pass, sessions } = wireBench();
    const client = connect();
    pass(1);
    const [key] = developmentKeys();
    if (method === 'private/logout') {
      const secret = { client_id: key?.clientId, client_secret: key?.clientSecret };
      client.say('public/auth', { grant_type: 'client_credentials', ...secret });
      client.say(method);
    }
    pass(601_000);
    expect(client.ends).toEqual([{ code, status: null, detail }]);
    expect(sessions()).toBe(0);
  });

  it('that answers no heartbeat, and keeps one that does', () => {
    const { connect, pass } = wireBench();
    const dead = connect();
    const living = connect();
    pass(1);
    dead.say('public/set_heartbeat', { interval: 10 });
    living.say('public/set_heartbeat', { interval: 10 });
    for (let step = 0; step < 30; step += 1) {
      living.say('public/test');
      pass(1_000);
    }
    expect(dead.ends).toMatchObject([{ code: 1001, detail: 'heartbeat_lost' }]);
    expect(living.ends).toEqual([]);
  });
});

describe('a process that dies', () => {
  it('is seen off by its kernel: what it had said arrives, and the session ends', () => {
    const { connect, pass, network, service, sessions } = wireBench({
      delayMsMin: 10,
      delayMsMax: 10,
    });
    const client = connect();
    pass(20);
    client.say('public/test');
    network.bury(client.process);
    expect(sessions()).toBe(1);
    pass(10);
    expect(service.counters.requestsByMethod).toEqual({ 'public/test': 1 });
    expect(sessions()).toBe(0);
    pass(100);
    expect(client.heard).toEqual([]);
    expect(client.ends).toEqual([]);
  });

  it('with its machine is missed by nobody until a heartbeat is', () => {
    const { connect, pass, network, sessions } = wireBench({ silentDeath: 1 });
    const client = connect();
    pass(1);
    client.say('public/set_heartbeat', { interval: 10 });
    pass(1_000);
    network.bury(client.process);
    pass(15_000);
    expect(sessions()).toBe(1);
    pass(10_000);
    expect(sessions()).toBe(0);
  });

  it('takes no other with it', () => {
    const { connect, pass, network, sessions } = wireBench();
    const [one, other] = [connect(), connect()];
    pass(1);
    network.bury(one.process);
    pass(1);
    other.say('public/test');
    pass(1);
    expect(ids(other)).toEqual([1]);
    expect(sessions()).toBe(1);
  });
});

describe('a direction that is held up', () => {
  it('down: the venue hears, and what it says comes when it is over', () => {
    const { connect, pass, network, service } = wireBench();
    const client = connect();
    pass(1);
    network.hold('down', 5_000);
    client.say('public/test');
    client.say('public/get_time');
    pass(4_998);
    expect(service.counters.requests).toBe(2);
    expect(client.heard).toEqual([]);
    pass(10);
    expect(ids(client)).toEqual([1, 2]);
  });

  it('up: the venue hears nothing until then', () => {
    const { connect, pass, network, service } = wireBench();
    const client = connect();
    pass(1);
    network.hold('up', 5_000);
    client.say('public/test');
    pass(4_998);
    expect(service.counters.requests).toBe(0);
    pass(10);
    expect(ids(client)).toEqual([1]);
  });
});

it('a frame that is to be lost is lost, counted, and seen as it left', () => {
  const { connect, pass, network, service } = wireBench();
  const client = connect();
  pass(1);
  network.loseNext({ kind: 'request', of: 'public/test' });
  network.loseNext({ kind: 'answer', of: 'public/get_time' });
  client.say('public/test');
  client.say('public/get_time');
  client.say('public/test');
  pass(1);
  expect(client.left).toHaveLength(3);
  expect(service.counters.requestsByMethod).toEqual({ 'public/get_time': 1, 'public/test': 1 });
  expect(ids(client)).toEqual([3]);
  expect(network.counts).toMatchObject({ lostRequests: 1, lostAnswers: 1, lostNotifications: 0 });
});

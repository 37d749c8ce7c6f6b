import { describe, expect, it } from 'vitest';
import { createPrng } from '../prng.ts';
import { VirtualClock } from '../virtual-clock.ts';
import { Line } from './line.ts';
import type { FrameKind, NetworkCounts, NetworkModel } from './network-model.ts';
import { kindOfReply, PERFECT_NETWORK } from './network-model.ts';

const KINDS: readonly FrameKind[] = ['request', 'answer', 'notification'];

function lineOf(model: Partial<NetworkModel> = {}) {
  const clock = new VirtualClock(0);
  const counts: NetworkCounts = {
    connections: 0,
    refusals: 0,
    cuts: 0,
    holds: 0,
    blackouts: 0,
    storms: 0,
    crawls: 0,
    lostRequests: 0,
    lostAnswers: 0,
    lostNotifications: 0,
    doubled: 0,
    straggled: 0,
  };
  let current: NetworkModel = { ...PERFECT_NETWORK, ...model };
  const prng = createPrng('line');
  const line = new Line({ clock, prng, counts, model: () => current });
  const arrived: string[] = [];
  return {
    clock,
    counts,
    line,
    arrived,
    become: (next: Partial<NetworkModel>) => {
      current = { ...PERFECT_NETWORK, ...next };
    },
    send: (name: string, kind: FrameKind = 'request') => {
      line.send(kind, name.length, () => arrived.push(`${name}@${clock.now()}`));
    },
  };
}

const names = (arrived: readonly string[]): readonly (string | undefined)[] =>
  arrived.map((each) => each.split('@')[0]);

describe('a frame', () => {
  it('arrives after its delay, and never inside the call that sends it', () => {
    const { clock, arrived, send } = lineOf({ delayMsMin: 20, delayMsMax: 20 });
    send('a');
    expect(arrived).toEqual([]);
    clock.runUntil(19);
    expect(arrived).toEqual([]);
    clock.runUntil(20);
    expect(arrived).toEqual(['a@20']);
  });

  it('on a perfect line arrives at once, but in its own turn', () => {
    const { clock, arrived, send } = lineOf();
    send('a');
    expect(arrived).toEqual([]);
    clock.runUntil(0);
    expect(arrived).toEqual(['a@0']);
  });

  it('overtakes none, however long each takes', () => {
    const { clock, arrived, send } = lineOf({ delayMsMin: 1, delayMsMax: 80 });
    const sent = Array.from({ length: 200 }, (_, index) => `f${index}`);
    for (const name of sent) {
      send(name);
      clock.runUntil(clock.now() + 3);
    }
    clock.runUntil(10_000);
    expect(names(arrived)).toEqual(sent);
  });

  it('that straggles is overtaken, and only that one', () => {
    const { clock, arrived, counts, become, send } = lineOf({ straggle: 1, straggleMs: 50 });
    send('late');
    become({});
    send('b');
    send('c');
    clock.runUntil(100);
    expect(arrived).toEqual(['b@0', 'c@0', 'late@50']);
    expect(counts.straggled).toBe(1);
  });
});

describe('loss', () => {
  it.each([
    ['request', { requestLoss: 1 }, 'lostRequests'],
    ['answer', { answerLoss: 1 }, 'lostAnswers'],
    ['notification', { notificationLoss: 1 }, 'lostNotifications'],
  ] as const)('of every %s takes those and no other', (kind, model, counted) => {
    const { clock, arrived, counts, line, send } = lineOf(model);
    for (const each of KINDS) send(each, each);
    clock.runUntil(1);
    expect(names(arrived)).toEqual(KINDS.filter((each) => each !== kind));
    expect(counts[counted]).toBe(1);
    expect(line.bytes).toBe(0);
  });

  it('of everything takes neither beginning nor end of a connection', () => {
    const { clock, arrived, line } = lineOf({ requestLoss: 1, answerLoss: 1, notificationLoss: 1 });
    line.signal(() => arrived.push('signal'));
    clock.runUntil(1);
    expect(arrived).toEqual(['signal']);
  });
});

it('a notification is doubled, a request and an answer are not', () => {
  const { clock, arrived, counts, send } = lineOf({ notificationDouble: 1 });
  for (const each of KINDS) send(each, each);
  clock.runUntil(1);
  expect(names(arrived)).toEqual(['request', 'answer', 'notification', 'notification']);
  expect(counts.doubled).toBe(1);
});

describe('a line that is held up', () => {
  it('lets nothing arrive until it is over, and then everything in its order', () => {
    const { clock, arrived, counts, line, send } = lineOf({ delayMsMin: 5, delayMsMax: 5 });
    send('on its way');
    clock.runUntil(4);
    line.hold(96);
    // Sent before the one on its way would have arrived.
    send('meanwhile');
    clock.runUntil(50);
    send('later');
    line.signal(() => arrived.push('end'));
    clock.runUntil(99);
    expect(arrived).toEqual([]);
    clock.runUntil(100);
    expect(names(arrived)).toEqual(['on its way', 'meanwhile', 'later', 'end']);
    expect(counts.holds).toBe(1);
    expect(line.bytes).toBe(0);
  });

  it('is as before afterwards', () => {
    const { clock, arrived, line, send } = lineOf({ delayMsMin: 5, delayMsMax: 5 });
    line.hold(10);
    clock.runUntil(20);
    send('a');
    clock.runUntil(30);
    expect(arrived).toEqual(['a@25']);
  });

  it('again before it is over is held up until the later end', () => {
    const { clock, arrived, line, send } = lineOf();
    line.hold(50);
    send('a');
    clock.runUntil(40);
    line.hold(60);
    line.hold(5);
    clock.runUntil(200);
    expect(arrived).toEqual(['a@100']);
  });
});

it('a line that is cut loses what is on its way, and what is said afterwards', () => {
  const { clock, arrived, line, send } = lineOf({ delayMsMin: 5, delayMsMax: 5 });
  send('arrived');
  clock.runUntil(5);
  send('on its way');
  line.cut();
  send('afterwards');
  clock.runUntil(100);
  expect(names(arrived)).toEqual(['arrived']);
});

it('counts the bytes on their way', () => {
  const { clock, line, send } = lineOf({ delayMsMin: 5, delayMsMax: 5 });
  send('12345');
  send('678');
  expect(line.bytes).toBe(8);
  clock.runUntil(5);
  expect(line.bytes).toBe(0);
});

it('tells an answer from a notification by its beginning', () => {
  expect(kindOfReply('{"jsonrpc":"2.0","id":1,"result":"ok"}')).toBe('answer');
  expect(kindOfReply('{"jsonrpc":"2.0","error":{"code":1}}')).toBe('answer');
  expect(kindOfReply('{"jsonrpc":"2.0","method":"subscription","params":{}}')).toBe('notification');
  expect(kindOfReply('{"jsonrpc":"2.0","method":"heartbeat","params":{}}')).toBe('notification');
});

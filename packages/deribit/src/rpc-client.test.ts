import { describe, expect, it } from 'vitest';
import { ManualClock } from '../test/manual-clock.ts';
import type { RpcAnswer } from './protocol/rpc.ts';
import { RpcClient } from './rpc-client.ts';

function harness() {
  const clock = new ManualClock();
  const seen = { late: 0, timedOut: 0, answered: 0 };
  const client = new RpcClient(clock, {
    sent: () => {},
    answered: () => {
      seen.answered += 1;
    },
    timedOut: () => {
      seen.timedOut += 1;
    },
    late: () => {
      seen.late += 1;
    },
  });
  const sent: { readonly id: number; readonly method: string }[] = [];
  const attach = (): void =>
    client.attach((text) => {
      sent.push(JSON.parse(text) as { id: number; method: string });
      return true;
    });
  attach();
  const replies: RpcAnswer[] = [];
  const call = (method: string, urgent = false): void =>
    client.call({ method, params: {}, urgent }, (answer) => replies.push(answer));
  return { clock, client, seen, sent, replies, call, attach };
}

const RESULT = (result: unknown) => ({ ok: true, result }) as const;

describe('rpc client', () => {
  it('tells answers apart by id, in whatever order they come', () => {
    const { client, sent, call, replies } = harness();
    call('public/test');
    call('public/get_time');
    const [first, second] = sent;
    client.answer(second?.id ?? 0, RESULT('time'), '');
    client.answer(first?.id ?? 0, RESULT('test'), '');
    expect(replies).toEqual([RESULT('time'), RESULT('test')]);
  });

  it('answers a silence once, with a fault; what comes later is counted and dropped', () => {
    const { clock, client, sent, seen, call, replies } = harness();
    call('private/get_positions');
    clock.advance(2_999);
    expect(replies).toEqual([]);
    clock.advance(1);
    expect(replies).toEqual([{ ok: null, fault: 'timed_out' }]);
    client.answer(sent[0]?.id ?? 0, RESULT([]), '');
    clock.advance(60_000);
    expect(replies).toHaveLength(1);
    expect(seen).toEqual({ late: 1, timedOut: 1, answered: 0 });
  });

  it('an answer in time is not followed by a fault', () => {
    const { clock, client, sent, call, replies } = harness();
    call('public/test');
    client.answer(sent[0]?.id ?? 0, RESULT('ok'), '');
    clock.advance(60_000);
    expect(replies).toEqual([RESULT('ok')]);
  });

  it('a lost session answers everything that waits, and sends nothing of it later', () => {
    const { clock, client, sent, call, replies, attach } = harness();
    for (let n = 0; n < 30; n += 1) call('private/cancel_by_label');
    const before = sent.length;
    expect(before).toBeLessThan(30);
    client.detach('session_lost');
    expect(replies).toEqual(
      Array.from({ length: 30 }, () => ({ ok: null, fault: 'session_lost' })),
    );
    attach();
    clock.advance(60_000);
    expect(sent).toHaveLength(before);
  });

  it('what waited for credits until its time was up never leaves', () => {
    const { clock, sent, call, replies } = harness();
    for (let n = 0; n < 60; n += 1) call('private/cancel_by_label');
    clock.advance(60_000);
    expect(replies).toHaveLength(60);
    const unsent = replies.filter((reply) => reply.ok === null && reply.fault === 'no_credits');
    // Eighteen at once, 4.5 a second for three seconds.
    expect(sent.length).toBe(31);
    expect(unsent).toHaveLength(60 - sent.length);
  });

  it('without a session, and beyond its bound, says so in a turn of its own', () => {
    const { clock, client, call, replies } = harness();
    for (let n = 0; n < 400; n += 1) call('public/test');
    clock.advance(0);
    expect(replies).toContainEqual({ ok: null, fault: 'too_many_waiting' });
    client.detach('session_lost');
    replies.length = 0;
    call('public/test');
    expect(replies).toEqual([]);
    clock.advance(0);
    expect(replies).toEqual([{ ok: null, fault: 'not_connected' }]);
  });
});

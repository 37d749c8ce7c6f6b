import type { Event } from '@holdfast/core';
import { mintReceipt } from '@holdfast/core/ledger-receipt';
import { monoMs } from '@holdfast/core/values';
import { expect, it } from 'vitest';
import { Inbox } from './inbox.ts';

const beat = (at: number): Event => ({ kind: 'heartbeatObserved', at: monoMs(at) });
const recorded = (at: number): Event => ({
  kind: 'recorded',
  at: monoMs(at),
  records: [],
  receipt: mintReceipt(1, 1, 1, new Set()),
});

it('gives events back in the order they came', () => {
  const inbox = new Inbox(4);
  for (let round = 0; round < 20; round += 1) {
    inbox.offer(beat(round));
    inbox.offer(beat(round + 0.5));
    expect([inbox.take()?.at, inbox.take()?.at]).toEqual([round, round + 0.5]);
    expect(inbox.take()).toBeUndefined();
  }
});

it('never grows past its capacity, counts what it refused, and forgets the count once told', () => {
  const inbox = new Inbox(2);
  expect([1, 2, 3, 4].map((at) => inbox.offer(beat(at)))).toEqual([true, true, false, false]);
  expect(inbox.depth).toBe(2);
  expect([inbox.takeLost(), inbox.takeLost()]).toEqual([2, 0]);
});

it('keeps room for what the ledger says, however full it is', () => {
  const inbox = new Inbox(1);
  inbox.offer(beat(1));
  expect(inbox.offer(beat(2))).toBe(false);
  expect(inbox.offer(recorded(3))).toBe(true);
});

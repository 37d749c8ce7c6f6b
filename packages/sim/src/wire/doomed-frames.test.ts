import { expect, it } from 'vitest';
import { DoomedFrames } from './doomed-frames.ts';

const LINE = {};
const OTHER = {};
const request = (id: number, method: string): { kind: 'request'; text: string } => ({
  kind: 'request',
  text: JSON.stringify({ jsonrpc: '2.0', id, method, params: { label: 'private/buy' } }),
});
const answer = (id: number): { kind: 'answer'; text: string } => ({
  kind: 'answer',
  text: JSON.stringify({ jsonrpc: '2.0', id, result: {} }),
});
const news = (channel: string): { kind: 'notification'; text: string } => ({
  kind: 'notification',
  text: JSON.stringify({ jsonrpc: '2.0', method: 'subscription', params: { channel, data: 1 } }),
});

it('takes nothing where nothing is doomed', () => {
  const doomed = new DoomedFrames();
  expect(doomed.takes(LINE, request(1, 'private/buy'))).toBe(false);
  expect(doomed.takes(LINE, answer(1))).toBe(false);
  expect(doomed.takes(LINE, news('book.A.100ms'))).toBe(false);
});

it('takes the next request of a method, once, and no other', () => {
  const doomed = new DoomedFrames();
  doomed.add({ kind: 'request', of: 'private/buy' });
  expect(doomed.takes(LINE, request(1, 'private/sell'))).toBe(false);
  expect(doomed.takes(LINE, news('private/buy'))).toBe(false);
  expect(doomed.takes(LINE, request(2, 'private/buy'))).toBe(true);
  expect(doomed.takes(LINE, request(3, 'private/buy'))).toBe(false);
});

it('takes the answer of the next request of a method, of its own connection', () => {
  const doomed = new DoomedFrames();
  doomed.add({ kind: 'answer', of: 'private/buy' });
  expect(doomed.takes(LINE, request(1, 'private/sell'))).toBe(false);
  expect(doomed.takes(LINE, request(2, 'private/buy'))).toBe(false);
  expect(doomed.takes(LINE, request(21, 'private/buy'))).toBe(false);
  expect(doomed.takes(LINE, answer(1))).toBe(false);
  expect(doomed.takes(LINE, answer(21))).toBe(false);
  expect(doomed.takes(OTHER, answer(2))).toBe(false);
  expect(doomed.takes(LINE, answer(2))).toBe(true);
  expect(doomed.takes(LINE, answer(2))).toBe(false);
});

it('takes the next notification whose channel begins so, and no heartbeat', () => {
  const doomed = new DoomedFrames();
  doomed.add({ kind: 'notification', of: 'book.A' });
  const heartbeat = {
    kind: 'notification',
    text: '{"jsonrpc":"2.0","method":"heartbeat"}',
  } as const;
  expect(doomed.takes(LINE, heartbeat)).toBe(false);
  expect(doomed.takes(LINE, news('book.B.100ms'))).toBe(false);
  expect(doomed.takes(LINE, news('book.A.100ms'))).toBe(true);
  expect(doomed.takes(LINE, news('book.A.100ms'))).toBe(false);
});

it('takes as many as were added', () => {
  const doomed = new DoomedFrames();
  doomed.add({ kind: 'notification', of: 'user.' });
  doomed.add({ kind: 'notification', of: 'user.' });
  const taken = [1, 2, 3].map(() => doomed.takes(LINE, news('user.changes.any')));
  expect(taken).toEqual([true, true, false]);
});

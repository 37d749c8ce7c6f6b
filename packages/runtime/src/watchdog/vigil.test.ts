import { expect, it } from 'vitest';
import { parseOrders } from './orders.ts';
import { Vigil } from './vigil.ts';
import { startWatchdog } from './watchdog.ts';

const LIMITS = { silenceMs: 5_000, killAfterMs: 15_000 };

it('judges nothing before the first tick', () => {
  const vigil = new Vigil(LIMITS);
  expect(vigil.judge(1e9)).toBe('well');
  expect(vigil.silence(1e9)).toBe(0);
});

it.each([
  [0, 'well'],
  [5_000, 'well'],
  [5_001, 'reduce'],
  [15_000, 'reduce'],
  [15_001, 'kill'],
])('%d ms of silence are %s', (silence, verdict) => {
  const vigil = new Vigil(LIMITS);
  vigil.hear(100);
  expect(vigil.silence(100 + silence)).toBe(silence);
  expect(vigil.judge(100 + silence)).toBe(verdict);
});

it('starts anew with every tick', () => {
  const vigil = new Vigil(LIMITS);
  vigil.hear(0);
  expect(vigil.judge(6_000)).toBe('reduce');
  vigil.hear(6_000);
  expect(vigil.judge(11_000)).toBe('well');
  expect(vigil.judge(11_001)).toBe('reduce');
});

it('is kept with limits that make sense, or not at all', () => {
  const options = { controlPath: 'x', logPath: null, onHeartbeat: () => undefined };
  const start = () => startWatchdog({ ...options, silenceMs: 100, killAfterMs: 100 });
  expect(start).toThrow(/killAfterMs/);
});

it.each([
  undefined,
  '',
  '[]',
  'null',
  '{"enginePid":0,"controlPath":"c","logPath":null,"silenceMs":1,"killAfterMs":2,"checkEveryMs":1}',
  '{"enginePid":7,"controlPath":"c","silenceMs":1,"killAfterMs":2,"checkEveryMs":1}',
  '{"enginePid":7,"controlPath":"c","logPath":null,"silenceMs":1,"checkEveryMs":1}',
])('nobody is watched on the word of %s', (argument) => {
  expect(parseOrders(argument)).toBeNull();
});

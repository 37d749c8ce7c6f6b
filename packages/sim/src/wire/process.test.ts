import { expect, it } from 'vitest';
import { VirtualClock } from '../virtual-clock.ts';
import { type ClockError, Process } from './process.ts';

const START = 1_000_000;

function born(error?: ClockError): { clock: VirtualClock; process: Process; ran: string[] } {
  const clock = new VirtualClock(START);
  return { clock, process: new Process(clock, error), ran: [] };
}

it('with a true clock has the time of the world, and wakes when it asked to', () => {
  const { clock, process, ran } = born();
  process.wake(START + 500, () => ran.push(`${process.now() - START}`));
  clock.runUntil(START + 499);
  expect(ran).toEqual([]);
  clock.runUntil(START + 1_000);
  expect(ran).toEqual(['500']);
  expect(process.now()).toBe(START + 1_000);
});

it('whose clock is ahead, or behind, is so by as much for ever', () => {
  for (const offsetMs of [250, -250]) {
    const { clock, process } = born({ offsetMs, driftPpm: 0 });
    expect(process.now()).toBe(START + offsetMs);
    clock.runUntil(START + 60_000);
    expect(process.now()).toBe(START + 60_000 + offsetMs);
  }
});

it('whose clock drifts wakes when its own clock says so', () => {
  const { clock, process, ran } = born({ offsetMs: 0, driftPpm: 1_000 });
  process.wake(START + 100_100, () => ran.push('woken'));
  clock.runUntil(START + 99_999);
  expect(ran).toEqual([]);
  clock.runUntil(START + 100_001);
  expect(ran).toEqual(['woken']);
  expect(process.now()).toBeGreaterThanOrEqual(START + 100_100);
});

it('that is free runs what reaches it at once', () => {
  const { process, ran } = born();
  process.run(() => ran.push('now'));
  expect(ran).toEqual(['now']);
});

it('that works runs nothing else, and afterwards everything in the order it came', () => {
  const { clock, process, ran } = born();
  process.work(300);
  expect(process.now()).toBe(START + 300);
  process.run(() => ran.push('first'));
  process.wake(START + 100, () => ran.push('second'));
  process.run(() => ran.push('third'));
  clock.runUntil(START + 299);
  expect(ran).toEqual([]);
  clock.runUntil(START + 300);
  expect(ran).toEqual(['first', 'third', 'second']);
  expect(process.now()).toBe(START + 300);
});

it('says when it is free again, however it was held up, and that it is free', () => {
  const { clock, process } = born();
  expect(process.freeAt).toBeLessThanOrEqual(clock.now());
  process.work(300);
  expect(process.freeAt).toBe(START + 300);
  process.suspend(2_000);
  expect(process.freeAt).toBe(START + 2_300);
  clock.runUntil(START + 2_300);
  expect(process.freeAt).toBeLessThanOrEqual(clock.now());
});

it('that becomes free lets nothing that comes just then overtake what has waited', () => {
  const { clock, process, ran } = born();
  // Due at the very moment, and known to the world before anything began to wait.
  clock.wake(START + 300, () => process.run(() => ran.push('second')));
  process.work(300);
  process.run(() => ran.push('first'));
  clock.runUntil(START + 300);
  expect(ran).toEqual(['first', 'second']);
});

it('whose work makes more work still takes things in the order they came', () => {
  const { clock, process, ran } = born();
  process.work(10);
  process.run(() => {
    ran.push('first');
    process.work(20);
  });
  process.run(() => ran.push('second'));
  clock.runUntil(START + 15);
  process.run(() => ran.push('third'));
  expect(ran).toEqual(['first']);
  clock.runUntil(START + 30);
  expect(ran).toEqual(['first', 'second', 'third']);
});

it('its clock never goes back', () => {
  const { clock, process } = born({ offsetMs: 3, driftPpm: -500 });
  let last = process.now();
  for (let step = 0; step < 200; step += 1) {
    if (step % 7 === 0) process.work(40);
    if (step % 11 === 0) process.suspend(90);
    clock.runUntil(clock.now() + 13);
    expect(process.now()).toBeGreaterThanOrEqual(last);
    last = process.now();
  }
});

it('that is suspended stands still with its clock, and its timers come that much later', () => {
  const { clock, process, ran } = born();
  process.wake(START + 1_000, () => ran.push(`${clock.now() - START}`));
  clock.runUntil(START + 400);
  process.suspend(5_000);
  expect(process.aheadMs).toBe(-5_000);
  process.run(() => ran.push('heard'));
  clock.runUntil(START + 5_399);
  expect(ran).toEqual([]);
  expect(process.now()).toBe(START + 400);
  clock.runUntil(START + 5_400);
  expect(ran).toEqual(['heard']);
  expect(process.now()).toBe(START + 400);
  clock.runUntil(START + 10_000);
  expect(ran).toEqual(['heard', '6000']);
});

it('that has ended runs nothing any more, neither what waits nor what comes', () => {
  const { clock, process, ran } = born();
  process.work(100);
  process.run(() => ran.push('waiting'));
  process.wake(START + 50, () => ran.push('timer'));
  process.end();
  process.run(() => ran.push('late'));
  clock.runUntil(START + 1_000);
  expect(ran).toEqual([]);
  expect(process.isAlive).toBe(false);
});

it('whatever it drifts by, each timer rings once, and none before its time', () => {
  for (const driftPpm of [-1_999, -1_000, -7, 3, 613, 1_777]) {
    const { clock, process } = born({ offsetMs: -37, driftPpm });
    const rang: number[] = [];
    for (let at = START - 37; at < START + 4_000; at += 7) {
      process.wake(at, () => rang.push(process.now() - at));
    }
    clock.runUntil(START + 5_000);
    expect(rang).toHaveLength(Math.ceil(4_037 / 7));
    expect(Math.min(...rang)).toBeGreaterThanOrEqual(0);
    expect(Math.max(...rang)).toBeLessThanOrEqual(2);
  }
});

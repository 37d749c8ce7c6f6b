import { expect, it } from 'vitest';
import { createClock } from './clock.ts';

it('is epoch-aligned, whole and never goes back', () => {
  const clock = createClock();
  expect(Math.abs(clock.now() - Date.now())).toBeLessThan(1_000);
  let last = clock.now();
  for (let look = 0; look < 100_000; look += 1) {
    const now = clock.now();
    expect(Number.isInteger(now) && now >= last).toBe(true);
    last = now;
  }
});

it('a shifted clock reads another day and still wakes in its own time', async () => {
  const clock = createClock(-86_400_000);
  expect(Math.abs(clock.now() - (Date.now() - 86_400_000))).toBeLessThan(1_000);
  const due = clock.now() + 20;
  await new Promise<void>((done) => clock.wake(due, done));
  expect(clock.now()).toBeGreaterThanOrEqual(due - 1);
});

it('wakes at or after the time, also for a time that is past', async () => {
  const clock = createClock();
  const due = clock.now() + 20;
  await new Promise<void>((done) => clock.wake(due, done));
  expect(clock.now()).toBeGreaterThanOrEqual(due - 1);
  await new Promise<void>((done) => clock.wake(clock.now() - 5_000, done));
});

it('knows the processor time of this thread, which sleeping does not take', async () => {
  const clock = createClock();
  const begun = clock.worked?.() ?? Number.NaN;
  await new Promise<void>((done) => clock.wake(clock.now() + 200, done));
  const slept = (clock.worked?.() ?? Number.NaN) - begun;
  expect(slept).toBeGreaterThanOrEqual(0);
  expect(slept).toBeLessThan(150);
});

import { expect, it } from 'vitest';
import { GOOD_DISK } from '../faults/disk.ts';
import { CALM_VENUE } from '../faults/venue.ts';
import { PERFECT_NETWORK } from '../wire/network-model.ts';
import { createPrng } from '../prng.ts';
import { type Weather, weatherOf } from './models.ts';
import { QUIET } from './quiet.ts';
import { shrink, simplerThan } from './shrink.ts';
import { NO_WORKLOAD } from './workload.ts';

const stormy: Weather = {
  ...weatherOf(createPrng(1).fork('weather')),
  ...QUIET,
  network: { ...PERFECT_NETWORK, delayMsMax: 40, requestLoss: 0.1, answerLoss: 0.2 },
  disk: { ...GOOD_DISK, stall: 0.1, stallMs: 500, failure: 0.01 },
  venue: { ...CALM_VENUE, refusal: 0.2, doubt: 0.1 },
  crash: { append: 0.05, submit: 0.1 },
  workload: { ...NO_WORKLOAD, eagerness: 1, resting: 0.5, throws: 0.02 },
  cancels: 0.4,
  durationMs: 20_000,
};

it('what does not matter is turned off, what matters stays', async () => {
  const { weather } = await shrink(stormy, async ({ network, crash, durationMs }) => {
    await Promise.resolve();
    return network.answerLoss > 0 && (crash.submit ?? 0) > 0 && durationMs >= 3_000;
  });
  expect(weather.network).toEqual({ ...PERFECT_NETWORK, answerLoss: 0.2 });
  expect(weather.disk).toEqual(GOOD_DISK);
  expect(weather.venue).toEqual(CALM_VENUE);
  expect(weather.crash).toEqual({ append: 0, submit: 0.1 });
  expect(weather.workload).toEqual({ ...NO_WORKLOAD, eagerness: 1 });
  expect(weather.cancels).toBe(0);
  expect(weather.durationMs).toBeGreaterThanOrEqual(3_000);
  expect(weather.durationMs).toBeLessThan(4_000);
});

it('a finding that needs everything is left as it is', async () => {
  const { weather } = await shrink(stormy, () => Promise.resolve(false));
  expect(weather).toBe(stormy);
});

it('effort is bounded', async () => {
  let asked = 0;
  const { tries } = await shrink(stormy, () => Promise.resolve((asked += 1) > 0), 5);
  expect([tries, asked]).toEqual([5, 5]);
});

it('nothing is simpler than a calm and short world', () => {
  const calm: Weather = {
    ...stormy,
    ...QUIET,
    crash: {},
    workload: { ...NO_WORKLOAD, eagerness: 1 },
    cancels: 0,
    durationMs: 1_000,
  };
  expect([...simplerThan(calm)]).toEqual([]);
});

import { expect, it } from 'vitest';
import { createPrng } from '../prng.ts';
import { parseScenario } from '../scenario/parse.ts';
import { scenarioOfWeather, weatherOfScenario } from '../scenario/weather.ts';
import { World } from '../world.ts';
import { type Weather, weatherOf } from './models.ts';
import { testPolicy } from './policy.fixture.ts';
import { MODEL_NAMES, QUIET } from './quiet.ts';

const WORLDS = 1_000;
const drawn = (seed: number): Weather => weatherOf(createPrng(seed).fork('weather'));
const weathers = Array.from({ length: WORLDS }, (_, seed) => drawn(seed));

const knobsOf = (model: object): readonly (readonly [string, unknown])[] => Object.entries(model);
const isQuiet = (model: object, quiet: object): boolean =>
  JSON.stringify(model) === JSON.stringify(quiet);

it.each(MODEL_NAMES)('swarm: every knob of %s is turned in some world', (name) => {
  const never = knobsOf(QUIET[name]).filter(([knob, usual]) =>
    weathers.every((weather) => new Map(knobsOf(weather[name])).get(knob) === usual),
  );
  expect(never).toEqual([]);
});

it.each(MODEL_NAMES)('swarm: %s has in every world the knobs its quiet model has', (name) => {
  const knobs = (model: object): string => Object.keys(model).toSorted().join(' ');
  for (const weather of weathers) expect(knobs(weather[name])).toBe(knobs(QUIET[name]));
});

it('swarm: most kinds of trouble are left out of most worlds', () => {
  // What a crash would do to the disk is drawn always, and only crashes show it; how strict the
  // monitors are is no trouble.
  const kinds = MODEL_NAMES.filter(
    (name) => name !== 'workload' && name !== 'disk' && name !== 'monitors',
  );
  for (const name of kinds) {
    const quiet = weathers.filter((weather) => {
      // Where no week ends, a loss is not what the launch policy says; most worlds are heedless of
      // their own impact, or they would stop trading: neither is trouble.
      const rules = { ...weather.rules, losses: 1, heedless: 0 };
      const usual = name === 'rules' ? rules : weather[name];
      return isQuiet(usual, QUIET[name]);
    });
    expect([name, quiet.length > WORLDS / 2]).toEqual([name, true]);
  }
});

it('a weather, written as a scenario and read back, is the same weather', () => {
  for (const weather of weathers.slice(0, 100)) {
    const document = scenarioOfWeather('a weather, told as a scenario', 1, weather);
    const read = parseScenario(JSON.stringify(document));
    if (!read.ok) throw new Error(read.violations.map(({ message }) => message).join('; '));
    const { durationMs: _, healsByRestart: __, ...rest } = weather;
    expect(weatherOfScenario(read.scenario.given)).toEqual({
      ...rest,
      crash: Object.fromEntries(Object.entries(rest.crash).filter(([, share]) => share > 0)),
    });
  }
});

it('the network does everything its model has', async () => {
  const { durationMs: _, healsByRestart: __, ...weather } = drawn(1);
  const world = new World({
    ...weather,
    ...QUIET,
    network: {
      ...QUIET.network,
      requestLoss: 0.01,
      answerLoss: 0.01,
      notificationLoss: 0.01,
      notificationDouble: 0.01,
      straggle: 0.1,
      straggleMs: 50,
      refusal: 0.2,
      cut: 0.03,
      hold: 0.1,
      blackout: 0.02,
      blackoutMsMax: 5_000,
      crawl: 0.02,
      storm: 0.01,
    },
    crash: {},
    seed: '1',
    policy: testPolicy(),
    market: 'moving',
    strategies: () => [],
  });
  await world.run(180_000);
  const idle = Object.entries(world.network.counts).filter(([, count]) => count === 0);
  expect([world.finding, idle]).toEqual([null, []]);
});

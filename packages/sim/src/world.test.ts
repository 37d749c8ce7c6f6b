import type { RpcTransport } from '@holdfast/runtime/ports';
import { expect, it } from 'vitest';
import { testPolicy } from './fuzz/policy.fixture.ts';
import { replayAll, runWeather } from './fuzz/fuzz.ts';
import { type Weather, weatherOf } from './fuzz/models.ts';
import { shrink } from './fuzz/shrink.ts';
import { NO_WORKLOAD, randomWorkload } from './fuzz/workload.ts';
import { createPrng } from './prng.ts';
import { parseScenario } from './scenario/parse.ts';
import { runScenario } from './scenario/run.ts';
import { scenarioOfWeather } from './scenario/weather.ts';
import { World } from './world.ts';
import type { Finding } from './world-options.ts';

const SEED = 4;
const policy = testPolicy();
const weather = weatherOf(createPrng(SEED).fork('weather'));

async function broken(
  under: Weather,
  tamper: (transport: RpcTransport) => RpcTransport,
): Promise<Finding | null> {
  const { durationMs, healsByRestart, workload, ...rest } = under;
  const world = new World({
    ...rest,
    seed: String(SEED),
    policy: { ...policy, executionStyle: 'Any' },
    market: 'moving',
    strategies: (prng, think) => [randomWorkload(prng, workload, think)],
    tamper,
  });
  await world.run(durationMs);
  await world.heal(healsByRestart);
  return world.finding;
}

const isPlacement = (method: string): boolean =>
  method === 'private/buy' || method === 'private/sell';

const doubling = (transport: RpcTransport): RpcTransport => ({
  call(method, params, reply) {
    transport.call(method, params, reply);
    if (isPlacement(method)) transport.call(method, params, () => undefined);
  },
});

const forging = (transport: RpcTransport): RpcTransport => ({
  call(method, params, reply) {
    const label = 's4:aaaaaaaa:aaaaaaaaaaaa:0:0000000000000000';
    transport.call(method, isPlacement(method) ? { ...params, label } : params, reply);
  },
});

it('the same seed under the same weather writes the same bytes and says the same', async () => {
  const first = await runWeather(SEED, weather, policy);
  const second = await runWeather(SEED, weather, policy);
  expect(first.finding).toBeNull();
  expect(first.bytes.length).toBeGreaterThan(1_000);
  expect(second.bytes.equals(first.bytes)).toBe(true);
  expect(second.said()).toBe(first.said());
});

it('another seed under the same weather is another world', async () => {
  const first = await runWeather(SEED, weather, policy);
  const other = await runWeather(SEED + 1, weather, policy);
  expect(other.said()).not.toBe(first.said());
});

it('a transport that sends a placement twice is found, shrunk and found again', async () => {
  const found = await broken(weather, doubling);
  expect(found?.checker).toBe('no-duplicate-dispatch');
  const shrunk = await shrink(
    weather,
    async (simpler) => (await broken(simpler, doubling))?.checker === 'no-duplicate-dispatch',
    60,
  );
  expect(shrunk.weather.durationMs).toBeLessThan(weather.durationMs);
  expect(shrunk.weather.crash).toEqual({});
  expect(await broken(shrunk.weather, doubling)).toEqual(await broken(shrunk.weather, doubling));
  expect((await broken(shrunk.weather, doubling))?.checker).toBe('no-duplicate-dispatch');
});

it('an order under a label the core never submitted is found', async () => {
  expect((await broken(weather, forging))?.checker).toBe('only-through-the-door');
});

it('a fuzzed world, written as a scenario and read back, is the same world', async () => {
  const first = await runWeather(SEED, weather, policy);
  const document = scenarioOfWeather('a fuzzed world, told as a scenario', SEED, weather);
  const read = parseScenario(JSON.stringify(document));
  expect(read).toMatchObject({ ok: true });
  if (!read.ok) return;
  const again = await runScenario(read.scenario, policy);
  expect(again.finding).toBeNull();
  expect(again.ledger.equals(first.bytes)).toBe(true);
});

it('a killed process comes back and trades again, from the same ledger', async () => {
  const { durationMs: _, healsByRestart: __, ...rest } = weather;
  const world = new World({
    ...rest,
    crash: {},
    seed: '3',
    policy,
    market: 'still',
    strategies: (prng, think) => [randomWorkload(prng, { ...NO_WORKLOAD, eagerness: 1 }, think)],
  });
  await world.run(4_000);
  world.kill(500);
  expect(world.state).toBeNull();
  await world.run(4_400);
  expect(world.state).toBeNull();
  await world.run(5_000);
  expect(world.state).not.toBeNull();
  expect(world.counts).toMatchObject({ boots: 2, crashes: 1 });
});

it('what processes leave on tape is decided the same again, crash for crash', async () => {
  const stormy: Weather = { ...weather, crash: { event: 0.001, submit: 0.2 }, durationMs: 20_000 };
  const ran = await runWeather(SEED, stormy, policy, true);
  expect(ran.counts.crashes).toBeGreaterThan(0);
  expect(ran.replayed()).toBeNull();
});

it('a ledger that says something else than the tape is found by a replay', async () => {
  const world = new World({
    ...weather,
    taped: true,
    seed: String(SEED),
    policy,
    market: 'still',
    strategies: (prng, think) => [randomWorkload(prng, weather.workload, think)],
  });
  await world.run(6_000);
  expect(replayAll(world)).toBeNull();
  const [segment] = world.disk.segments();
  if (segment === undefined) throw new Error('nothing was written');
  const bytes = world.disk.read(segment);
  const written = bytes.findLastIndex((byte) => byte !== 0);
  bytes.fill(0, Math.floor(written / 2), Math.floor(written / 2) + 8);
  expect(replayAll(world)).not.toBeNull();
});

it('a world in which no time passes any more is a finding, not a world without end', async () => {
  const { durationMs: _, healsByRestart: __, workload, ...rest } = weather;
  const world = new World({
    ...rest,
    seed: '5',
    policy,
    market: 'still',
    strategies: (prng, think) => [randomWorkload(prng, workload, think)],
  });
  const again = (): void => world.clock.wake(world.clock.now(), again);
  again();
  await world.run(1_000);
  expect(world.finding?.checker).toBe('time-goes-on');
});

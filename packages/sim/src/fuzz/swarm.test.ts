import { expect, it } from 'vitest';
import type { Batch, BatchResult } from './batch.ts';
import { runSwarm, type SwarmOptions, type SwarmWorker } from './swarm.ts';
import { NO_WORLDS, worldsOf } from './totals.ts';
import { weatherOf } from './models.ts';
import { createPrng } from '../prng.ts';

const finding = {
  seed: 9,
  checker: 'a-checker',
  detail: 'what it saw',
  tries: 1,
  weather: weatherOf(createPrng(1)),
};

function result({ seeds }: Batch, failed = 0): BatchResult {
  const totals = { ...NO_WORLDS, passed: seeds - failed, failed, reached: { code: seeds } };
  return { totals, findings: failed > 0 ? [finding] : [] };
}

class Recorder implements SwarmWorker {
  readonly batches: Batch[] = [];
  dismissed = 0;
  readonly #answer: (batch: Batch) => Promise<BatchResult>;

  constructor(answer: (batch: Batch) => Promise<BatchResult>) {
    this.#answer = answer;
  }

  run(batch: Batch): Promise<BatchResult> {
    this.batches.push(batch);
    return this.#answer(batch);
  }

  dismiss(): void {
    this.dismissed += 1;
  }
}

const swarm = (workers: readonly SwarmWorker[], more: Partial<SwarmOptions> = {}) =>
  runSwarm({
    workers,
    from: 5,
    seeds: 20,
    keepGoing: false,
    goesOn: () => true,
    onBatch: () => undefined,
    onFinding: () => undefined,
    ...more,
  });

const seedsOf = (workers: readonly Recorder[]): readonly number[] =>
  workers
    .flatMap(({ batches }) => batches)
    .flatMap(({ from, seeds }) => Array.from({ length: seeds }, (_, index) => from + index))
    .toSorted((a, b) => a - b);

it('every seed is dealt once, whoever runs it', async () => {
  const workers = [0, 1].map(() => new Recorder((batch) => Promise.resolve(result(batch))));
  const totals = await swarm(workers);
  expect(seedsOf(workers)).toEqual(Array.from({ length: 20 }, (_, index) => 5 + index));
  expect(workers.every(({ batches }) => batches.length > 0)).toBe(true);
  expect([worldsOf(totals), totals.reached]).toEqual([20, { code: 20 }]);
  expect(workers.map(({ dismissed }) => dismissed)).toEqual([1, 1]);
});

it('a finding ends the run, unless it is to go on', async () => {
  const broken = (): Recorder => new Recorder((batch) => Promise.resolve(result(batch, 1)));
  const found: number[] = [];
  const onFinding = ({ seed }: { readonly seed: number }): void => void found.push(seed);
  expect(worldsOf(await swarm([broken()], { onFinding }))).toBe(8);
  expect(found).toEqual([9]);
  expect(worldsOf(await swarm([broken()], { keepGoing: true }))).toBe(20);
});

it('nothing more is dealt when the time is over', async () => {
  let left = 1;
  const worker = new Recorder((batch) => Promise.resolve(result(batch)));
  await swarm([worker], { goesOn: () => (left -= 1) >= 0 });
  expect(worker.batches.length).toBe(1);
});

it('a worker that dies ends the run with what it said, and the others are let go', async () => {
  const good = new Recorder((batch) => Promise.resolve(result(batch)));
  const dead = new Recorder(() => Promise.reject(new Error('the worker died')));
  await expect(swarm([good, dead])).rejects.toThrow('the worker died');
  expect([good.dismissed, dead.dismissed]).toEqual([1, 1]);
});

/**
 * How long broken pairs stay naked, over made-up worlds: pairs at random, venue and network as the
 * seed draws them, until so many incidents have been told. Prints one line of JSON.
 *   containment-times.ts <incidents> <first seed>
 */
import { join } from 'node:path';
import { createPrng } from '../src/prng.ts';
import { NO_WORKLOAD, randomWorkload } from '../src/fuzz/workload.ts';
import { worldPolicy } from '../src/proving-ground.ts';
import { weatherOfScenario } from '../src/scenario/weather.ts';
import { PERFECT_NETWORK } from '../src/wire/network-model.ts';
import { World } from '../src/world.ts';

const WORLDS_MAX = 5_000;
const WORLD_MS = 60_000;

interface Incident {
  readonly seed: number;
  readonly ms: number;
  readonly neutral: boolean;
  readonly closes: number;
  readonly hedged: boolean;
  readonly cause: string;
}

/** One world of pairs; what it found is a fault, and ends the measurement. */
async function incidentsOf(seed: number, policy: NonNullable<ReturnType<typeof worldPolicy>>) {
  const prng = createPrng(seed);
  const weather = weatherOfScenario();
  const delay = prng.int(1, 40);
  const world = new World({
    ...weather,
    // What a lost line, a dead process or a broken disk costs is measured by the drills.
    network: { ...PERFECT_NETWORK, delayMsMin: delay, delayMsMax: delay + prng.int(0, 20) },
    disk: { ...weather.disk, writeMsMin: 0, writeMsMax: prng.int(1, 10) },
    seed: `containment-${seed}`,
    policy,
    market: 'moving',
    strategies: (random, think) => [
      randomWorkload(random, { ...NO_WORKLOAD, eagerness: 0.9, pairs: 0.9 }, think),
    ],
  });
  await world.run(WORLD_MS);
  if (world.finding !== null) throw new Error(`seed ${seed}: ${world.finding.detail}`);
  return world.decisions.flatMap((said): Incident[] =>
    said.kind !== 'atomicNakedEvent' || said.cause === 'kill_containment'
      ? []
      : [
          {
            seed,
            ms: said.timeToDeltaNeutralMs,
            neutral: said.exposureAfter === 0,
            closes: said.closeAttempts,
            hedged: said.hedgeUsed,
            cause: said.cause,
          },
        ],
  );
}

const [wanted = 0, from = 1] = process.argv.slice(2).map(Number);
if (!(wanted >= 1) || !(from >= 0))
  throw new Error('containment-times.ts <incidents> <first seed>');
const root = join(import.meta.dirname, '../../..');
const policy = worldPolicy('containment-times', {
  out: () => undefined,
  err: (line) => process.stderr.write(`${line}\n`),
  cwd: root,
  root,
  env: {},
});
if (policy === null) throw new Error('no policy');
// Pairs by the second run into the guard of our own impact, which would refuse most of them.
const { parameters } = policy;
const roomy = {
  ...policy,
  parameters: {
    ...parameters,
    selfTradeMinSelfNotionalUsd: 1e9,
    selfTradeNotionalTripUsd: 1e9,
  },
};
const incidents: Incident[] = [];
let worlds = 0;
while (incidents.length < wanted && worlds < WORLDS_MAX) {
  incidents.push(...(await incidentsOf(from + worlds, roomy)));
  worlds += 1;
}
process.stdout.write(`${JSON.stringify({ worlds, from, incidents })}\n`);

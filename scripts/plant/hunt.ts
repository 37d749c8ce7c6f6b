/**
 * Runs inside a workshop: world after world, or every scenario, until one of the wanted checkers
 * has found something. What it came to is one line of JSON.
 *   node scripts/plant/hunt.ts worlds 400 checker,checker
 *   node scripts/plant/hunt.ts scenarios 0 checker,checker
 * Wanted `any`: the first finding of any checker ends the hunt.
 */
import { readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import type { Policy } from '../../packages/core/src/index.ts';
import {
  allScenarios,
  parseScenario,
  runScenario,
  runSeed,
  worldPolicy,
} from '../../packages/sim/src/proving-ground.ts';

export interface Catch {
  readonly checker: string;
  readonly detail: string;
  /** `seed 17`, or the name of a scenario. */
  readonly where: string;
  /** Worlds or scenarios that were run, this one included. */
  readonly needed: number;
}

export interface Hunted {
  readonly caught: Catch | null;
  /** Other checkers that found something before, or instead. */
  readonly others: readonly string[];
  readonly ran: number;
}

interface Found {
  readonly checker: string;
  readonly detail: string;
}

interface Prey {
  readonly where: string;
  readonly run: () => Promise<Found | null>;
}

const ROOT = join(import.meta.dirname, '../..');

function* worlds(policy: Policy, bound: number): Generator<Prey> {
  for (let seed = 1; seed <= bound; seed += 1) {
    yield { where: `seed ${seed}`, run: async () => (await runSeed(seed, policy)).finding };
  }
}

function* scenarios(policy: Policy): Generator<Prey> {
  for (const path of allScenarios(ROOT)) {
    const parsed = parseScenario(readFileSync(path, 'utf8'));
    if (!parsed.ok) throw new Error(`${path} is no scenario`);
    const { scenario } = parsed;
    const where = basename(path, '.yaml');
    yield { where, run: async () => (await runScenario(scenario, policy)).finding };
  }
}

async function hunt(prey: Iterable<Prey>, wanted: readonly string[]): Promise<Hunted> {
  const others = new Set<string>();
  let ran = 0;
  for (const { where, run } of prey) {
    ran += 1;
    const found = await run();
    if (found === null) continue;
    const { checker, detail } = found;
    if (wanted.includes(checker) || wanted.includes('any')) {
      const told = detail.slice(0, 300);
      const caught = { checker, detail: told, where, needed: ran };
      return { caught, others: [...others], ran };
    }
    others.add(checker);
  }
  return { caught: null, others: [...others], ran };
}

async function main([ground, bound, wanted = 'any']: readonly string[]): Promise<void> {
  const say = (line: string): void => {
    process.stderr.write(`${line}\n`);
  };
  const policy = worldPolicy('plant', { out: say, err: say, cwd: ROOT, root: ROOT, env: {} });
  if (policy === null) throw new Error('the launch policy cannot be read');
  const prey = ground === 'scenarios' ? scenarios(policy) : worlds(policy, Number(bound));
  process.stdout.write(`${JSON.stringify(await hunt(prey, wanted.split(',')))}\n`);
}

if (import.meta.main) await main(process.argv.slice(2));

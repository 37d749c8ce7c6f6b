/** What became of one planted bug. */
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import type { Catch, Hunted } from './hunt.ts';
import type { Ground, Plant } from './plant.ts';
import type { Workshop } from './workshop.ts';

export interface Verdict {
  readonly plant: Plant;
  readonly outcome: Outcome;
  readonly seconds: number;
}

export type Outcome =
  | { readonly kind: 'caught'; readonly by: Catch }
  /** No wanted checker found it. */
  | { readonly kind: 'missed'; readonly ran: number; readonly others: readonly string[] }
  /** The worlds themselves fell over, or never ended: that is no finding. */
  | { readonly kind: 'broken'; readonly why: string }
  /** Its place in the code is gone. */
  | { readonly kind: 'unplantable'; readonly why: string };

/** A hunt that takes this long hangs. */
const PATIENCE_MS = 300_000;

/** Where the worlds do not find it, the scenarios may. */
const GROUNDS: Readonly<Record<Ground, readonly Ground[]>> = {
  worlds: ['worlds', 'scenarios'],
  scenarios: ['scenarios'],
};

export function judge(workshop: Workshop, plant: Plant, bound: number): Verdict {
  const begun = performance.now();
  const planted = workshop.withPlant(plant, () => seek(workshop, plant, bound));
  const outcome: Outcome = planted.ok ? planted.result : { kind: 'unplantable', why: planted.why };
  return { plant, outcome, seconds: (performance.now() - begun) / 1_000 };
}

function seek(workshop: Workshop, { caughtBy, ground }: Plant, bound: number): Outcome {
  const others = new Set<string>();
  let ran = 0;
  for (const each of GROUNDS[ground]) {
    const hunted = hunt(workshop, each, bound, caughtBy);
    if (typeof hunted === 'string') return { kind: 'broken', why: hunted };
    const { caught } = hunted;
    if (caught !== null) return { kind: 'caught', by: { ...caught, needed: ran + caught.needed } };
    ran += hunted.ran;
    for (const other of hunted.others) others.add(other);
  }
  return { kind: 'missed', ran, others: [...others] };
}

/** In a process of its own, which reads the code as it is now. @returns text when it failed. */
export function hunt(
  { root }: Workshop,
  ground: Ground,
  bound: number,
  wanted: readonly string[],
): Hunted | string {
  const script = join(root, 'scripts/plant/hunt.ts');
  const words = [script, ground, String(bound), wanted.join(',')];
  const ran = spawnSync(process.execPath, words, {
    cwd: root,
    encoding: 'utf8',
    timeout: PATIENCE_MS,
    maxBuffer: 1 << 24,
  });
  if (ran.error !== undefined) return `the hunt did not end: ${ran.error.message}`;
  if (ran.status === 0) return JSON.parse(ran.stdout) as Hunted;
  const lines = ran.stderr.split('\n').filter((line) => line.includes('Error'));
  return lines[0] ?? `the hunt ended with ${ran.status}: ${ran.stderr.slice(0, 300)}`;
}

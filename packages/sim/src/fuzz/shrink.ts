import { TRUE_TIME } from '../faults/clock.ts';
import { GOOD_DISK } from '../faults/disk.ts';
import { CALM_VENUE } from '../faults/venue.ts';
import { PERFECT_NETWORK } from '../wire/network-model.ts';
import type { Weather } from './models.ts';

/** Whether this weather still shows what was found. */
export type StillFound = (weather: Weather) => Promise<boolean>;

export interface Shrunk {
  readonly weather: Weather;
  readonly tries: number;
}

/** A seed takes some ten milliseconds; this is what a person is glad to wait for. */
const TRIES_MAX = 200;
const SHORTEST_MS = 1_000;

/**
 * Turns off one piece of the weather after another while the same thing is still
 * found. Every stream of randomness is its own, so what is turned off shifts nothing else.
 */
export async function shrink(
  found: Weather,
  stillFound: StillFound,
  triesMax = TRIES_MAX,
): Promise<Shrunk> {
  let weather = found;
  let tries = 0;
  for (let progress = true; progress && tries < triesMax; ) {
    progress = false;
    for (const simpler of simplerThan(weather)) {
      if (tries >= triesMax) break;
      tries += 1;
      if (!(await stillFound(simpler))) continue;
      weather = simpler;
      progress = true;
      break;
    }
  }
  return { weather, tries };
}

/** Every weather that is one step simpler, the largest steps first. */
export function* simplerThan(weather: Weather): Generator<Weather> {
  const { network, disk, venue, clock, crash, workload } = weather;
  if (!same(network, PERFECT_NETWORK)) yield { ...weather, network: PERFECT_NETWORK };
  if (!same(disk, GOOD_DISK)) yield { ...weather, disk: GOOD_DISK };
  if (!same(venue, CALM_VENUE)) yield { ...weather, venue: CALM_VENUE };
  if (!same(clock, TRUE_TIME)) yield { ...weather, clock: TRUE_TIME };
  if (Object.keys(crash).length > 0) yield { ...weather, crash: {} };
  if (weather.cancels > 0) yield { ...weather, cancels: 0 };
  if (workload.resting > 0) yield { ...weather, workload: { ...workload, resting: 0 } };
  if (workload.throws > 0) yield { ...weather, workload: { ...workload, throws: 0 } };
  for (const each of parts(network, PERFECT_NETWORK)) yield { ...weather, network: each };
  for (const each of parts(disk, GOOD_DISK)) yield { ...weather, disk: each };
  for (const each of parts(venue, CALM_VENUE)) yield { ...weather, venue: each };
  for (const each of parts(clock, TRUE_TIME)) yield { ...weather, clock: each };
  for (const each of parts(crash, {})) yield { ...weather, crash: each };
  const half = Math.floor(weather.durationMs / 2);
  if (half >= SHORTEST_MS) yield { ...weather, durationMs: half };
  const most = Math.floor((weather.durationMs * 9) / 10);
  if (most >= SHORTEST_MS) yield { ...weather, durationMs: most };
}

/** The same model with one number as the quiet model has it. */
function* parts<Model extends object>(model: Model, quiet: object): Generator<Model> {
  const calm = new Map<string, unknown>(Object.entries(quiet));
  for (const [key, value] of Object.entries(model)) {
    const usual = calm.get(key) ?? 0;
    if (typeof value !== 'number' || value === usual) continue;
    yield { ...model, [key]: usual };
  }
}

function same(a: object, b: object): boolean {
  const other = new Map<string, unknown>(Object.entries(b));
  return Object.entries(a).every(([key, value]) => other.get(key) === value);
}

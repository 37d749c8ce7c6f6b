import type { Weather } from './models.ts';
import { MODEL_NAMES, QUIET } from './quiet.ts';

/** Whether this weather still shows what was found. */
export type StillFound = (weather: Weather) => Promise<boolean>;

export interface Shrunk {
  readonly weather: Weather;
  readonly tries: number;
}

/** A seed takes some ten milliseconds; this is what a person is glad to wait for. */
const TRIES_MAX = 300;
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
  const half = Math.floor(weather.durationMs / 2);
  if (half >= SHORTEST_MS) yield { ...weather, durationMs: half };
  for (const name of MODEL_NAMES) {
    // A world in which nobody trades finds nothing.
    if (name === 'workload' || same(weather[name], QUIET[name])) continue;
    yield { ...weather, [name]: QUIET[name] };
  }
  if (Object.values(weather.crash).some((share) => share > 0)) yield { ...weather, crash: {} };
  if (weather.cancels > 0) yield { ...weather, cancels: 0 };
  for (const name of MODEL_NAMES) {
    for (const each of parts(weather[name], QUIET[name])) {
      if (name !== 'workload' || weather.workload.eagerness === valueOf(each, 'eagerness')) {
        yield { ...weather, [name]: each };
      }
    }
  }
  for (const each of parts(weather.crash, {})) yield { ...weather, crash: each };
  const most = Math.floor((weather.durationMs * 9) / 10);
  if (most >= SHORTEST_MS) yield { ...weather, durationMs: most };
}

/** The same model with one number as the quiet model has it. */
function* parts<Model extends object>(model: Model, quiet: object): Generator<Model> {
  for (const [key, value] of Object.entries(model)) {
    const usual = valueOf(quiet, key) ?? 0;
    if (typeof value !== 'number' || value === usual) continue;
    yield { ...model, [key]: usual };
  }
}

function same(a: object, b: object): boolean {
  return Object.entries(a).every(([key, value]) => valueOf(b, key) === value);
}

function valueOf(model: object, key: string): unknown {
  return Object.entries(model).find(([name]) => name === key)?.[1];
}

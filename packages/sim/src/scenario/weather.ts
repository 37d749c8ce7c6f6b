import type { Weather } from '../fuzz/models.ts';
import { MODEL_NAMES, type ModelName, QUIET } from '../fuzz/quiet.ts';
import { type ScenarioDocument, type ScenarioGiven, snakeCase } from './schema.ts';

/** What a scenario that gives nothing stands on. */
const DEFAULTS = {
  restartMsMax: 500,
  settleMs: 250,
  queueCapacity: 1_024,
  commitDeadlineMs: 250,
  consultMs: 250,
} as const;

/** A model with what a scenario gives of it; the schema has checked every key. */
export function modelOf<Model extends object>(base: Model, given: object | undefined): Model {
  const said = new Map<string, unknown>(Object.entries(given ?? {}));
  const entries = Object.entries(base).map(([key, value]): [string, unknown] => [
    key,
    said.get(snakeCase(key)) ?? value,
  ]);
  return Object.fromEntries(entries) as Model;
}

/** The world a scenario gives. */
export function weatherOfScenario(
  given: ScenarioGiven = {},
): Omit<Weather, 'durationMs' | 'healsByRestart'> {
  const said = (name: ModelName): object | undefined =>
    name === 'workload' ? given.strategy?.random_workload : given[name];
  const models = MODEL_NAMES.map((name) => [name, modelOf(QUIET[name], said(name))] as const);
  return {
    ...(Object.fromEntries(models) as Pick<Weather, ModelName>),
    crash: given.crash ?? {},
    cancels: given.cancels ?? 0,
    restartMsMax: given.restart_ms_max ?? DEFAULTS.restartMsMax,
    settleMs: given.settle_ms ?? DEFAULTS.settleMs,
    queueCapacity: given.queue_capacity ?? DEFAULTS.queueCapacity,
    commitDeadlineMs: given.commit_deadline_ms ?? DEFAULTS.commitDeadlineMs,
    consultMs: given.consult_ms ?? DEFAULTS.consultMs,
  };
}

/** A fuzzed world as a scenario document that makes the same world again. */
export function scenarioOfWeather(
  sentence: string,
  seed: number,
  weather: Weather,
): ScenarioDocument {
  const { workload = {}, ...given } = Object.fromEntries(
    MODEL_NAMES.map((name) => [name, differing(QUIET[name], weather[name])] as const).filter(
      ([, model]) => Object.keys(model).length > 0,
    ),
  );
  return {
    scenario: sentence,
    rules: [],
    seed,
    given: {
      ...(weather.workload.resting > 0 ? { execution_style: 'Any' } : {}),
      market: 'moving',
      ...given,
      crash: differing({}, weather.crash),
      strategy: { random_workload: workload },
      cancels: weather.cancels,
      restart_ms_max: weather.restartMsMax,
      settle_ms: weather.settleMs,
      queue_capacity: weather.queueCapacity,
      commit_deadline_ms: weather.commitDeadlineMs,
      consult_ms: weather.consultMs,
    },
    for: `${weather.durationMs}ms`,
    heal: weather.healsByRestart ? 'by_restart' : 'in_process',
  };
}

/** Only what is not as in the model anyway. */
function differing(base: object, model: object): Record<string, number> {
  const usual = new Map<string, unknown>(Object.entries(base));
  const said = Object.entries(model).filter(
    (entry): entry is [string, number] =>
      typeof entry[1] === 'number' && (usual.get(entry[0]) ?? 0) !== entry[1],
  );
  return Object.fromEntries(said.map(([key, value]) => [snakeCase(key), value] as const));
}

import type { Decision, Policy } from '@holdfast/core';
import { isAtWork, randomWorkload } from '../fuzz/workload.ts';
import { World } from '../world.ts';
import type { Finding } from '../world-options.ts';
import { act, type Names, noNames } from './actions.ts';
import { type Comparison, compare } from './expectations.ts';
import { actionsOf } from './parse.ts';
import {
  durationMs,
  type ScenarioDocument,
  type ScenarioExpectation,
  type ScenarioStep,
} from './schema.ts';
import { weatherOfScenario } from './weather.ts';

/** How closely a window is watched. */
const LOOK_MS = 5;
const AFTER_LAST_MS = 1_000;

export type StoryLine =
  | { readonly kind: 'step'; readonly atMs: number; readonly text: string }
  | { readonly kind: 'placement'; readonly atMs: number; readonly text: string }
  | { readonly kind: 'decision'; readonly atMs: number; readonly decision: Decision }
  | ({ readonly kind: 'expectation'; readonly atMs: number } & Comparison);

export interface ScenarioResult {
  readonly passed: boolean;
  readonly finding: Finding | null;
  /** What happened, beside what was expected, in the order it happened. */
  readonly story: readonly StoryLine[];
  readonly boots: number;
  /** The ledger as it was left: two runs of a scenario leave the same bytes. */
  readonly ledger: Buffer;
}

/** Plays one scenario to its end, the checkers watching. */
export async function runScenario(
  scenario: ScenarioDocument,
  policy: Policy,
): Promise<ScenarioResult> {
  const world = worldOf(scenario, policy);
  const story: StoryLine[] = [];
  const names = noNames();
  const agenda = agendaOf(world, scenario, names, story);
  for (const entry of agenda) {
    await world.run(entry.atMs);
    if (world.finding !== null) break;
    await entry.play();
  }
  await world.run(endOf(scenario));
  if (scenario.heal !== 'not') await world.heal(scenario.heal !== 'in_process');
  for (const expectation of scenario.then ?? []) {
    if (expectation.finally !== true) continue;
    noteComparisons(world, compare(world, expectation, names), story);
  }
  const held = story.every((line) => line.kind !== 'expectation' || line.holds);
  return {
    passed: held && world.finding === null,
    finding: world.finding,
    story: withEvents(world, story),
    boots: world.counts.boots,
    ledger: world.ledgerBytes(),
  };
}

function worldOf(scenario: ScenarioDocument, policy: Policy): World {
  const { given } = scenario;
  const weather = weatherOfScenario(given);
  const { workload } = weather;
  return new World({
    ...weather,
    seed: String(scenario.seed),
    policy: { ...policy, executionStyle: given?.execution_style ?? policy.executionStyle },
    market: given?.market ?? 'still',
    strategies: (prng, think) =>
      isAtWork(workload) ? [randomWorkload(prng, workload, think)] : [],
  });
}

interface AgendaEntry {
  readonly atMs: number;
  readonly play: () => void | Promise<void>;
}

/** Steps before expectations of the same instant. */
function agendaOf(
  world: World,
  { when = [], then = [] }: ScenarioDocument,
  names: Names,
  story: StoryLine[],
): readonly AgendaEntry[] {
  const steps = when.map((step) => ({
    atMs: durationMs(step.at),
    play: () => {
      story.push({ kind: 'step', atMs: world.elapsedMs, text: tellStep(step) });
      act(world, step, names);
    },
  }));
  const expectations = then.flatMap((expectation) => {
    const from = expectation.at ?? expectation.after;
    if (from === undefined) return [];
    return [{ atMs: durationMs(from), play: () => watch(world, expectation, names, story) }];
  });
  return [...steps, ...expectations].toSorted((a, b) => a.atMs - b.atMs);
}

/** Looks until everything holds or the window is over; the last look is what counts. */
async function watch(
  world: World,
  expectation: ScenarioExpectation,
  names: Names,
  story: StoryLine[],
): Promise<void> {
  const window = expectation.within === undefined ? 0 : durationMs(expectation.within);
  const until = world.elapsedMs + window;
  let seen = compare(world, expectation, names);
  for (let at = world.elapsedMs; at < until && !seen.every(({ holds }) => holds); at += LOOK_MS) {
    await world.run(at + LOOK_MS);
    seen = compare(world, expectation, names);
  }
  noteComparisons(world, seen, story);
}

function noteComparisons(world: World, seen: readonly Comparison[], story: StoryLine[]): void {
  for (const each of seen) story.push({ kind: 'expectation', atMs: world.elapsedMs, ...each });
}

function endOf({ when = [], then = [], ...scenario }: ScenarioDocument): number {
  if (scenario.for !== undefined) return durationMs(scenario.for);
  const ends = then.map(({ at, after, within }) =>
    at === undefined ? ms(after) + ms(within) : ms(at),
  );
  return Math.max(...ends, ...when.map(({ at }) => durationMs(at)), 0) + AFTER_LAST_MS;
}

const ms = (text: string | undefined): number => (text === undefined ? 0 : durationMs(text));

function tellStep(step: ScenarioStep): string {
  const [action = ''] = actionsOf(step);
  const said: unknown = Reflect.get(step, action);
  return `${action} ${JSON.stringify(said)}`;
}

/** What the core said and sent, merged into the story by its time. */
function withEvents(world: World, story: readonly StoryLine[]): readonly StoryLine[] {
  const startedAt = world.clock.now() - world.elapsedMs;
  const said = world.decisions.map(
    (decision): StoryLine => ({ kind: 'decision', atMs: decision.at - startedAt, decision }),
  );
  const sent = world.placements.map(
    ({ atMs, label, reduceOnly }): StoryLine => ({
      kind: 'placement',
      atMs,
      text: `${label}${reduceOnly ? ' reduce-only' : ''}`,
    }),
  );
  const rank = { step: 0, decision: 1, placement: 2, expectation: 3 } as const;
  return [...story, ...said, ...sent].toSorted(
    (a, b) => a.atMs - b.atMs || rank[a.kind] - rank[b.kind],
  );
}

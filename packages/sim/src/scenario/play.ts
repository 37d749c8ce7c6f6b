import type { Policy } from '@holdfast/core';
import type { Finding } from '../world-options.ts';
import { runScenario, type ScenarioResult, type StoryLine } from './run.ts';
import type { ScenarioDocument } from './schema.ts';
import { tellStory } from './tell.ts';

/** One scenario to be played, and how much is to be told of it. */
export interface Part {
  readonly scenario: ScenarioDocument;
  /** Everything the core said. */
  readonly verbose: boolean;
}

/** How it went, in words that can be sent from one process to another. */
export interface Played {
  readonly passed: boolean;
  readonly finding: Finding | null;
  /** Expectations that did not hold. */
  readonly broken: readonly StoryLine[];
  readonly story: readonly string[];
}

export async function play({ scenario, verbose }: Part, policy: Policy): Promise<Played> {
  const result = await playTwice(scenario, policy);
  return {
    passed: result.passed,
    finding: result.finding,
    broken: result.story.filter((line) => line.kind === 'expectation' && !line.holds),
    story: tellStory(result, verbose),
  };
}

/** A scenario is a proof only if it says the same thing twice. */
async function playTwice(scenario: ScenarioDocument, policy: Policy): Promise<ScenarioResult> {
  const first = await runScenario(scenario, policy);
  if (first.finding !== null) return first;
  const second = await runScenario(scenario, policy);
  if (first.ledger.equals(second.ledger)) return first;
  const detail = 'same-seed-same-bytes: two runs of this scenario wrote different ledgers';
  return {
    ...first,
    passed: false,
    finding: { checker: 'same-seed-same-bytes', detail, atMs: 0 },
  };
}

import { expect, it } from 'vitest';
import { testPolicy } from '../fuzz/policy.fixture.ts';
import { parseScenario } from './parse.ts';
import { runScenario, type ScenarioResult } from './run.ts';
import { tellStory } from './tell.ts';

const policy = testPolicy();

function play(text: string): Promise<ScenarioResult> {
  const parsed = parseScenario(text);
  if (!parsed.ok) throw new Error(JSON.stringify(parsed.violations));
  return runScenario(parsed.scenario, policy);
}

const bought = (amount: number): string => `
scenario: a small purchase in a market that stands still
rules: []
seed: 1
when:
  - at: 2s
    propose: { instrument: BTC-16JAN26-64000-C, side: buy, quantity: 0.2 }
then:
  - { at: 1999ms, mode: Active, placements: 0 }
  - after: 2001ms
    within: 1s
    positions: [{ instrument: BTC-16JAN26-64000-C, amount: ${amount} }]
  - { finally: true, placements: 1 }
`;

it('what was expected happened', async () => {
  const result = await play(bought(0.2));
  expect(result.passed).toBe(true);
  expect(tellStory(result, false).some((line) => line.includes('wire   s4:'))).toBe(true);
});

it('what was expected and did not happen fails, and says what was', async () => {
  const result = await play(bought(0.3));
  expect(result.passed).toBe(false);
  expect(result.finding).toBeNull();
  expect(tellStory(result, false)).toContainEqual(
    expect.stringMatching(
      /3\.00\d s {2}NOT {4}position BTC-16JAN26-64000-C is 0\.3, but was 0\.2$/,
    ),
  );
});

it('two runs of one scenario write the same bytes', async () => {
  const [first, second] = [await play(bought(0.2)), await play(bought(0.2))];
  expect(second.ledger.equals(first.ledger)).toBe(true);
  expect(second.story).toEqual(first.story);
});

it('a process dies where it is told to, and comes back when it is told to', async () => {
  const result = await play(`
scenario: dies before the marker is handed to the disk
rules: []
seed: 1
when:
  - at: 1500ms
    trader: { kill_at: { moment: append, record: orderSending, restart: 700ms } }
  - at: 2s
    propose: { instrument: BTC-16JAN26-64000-C, side: buy, quantity: 0.2 }
then:
  - { at: 1999ms, mode: Active }
  - { at: 2001ms, mode: Down, placements: 0, records: { intentRecorded: 0, sessionStarted: 1 } }
  - { at: 2600ms, mode: Down }
  - { at: 2710ms, mode: ReduceOnly, records: { sessionStarted: 2 } }
`);
  expect(tellStory(result, true).filter((line) => line.includes('NOT'))).toEqual([]);
  expect(result.boots).toBe(3);
});

it('a stop that is never released is not put right in the end', { timeout: 60_000 }, async () => {
  const result = await play(`
scenario: the operator stops it and never releases it
rules: []
seed: 1
when:
  - at: 2s
    operator: kill
`);
  expect(result.passed).toBe(false);
  expect(result.finding?.checker).toBe('put-right-in-the-end');
});

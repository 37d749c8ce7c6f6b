import { expect, it } from 'vitest';
import { traderKey } from './engine-process.ts';
import { testPolicy } from './fuzz/policy.fixture.ts';
import { parseScenario } from './scenario/parse.ts';
import { runScenario } from './scenario/run.ts';
import { tellStory } from './scenario/tell.ts';

/** Lines of what was expected and did not hold. */
async function broken(text: string): Promise<readonly string[]> {
  const parsed = parseScenario(text);
  if (!parsed.ok) throw new Error(JSON.stringify(parsed.violations));
  const result = await runScenario(parsed.scenario, testPolicy());
  return tellStory(result, false).filter((line) => / NOT | FOUND /.test(line));
}

it('trades with a key that may trade and may not withdraw', () => {
  const { scope, revoked } = traderKey();
  expect(revoked).toBe(false);
  expect(scope.split(' ')).toEqual(expect.arrayContaining(['trade:read_write', 'wallet:none']));
});

it('an engine becomes one session, guarded and authenticated, and stays it', async () => {
  const text = `
scenario: an engine is booted and left alone for a minute
rules: []
seed: 1
for: 60s
then:
  - { at: 0ms, mode: ReduceOnly, latch: [RESTART_RECONCILE_REQUIRED] }
  - at: 59s
    mode: Active
    sessions: 1
    books_equal: true
    requests:
      - { method: public/auth, at_least: 1, at_most: 1 }
      - { method: private/enable_cancel_on_disconnect, at_least: 1, at_most: 1 }
      - { method: public/set_heartbeat, at_least: 1, at_most: 1 }
      - { method: public/test, at_least: 5, at_most: 6 }
heal: not
`;
  expect(await broken(text)).toEqual([]);
});

it('the next process is another session, and the one before is gone', async () => {
  const text = `
scenario: an engine is killed and another one boots in its place
rules: []
seed: 1
when:
  - at: 5s
    trader: { kill: { restart: 2s } }
then:
  - { at: 4900ms, mode: Active, sessions: 1 }
  - { at: 5100ms, mode: Down, sessions: 0 }
  - { at: 9s, mode: Active, sessions: 1, records: { sessionStarted: 2 } }
heal: not
`;
  expect(await broken(text)).toEqual([]);
});

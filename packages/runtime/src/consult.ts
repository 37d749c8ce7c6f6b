import type { State } from '@holdfast/core/step';
import type { IntentProposal, Strategy } from '@holdfast/core/strategy';
import { viewFor } from '@holdfast/core/view';
import { monoMs } from '@holdfast/core/values';
import type { Clock, MintGroupId, Post } from './ports.ts';

/** More than this from one look is a strategy out of its mind; the rest is refused as a failure. */
const PROPOSALS_MAX = 32;

/**
 * Asks every strategy what it proposes. A throw, or an answer that is no list, becomes
 * `strategyFailed` and ends that strategy here; the others and the loop go on.
 */
export function createConsult(
  strategies: readonly Strategy<unknown>[],
  mintGroupId: MintGroupId,
  clock: Clock,
  state: State,
  post: Post,
): () => void {
  const minds = strategies.map((strategy) => ({ strategy, memory: strategy.remember() }));

  function ask(strategy: Strategy<unknown>, memory: unknown): readonly IntentProposal[] | string {
    try {
      const proposals = strategy.propose(memory, viewFor(state, strategy.id));
      if (!Array.isArray(proposals)) {
        // A promise that fails later must not take the process down with nobody to catch it.
        void Promise.resolve(proposals).catch(() => undefined);
        return 'did not return a list of intents';
      }
      if (proposals.length > PROPOSALS_MAX) return `proposed ${proposals.length} intents at once`;
      return proposals;
    } catch (error) {
      return error instanceof Error ? error.message : 'threw something that is no error';
    }
  }

  let heard = 0;
  return () => {
    // A market that said nothing gives nobody a reason to change their mind.
    if (state.observations.marketAt === heard) return;
    heard = state.observations.marketAt;
    for (const { strategy, memory } of minds) {
      if (state.observations.suspended.has(strategy.id)) continue;
      const answer = ask(strategy, memory);
      const at = monoMs(clock.now());
      if (typeof answer === 'string') {
        post({ kind: 'strategyFailed', at, strategyId: strategy.id, message: answer });
        continue;
      }
      for (const proposal of answer) {
        const groupId = mintGroupId();
        post({ kind: 'intentProposed', at, strategyId: strategy.id, groupId, proposal });
      }
    }
  };
}

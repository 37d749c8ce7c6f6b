/**
 * What a run may take for what went before it. The chain is the truth; a chain that is gone or was
 * edited is the loss of the one thing that says whether a review is open, and is one itself.
 */
import { NO_PRIOR, NOT_CLEAN, type Prior } from './decision.ts';
import { decisionsOf, type HistoryRead, priorOf } from './history.ts';
import { type Reading, troubleCode } from './reading.ts';
import type { RolloutState } from './state.ts';

export interface Before {
  readonly prior: Prior;
  /** Why this run may not go forward, whatever the gates say. */
  readonly holds: readonly string[];
  /** Why it requires a review, whatever the gates say. */
  readonly alarms: readonly string[];
}

export function beforeOf(history: HistoryRead, state: Reading<RolloutState>): Before {
  const published = state.status === 'value' ? state.value : null;
  if (history.fault !== null) {
    // Nothing is appended to a broken chain: what was published last is all there is.
    const prior = published === null ? NO_PRIOR : adopt(NO_PRIOR, published);
    return { prior, holds: [], alarms: [`rollout_history_unparseable:${history.fault}`] };
  }
  const isFirst = decisionsOf(history.events).length === 0;
  if (isFirst && state.status !== 'absent') {
    return { prior: NO_PRIOR, holds: [], alarms: ['rollout_history_missing'] };
  }
  const known = priorOf(history.events);
  const isTrouble = state.status === 'unreadable' || state.status === 'malformed';
  const holds = isTrouble ? [troubleCode('rollout_state', state)] : [];
  const isUntold = known.review === null && published?.review.required === true;
  // A review that was published when the chain took nothing more is one all the same.
  const prior = isUntold ? adopt(known, published) : known;
  return { prior, holds, alarms: [] };
}

function adopt(prior: Prior, { decision, review, streaks, as_of: asOf }: RolloutState): Prior {
  const { opened_at: opened, acknowledged_by: acknowledgedBy, acknowledged_at: at } = review;
  if (opened === null) return { ...prior, decision, newest: asOf };
  const count = Math.min(streaks.clean, prior.clean.count);
  return {
    decision,
    review: {
      openedAt: Date.parse(opened),
      acknowledgedBy,
      acknowledgedAt: at === null ? null : Date.parse(at),
    },
    clean: count === 0 ? NOT_CLEAN : { count, last: prior.clean.last },
    newest: prior.newest ?? asOf,
  };
}

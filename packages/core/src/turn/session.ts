import type { IntentEvent, SessionTerminated } from '../event.ts';
import type { State } from '../state.ts';
import type { Output } from './output.ts';
import { forgetTradeFeeds } from './public-trades.ts';
import { block, noteTooManyRequests, raiseRisk, TOO_MANY_REQUESTS } from './safety.ts';

/**
 * A lost session takes its subscriptions with it: what happened meanwhile must be asked for
 * (AT-409).
 */
export function onSessionChanged(state: State, connected: boolean, output: Output): void {
  const { observations } = state;
  if (observations.connected === connected) return;
  observations.connected = connected;
  observations.heardSince = observations.now;
  observations.polls.sweepAt = observations.now;
  if (!connected) {
    // Here and not when it is back: the new subscriptions' snapshots come before that is told.
    forgetFeeds(state);
    raiseRisk(state, 'session_terminated', output);
  }
  block(state, 'SESSION_TERMINATION_RECONCILE_REQUIRED', output);
}

/**
 * The subscriptions went with the session: no book is a book until its snapshot has come, and what
 * traded meanwhile is no gap but the outage itself, which the session latch covers already.
 */
function forgetFeeds(state: State): void {
  for (const { book } of state.observations.listings.values()) book.void();
  forgetTradeFeeds(state);
}

/**
 * The venue itself ended the session: 10028 counts towards Kill, anything else is a lost session.
 */
export function onSessionTerminated(
  state: State,
  { code }: SessionTerminated,
  output: Output,
): void {
  output.report({ kind: 'fault', fault: 'session_terminated', subject: code?.toString() ?? null });
  forgetFeeds(state);
  if (code === TOO_MANY_REQUESTS) return noteTooManyRequests(state, output);
  raiseRisk(state, 'session_terminated', output);
  block(state, 'SESSION_TERMINATION_RECONCILE_REQUIRED', output);
}

/**
 * A strategy that threw proposes nothing more in this process: its memory can no longer be trusted.
 */
export function suspend(
  state: State,
  event: Extract<IntentEvent, { kind: 'strategyFailed' }>,
  output: Output,
): void {
  const { strategyId, message } = event;
  state.observations.suspended.add(strategyId);
  output.report({ kind: 'strategyFailed', strategyId, message });
}

/** Said for the reader of the decision log; nothing depends on it. */
export function reportAbstentions(
  { abstentions, strategyId }: Extract<IntentEvent, { kind: 'strategyAbstained' }>,
  output: Output,
): void {
  output.report({ kind: 'strategyAbstained', strategyId, abstentions });
}

import { type Checker, demand } from './checker.ts';

/**
 * What an honest estimate of the venue's clock may be wrong by: half of the longest round trip that
 * is not given up, and two minutes of drift.
 */
const ESTIMATE_MS = 2_000;
/** A book heard within this of its change bounds the estimate, and leaves it room to be wrong. */
const FRESH_MS = 1_000;
/** A clock that falls back by more between two events of one process has stood still. */
const STILL_MS = 20;

/**
 * No book is told to the core as younger than it is at the exchange: what waited on its way, or for
 * a process that was held up, is as old as it is. A machine that was suspended cannot know that it
 * was before the venue tells it, and what waited meanwhile is heard the oldest first: nothing is
 * judged until a book has been heard fresh, or a session has ended, whose successor measures the
 * clocks anew. That a session is ready is no such sign: it may have measured before.
 */
export function booksAreAsOldAsTheyAre(): Checker {
  const name = 'books-are-as-old-as-they-are';
  /** When each change happened, by the exchange's clock. */
  const changedAt = new Map<number, number>();
  let ahead: number | null = null;
  let suspension: Suspension | null = null;
  return {
    name,
    onNotice(...[kind, book]) {
      if (kind === 'book') changedAt.set(book.changeId, book.timestamp);
    },
    onBoot() {
      ahead = null;
      suspension = null;
    },
    onEvent(event, _state, aheadMs) {
      if (ahead !== null && aheadMs < ahead - STILL_MS) suspension = UNMEASURED;
      ahead = aheadMs;
      if (event.kind === 'sessionChanged' && !event.connected) suspension = null;
      if (event.kind === 'ticked') suspension = ticked(suspension, event.at - aheadMs);
      if (event.kind !== 'bookChanged' || event.prevChangeId === null) return;
      const at = changedAt.get(event.changeId);
      if (at === undefined) return;
      if (suspension !== null) {
        suspension = { ...suspension, heardOf: Math.max(suspension.heardOf, at) };
        return;
      }
      const youngerMs = event.at - aheadMs - at;
      demand(
        youngerMs <= ESTIMATE_MS,
        name,
        () => `${event.instrument} ${event.changeId} is told as ${youngerMs} ms younger than it is`,
      );
    },
  };
}

/** A time the machine stood still, until it is made up for; times by the exchange's clock. */
interface Suspension {
  /** It was over by then, as the first tick after it says; null before that tick. */
  readonly overBy: number | null;
  /** The latest change of a book that was heard since. */
  readonly heardOf: number;
}

const UNMEASURED: Suspension = { overBy: null, heardOf: Number.NEGATIVE_INFINITY };

/** Only a tick says what time it is: others may be dated earlier than they are heard. */
function ticked(suspension: Suspension | null, now: number): Suspension | null {
  if (suspension === null) return null;
  const { overBy, heardOf } = suspension;
  if (overBy === null) return { ...suspension, overBy: now };
  return heardOf >= overBy && heardOf >= now - FRESH_MS ? null : suspension;
}

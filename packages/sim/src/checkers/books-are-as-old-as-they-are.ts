import { type Checker, demand } from './checker.ts';

/**
 * What an honest estimate of the venue's clock may be wrong by: half of the longest round trip that
 * is not given up, and two minutes of drift.
 */
const ESTIMATE_MS = 2_000;
/** A clock that falls back by more between two events of one process has stood still. */
const STILL_MS = 20;

/**
 * No book is told to the core as younger than it is at the exchange: what waited on its way, or for
 * a process that was held up, is as old as it is. After the machine was suspended nothing is judged
 * until the session begins anew and measures the clocks again.
 */
export function booksAreAsOldAsTheyAre(): Checker {
  const name = 'books-are-as-old-as-they-are';
  /** When each change happened, by the exchange's clock. */
  const changedAt = new Map<number, number>();
  let ahead: number | null = null;
  let stoodStill = false;
  return {
    name,
    onNotice(...[kind, book]) {
      if (kind === 'book') changedAt.set(book.changeId, book.timestamp);
    },
    onBoot() {
      ahead = null;
      stoodStill = false;
    },
    onEvent(event, _state, aheadMs) {
      if (ahead !== null && aheadMs < ahead - STILL_MS) stoodStill = true;
      if (event.kind === 'sessionChanged') stoodStill = false;
      ahead = aheadMs;
      if (event.kind !== 'bookChanged' || event.prevChangeId === null || stoodStill) return;
      const at = changedAt.get(event.changeId);
      if (at === undefined) return;
      const youngerMs = event.at - aheadMs - at;
      demand(
        youngerMs <= ESTIMATE_MS,
        name,
        () => `${event.instrument} ${event.changeId} is told as ${youngerMs} ms younger than it is`,
      );
    },
  };
}

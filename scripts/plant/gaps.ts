/** News that did not come and was not missed. */
import type { Plant } from './plant.ts';

const CLASS = 'ignore a gap';

export const GAPS: readonly Plant[] = [
  {
    name: 'book-gap-applied',
    class: CLASS,
    does: 'a change that does not follow is applied all the same',
    file: 'packages/core/src/market/book.ts',
    find: "    if (!this.#usable || prevChangeId !== this.#changeId) return this.#refuse('gap');",
    replace: "    if (!this.#usable) return this.#refuse('gap');",
    caughtBy: ['no-open-in-doubt', 'open-on-a-sound-book'],
    ground: 'worlds',
  },
  {
    name: 'book-gap-without-latch',
    class: CLASS,
    does: 'a gap costs its book and nothing else',
    file: 'packages/core/src/turn/market.ts',
    find: `  raiseRisk(state, 'ws_book_gap', output);
  block(state, 'WS_BOOK_GAP_RECONCILE_REQUIRED', output);
`,
    replace: '',
    caughtBy: ['no-open-in-doubt'],
    ground: 'worlds',
  },
  {
    name: 'trades-gap-ignored',
    class: CLASS,
    does: 'a hole in the numbers of the public trades means nothing',
    file: 'packages/core/src/turn/public-trades.ts',
    find: `  raiseRisk(state, 'ws_trades_gap', output);
  block(state, 'WS_TRADES_GAP_RECONCILE_REQUIRED', output);
`,
    replace: '',
    caughtBy: ['no-open-in-doubt'],
    ground: 'scenarios',
  },
  {
    name: 'session-loss-ignored',
    class: CLASS,
    does: 'a session that is lost and found again is no outage',
    file: 'packages/core/src/turn/session.ts',
    find: `    raiseRisk(state, 'session_terminated', output);
  }
  block(state, 'SESSION_TERMINATION_RECONCILE_REQUIRED', output);
`,
    replace: '  }\n',
    caughtBy: ['no-open-in-doubt'],
    ground: 'worlds',
  },
  {
    name: 'trades-of-an-outage-not-asked-for',
    class: CLASS,
    does: 'reconciliation asks for the trades of the last moment only',
    file: 'packages/core/src/turn/reconciliation.ts',
    find: '  const since = Math.min(at - seconds * 1_000, completeUntil(state, at));',
    replace: '  const since = Math.max(at - seconds, completeUntil(state, at));',
    caughtBy: ['closed-is-closed', 'every-fill-once', 'positions-equal-the-venue'],
    ground: 'worlds',
  },
];

/** Latches and ceilings that open of themselves (contract-1 section 37, D-11). */
import type { Plant } from './plant.ts';

const LATCH = 'open a latch unasked';
const CEILING = 'let a ceiling rise';

export const LATCHES: readonly Plant[] = [
  {
    name: 'latch-opened-by-a-book',
    class: LATCH,
    does: 'a book that is whole again opens the latch',
    file: 'packages/core/src/turn/market.ts',
    find: '    if (event.prevChangeId === null) brokenBooks.delete(event.instrument);\n',
    replace: `    if (event.prevChangeId === null) {
      brokenBooks.delete(event.instrument);
      state.observations.latch.reasons = [];
    }
`,
    caughtBy: ['latch-opens-by-reconciliation', 'mode-rises-for-cause'],
    ground: 'worlds',
  },
  {
    name: 'latch-opened-by-an-unclean-pass',
    class: LATCH,
    does: 'a reconciliation that found differences opens the latch',
    file: 'packages/core/src/turn/reconciliation.ts',
    find: '  if (clean) passed(state, plan, snapshot, output);',
    replace: '  passed(state, plan, snapshot, output);',
    caughtBy: ['latch-opens-by-reconciliation'],
    ground: 'worlds',
  },
  {
    name: 'latch-opened-before-its-record',
    class: LATCH,
    does: 'the latch opens with the snapshot and not with the record',
    file: 'packages/core/src/turn/reconciliation.ts',
    find: '  reconciliation.clearing = startedAt;\n',
    replace: `  reconciliation.clearing = startedAt;
  loosenAfterReconciliation(state, startedAt, output);
`,
    caughtBy: ['latch-opens-by-reconciliation', 'mode-rises-for-cause'],
    ground: 'worlds',
  },
  {
    name: 'latch-opened-by-an-older-snapshot',
    class: LATCH,
    does: 'a snapshot asked for before the trouble clears the trouble',
    file: 'packages/core/src/turn/safety.ts',
    find: '  if (setAt !== undefined && setAt >= startedAt) return true;\n',
    replace: '  if (setAt !== undefined && setAt < 0) return startedAt > 0;\n',
    caughtBy: ['latch-opens-by-reconciliation', 'no-open-in-doubt'],
    ground: 'worlds',
  },
  {
    name: 'mode-not-asked-before-the-wire',
    class: CEILING,
    does: 'the mode an order was decided in is the mode it leaves in',
    file: 'packages/core/src/turn/ledger.ts',
    find: "        : currentMode(state).mode === 'Active';",
    replace: "        : currentMode(state).mode !== 'Kill';",
    caughtBy: ['no-open-in-doubt', 'open-on-a-sound-book'],
    ground: 'worlds',
  },
  {
    name: 'own-trades-not-remembered',
    class: CEILING,
    does: 'nobody counts what we have just traded ourselves',
    file: 'packages/core/src/apply.ts',
    find: `  remember(facts, record);
`,
    replace: '',
    caughtBy: ['open-beside-the-crowd'],
    ground: 'worlds',
  },
  {
    name: 'every-cause-cools-down',
    class: CEILING,
    does: 'causes end with time, whatever is to end them',
    file: 'packages/core/src/guard/risk-state.ts',
    find: `    if (clears !== 'cooldown' || cooldownMs === undefined) continue;
    if (now - raised.raisedAt >= cooldownMs) cleared.push(cause);`,
    replace: `    if (clears === 'reconciliation') continue;
    if (now - raised.raisedAt >= (cooldownMs ?? 1_000)) cleared.push(cause);`,
    caughtBy: ['mode-rises-for-cause', 'operator-stop-stands'],
    ground: 'worlds',
  },
];

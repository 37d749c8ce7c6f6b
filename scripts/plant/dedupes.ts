/** Trades and intents that count more than once. */
import type { Plant } from './plant.ts';

const CLASS = 'skip a dedupe';

export const DEDUPES: readonly Plant[] = [
  {
    name: 'trade-recorded-twice',
    class: CLASS,
    does: 'a trade told twice is recorded twice',
    file: 'packages/core/src/turn/account.ts',
    find: 'facts.seenTrades.has(fill.tradeId) || observations.pendingTrades.has(fill.tradeId)',
    replace: 'facts.seenTrades.size < 0',
    caughtBy: ['every-fill-once'],
    ground: 'worlds',
  },
  {
    name: 'trade-on-its-way-forgotten',
    class: CLASS,
    does: 'a trade whose record is on its way counts as a new one',
    file: 'packages/core/src/turn/account.ts',
    find: '  observations.pendingTrades.add(fill.tradeId);\n',
    replace: '',
    caughtBy: ['every-fill-once'],
    ground: 'worlds',
  },
  {
    name: 'trade-reconciled-twice',
    class: CLASS,
    does: 'reconciliation records a trade that is on record',
    file: 'packages/core/src/turn/reconciliation.ts',
    find: 'isKnownTrade: (id) => facts.seenTrades.has(id) || observations',
    replace: 'isKnownTrade: (id) => observations',
    caughtBy: ['every-fill-once'],
    ground: 'worlds',
  },
  {
    name: 'trade-applied-twice',
    class: CLASS,
    does: 'the fold counts a trade as often as it stands in the ledger',
    file: 'packages/core/src/apply.ts',
    find: '  if (facts.seenTrades.has(record.tradeId)) return;\n',
    replace: '',
    caughtBy: ['told-twice-counts-once'],
    ground: 'worlds',
  },
  {
    name: 'trade-never-remembered',
    class: CLASS,
    does: 'the fold remembers no trade it has counted',
    file: 'packages/core/src/apply.ts',
    find: '  facts.seenTrades.add(record.tradeId);\n',
    replace: '',
    caughtBy: ['told-twice-counts-once', 'facts-change-by-record', 'every-fill-once'],
    ground: 'worlds',
  },
  {
    name: 'attempt-admitted-again',
    class: CLASS,
    does: 'a group proposed again at another price is another order',
    file: 'packages/core/src/turn/accept.ts',
    find: 'seenAttempts.has(attempt) || pendingAttempts.has(attempt)',
    replace: '(seenAttempts.size < 0 && pendingAttempts.has(attempt))',
    caughtBy: ['one-order-per-attempt'],
    ground: 'worlds',
  },
];

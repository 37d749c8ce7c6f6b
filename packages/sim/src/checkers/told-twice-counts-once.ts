import { apply, createFacts, type Facts } from '@holdfast/core/facts';
import type { LedgerRecord } from '@holdfast/core/ledger';
import { digestFacts, scanLedger, type SegmentSource } from '@holdfast/runtime/ledger';
import { type Checker, demand } from './checker.ts';

/** Records of what the venue may tell more than once. */
const TOLD_BY_THE_VENUE: ReadonlySet<LedgerRecord['type']> = new Set([
  'orderAcked',
  'orderClosed',
  'fillRecorded',
  'settlementRecorded',
]);

/**
 * A ledger in which everything the venue tells stands twice folds to the facts of the ledger as it
 * is (contract-1 section 29): the fold itself counts a trade once, whoever let the second one in.
 * @param applied one step of the fold.
 */
export function toldTwiceCountsOnce(applied: typeof apply = apply): Checker {
  const name = 'told-twice-counts-once';
  return {
    name,
    atEnd: ({ ledger }) => {
      const once = foldOf(ledger, 1, applied);
      const twice = foldOf(ledger, 2, applied);
      demand(once === twice, name, () => `once ${once}\ntwice ${twice}`);
    },
  };
}

function foldOf(ledger: SegmentSource, times: 1 | 2, applied: typeof apply): string {
  const facts: Facts = createFacts();
  for (const { record } of scanLedger(ledger)) {
    applied(facts, record);
    if (times === 2 && TOLD_BY_THE_VENUE.has(record.type)) applied(facts, record);
  }
  facts.records = 0;
  return digestFacts(facts);
}

import { apply, type Facts } from '@holdfast/core/facts';
import type { LedgerRecord } from '@holdfast/core/ledger';
import { monoMs } from '@holdfast/core/values';
import { MemoryDisk, openMemoryLedger } from '@holdfast/runtime/ledger';
import { expect, it } from 'vitest';
import { end, tripped } from './forged.fixture.ts';
import { toldTwiceCountsOnce } from './told-twice-counts-once.ts';

const AT = monoMs(1_000);

/** A disk on which one trade is recorded. */
function diskWithATrade(): MemoryDisk {
  const later: (() => void)[] = [];
  const disk = new MemoryDisk((action) => void later.push(action));
  const opened = openMemoryLedger({
    disk,
    post: () => undefined,
    clock: { now: () => AT, wake: () => undefined },
    epoch: 1,
    queueCapacity: 64,
    commitDeadlineMs: 250,
    onRecord: () => undefined,
    defer: (action) => void later.push(action),
  });
  if (!opened.ok) throw new Error('an empty disk opens');
  const fill = {
    type: 'fillRecorded',
    at: AT,
    tradeId: 'T1',
    label: null,
    venueOrderId: 'V1',
    strategyId: null,
    instrument: 'BTC-16JAN26-64000-C',
    side: 'buy',
    amountE8: 10_000_000,
    priceE8: 5_000_000,
    feeE8: 1,
    feeCurrency: 'BTC',
    cashE8: -500_000,
    indexPriceE8: 6_400_000_000_000,
    tradedAt: AT,
    source: 'feed',
  } as unknown as LedgerRecord;
  opened.ledger.append([fill]);
  for (let action = later.shift(); action !== undefined; action = later.shift()) action();
  return disk;
}

it('NON-TRIP: a ledger whose trade would be counted once, however often it stood there', () => {
  const disk = diskWithATrade();
  expect(disk.segments()).toHaveLength(1);
  expect(tripped(() => toldTwiceCountsOnce().atEnd?.(end({ ledger: disk })))).toBeNull();
});

it('TRIP: a fold that forgets which trades it has seen', () => {
  const forgetful = (facts: Facts, record: LedgerRecord): void => {
    facts.seenTrades.clear();
    apply(facts, record);
  };
  const checker = toldTwiceCountsOnce(forgetful);
  expect(tripped(() => checker.atEnd?.(end({ ledger: diskWithATrade() })))).toBe(checker.name);
});

import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { apply } from '../apply.ts';
import { cashBookOf } from '../apply-cash.ts';
import { wallMs } from '../values/index.ts';
import {
  begun,
  BTC,
  judge,
  keep,
  NOW,
  record,
  type Traded,
  type VenueAccount,
} from './cash.fixture.ts';

const traded: fc.Arbitrary<Traded> = fc.oneof(
  fc.record({
    option: fc.constant(true),
    side: fc.constantFrom('buy' as const, 'sell' as const),
    steps: fc.integer({ min: 1, max: 500 }),
    price: fc.integer({ min: 1, max: 4_000 }).map((ticks) => ticks / 10_000),
    feeE8: fc.integer({ min: 0, max: 1_000_000 }),
  }),
  fc.record({
    option: fc.constant(false),
    side: fc.constantFrom('buy' as const, 'sell' as const),
    steps: fc.integer({ min: 1, max: 50_000 }),
    price: fc.integer({ min: 40_000, max: 400_000 }).map((ticks) => ticks / 2),
    feeE8: fc.integer({ min: -10_000, max: 10_000 }),
  }),
);

type Happening =
  | { readonly trade: Traded; readonly parts: number }
  | { readonly mark: number; readonly funding: number };
const happening: fc.Arbitrary<Happening> = fc.oneof(
  { weight: 4, arbitrary: fc.record({ trade: traded, parts: fc.constantFrom(1, 1, 2) }) },
  {
    weight: 1,
    arbitrary: fc.record({
      mark: fc.integer({ min: 40_000, max: 400_000 }).map((ticks) => ticks / 2),
      funding: fc.integer({ min: -100_000, max: 100_000 }),
    }),
  },
);

function happen(venue: VenueAccount, each: Happening): void {
  if ('trade' in each) venue.trade(each.trade, each.parts);
  else venue.settle(each.mark, each.funding);
}

describe('laws', () => {
  it('D-14 any history is adopted whole, in whatever pieces it is told', () => {
    fc.assert(
      fc.property(
        fc.array(happening, { maxLength: 40 }),
        fc.infiniteStream(fc.nat(3)),
        (all, cuts) => {
          const { facts, venue } = begun();
          const pause = (): boolean => cuts.next().value === 0;
          let told = 0;
          for (const each of all) {
            happen(venue, each);
            for (; told < venue.fills.length; told += 1) {
              const fill = venue.fills[told];
              if (fill !== undefined) apply(facts, { ...fill, at: wallMs(NOW) });
            }
            if (pause()) keep(facts, judge(facts, venue.rows));
          }
          keep(facts, judge(facts, venue.rows));
          expect(cashBookOf(facts, BTC)).toMatchObject({
            rowId: venue.rows.length,
            balanceE8: venue.balance,
            mismatch: null,
            awaited: new Map(),
          });
        },
      ),
    );
  });

  it('D-14 whatever one row is changed by, it is found, there and not later', () => {
    const field = fc.constantFrom('feeE8' as const, 'changeE8' as const, 'balanceE8' as const);
    const by = fc.integer({ min: -1_000, max: 1_000 }).filter((n) => n !== 0);
    fc.assert(
      fc.property(
        fc.array(traded, { minLength: 1, maxLength: 20 }),
        fc.nat(),
        field,
        by,
        (all, n, key, off) => {
          const { facts, venue } = begun();
          for (const each of all) venue.trade(each);
          record(facts, venue);
          const at = 1 + (n % all.length);
          const rows = venue.rows.map((row, index) =>
            index === at ? { ...row, [key]: row[key] + off } : row,
          );
          const { records, mismatch } = judge(facts, rows);
          expect(mismatch?.rowId).toBe(at + 1);
          expect(records.map(({ rowId }) => rowId)).toEqual(
            Array.from({ length: at - 1 }, (_, index) => index + 2),
          );
        },
      ),
    );
  });
});

import { describe, expect, it } from 'vitest';
import { apply } from '../apply.ts';
import { cashBookOf } from '../apply-cash.ts';
import type { CashRow } from '../cash-event.ts';
import { createFacts } from '../facts.ts';
import { amountE8, coinE8, E8, instrumentName, priceE8, tradeId, wallMs } from '../values/index.ts';
import {
  begun,
  BTC,
  CALL,
  FUTURE,
  judge,
  keep,
  NOW,
  OPTION,
  PERP,
  record,
  type Traded,
  VenueAccount,
} from './cash.fixture.ts';

describe('where the comparison begins', () => {
  it('takes the newest row as it stands, and an empty account as nothing', () => {
    expect(begun().facts.cashBooks.get(BTC)).toMatchObject({ rowId: 1, balanceE8: 10 * E8 });
    expect(judge(createFacts(), [])).toMatchObject({
      records: [{ type: 'cashBegun', rowId: 0, balanceE8: 0, halfSeen: [] }],
    });
  });

  it('waits for no row of what is older, whenever it is learned', () => {
    const facts = createFacts();
    const venue = new VenueAccount().deposit(E8);
    venue.trade(OPTION);
    venue.at += 1;
    record(facts, venue, wallMs(1));
    keep(facts, judge(facts, venue.rows));
    expect(judge(facts, venue.rows)).toEqual({ records: [], mismatch: null, waits: null });
    const late = { ...venue.fills[0], tradeId: tradeId('old'), at: wallMs(1) };
    apply(facts, late as never);
    expect(judge(facts, venue.rows).mismatch).toBeNull();
  });

  it('lets the first settlement of a session nobody saw begin explain itself, and no other', () => {
    const facts = createFacts();
    const venue = new VenueAccount().deposit(E8);
    venue.trade(FUTURE);
    keep(facts, judge(facts, venue.rows));
    expect(facts.cashBooks.get(BTC)?.sessions.get(PERP)).toMatchObject({ isWhole: false });
    venue.settle(66_000, 0);
    keep(facts, judge(facts, venue.rows, { positionE8: () => amountE8(1_000 * E8) }));
    expect(facts.cashBooks.get(BTC)).toMatchObject({ rowId: 3, mismatch: null });
    venue.settle(67_000, 0);
    const strange = venue.rows.at(-1);
    if (strange === undefined) throw new Error('no row');
    const held = { positionE8: () => amountE8(1_000 * E8) };
    expect(judge(facts, venue.rows, held).mismatch).toBeNull();
    const off = {
      ...strange,
      changeE8: coinE8(strange.changeE8 + 9),
      balanceE8: coinE8(strange.balanceE8 + 9),
    };
    const told = [...venue.rows.slice(0, -1), off];
    expect(judge(facts, told, held).mismatch).toMatchObject({ fault: 'change' });
  });
});

describe('D-14 rows that our records explain', () => {
  it('a trade in one row or in two, an option and a future, a settlement with funding', () => {
    const { facts, venue } = begun();
    venue.trade(OPTION);
    venue.trade({ ...OPTION, side: 'sell', steps: 30, feeE8: 90_001 }, 2);
    venue.trade(FUTURE);
    venue.trade({ ...FUTURE, side: 'sell', steps: 60, price: 65_300.5 });
    venue.settle(65_123.45, -1_234);
    record(facts, venue);
    const judgement = judge(facts, venue.rows);
    expect(judgement).toMatchObject({ mismatch: null, waits: null });
    expect(judgement.records).toHaveLength(5);
    keep(facts, judgement);
    expect(facts.cashBooks.get(BTC)).toMatchObject({
      rowId: venue.rows.length,
      balanceE8: venue.balance,
      awaited: new Map(),
    });
    expect(facts.cash.get(BTC)?.fundingE8).toBe(-1_234);
  });

  it('each row counts once, however often it is told or recorded', () => {
    const { facts, venue } = begun();
    venue.trade(FUTURE);
    venue.settle(65_500, 77);
    record(facts, venue);
    const judgement = judge(facts, venue.rows);
    keep(facts, judgement);
    keep(facts, judgement);
    expect(facts.cash.get(BTC)?.fundingE8).toBe(77);
    expect(judge(facts, venue.rows).records).toEqual([]);
  });

  it('money that people move, and a word nobody knows that moves nothing', () => {
    const { facts, venue } = begun();
    venue
      .deposit(E8)
      .deposit(-2 * E8)
      .other(0);
    expect(judge(facts, venue.rows)).toMatchObject({ mismatch: null, records: { length: 3 } });
  });

  it('a combination’s row repeats its legs and moves nothing; one that does is nobody’s', () => {
    const { facts, venue } = begun();
    const fill = venue.trade(OPTION);
    const [, leg] = venue.rows;
    if (leg === undefined) throw new Error('no row');
    apply(facts, { ...fill, at: wallMs(NOW) });
    const combo = instrumentName('BTC-CS-27MAR26-90000_100000');
    const parent = { ...leg, id: 3, instrument: combo, tradeId: tradeId('C-1'), feeE8: coinE8(0) };
    const still = { ...parent, changeE8: coinE8(0) };
    const isCombination = (name: string): boolean => name === combo;
    const told = [...venue.rows, still];
    expect(judge(facts, told, { isCombination })).toMatchObject({
      mismatch: null,
      records: { length: 2 },
    });
    const counted = {
      ...parent,
      balanceE8: coinE8(leg.balanceE8 + leg.changeE8),
    };
    expect(judge(facts, [...venue.rows, counted], { isCombination }).mismatch).toMatchObject({
      rowId: 3,
      fault: 'unexplained',
    });
  });
});

describe('D-14 TRIP: where the two part', () => {
  const part = (change: (row: CashRow) => Partial<CashRow>, trade: Traded = OPTION) => {
    const { facts, venue } = begun();
    venue.trade(trade);
    record(facts, venue);
    const rows = venue.rows.map((row) => (row.id === 2 ? { ...row, ...change(row) } : row));
    return judge(facts, rows);
  };
  const more = ({ changeE8, balanceE8 }: CashRow, by: number) => ({
    changeE8: coinE8(changeE8 + by),
    balanceE8: coinE8(balanceE8 + by),
  });

  it('another fee than the trade was told with', () => {
    expect(part((row) => ({ ...more(row, -1), feeE8: coinE8(30_001) })).mismatch).toMatchObject({
      currency: BTC,
      rowId: 2,
      fault: 'fee',
      tradeId: 'T-1',
      instrument: CALL,
      expectedE8: 30_000,
      toldE8: 30_001,
    });
  });

  it('another premium, to the last 1e-8', () => {
    expect(part((row) => more(row, 1)).mismatch).toMatchObject({ fault: 'change' });
    expect(part((row) => more(row, 1), FUTURE).mismatch).toMatchObject({ fault: 'change' });
  });

  it('a balance that is not the one before and the change', () => {
    const broken = part(({ balanceE8 }) => ({ balanceE8: coinE8(balanceE8 - 5) }));
    expect(broken).toMatchObject({ records: [], mismatch: { fault: 'balance' } });
  });

  it('a word that nobody knows and that moved something; a trade told twice', () => {
    const { facts, venue } = begun();
    venue.other(-5);
    expect(judge(facts, venue.rows).mismatch).toMatchObject({ fault: 'unexplained', toldE8: -5 });
    const twice = begun();
    twice.venue.trade(OPTION);
    record(twice.facts, twice.venue);
    keep(twice.facts, judge(twice.facts, twice.venue.rows));
    const last = twice.venue.rows.at(-1);
    if (last === undefined) throw new Error('no row');
    const again = { ...last, id: 9, balanceE8: coinE8(last.balanceE8 + last.changeE8) };
    expect(judge(twice.facts, [again]).mismatch).toMatchObject({ rowId: 9, fault: 'unexplained' });
  });

  it('a settlement that the trades, the mark and the funding do not come to', () => {
    const { facts, venue } = begun();
    venue.trade(FUTURE);
    venue.settle(65_500, 0);
    record(facts, venue);
    const rows = venue.rows.map((row) => (row.id === 3 ? { ...row, ...more(row, 9) } : row));
    expect(judge(facts, rows).mismatch).toMatchObject({ rowId: 3, fault: 'change' });
    const near = venue.rows.map((row) => (row.id === 3 ? { ...row, ...more(row, 2) } : row));
    expect(judge(facts, near).mismatch).toBeNull();
  });

  it('a settlement whose price is missing is not taken for right', () => {
    const { facts, venue } = begun();
    venue.trade(FUTURE);
    venue.settle(65_500, 0);
    record(facts, venue);
    const rows = venue.rows.map((row) => ({ ...row, priceE8: null }));
    expect(judge(facts, rows).mismatch).toMatchObject({ rowId: 3, fault: 'unexplained' });
  });
});

describe('what is still on its way', () => {
  it('D-14 NON-TRIP: a row whose trade is not on record waits; what is before it counts', () => {
    const { facts, venue } = begun();
    const first = venue.trade(OPTION);
    venue.trade(OPTION);
    apply(facts, { ...first, at: wallMs(NOW) });
    expect(judge(facts, venue.rows)).toMatchObject({
      records: [{ rowId: 2 }],
      mismatch: null,
      waits: { rowId: 3, told: false },
    });
    const told = judge(facts, venue.rows, { isTold: () => true, waitingSince: () => wallMs(0) });
    expect(told).toMatchObject({ mismatch: null, waits: { told: true } });
  });

  it('D-14 TRIP: a trade that nothing but the account ever told of', () => {
    const { facts, venue } = begun();
    venue.trade(OPTION);
    const since = (ms: number) => ({ waitingSince: () => wallMs(NOW - ms) });
    expect(judge(facts, venue.rows, since(60_000)).mismatch).toBeNull();
    expect(judge(facts, venue.rows, since(60_001)).mismatch).toMatchObject({
      fault: 'unknown_trade',
      rowId: 2,
    });
  });

  it('D-14 TRIP: a trade on record that the account never told of', () => {
    const { facts, venue } = begun();
    const fill = venue.trade(OPTION);
    apply(facts, { ...fill, at: wallMs(NOW - 60_000) });
    expect(judge(facts, venue.rows.slice(0, 1)).mismatch).toBeNull();
    const later = judge(facts, venue.rows.slice(0, 1), { now: wallMs(NOW + 1) });
    expect(later.mismatch).toMatchObject({ fault: 'row_missing', rowId: 1, tradeId: 'T-1' });
  });

  it('a delivery waits for its record and is compared; one of nothing is not awaited', () => {
    const { facts, venue } = begun();
    const row: CashRow = {
      id: 2,
      at: wallMs(5_000),
      cause: 'delivery',
      instrument: CALL,
      tradeId: null,
      feeE8: coinE8(150),
      fundingE8: coinE8(0),
      priceE8: priceE8(1_000_000),
      changeE8: coinE8(999_850),
      balanceE8: coinE8(10 * E8 + 999_850),
    };
    const rows = [...venue.rows, row];
    expect(judge(facts, rows)).toMatchObject({ mismatch: null, waits: { rowId: 2 } });
    const settled = {
      type: 'settlementRecorded',
      at: wallMs(NOW),
      settlementId: tradeId(`${CALL}@5000`),
      instrument: CALL,
      amountE8: amountE8(E8),
      settlementPriceE8: priceE8(1_000_000),
      indexPriceE8: priceE8(65_000 * E8),
      cashE8: coinE8(999_851),
      currency: BTC,
    } as const;
    const other = createFacts();
    keep(other, judge(other, venue.rows));
    apply(other, { ...settled, cashE8: coinE8(999_852) });
    expect(judge(other, rows).mismatch).toMatchObject({ fault: 'change', expectedE8: 999_852 });
    apply(facts, settled);
    expect(judge(facts, rows)).toMatchObject({ mismatch: null, records: [{ rowId: 2 }] });
    const idle = createFacts();
    keep(idle, judge(idle, venue.rows));
    apply(idle, { ...settled, cashE8: coinE8(0) });
    expect(idle.cashBooks.get(BTC)?.awaited.size).toBe(0);
  });
});

describe('D-11 what a person has acknowledged', () => {
  it('is adopted as it was told, and only that row', () => {
    const { facts, venue } = begun();
    venue.other(-5);
    keep(facts, judge(facts, venue.rows));
    const said = {
      type: 'cashAcknowledged',
      at: wallMs(1),
      currency: BTC,
      operator: 'a',
      reason: 'b',
    };
    apply(facts, { ...said, rowId: 7 } as never);
    expect(facts.cashBooks.get(BTC)?.mismatch).not.toBeNull();
    apply(facts, { ...said, rowId: 2 } as never);
    keep(facts, judge(facts, venue.rows));
    expect(facts.cashBooks.get(BTC)).toMatchObject({
      rowId: 2,
      balanceE8: venue.balance,
      mismatch: null,
      acknowledged: null,
    });
    venue.other(-6);
    expect(judge(facts, venue.rows).mismatch).toMatchObject({ rowId: 3, fault: 'unexplained' });
  });

  it('a record without a row is waited for no more', () => {
    const { facts, venue } = begun();
    const fill = venue.trade(FUTURE);
    apply(facts, { ...fill, at: wallMs(0) });
    keep(facts, judge(facts, venue.rows.slice(0, 1)));
    const { mismatch } = cashBookOf(facts, BTC);
    expect(mismatch).toMatchObject({ fault: 'row_missing', rowId: 1 });
    const said = {
      type: 'cashAcknowledged',
      at: wallMs(1),
      currency: BTC,
      operator: 'a',
      reason: 'b',
    };
    apply(facts, { ...said, rowId: 1 } as never);
    expect(cashBookOf(facts, BTC)).toMatchObject({ mismatch: null, awaited: new Map() });
    expect(cashBookOf(facts, BTC).sessions.get(PERP)?.isWhole).toBe(false);
  });
});

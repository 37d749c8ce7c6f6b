import type { Facts } from './facts.ts';
import { isFutureByName, kindOfName } from './instrument/name.ts';
import type {
  CashAcknowledged,
  CashBegun,
  CashRecorded,
  RecordOfCash,
} from './ledger/cash-records.ts';
import type { FillRecorded, LedgerRecord, SettlementRecorded } from './ledger/record.ts';
import { type AwaitedCash, type CashBook, createCashBook } from './position/cash-book.ts';
import {
  amountE8,
  coinE8,
  type Currency,
  type InstrumentName,
  type TradeId,
  tradeId,
  wallMs,
} from './values/index.ts';

export function isOfCash(record: LedgerRecord): record is RecordOfCash {
  switch (record.type) {
    case 'cashBegun':
    case 'cashRecorded':
    case 'cashMismatched':
    case 'cashAcknowledged':
      return true;
    default:
      return false;
  }
}

/** Book of one currency; an empty one where there is none yet. */
export function cashBookOf(facts: Facts, currency: Currency): CashBook {
  let book = facts.cashBooks.get(currency);
  if (book === undefined) {
    book = createCashBook();
    facts.cashBooks.set(currency, book);
  }
  return book;
}

/** An instrument is delivered to an account once: its name is what row and record share. */
export function deliveryKey(instrument: InstrumentName): TradeId {
  return tradeId(`delivery:${instrument}`);
}

/** A trade on record: the venue's account must tell the same of it. */
export function awaitFill(facts: Facts, record: FillRecorded): void {
  const { tradeId: id, instrument, side, at, tradedAt, cashE8, feeE8 } = record;
  const signed = amountE8(side === 'buy' ? record.amountE8 : 0 - record.amountE8);
  const awaited: AwaitedCash = {
    id,
    kind: 'trade',
    instrument,
    at,
    tradedAt,
    amountE8: signed,
    cashE8,
    feeE8,
  };
  awaitCash(cashBookOf(facts, record.feeCurrency), id, awaited);
}

/** A delivery that brought nothing is no movement of cash, and no row need tell of it. */
export function awaitDelivery(facts: Facts, record: SettlementRecorded): void {
  const { settlementId: id, instrument, at, amountE8: amount, cashE8 } = record;
  if (cashE8 === 0 && kindOfName(instrument) === 'option') return;
  const tradedAt = wallMs(deliveredAt(id) ?? at);
  const awaited: AwaitedCash = {
    id,
    kind: 'delivery',
    instrument,
    at,
    tradedAt,
    amountE8: amount,
    cashE8,
    feeE8: coinE8(0),
  };
  awaitCash(cashBookOf(facts, record.currency), deliveryKey(instrument), awaited);
}

/** The id of a delivery ends in its time (`deribit/protocol/settlements.ts`). */
function deliveredAt(id: TradeId): number | null {
  const at = Number(id.slice(id.lastIndexOf('@') + 1));
  return id.includes('@') && Number.isSafeInteger(at) ? at : null;
}

function awaitCash(book: CashBook, key: TradeId, awaited: AwaitedCash): void {
  // Learned late, and older than where the comparison began: nobody will tell of it again.
  if (book.begun !== null && awaited.tradedAt <= book.begun.rowAt) return;
  book.awaited.set(key, awaited);
}

/**
 * The part of `apply` about the venue's account, of one currency. A row counts once: what is not
 * newer than the last agreed one changes nothing. The judge folds with it what it is about to
 * record, so that there is one way from row to row.
 */
export function foldCash(book: CashBook, record: RecordOfCash): void {
  switch (record.type) {
    case 'cashBegun':
      return begin(book, record);
    case 'cashRecorded':
      return adopt(book, record);
    case 'cashMismatched':
      book.mismatch ??= record;
      return;
    case 'cashAcknowledged':
      return acknowledge(book, record);
  }
}

function begin(book: CashBook, { rowId, rowAt, balanceE8, halfSeen }: CashBegun): void {
  if (book.begun !== null) return;
  book.begun = { rowAt, balanceE8 };
  book.rowId = rowId;
  book.rowAt = rowAt;
  book.balanceE8 = balanceE8;
  for (const [key, { tradedAt }] of book.awaited) if (tradedAt <= rowAt) book.awaited.delete(key);
  for (const name of halfSeen) doubt(book, name);
}

function adopt(book: CashBook, record: CashRecorded): void {
  if (record.rowId <= book.rowId) return;
  book.rowId = record.rowId;
  book.rowAt = record.rowAt;
  book.balanceE8 = record.balanceE8;
  if (book.acknowledged !== null && book.acknowledged <= record.rowId) book.acknowledged = null;
  const { cause, instrument } = record;
  if (instrument === null) return;
  if (cause === 'trade') adoptTrade(book, instrument, record.tradeId);
  if (cause === 'settlement') {
    const cashE8 = coinE8(0 - record.valueE8);
    book.sessions.set(instrument, { cashE8, roundings: 1, isWhole: true });
  }
  if (cause === 'delivery') {
    book.awaited.delete(deliveryKey(instrument));
    book.sessions.delete(instrument);
  }
}

function adoptTrade(book: CashBook, instrument: InstrumentName, id: TradeId | null): void {
  const awaited = id === null ? undefined : book.awaited.get(id);
  if (id !== null) book.awaited.delete(id);
  if (!isFutureByName(instrument)) return;
  if (awaited === undefined) return doubt(book, instrument);
  const session = book.sessions.get(instrument);
  book.sessions.set(instrument, {
    cashE8: coinE8((session?.cashE8 ?? 0) + awaited.cashE8),
    roundings: (session?.roundings ?? 0) + 1,
    isWhole: session?.isWhole ?? true,
  });
}

/** What this session of a future has cost is not known. */
function doubt({ sessions }: CashBook, instrument: InstrumentName): void {
  sessions.set(instrument, { cashE8: coinE8(0), roundings: 0, isWhole: false });
}

function acknowledge(book: CashBook, { rowId }: CashAcknowledged): void {
  const { mismatch } = book;
  if (mismatch === null || mismatch.rowId !== rowId) return;
  book.mismatch = null;
  if (mismatch.fault !== 'row_missing') {
    if (rowId > book.rowId) book.acknowledged = rowId;
    return;
  }
  const { instrument, tradeId: id } = mismatch;
  if (instrument === null || id === null) return;
  book.awaited.delete(id);
  book.awaited.delete(deliveryKey(instrument));
  if (kindOfName(instrument) !== 'option') doubt(book, instrument);
}

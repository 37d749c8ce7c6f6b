import { deliveryKey, foldCash } from '../apply-cash.ts';
import type { CashRow } from '../cash-event.ts';
import { futureValueE8 } from '../instrument/cash.ts';
import { isFutureByName, kindOfName } from '../instrument/name.ts';
import type { CashBegun, CashFault, CashMismatched, CashRecorded } from '../ledger/cash-records.ts';
import type { AwaitedCash, CashBook } from '../position/cash-book.ts';
import {
  amountE8,
  coinE8,
  type Currency,
  type InstrumentName,
  type TradeId,
  type WallMs,
  wallMs,
} from '../values/index.ts';

/** What the venue told of one currency, and what it is held against. */
export interface CashInputs {
  readonly currency: Currency;
  readonly book: CashBook;
  /** Oldest first; what is not newer than the last agreed row is skipped. */
  readonly rows: readonly CashRow[];
  readonly now: WallMs;
  /** What our records hold that settles in it. */
  readonly held: readonly InstrumentName[];
  /** Signed position of our records. */
  positionE8(instrument: InstrumentName): number;
  /** On record. */
  isRecorded(id: TradeId): boolean;
  /** On its way to be recorded, or told by the venue beside its account. */
  isTold(row: CashRow): boolean;
  /** A combination: its row repeats what its legs have in rows of their own. */
  isCombination(instrument: InstrumentName): boolean;
  /** Rows and records that wait for their other half for longer have none. */
  readonly patienceMs: number;
  /** Since when this row waits for a trade that nobody has told of. */
  waitingSince(rowId: number): WallMs;
}

export interface CashJudgement {
  readonly records: readonly (CashBegun | CashRecorded)[];
  readonly mismatch: CashMismatched | null;
  /** The row that cannot be judged yet; `told`: its trade is known and only not on record. */
  readonly waits: { readonly rowId: number; readonly told: boolean } | null;
}

/** Rows of one trade are one: a trade that turns a position over is told in two. */
interface Entry {
  readonly row: CashRow;
  readonly rows: readonly CashRow[];
  readonly changeE8: number;
  readonly feeE8: number;
}

/** What is amiss with an entry, or what its record needs beside it; null: not known yet. */
type Verdict = Finding | { readonly valueE8: number } | null;

const NOTHING_BESIDE = { valueE8: 0 } as const;

interface Finding {
  readonly fault: CashFault;
  readonly expectedE8: number;
  readonly toldE8: number;
}

/**
 * The venue's account of one currency against ours, row by row from the last agreed one. What our
 * records explain is adopted, the first row that they do not ends it: nothing after it is looked
 * at, and nothing is invented to make it fit.
 */
export function judgeCash(inputs: CashInputs): CashJudgement {
  const { book: agreed, rows } = inputs;
  if (agreed.begun === null) {
    return { records: [beginning(inputs)], mismatch: null, waits: null };
  }
  const awaited = new Map(agreed.awaited);
  const book: CashBook = { ...agreed, awaited, sessions: new Map(agreed.sessions) };
  const records: CashRecorded[] = [];
  for (const entry of entriesOf(rows.filter(({ id }) => id > agreed.rowId))) {
    const verdict = judge(inputs, book, entry);
    if (verdict === null) {
      const { row } = entry;
      return { records, mismatch: null, waits: { rowId: row.id, told: inputs.isTold(row) } };
    }
    if ('fault' in verdict) {
      return { records, mismatch: mismatchOf(inputs, entry.row, verdict), waits: null };
    }
    const record = recordOf(inputs, entry, verdict.valueE8);
    foldCash(book, record);
    records.push(record);
  }
  return { records, mismatch: missing(inputs, book), waits: null };
}

/** What came before is taken as it stands; only futures half way through a session need a note. */
function beginning({ currency, now, rows, held }: CashInputs): CashBegun {
  const last = rows.at(-1);
  const names = new Set<InstrumentName>(held);
  for (const { instrument } of rows) if (instrument !== null) names.add(instrument);
  return {
    type: 'cashBegun',
    at: now,
    currency,
    rowId: last?.id ?? 0,
    rowAt: last?.at ?? wallMs(0),
    balanceE8: last?.balanceE8 ?? coinE8(0),
    halfSeen: [...names].filter(isFutureByName),
  };
}

function entriesOf(rows: readonly CashRow[]): readonly Entry[] {
  const groups: CashRow[][] = [];
  for (const row of rows) {
    const before = groups.at(-1)?.[0];
    const isSame = row.cause === 'trade' && before?.cause === 'trade' && row.tradeId !== null;
    if (isSame && before.tradeId === row.tradeId) groups.at(-1)?.push(row);
    else groups.push([row]);
  }
  return groups.flatMap((group) => {
    const row = group.at(-1);
    if (row === undefined) return [];
    const changeE8 = group.reduce((sum, each) => sum + each.changeE8, 0);
    const feeE8 = group.reduce((sum, each) => sum + each.feeE8, 0);
    return [{ row, rows: group, changeE8, feeE8 }];
  });
}

function judge(inputs: CashInputs, book: CashBook, entry: Entry): Verdict {
  const chain = chainBreak(book, entry);
  const { row } = entry;
  // A settlement's value is what the next one is measured from, whoever explained this one.
  const valueE8 = row.cause === 'settlement' ? settledValue(inputs, book, row) : 0;
  if (book.acknowledged === row.id) return { valueE8: valueE8 ?? 0 };
  if (chain !== null) return chain;
  switch (row.cause) {
    case 'trade':
      return judgeTrade(inputs, book, entry);
    case 'delivery':
      return judgeDelivery(inputs, book, entry);
    case 'settlement':
      return judgeSettlement(book, entry, valueE8);
    case 'transfer':
      return NOTHING_BESIDE;
    case 'other':
      // Deribit also notes what moves nothing; what does move cash needs a name.
      return entry.changeE8 === 0 ? NOTHING_BESIDE : unexplained(entry);
  }
}

/** Each balance is the one before and the change, to the last 1e-8: the venue adds no rounding. */
function chainBreak(book: CashBook, { rows }: Entry): Finding | null {
  let balance: number = book.balanceE8;
  for (const { changeE8, balanceE8 } of rows) {
    balance += changeE8;
    if (balance === balanceE8) continue;
    return { fault: 'balance', expectedE8: balance, toldE8: balanceE8 };
  }
  return null;
}

/** Deribit: a trade changes cash by its fee and by the premium of an option; futures pay later. */
function judgeTrade(inputs: CashInputs, book: CashBook, entry: Entry): Verdict {
  const { row, feeE8, changeE8 } = entry;
  const { instrument, tradeId } = row;
  if (instrument === null || tradeId === null) return unexplained(entry);
  const awaited = book.awaited.get(tradeId);
  if (awaited === undefined) return judgeUnawaited(inputs, book, entry);
  if (feeE8 !== awaited.feeE8) {
    return { fault: 'fee', expectedE8: awaited.feeE8, toldE8: feeE8 };
  }
  const paid = isFutureByName(instrument) ? 0 : awaited.cashE8;
  const expectedE8 = paid - awaited.feeE8;
  if (changeE8 !== expectedE8) return { fault: 'change', expectedE8, toldE8: changeE8 };
  return NOTHING_BESIDE;
}

function judgeUnawaited(inputs: CashInputs, book: CashBook, entry: Entry): Verdict {
  const { row, changeE8, feeE8 } = entry;
  const { instrument, tradeId } = row;
  if (instrument !== null && inputs.isCombination(instrument)) {
    return changeE8 === 0 && feeE8 === 0 ? NOTHING_BESIDE : unexplained(entry);
  }
  // In the very moment of the beginning: it was taken as it stood.
  if (book.begun !== null && row.at <= book.begun.rowAt) return NOTHING_BESIDE;
  // On record and explained by an earlier row: the venue tells of one trade twice.
  if (tradeId !== null && inputs.isRecorded(tradeId)) return unexplained(entry);
  return unknownYet(inputs, entry);
}

function unknownYet(inputs: CashInputs, { row, changeE8 }: Entry): Verdict {
  const isOver = inputs.now - inputs.waitingSince(row.id) > inputs.patienceMs;
  if (inputs.isTold(row) || !isOver) return null;
  return { fault: 'unknown_trade', expectedE8: 0, toldE8: changeE8 };
}

/**
 * An option's delivery is what the settlement history says; a future's what its session is worth.
 * The history may have more decimals than the account: one 1e-8 of rounding is let pass.
 */
function judgeDelivery(inputs: CashInputs, book: CashBook, entry: Entry): Verdict {
  const { row, changeE8, feeE8 } = entry;
  const { instrument } = row;
  if (instrument === null) return unexplained(entry);
  const awaited = book.awaited.get(deliveryKey(instrument));
  if (awaited === undefined) {
    if (changeE8 === 0 && feeE8 === 0) return NOTHING_BESIDE;
    if (book.begun !== null && row.at <= book.begun.rowAt) return NOTHING_BESIDE;
    return unknownYet(inputs, entry);
  }
  if (!isFutureByName(instrument)) return compare(entry, awaited.cashE8, 1) ?? NOTHING_BESIDE;
  const session = book.sessions.get(instrument);
  if (session?.isWhole !== true) return NOTHING_BESIDE;
  const value = valueOf(instrument, awaited.amountE8, row);
  if (value === null) return unexplained(entry);
  const expected = session.cashE8 + value + row.fundingE8 - feeE8;
  return compare(entry, expected, session.roundings + 3) ?? NOTHING_BESIDE;
}

/**
 * What a future's trades and its change in value since the last settlement come to, and the funding
 * that the venue names. Every amount in it was rounded to 1e-8 once, here or there.
 */
function judgeSettlement(book: CashBook, entry: Entry, valueE8: number | null): Verdict {
  const { row } = entry;
  const { instrument } = row;
  if (instrument === null || valueE8 === null) return unexplained(entry);
  const session = book.sessions.get(instrument);
  if (session?.isWhole === false) return { valueE8 };
  const expected = (session?.cashE8 ?? 0) + valueE8 + row.fundingE8;
  const verdict = compare(entry, expected, (session?.roundings ?? 0) + 3);
  return verdict ?? { valueE8 };
}

function compare({ changeE8 }: Entry, expectedE8: number, toleranceE8: number): Finding | null {
  if (Math.abs(changeE8 - expectedE8) <= toleranceE8) return null;
  return { fault: 'change', expectedE8, toldE8: changeE8 };
}

const unexplained = ({ changeE8 }: Entry): Finding => ({
  fault: 'unexplained',
  expectedE8: 0,
  toldE8: changeE8,
});

/** Of the position as it was at that row: what is on record, without the trades that come later. */
function settledValue(inputs: CashInputs, book: CashBook, row: CashRow): number | null {
  const { instrument } = row;
  if (instrument === null) return null;
  let position = inputs.positionE8(instrument);
  for (const awaited of book.awaited.values()) {
    if (awaited.instrument !== instrument) continue;
    position += awaited.kind === 'delivery' ? awaited.amountE8 : 0 - awaited.amountE8;
  }
  return valueOf(instrument, position, row);
}

function valueOf(instrument: InstrumentName, position: number, row: CashRow): number | null {
  if (!isFutureByName(instrument)) return null;
  if (position === 0) return 0;
  const unit = kindOfName(instrument) === 'inverse_future' ? 'usd' : 'coin';
  return row.priceE8 === null ? null : futureValueE8(unit, amountE8(position), row.priceE8);
}

/** A record whose row never came. */
function missing(inputs: CashInputs, book: CashBook): CashMismatched | null {
  for (const awaited of book.awaited.values()) {
    if (inputs.now - awaited.at <= inputs.patienceMs) continue;
    const { id: tradeId, instrument } = awaited;
    const expectedE8 = expectedOf(awaited);
    const row = { id: book.rowId, instrument, tradeId };
    return mismatchOf(inputs, row, { fault: 'row_missing', expectedE8, toldE8: 0 });
  }
  return null;
}

function expectedOf({ kind, instrument, cashE8, feeE8 }: AwaitedCash): number {
  return (kind === 'trade' && isFutureByName(instrument) ? 0 : cashE8) - feeE8;
}

function mismatchOf(
  { currency, now }: CashInputs,
  row: Pick<CashRow, 'id' | 'instrument' | 'tradeId'>,
  { fault, expectedE8, toldE8 }: Finding,
): CashMismatched {
  return {
    type: 'cashMismatched',
    at: now,
    currency,
    rowId: row.id,
    fault,
    instrument: row.instrument,
    tradeId: row.tradeId,
    expectedE8: coinE8(expectedE8),
    toldE8: coinE8(toldE8),
  };
}

function recordOf({ currency, now }: CashInputs, entry: Entry, valueE8: number): CashRecorded {
  const { row, changeE8, feeE8 } = entry;
  return {
    type: 'cashRecorded',
    at: now,
    currency,
    rowId: row.id,
    rowAt: row.at,
    cause: row.cause,
    instrument: row.instrument,
    tradeId: row.tradeId,
    changeE8: coinE8(changeE8),
    feeE8: coinE8(feeE8),
    fundingE8: row.fundingE8,
    balanceE8: row.balanceE8,
    valueE8: coinE8(valueE8),
  };
}

import type { CashAcknowledgeCommanded, CashAnswer, CashCursor, CashRow } from '../cash-event.ts';
import type { VenueSnapshotObserved } from '../event.ts';
import type { CashMismatched, RecordOfCash } from '../ledger/cash-records.ts';
import type { LedgerRecord } from '../ledger/record.ts';
import { createCashBook } from '../position/cash-book.ts';
import { type CashJudgement, judgeCash } from '../reconcile/cash.ts';
import type { State } from '../state.ts';
import { type Currency, E8, type MonoMs, monoMs, wallMs } from '../values/index.ts';
import type { Output } from './output.ts';
import { clearRisk, raiseRisk } from './safety.ts';

/** How often the venue's account is asked for: Deribit allows one question a second. */
const ASK_EVERY_MS = 5_000;
const ASK_AGAIN_MS = 2_000;
/** A row without its trade, or a trade without its row, is given so long to find it. */
const PATIENCE_MS = 60_000;
/** So long trading may go on without the venue's account having been compared. */
const COMPARED_WITHIN_MS = 60_000;

/**
 * From where the venue's account is to be asked for now; null: not with this question. At most as
 * often as the venue allows, and not while what the last answer made is still being written.
 */
export function dueCash({ facts, observations }: State, at: MonoMs): readonly CashCursor[] | null {
  const { accounting } = observations;
  if (accounting.pending > 0) return null;
  const wait = accounting.standing === 'agreed' ? ASK_EVERY_MS : ASK_AGAIN_MS;
  if (at - accounting.askedAt < wait) return null;
  accounting.askedAt = at;
  const cursors: CashCursor[] = [];
  for (const [currency, { begun, rowId, rowAt }] of facts.cashBooks) {
    if (begun !== null) cursors.push({ currency, rowId, rowAt });
  }
  return cursors;
}

/**
 * Judges what the venue told of our cash: what our records explain is adopted, where they part OPEN
 * stops and the evidence is written. Called when the corrections of the same snapshot are on their
 * way. @returns what keeps the two from being equal, in words.
 */
export function takeCash(
  state: State,
  snapshot: VenueSnapshotObserved,
  output: Output,
): readonly string[] {
  const { accounting } = state.observations;
  if (snapshot.cash === undefined) return standing(state);
  const told = toldBeside(state, snapshot);
  const differences: string[] = [];
  const records: LedgerRecord[] = [];
  accounting.standing = 'agreed';
  let isInFlight = false;
  for (const answer of snapshot.cash) {
    if (!answer.ok) {
      accounting.standing = 'unread';
      differences.push(`cash ${answer.currency}: ${answer.fault}`);
      continue;
    }
    const judgement = judgeCash(inputsOf(state, answer, told));
    records.push(...judgement.records);
    isInFlight ||= judgement.waits?.told === true;
    differences.push(...take(state, answer.currency, judgement, output));
  }
  noteUnanswered(state, snapshot.cash, differences);
  accounting.differences = differences;
  const isCurrent = accounting.standing === 'agreed' || isInFlight;
  if (isCurrent && accounting.standing !== 'unread') accounting.uncomparedSince = null;
  else accounting.uncomparedSince ??= accounting.askedAt;
  // What is judged and only not written yet is known.
  write(state, records, output);
  watchAccounting(state, output);
  return differences;
}

type Told = (row: CashRow) => boolean;

/** What the same snapshot, or the feed before it, told of: its record is on its way. */
function toldBeside({ facts, observations }: State, snapshot: VenueSnapshotObserved): Told {
  const { pendingTrades, containment } = observations;
  const trades = new Set(snapshot.trades.map(({ tradeId }) => tradeId));
  const delivered = new Set(snapshot.settlements.map(({ instrument }) => instrument));
  return ({ tradeId, instrument, cause }) => {
    if (cause === 'delivery') return instrument !== null && delivered.has(instrument);
    if (tradeId === null) return false;
    if (trades.has(tradeId) || facts.seenTrades.has(tradeId)) return true;
    return pendingTrades.has(tradeId) || containment.heard.has(tradeId);
  };
}

function inputsOf(
  { facts, observations }: State,
  { currency, rows }: Extract<CashAnswer, { ok: true }>,
  isTold: Told,
): Parameters<typeof judgeCash>[0] {
  const { accounting, unsupported } = observations;
  const now = wallMs(observations.now);
  return {
    currency,
    rows,
    now,
    // Judging is no record: where there is no book yet, none comes of it.
    book: facts.cashBooks.get(currency) ?? createCashBook(),
    held: [...facts.positions.values()]
      .filter((position) => position.currency === currency)
      .map(({ instrument }) => instrument),
    positionE8: (instrument) => facts.positions.get(instrument)?.amountE8 ?? 0,
    isRecorded: (id) => facts.seenTrades.has(id),
    isTold,
    isCombination: (instrument) => unsupported.get(instrument)?.endsWith('combo') === true,
    patienceMs: PATIENCE_MS,
    waitingSince: (rowId) => {
      const waiting = accounting.waiting.get(currency);
      return waiting?.rowId === rowId ? waiting.since : now;
    },
  };
}

function take(
  state: State,
  currency: Currency,
  { mismatch, waits }: CashJudgement,
  output: Output,
): readonly string[] {
  const { accounting, now } = state.observations;
  if (waits === null || waits.told) accounting.waiting.delete(currency);
  else if (accounting.waiting.get(currency)?.rowId !== waits.rowId) {
    accounting.waiting.set(currency, { rowId: waits.rowId, since: wallMs(now) });
  }
  if (waits !== null && accounting.standing === 'agreed') accounting.standing = 'behind';
  if (mismatch !== null) hold(state, mismatch, output);
  const held = accounting.held.get(currency) ?? state.facts.cashBooks.get(currency)?.mismatch;
  if (held != null) {
    if (accounting.standing !== 'unread') accounting.standing = 'apart';
    return [inWords(held)];
  }
  // What the same snapshot told of is on its way to the ledger, and nothing is apart.
  if (waits === null || waits.told) return [];
  return [`cash ${currency}: row ${waits.rowId} waits for its record`];
}

/** OPEN stops now; the evidence is on record as soon as the ledger takes it. */
function hold(state: State, mismatch: CashMismatched, output: Output): void {
  const { facts, observations } = state;
  const { held } = observations.accounting;
  const { currency } = mismatch;
  raiseRisk(state, 'accounting_mismatch', output);
  if (held.has(currency) || facts.cashBooks.get(currency)?.mismatch != null) return;
  held.set(currency, mismatch);
  const { type: _, at: __, ...evidence } = mismatch;
  output.report({ kind: 'cashMismatch', ...evidence });
}

function inWords(mismatch: CashMismatched): string {
  const { currency, rowId, fault, tradeId, instrument, expectedE8, toldE8 } = mismatch;
  const about = [tradeId, instrument].filter((each) => each !== null).join(' ');
  const figures = `expected ${expectedE8 / E8}, told ${toldE8 / E8}`;
  return `cash ${currency}: row ${rowId} ${about === '' ? '' : `(${about}) `}${fault}: ${figures}`;
}

/** A currency that is compared, or has something to be, and that nobody told of. */
function noteUnanswered(state: State, answers: readonly CashAnswer[], differences: string[]): void {
  const { accounting } = state.observations;
  const told = new Set(answers.map(({ currency }) => currency));
  for (const [currency, { awaited, begun }] of state.facts.cashBooks) {
    if (told.has(currency) || (begun === null && awaited.size === 0)) continue;
    accounting.standing = 'unread';
    differences.push(`cash ${currency}: not told`);
  }
}

/**
 * At the ledger's own pace: half its queue, and the next when all of it came back, for no row may
 * be on record without the one before. While the same snapshot's corrections are being written it
 * takes none: the next answer finds them again.
 */
function write(state: State, adopted: readonly LedgerRecord[], output: Output): void {
  const { accounting, reconciliation } = state.observations;
  if (reconciliation.correcting.length > 0) {
    if (adopted.length > 0 && accounting.standing === 'agreed') accounting.standing = 'behind';
    return;
  }
  accounting.unwritten = [...adopted, ...accounting.held.values()];
  writeNext(state, output);
}

function writeNext({ observations }: State, output: Output): void {
  const { accounting, ledger } = observations;
  if (accounting.pending > 0) return;
  const records = accounting.unwritten.splice(0, Math.max(1, Math.floor(ledger.capacity / 2)));
  if (records.length === 0) return;
  accounting.pending += records.length;
  output.append(...records);
}

/** Rows are explained and not adopted yet: the next question is not left to the timer. */
export function isCashBehind({ observations }: State): boolean {
  return observations.accounting.standing === 'behind';
}

/** What the last answer left standing, where this snapshot brought none. */
function standing({ observations }: State): readonly string[] {
  const { accounting } = observations;
  if (accounting.differences.length > 0) return accounting.differences;
  // Behind are rows that are explained, and asked for again when the venue allows it.
  const isExplained = accounting.standing === 'agreed' || accounting.standing === 'behind';
  return isExplained ? [] : ['cash: not compared yet'];
}

/**
 * Answers with which nothing can be compared do not say that it is equal: looked at every tick. A
 * clean pass, which has compared them, ends it.
 */
export function watchAccounting(state: State, output: Output): void {
  const { accounting, now, riskCauses } = state.observations;
  const { uncomparedSince } = accounting;
  if (uncomparedSince === null || now - uncomparedSince <= COMPARED_WITHIN_MS) return;
  if (!riskCauses.has('accounting_unread')) raiseRisk(state, 'accounting_unread', output);
}

/** What an earlier process found, and nobody acknowledged, holds in this one. */
export function restoreAccounting(state: State, output: Output): void {
  if (isApart(state)) raiseRisk(state, 'accounting_mismatch', output);
}

function isApart({ facts, observations }: State): boolean {
  if (observations.accounting.held.size > 0) return true;
  return [...facts.cashBooks.values()].some(({ mismatch }) => mismatch !== null);
}

/** Why an acknowledgement of that row would be refused now; null where it would not. */
export function acknowledgeRefusal(
  { facts, observations }: State,
  currency: Currency,
  rowId: number,
): 'no_mismatch' | 'another_row' | 'not_recorded' | null {
  const mismatch = facts.cashBooks.get(currency)?.mismatch ?? null;
  if (mismatch === null) {
    return observations.accounting.held.has(currency) ? 'not_recorded' : 'no_mismatch';
  }
  return mismatch.rowId === rowId ? null : 'another_row';
}

/** A person's word about one row. What it loosens counts when it is on record (D-11). */
export function onCashAcknowledge(
  state: State,
  { currency, rowId, operator, reason }: CashAcknowledgeCommanded,
  output: Output,
): void {
  const refusal = acknowledgeRefusal(state, currency, rowId);
  if (refusal !== null) {
    const subject = `${currency} ${rowId}: ${refusal}`;
    output.report({ kind: 'fault', fault: 'cash_acknowledge_refused', subject });
    return;
  }
  const { accounting, now } = state.observations;
  accounting.pending += 1;
  output.append({
    type: 'cashAcknowledged',
    at: wallMs(now),
    currency,
    rowId,
    operator,
    reason,
  });
}

/** Heard back. */
export function onCashRecorded(state: State, record: RecordOfCash, output: Output): void {
  const { accounting, reconciliation, now } = state.observations;
  accounting.pending = Math.max(0, accounting.pending - 1);
  if (record.type === 'cashMismatched') accounting.held.delete(record.currency);
  writeNext(state, output);
  if (record.type !== 'cashAcknowledged') return;
  const { currency, rowId, operator } = record;
  output.report({ kind: 'cashAcknowledged', currency, rowId, operator });
  // The next pass looks again, from that row on.
  accounting.standing = 'behind';
  reconciliation.nextAt = now;
  if (!isApart(state)) clearRisk(state, 'accounting_mismatch', 'operator', output);
}

/** The ledger did not take it: rows are found again, a mismatch holds and is written again. */
export function onCashRefused({ observations }: State): void {
  const { accounting, reconciliation, now } = observations;
  accounting.pending = Math.max(0, accounting.pending - 1);
  accounting.unwritten = [];
  if (accounting.standing === 'agreed') accounting.standing = 'behind';
  reconciliation.nextAt = monoMs(Math.min(reconciliation.nextAt, now + ASK_AGAIN_MS));
}

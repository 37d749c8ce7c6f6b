import type { Effect, Event } from '@holdfast/core';
import type { LedgerRecord } from '@holdfast/core/ledger';
import { BookChains } from './book-chains.ts';
import { type Checker, demand } from './checker.ts';
import { Holdings } from './holdings.ts';

/** Faults of our own that may have cost us news of the market or of the account. */
const LOST_NEWS: ReadonlySet<string> = new Set(['inbox_overflow', 'private_message_unreadable']);
const TOO_MANY_REQUESTS = 10_028;

/**
 * What may have happened unheard puts us in doubt: a gap in a book or in the public trades, a
 * session lost or found, an order without an answer, a venue that holds something else than we do.
 * From then on nothing that could add risk leaves, until a reconciliation asked for later is on
 * record (contract-1 section 37).
 */
export function noOpenInDoubt(): Checker {
  const name = 'no-open-in-doubt';
  const holdings = new Holdings();
  let doubts = new Doubts(holdings);
  return {
    name,
    onBoot(_state, fold) {
      holdings.begin(fold);
      doubts = new Doubts(holdings);
    },
    onEvent(event) {
      doubts.hear(event);
      holdings.hear(event);
    },
    onEffect(effect) {
      doubts.see(effect);
      if (effect.kind !== 'submit' || effect.order.terms.reduceOnly) return;
      const { label } = effect.order.terms;
      demand(doubts.last === null, name, () => `${label} left in doubt: ${doubts.last?.why}`);
    },
  };
}

/** The doubts of one process. Order is counted, not timed: two things may share a millisecond. */
class Doubts {
  last: { readonly why: string; readonly turn: number } | null = { why: 'a restart', turn: 0 };
  readonly #holdings: Holdings;
  readonly #chains = new BookChains();
  readonly #tradeSeqs = new Map<string, number>();
  /** Turn in which each reconciliation was asked for. */
  readonly #asked = new Map<number, number>();
  #turn = 0;
  #connected = false;
  #event: Event | null = null;
  /** The snapshot behind the record that is on its way was asked for then. */
  #clearing: number | null = null;
  /** Last turn in which something of ours moved. */
  #movedIn = 0;
  /** Trades and settlements whose record was asked for and is neither written nor refused. */
  readonly #onTheirWay = new Set<string>();

  constructor(holdings: Holdings) {
    this.#holdings = holdings;
  }

  hear(event: Event): void {
    this.#turn += 1;
    this.#event = event;
    const why = this.#whyDoubt(event);
    if (why !== null) this.last = { why, turn: this.#turn };
    if (event.kind === 'fillObserved' || event.kind === 'settlementObserved') this.#move();
    if (event.kind === 'recorded') this.#recorded(event.records);
    if (event.kind === 'appendRefused') this.#refused(event.records);
  }

  see(effect: Effect): void {
    if (effect.kind === 'submit') this.#move();
    if (effect.kind === 'fetch' && effect.what === 'reconciliation') {
      this.#asked.set(effect.requestId, this.#turn);
    }
    if (effect.kind === 'fetch' && effect.what === 'missed_trades') this.#hole(effect);
    if (effect.kind !== 'append') return;
    for (const record of effect.records) {
      const id = movementOf(record);
      if (id !== null) this.#onTheirWay.add(id);
    }
    if (!effect.records.some(clears)) return;
    const event = this.#event;
    const asked = event?.kind === 'venueSnapshotObserved' && this.#asked.get(event.requestId);
    this.#clearing = typeof asked === 'number' ? asked : null;
  }

  /** A hole that an answer of the venue has shown: in doubt now, and its end is no second one. */
  #hole({ instrument, toSeq }: { readonly instrument: string; readonly toSeq: number }): void {
    // Asked for again, or heard of already.
    if (toSeq <= (this.#tradeSeqs.get(instrument) ?? 0)) return;
    this.last = { why: 'a gap in the public trades', turn: this.#turn };
    this.#tradeSeqs.set(instrument, toSeq);
  }

  #move(): void {
    this.#movedIn = this.#turn;
  }

  #recorded(records: readonly LedgerRecord[]): void {
    for (const record of records) {
      const id = movementOf(record);
      if (id !== null) {
        this.#onTheirWay.delete(id);
        this.#move();
      }
      if (!clears(record) || this.#clearing === null) continue;
      if (this.last !== null && this.last.turn < this.#clearing) this.last = null;
      this.#clearing = null;
    }
  }

  #refused(records: readonly LedgerRecord[]): void {
    for (const record of records) {
      const id = movementOf(record);
      if (id !== null) this.#onTheirWay.delete(id);
      if (clears(record)) this.#clearing = null;
    }
  }

  #whyDoubt(event: Event): string | null {
    switch (event.kind) {
      case 'instrumentsListed':
      case 'bookChanged':
        return this.#chains.hear(event) === 'broken' ? 'a gap in a book' : null;
      case 'publicTradeObserved':
        return this.#isTradeMissing(event) ? 'a gap in the public trades' : null;
      case 'sessionChanged': {
        if (event.connected === this.#connected) return null;
        this.#connected = event.connected;
        if (!event.connected) this.#forgetFeeds();
        return 'the session has changed';
      }
      case 'sessionTerminated':
        this.#forgetFeeds();
        return 'the session was ended';
      case 'dispatchFailed': {
        const isUnknown = event.outcome === 'unknown' || event.venueCode === TOO_MANY_REQUESTS;
        return isUnknown ? `the fate of ${event.label}` : null;
      }
      case 'faultObserved':
        return LOST_NEWS.has(event.fault) ? event.fault : null;
      case 'venueSnapshotObserved':
        return this.#holdsOtherwise(event) ? 'the venue holds something else' : null;
      default:
        return null;
    }
  }

  #forgetFeeds(): void {
    this.#chains.forget();
    this.#tradeSeqs.clear();
  }

  #isTradeMissing({ instrument, tradeSeq }: Extract<Event, { kind: 'publicTradeObserved' }>) {
    if (!this.#chains.isListed(instrument)) return false;
    const last = this.#tradeSeqs.get(instrument);
    if (last !== undefined && tradeSeq <= last) return false;
    this.#tradeSeqs.set(instrument, tradeSeq);
    return last !== undefined && tradeSeq !== last + 1;
  }

  /**
   * Judged only while nothing of ours moved since the question and every trade is on record: those
   * of the snapshot, and those we were told of ourselves. A trade is in the venue's position before
   * it is in its list of trades, and in ours when its record is heard back. Until then the two must
   * differ, and that they agree was never promised (contract-1 section 29). What was told and never
   * asked to be recorded, or was refused, excuses nothing.
   */
  #holdsOtherwise(event: Extract<Event, { kind: 'venueSnapshotObserved' }>): boolean {
    const asked = this.#asked.get(event.requestId);
    if (asked === undefined || this.#movedIn >= asked || this.#onTheirWay.size > 0) return false;
    return this.#holdings.hasAll(event) && this.#holdings.differences(event.positions).length > 0;
  }
}

/** The id under which a record changes what is held; null when it changes nothing. */
function movementOf(record: LedgerRecord): string | null {
  if (record.type === 'fillRecorded') return record.tradeId;
  return record.type === 'settlementRecorded' ? record.settlementId : null;
}

function clears({ type }: LedgerRecord): boolean {
  return type === 'latchCleared';
}

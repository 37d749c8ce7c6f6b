import { BTC_CALL } from '../../src/gates/context.fixture.ts';
import type { OpenPermissionReasonCode } from '../../src/guard/codes.ts';
import { amountE8 } from '../../src/values/index.ts';
import { Desk } from '../desk.ts';
import { canonical, SECOND_MS } from './canonical.ts';
import type { Model } from './explore.ts';
import { latchIsOfOneMind } from './house-rules.ts';

type Reason = OpenPermissionReasonCode;

const OF_A_MARKET: ReadonlySet<string> = new Set([
  'bookChanged',
  'tickerChanged',
  'publicTradeObserved',
]);

/** What a question found, from its asking on. */
interface Proof {
  readonly askedAt: number;
  readonly isForeign: boolean;
}

interface Asked extends Proof {
  readonly requestId: number;
}

/**
 * Everything that sets the latch and everything that may open it, with books of its own: when each
 * cause last struck, which of them stand, and what the last clean answer could see.
 */
class LatchHouse {
  desk: Desk;
  isGapOpen = false;
  isConnected = true;
  isForeign = false;
  staleAt: number | null = null;
  heardAt: number;
  readonly struckAt = new Map<Reason, number>();
  question: { readonly requestId: number; readonly askedAt: number } | null = null;
  read: Asked | null = null;
  proof: Proof | null = null;
  wrong: string | null = null;
  readonly left = { ticks: 3, crashes: 1, refusals: 1, failures: 1, kills: 2 };
  /** Whether a market speaks now: by itself the desk's references would, whatever happens. */
  #isMarket = true;
  #tradeSeq = 10;

  constructor() {
    this.desk = this.#desk();
    this.heardAt = this.desk.now;
    this.desk.boot();
    this.#takeOver();
    this.#trade(1);
    this.heardAt = this.desk.now;
    this.#isMarket = false;
  }

  #desk(past: Desk | null = null): Desk {
    return new Desk({
      ...(past === null ? {} : { past: past.records, now: past.now }),
      hears: (event) => (this.#isMarket || !OF_A_MARKET.has(event.kind) ? event : null),
    });
  }

  /**
   * From here on the model says what is heard of any market: that of the references, which the desk
   * tells by itself, would speak in between. Network and clock go on.
   */
  #takeOver(): void {
    this.desk.calm.references.clear();
    this.desk.ledger = 'held';
    this.desk.keepsCalm = false;
    this.desk.silent.add('reconciliation');
    this.desk.fetches.length = 0;
  }

  get reasons(): readonly Reason[] {
    return this.desk.state.observations.latch.reasons;
  }

  enabled(): string[] {
    const { desk, left } = this;
    // A feed is one of a session, and of instruments that are listed.
    const isFed = this.isConnected && desk.state.observations.listings.size > 0;
    const offers: readonly (readonly [string, boolean])[] = [
      ['gap', isFed],
      ['book', isFed],
      ['trades gap', isFed],
      ['unreadable', true],
      [this.isConnected ? 'lost' : 'found', true],
      ['10028', left.kills > 0],
      ['foreign', true],
      ['write', desk.held.length > 0],
      ['refuse', desk.held.length > 0 && left.refusals > 0],
      ['read', this.question !== null],
      ['answer', this.read !== null],
      ['no answer', (this.question ?? this.read) !== null && left.failures > 0],
      ['tick', left.ticks > 0],
      ['crash', left.crashes > 0],
    ];
    return offers.flatMap(([action, isOpen]) => (isOpen ? [action] : []));
  }

  act(action: string): void {
    const before = this.reasons;
    const written = this.desk.held[0]?.map(({ type }) => type) ?? [];
    this.desk.now += 1;
    this.#happen(action);
    this.#notice(action, before, written);
  }

  #happen(action: string): void {
    const { desk } = this;
    if (action === 'gap') this.#gap();
    else if (action === 'book') this.#book();
    else if (action === 'trades gap') this.#tradesGap();
    else if (action === 'unreadable') this.#unreadable();
    else if (action === 'lost' || action === 'found') this.#connect(action === 'found');
    else if (action === '10028') this.#tooMany();
    else if (action === 'foreign') this.isForeign = !this.isForeign;
    else if (action === 'write') desk.settleOldest('heard');
    else if (action === 'refuse') this.#refuse();
    else if (action === 'read') this.#read();
    else if (action === 'answer') this.#answer();
    else if (action === 'no answer') this.#fail();
    else if (action === 'tick') this.tick();
    else this.#crash();
    for (const fetch of this.desk.fetches.splice(0)) {
      if (fetch.what !== 'reconciliation') continue;
      this.question = { requestId: fetch.requestId, askedAt: fetch.at };
      this.read = null;
    }
  }

  #strike(reason: Reason): void {
    this.struckAt.set(reason, this.desk.now);
  }

  #gap(): void {
    const { desk } = this;
    if (!this.isGapOpen) this.#strike('WS_BOOK_GAP_RECONCILE_REQUIRED');
    this.isGapOpen = true;
    this.heardAt = desk.now;
    const change = { changeId: desk.now, prevChangeId: 1, bids: [475, 1], asks: [] };
    this.#speak(() => desk.post({ kind: 'bookChanged', instrument: BTC_CALL.name, ...change }));
  }

  #book(): void {
    this.isGapOpen = false;
    this.heardAt = this.desk.now;
    this.#speak(() => {
      this.desk.quote(BTC_CALL);
      this.desk.tellCalm();
    });
  }

  #speak(say: () => void): void {
    this.#isMarket = true;
    say();
    this.#isMarket = false;
  }

  #tradesGap(): void {
    this.#strike('WS_TRADES_GAP_RECONCILE_REQUIRED');
    this.#trade(1);
    this.#trade(2);
  }

  #trade(step: number): void {
    this.#tradeSeq += step;
    this.heardAt = this.desk.now;
    const { name: instrument } = BTC_CALL;
    const trade = { instrument, tradeSeq: this.#tradeSeq, priceE8: BTC_CALL.tickE8 };
    const size = { amountE8: BTC_CALL.amountStepE8, side: 'buy' } as const;
    this.#speak(() => this.desk.post({ kind: 'publicTradeObserved', ...trade, ...size }));
  }

  #unreadable(): void {
    this.#strike('WS_DATA_STALE_RECONCILE_REQUIRED');
    this.staleAt = this.desk.now;
    const fault = { fault: 'private_message_unreadable', subject: null };
    this.desk.post({ kind: 'faultObserved', ...fault });
  }

  #connect(isFound: boolean): void {
    this.#strike('SESSION_TERMINATION_RECONCILE_REQUIRED');
    this.isConnected = isFound;
    this.desk.post({ kind: 'sessionChanged', connected: isFound });
  }

  #tooMany(): void {
    this.left.kills -= 1;
    this.#strike('SESSION_TERMINATION_RECONCILE_REQUIRED');
    this.desk.post({ kind: 'sessionTerminated', code: 10_028 });
  }

  #refuse(): void {
    this.left.refusals -= 1;
    this.desk.settleOldest('queue_full');
  }

  #read(): void {
    if (this.question === null) throw new Error('nothing was asked');
    this.read = { ...this.question, isForeign: this.isForeign };
    this.question = null;
  }

  #answer(): void {
    const { read } = this;
    if (read === null) throw new Error('nothing was read');
    this.read = null;
    const waiting = this.#clearings();
    const held = [{ instrument: BTC_CALL.name, amountE8: amountE8(BTC_CALL.amountStepE8) }];
    this.desk.post({
      kind: 'venueSnapshotObserved',
      requestId: read.requestId,
      openOrders: [],
      positions: read.isForeign ? held : [],
      trades: [],
      settlements: [],
    });
    if (this.#clearings() > waiting) this.proof = read;
  }

  #clearings(): number {
    return this.desk.held.flat().filter(({ type }) => type === 'latchCleared').length;
  }

  #fail(): void {
    const requestId = (this.question ?? this.read)?.requestId;
    if (requestId === undefined) throw new Error('nothing was asked');
    this.left.failures -= 1;
    this.question = null;
    this.read = null;
    this.desk.post({ kind: 'fetchFailed', requestId, fault: 'timed_out' });
  }

  /** A second in which no market speaks. */
  tick(): void {
    this.left.ticks -= 1;
    this.desk.keepsCalm = true;
    this.desk.tick(SECOND_MS - 1);
    this.desk.keepsCalm = false;
  }

  #crash(): void {
    this.left.crashes -= 1;
    this.question = null;
    this.read = null;
    this.proof = null;
    this.isGapOpen = false;
    this.isConnected = true;
    this.staleAt = null;
    this.struckAt.clear();
    this.desk = this.#desk(this.desk);
    this.#takeOver();
    this.#strike('RESTART_RECONCILE_REQUIRED');
  }

  /** What came off the latch in this turn, and whether anything proved that it might. */
  #notice(action: string, before: readonly Reason[], written: readonly string[]): void {
    if (action === 'crash') {
      if (this.reasons.length === 0) this.wrong ??= 'a process was born without its latch';
      return;
    }
    for (const reason of before) {
      if (this.reasons.includes(reason)) continue;
      const why = this.#unproven(reason, action === 'write' ? written : []);
      if (why !== null) this.wrong ??= `${reason} came off ${why}`;
    }
    for (const [reason, at] of this.struckAt) {
      if (at !== this.desk.now || this.reasons.includes(reason)) continue;
      this.wrong ??= `${reason} did not latch`;
    }
  }

  #unproven(reason: Reason, written: readonly string[]): string | null {
    const { proof } = this;
    if (!written.includes('latchCleared')) return 'without a record';
    if (proof === null) return 'without an answer';
    if (proof.isForeign) return 'by an answer that differed';
    const struckAt = this.struckAt.get(reason) ?? 0;
    if (struckAt >= proof.askedAt) return 'by a question older than its cause';
    if (reason === 'WS_BOOK_GAP_RECONCILE_REQUIRED' && this.isGapOpen) return 'with the gap open';
    if (reason === 'SESSION_TERMINATION_RECONCILE_REQUIRED' && !this.isConnected)
      return 'without a session';
    if (reason === 'WS_DATA_STALE_RECONCILE_REQUIRED' && this.heardAt <= (this.staleAt ?? 0))
      return 'in silence';
    return null;
  }

  /** Latched, not even a good OPEN gets past, and it leaves nothing. */
  opensWhileLatched(): string | null {
    const { desk } = this;
    if (this.reasons.length === 0) return null;
    if (desk.mode === 'Active') return `Active with ${this.reasons.join(' ')}`;
    const waiting = desk.held.length;
    this.#speak(() => desk.quote(BTC_CALL));
    desk.propose();
    return desk.held.length === waiting ? null : `an OPEN passed ${this.reasons.join(' ')}`;
  }
}

export const latchModel: Model<LatchHouse> = {
  name: 'latch',
  about: 'every cause of the latch, questions, answers, records and a restart, in every order',
  depth: 3,
  start: () => new LatchHouse(),
  enabled: (house) => house.enabled(),
  act: (house, action) => house.act(action),
  broken: (house) => house.wrong ?? latchIsOfOneMind(house.desk.state) ?? house.opensWhileLatched(),
  key: keyOf,
  rest,
};

const ROUNDS = 60;

function rest(house: LatchHouse): string | null {
  for (const [instrument, quote] of new Desk().calm.references) {
    house.desk.calm.references.set(instrument, quote);
  }
  // They are heard with everything that happens from now on.
  house.heardAt = Number.POSITIVE_INFINITY;
  if (!house.isConnected) house.act('found');
  if (house.isForeign) house.act('foreign');
  for (let round = 0; round < ROUNDS; round += 1) {
    const open = new Set(house.enabled());
    const next = ['write', 'read', 'answer'].find((each) => open.has(each));
    if (next !== undefined) house.act(next);
    else if (house.desk.mode === 'Active') break;
    else {
      house.act('tick');
      house.act('book');
    }
    if (house.wrong !== null) return `at rest: ${house.wrong}`;
  }
  const { desk } = house;
  return desk.mode === 'Active' ? null : `${desk.mode} for ${desk.modeReasons.join(' ')}`;
}

function keyOf(house: LatchHouse): string {
  const { desk, question, read, proof, struckAt, staleAt, heardAt, left } = house;
  const { observations } = desk.state;
  const whole = {
    latch: observations.latch.reasons,
    latchedAt: observations.latchedAt,
    risk: observations.riskCauses,
    reconciliation: observations.reconciliation,
    kill: observations.sessionKill,
    feeds: [observations.brokenBooks, observations.marketAt, observations.heardSince],
    ledger: [observations.ledger.refusal, observations.ledger.probing, desk.held],
    mode: desk.mode,
    own: [house.isGapOpen, house.isConnected, house.isForeign, struckAt, staleAt, heardAt],
    asked: [question, read, proof, left],
  };
  return canonical(whole, desk.now);
}

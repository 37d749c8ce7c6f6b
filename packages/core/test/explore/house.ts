/**
 * The real core between a ledger and a venue that do nothing by themselves: whether a batch becomes
 * durable, an order arrives, a notice is heard or the process dies is decided action by action.
 * What one connection promises is kept: orders and questions arrive in the order they were sent,
 * and what an earlier process sent is there before the next one asks (the settle time).
 */
import type { Fetch, Submit } from '../../src/effect.ts';
import type { ObservedFill, VenueOrder } from '../../src/event.ts';
import type { LedgerRecord } from '../../src/ledger/record.ts';
import type { OrderTerms } from '../../src/order/order.ts';
import { amountE8, type InstrumentName, type Label } from '../../src/values/index.ts';
import { Desk, type DeskOptions, type Hears } from '../desk.ts';
import { SECOND_MS } from './canonical.ts';
import { type ToyOrder, ToyVenue } from './toy-venue.ts';

const isImmediate = (sent: Sent | undefined): boolean =>
  sent?.kind === 'order' && sent.terms.timeInForce === 'immediate_or_cancel';

/** How often each thing may happen in one path; what is not named does not happen. */
export interface Allowance {
  ticks: number;
  crashes: number;
  /** Orders lost on their way. */
  losses: number;
  /** Notices that are never heard. */
  drops: number;
  /** Orders whose answer is given up. */
  silences: number;
  /** Batches the ledger refuses. */
  refusals: number;
  /** Lists of trades that lack the latest one. */
  lateLists: number;
  /** Questions without an answer. */
  failures: number;
  /** Orders the venue refuses when they arrive. */
  rejections: number;
  /** Orders the venue ends by itself. */
  cancels: number;
}

/** A house that is wrong on purpose, to see that its rules see. */
export interface Sabotage {
  readonly hears?: Hears;
  /** Whether a record is still there after a crash. */
  readonly remembers?: (record: LedgerRecord) => boolean;
  /** The venue fills reduce-only orders beyond what they can reduce. */
  readonly fillsBeyond?: true;
}

export type Notice =
  | { readonly kind: 'told'; readonly label: Label; readonly state: ToyOrder['state'] }
  | { readonly kind: 'traded'; readonly fill: ObservedFill }
  | { readonly kind: 'nothing to cancel'; readonly label: Label };

type Sent =
  | { readonly kind: 'order'; readonly terms: OrderTerms; readonly sentAt: number }
  | { readonly kind: 'cancel'; readonly label: Label; readonly sentAt: number };

/** Orders, positions and trades are read one after the other, as the client asks for them. */
interface Question {
  readonly requestId: number;
  readonly askedAt: number;
  read: 0 | 1 | 2 | 3;
  openOrders: VenueOrder[];
  positions: { instrument: InstrumentName; amountE8: ReturnType<typeof amountE8> }[];
  trades: ObservedFill[];
}

export class House {
  desk: Desk;
  readonly venue: ToyVenue;
  readonly wire: Sent[] = [];
  readonly notices: Notice[] = [];
  question: Question | null = null;
  /** Labels in the order in which they first left. */
  readonly labels: Label[] = [];
  /** What the house itself saw go wrong. */
  wrong: string | null = null;
  readonly left: Allowance;
  /** Orders whose answer this process waits for no longer: the client says so once. */
  readonly givenUp = new Set<Label>();

  #epoch = 1;
  readonly #sabotage: Sabotage;
  readonly #options: DeskOptions;

  constructor(allowance: Allowance, options: DeskOptions = {}, sabotage: Sabotage = {}) {
    this.#sabotage = sabotage;
    this.venue = new ToyVenue(sabotage.fillsBeyond !== true);
    this.#options = sabotage.hears === undefined ? options : { ...options, hears: sabotage.hears };
    this.desk = new Desk(this.#options).boot();
    this.left = { ...allowance };
    this.#takeOver(this.desk);
  }

  /** Everything else moves the clock by a millisecond, so that no two things are at once. */
  tick(): void {
    this.desk.keepsCalm = true;
    this.desk.tick(SECOND_MS);
    this.desk.keepsCalm = false;
    this.#collect();
  }

  enabled(): string[] {
    const { desk, left, notices, question, wire } = this;
    const actions: string[] = [];
    const offer = (action: string, isOpen: boolean): void => {
      if (isOpen) actions.push(action);
    };
    offer('write', desk.held.length > 0);
    offer('refuse', desk.held.length > 0 && left.refusals > 0);
    offer('arrive', wire.length > 0 && !isImmediate(wire[0]));
    for (const part of ['full', 'half', 'none']) offer(`take ${part}`, isImmediate(wire[0]));
    offer('reject', wire[0]?.kind === 'order' && left.rejections > 0);
    offer('lose', wire[0]?.kind === 'order' && left.losses > 0);
    for (const [leg, label] of this.labels.entries()) this.#offerAtVenue(leg, label, offer);
    for (const [place] of notices.entries()) {
      offer(`hear ${place}`, true);
      offer(`drop ${place}`, left.drops > 0);
    }
    offer('read', question !== null && question.read < 3 && !this.#isAhead(question));
    offer('read late', question?.read === 2 && left.lateLists > 0 && this.venue.trades.length > 0);
    offer('answer', question?.read === 3);
    offer('no answer', question !== null && left.failures > 0);
    offer('crash', left.crashes > 0);
    offer('crash written', left.crashes > 0 && desk.held.length > 0);
    offer('tick', left.ticks > 0);
    return actions;
  }

  #offerAtVenue(leg: number, label: Label, offer: (action: string, isOpen: boolean) => void): void {
    const order = this.venue.orders.get(label);
    const isOpen = order?.state === 'open';
    offer(`fill ${leg} half`, isOpen && order.filledE8 === 0 && this.hasHalf(order));
    offer(`fill ${leg} rest`, isOpen);
    offer(`end ${leg}`, isOpen && this.left.cancels > 0);
    const isAwaited = this.desk.state.observations.unresolved.has(label);
    const canBeSilent = isAwaited && !this.givenUp.has(label);
    offer(`silence ${leg}`, canBeSilent && this.left.silences > 0);
  }

  /** Whether the house splits this order. */
  hasHalf(order: ToyOrder): boolean {
    return order.terms.amountE8 > 1;
  }

  act(action: string): void {
    const [verb = '', place = '', part = ''] = action.split(' ');
    if (verb === 'tick') {
      this.left.ticks -= 1;
      this.tick();
      return;
    }
    this.desk.now += 1;
    if (verb === 'write') this.#write();
    else if (verb === 'refuse') this.#refuse();
    else if (verb === 'crash') this.#crash(place === 'written');
    else if (verb === 'hear') this.#hear(Number(place));
    else if (verb === 'drop') {
      this.left.drops -= 1;
      this.notices.splice(Number(place), 1);
    } else if (verb === 'silence') this.#giveUp(this.labels[Number(place)]);
    else if (verb === 'fill' || verb === 'end') this.#atVenue(verb, Number(place), part);
    else if (verb === 'read') this.#read(place === 'late');
    else if (verb === 'answer') this.#answer();
    else if (verb === 'no') this.#fail();
    else this.#deliver(verb, place);
    this.#collect();
  }

  #write(): void {
    this.desk.settleOldest('heard');
  }

  #refuse(): void {
    this.left.refusals -= 1;
    this.desk.settleOldest('queue_full');
  }

  /** What was only held, told or asked dies with the process; what is on the wire does not. */
  #crash(written: boolean): void {
    this.left.crashes -= 1;
    if (written) this.desk.settleOldest('unheard');
    this.notices.length = 0;
    this.question = null;
    this.givenUp.clear();
    const { records, now } = this.desk;
    const past = records.filter(this.#sabotage.remembers ?? (() => true));
    this.#epoch += 1;
    this.desk = new Desk({ ...this.#options, past, now, epoch: this.#epoch });
    this.#takeOver(this.desk);
  }

  #takeOver(desk: Desk): void {
    desk.ledger = 'held';
    // Its monitors are told with every tick; a millisecond is nothing to them.
    desk.keepsCalm = false;
    desk.silent.add('reconciliation');
    desk.submits.length = 0;
    desk.cancels.length = 0;
    desk.fetches.length = 0;
  }

  #deliver(verb: string, part: string): void {
    const sent = this.wire.shift();
    if (sent === undefined) throw new Error('nothing is on its way');
    if (verb === 'lose') {
      this.left.losses -= 1;
      return;
    }
    if (sent.kind === 'cancel') {
      const order = this.venue.orders.get(sent.label);
      if (order?.state === 'open') order.state = 'cancelled';
      const { label } = sent;
      if (order?.state === 'cancelled')
        this.notices.push({ kind: 'told', label, state: order.state });
      else this.notices.push({ kind: 'nothing to cancel', label });
      return;
    }
    if (verb === 'reject') this.left.rejections -= 1;
    const order = this.venue.take(sent.terms, verb !== 'reject');
    if (verb === 'take') this.#fillAtOnce(order, part);
    this.notices.push({ kind: 'told', label: sent.terms.label, state: order.state });
  }

  /** Immediate or cancel: what it does not get now it never gets. */
  #fillAtOnce(order: ToyOrder, part: string): void {
    if (part !== 'none') {
      const fill = this.venue.fill(order, part === 'half' ? 'half' : 'rest');
      if (fill !== null) this.notices.push({ kind: 'traded', fill });
    }
    if (order.state === 'open') order.state = 'cancelled';
  }

  #atVenue(verb: string, leg: number, part: string): void {
    const label = this.labels[leg];
    const order = label === undefined ? undefined : this.venue.orders.get(label);
    if (label === undefined || order === undefined) throw new Error(`no order ${leg}`);
    if (verb === 'end') {
      this.left.cancels -= 1;
      order.state = 'cancelled';
    } else {
      const fill = this.venue.fill(order, part === 'half' ? 'half' : 'rest');
      if (fill !== null) this.notices.push({ kind: 'traded', fill });
    }
    if (order.state !== 'open') this.notices.push({ kind: 'told', label, state: order.state });
  }

  #hear(place: number): void {
    const [notice] = this.notices.splice(place, 1);
    if (notice === undefined) throw new Error('nothing to hear');
    if (notice.kind === 'traded') {
      this.desk.post({ kind: 'fillObserved', fill: notice.fill, source: 'feed' });
      return;
    }
    if (notice.kind === 'nothing to cancel') {
      this.desk.failCancel(notice.label, 11_044, 'nothing_to_cancel');
      return;
    }
    const { label, state } = notice;
    const order = this.venue.orders.get(label);
    const filledE8 = amountE8(state === 'open' ? 0 : (order?.filledE8 ?? 0));
    const cause = state === 'rejected' ? 'venue_reject' : null;
    const id = state === 'rejected' ? null : this.venue.idOf(label);
    const rest = { venueCode: null, cause, source: 'feed' } as const;
    this.desk.post({ kind: 'orderReported', label, venueOrderId: id, state, filledE8, ...rest });
  }

  #giveUp(label: Label | undefined): void {
    if (label === undefined) throw new Error('no such order');
    this.left.silences -= 1;
    this.givenUp.add(label);
    const fault = { fault: 'timed_out', outcome: 'unknown', venueCode: null } as const;
    this.desk.post({ kind: 'dispatchFailed', label, ...fault });
  }

  /** The client gives up every answer that can no longer come. @returns whether there was one. */
  timeOut(): boolean {
    const awaited = [...this.desk.state.observations.unresolved.keys()];
    const lost = awaited.filter((label) => {
      if (this.givenUp.has(label)) return false;
      const onWire = this.wire.some((sent) => sent.kind === 'order' && sent.terms.label === label);
      return !onWire && !this.notices.some((each) => each.kind === 'told' && each.label === label);
    });
    this.desk.now += 1;
    for (const label of lost) this.#giveUp(label);
    this.#collect();
    return lost.length > 0;
  }

  #read(late: boolean): void {
    const { question, venue } = this;
    if (question === null) throw new Error('nothing was asked');
    if (question.read === 0) question.openOrders = venue.openOrders();
    if (question.read === 1) {
      question.positions = [...venue.positions()].map(([instrument, amount]) => ({
        instrument,
        amountE8: amountE8(amount),
      }));
    }
    if (question.read === 2) question.trades = late ? venue.trades.slice(0, -1) : [...venue.trades];
    if (late) this.left.lateLists -= 1;
    question.read += 1;
  }

  #answer(): void {
    const { question } = this;
    if (question === null) throw new Error('nothing was asked');
    this.question = null;
    const { requestId, openOrders, positions, trades } = question;
    const said = { requestId, openOrders, positions, trades, settlements: [] };
    this.desk.post({ kind: 'venueSnapshotObserved', ...said });
  }

  #fail(): void {
    const requestId = this.question?.requestId;
    if (requestId === undefined) throw new Error('nothing was asked');
    this.left.failures -= 1;
    this.question = null;
    this.desk.post({ kind: 'fetchFailed', requestId, fault: 'timed_out' });
  }

  /** What was sent before the question was is at the venue before it. */
  #isAhead(question: Question): boolean {
    return this.wire.some(({ sentAt }) => sentAt <= question.askedAt);
  }

  /** Takes what the core asked for: onto the wire, or as the question that is out. */
  #collect(): void {
    const { desk } = this;
    for (const submit of desk.submits.splice(0)) this.#send(submit);
    for (const label of desk.cancels.splice(0)) {
      this.wire.push({ kind: 'cancel', label, sentAt: desk.now });
    }
    for (const fetch of desk.fetches.splice(0)) this.#ask(fetch);
  }

  #send(submit: Submit): void {
    const { terms } = submit.order;
    const { label } = terms;
    const wrote = (type: 'intentRecorded' | 'orderSending'): boolean =>
      this.desk.records.some((record) =>
        record.type === 'intentRecorded'
          ? type === record.type && record.terms.label === label
          : record.type === type && record.label === label,
      );
    const isRecorded = wrote('intentRecorded') && wrote('orderSending');
    if (this.labels.includes(label)) this.wrong ??= `${label} was sent again`;
    if (!('waiver' in submit) && !isRecorded) this.wrong ??= `${label} left before its record`;
    if ('waiver' in submit && !terms.reduceOnly) this.wrong ??= `${label} adds risk on a waiver`;
    if (!this.labels.includes(label)) this.labels.push(label);
    this.wire.push({ kind: 'order', terms, sentAt: this.desk.now });
  }

  #ask(fetch: Fetch & { readonly at: number }): void {
    if (fetch.what !== 'reconciliation') return;
    const empty = { openOrders: [], positions: [], trades: [] };
    this.question = { requestId: fetch.requestId, askedAt: fetch.at, read: 0, ...empty };
  }
}

import type { Fetch } from '@holdfast/core';
import { type Currency, currency, type MonoMs, monoMs } from '@holdfast/core/values';
import { Alarm } from './alarm.ts';
import { Authority } from './authority.ts';
import { BookRequests } from './book-requests.ts';
import { FaultDesk } from './fault-desk.ts';
import { type Hedges, hedgesOf, settlementsOf } from './hedges.ts';
import { Inbound } from './inbound.ts';
import { Instruments } from './instruments.ts';
import { type LinkMeasurement, LinkMeter, type LinkTelemetry } from './link-meter.ts';
import { channelsOf, type ListingPorts, listAll, listMissing, OWN_CHANGES } from './listing.ts';
import { MarketFeed } from './market-feed.ts';
import type { DeribitOptions } from './options.ts';
import { TOO_MANY_REQUESTS } from './protocol/errors.ts';
import type { RpcAnswer, RpcParams } from './protocol/rpc.ts';
import { ask, askAccount, askHealth, type QuestionPorts } from './questions.ts';
import { isBulk, mayTrade, requestClassOf } from './request-class.ts';
import { REQUEST_TIMEOUT_MS, RpcClient } from './rpc-client.ts';
import { Session, type SessionEnd, type Unprepared } from './session.ts';
import { openWebSocket } from './socket.ts';
import { prepare } from './startup.ts';
import { Subscriptions } from './subscriptions.ts';
import { Timekeeper } from './timekeeper.ts';
import { WireTap } from './wire-tap.ts';

type Done = (fault: string | null) => void;

/** Several instruments change their state in one moment; the list is read once for all of them. */
const RELIST_AFTER_MS = 2_000;
const RELIST_RETRY_MS = 15_000;
/** An order that waited longer for credits is of another moment than it was decided in. */
const ORDER_WAIT_MS = 1_000;
/** A subscription that failed is tried again this much later. */
const RESUBSCRIBE_MS = 5_000;
/** A session that speaks and answers nothing is none; the time is asked for every 5 s. */
const UNHEARD_MS = 30_000;

/** The parts of one connection, put together: what each does, it says itself. */
export class Link {
  readonly #options: DeribitOptions;
  readonly #currencies: readonly Currency[];
  readonly #hedges: Hedges | null;
  readonly #meter = new LinkMeter();
  readonly #instruments = new Instruments();
  readonly #faults: FaultDesk;
  readonly #tap: WireTap;
  readonly #rpc: RpcClient;
  readonly #timekeeper: Timekeeper;
  readonly #authority: Authority | null;
  readonly #session: Session;
  readonly #subscriptions: Subscriptions;
  readonly #market: MarketFeed;
  readonly #books: BookRequests;
  readonly #inbound: Inbound;
  readonly #questions: QuestionPorts;
  readonly #listing: ListingPorts;
  readonly #relist: Alarm;
  readonly #health: Alarm;
  /** What the core was told last; null before the first time. */
  #told: boolean | null = null;
  #resubscribeAt = 0;

  constructor(options: DeribitOptions) {
    const { clock, post } = options;
    this.#options = options;
    this.#currencies = options.currencies.map((code) => currency(code));
    this.#hedges = hedgesOf(options);
    this.#faults = new FaultDesk(this.#meter, this.#now, post);
    this.#tap = new WireTap(clock, options.onWire);
    this.#rpc = this.#createRpc();
    this.#timekeeper = new Timekeeper(clock, this.#rpc);
    this.#authority = this.#createAuthority();
    this.#subscriptions = new Subscriptions(this.#rpc, (channel) => {
      this.#faults.note('subscription_refused', channel);
      // What it is of may be listed no longer, and the news of that lost.
      this.#relist.set(clock.now() + RELIST_RETRY_MS);
    });
    this.#market = this.#createMarket();
    this.#books = new BookRequests({
      clock,
      subscriptions: this.#subscriptions,
      interval: options.marketInterval,
      restart: (instrument) => this.#market.restart(instrument),
    });
    this.#listing = this.#createListing();
    this.#questions = this.#createQuestions();
    this.#relist = new Alarm(clock, () => this.#listAgain());
    this.#health = new Alarm(clock, () => this.#checkHealth());
    this.#session = this.#createSession();
    this.#inbound = this.#createInbound();
  }

  open(): void {
    this.#tell(false);
    this.#session.open();
  }

  close(): Promise<void> {
    return this.#session.leave(() => {
      if (this.#authority === null) return this.#session.end({ cause: 'logout' });
      const say = (method: string, params: RpcParams): void => {
        this.#rpc.call({ method, params, urgent: true }, () => {});
      };
      say('public/unsubscribe_all', {});
      say('private/unsubscribe_all', {});
      say('private/logout', { invalidate_token: true });
    });
  }

  abandon(): Promise<void> {
    return this.#session.leave(() => this.#session.end({ cause: 'logout' }));
  }

  drop(): void {
    this.#session.end({ cause: 'dropped' });
  }

  /** Order messages. While no session is ready there is nobody to hear them, nor their answers. */
  call(method: string, params: RpcParams, reply: (answer: RpcAnswer) => void): void {
    if (!this.#session.isReady || this.#authority === null) {
      const { clock } = this.#options;
      clock.wake(clock.now(), () => reply({ ok: null, fault: 'not_connected' }));
      return;
    }
    const requestClass = requestClassOf(method, params);
    const dated = this.#dated(method, params);
    this.#rpc.call({ method, params: dated, requestClass, waitMs: ORDER_WAIT_MS }, reply);
  }

  /**
   * An order says until when it is wanted, by the venue's clock: one that was held up longer than
   * we wait for its answer must not trade after reconciliation has closed it.
   */
  #dated(method: string, params: RpcParams): RpcParams {
    if (!mayTrade(method)) return params;
    const venueNow = this.#now() - (this.#timekeeper.driftMs ?? 0);
    return { ...params, valid_until: Math.floor(venueNow) + REQUEST_TIMEOUT_MS };
  }

  fetch(request: Fetch): void {
    ask(this.#questions, request);
  }

  telemetry(): LinkTelemetry {
    return this.#meter.read(this.#now(), {
      connected: this.#session.isReady,
      reconnects: Math.max(0, this.#session.opened - 1),
      driftMs: this.#timekeeper.driftMs,
      pending: this.#rpc.pending,
    });
  }

  measure(): LinkMeasurement {
    const { driftMs, sampledAt } = this.#timekeeper;
    return {
      network: this.#meter.network(this.#now()),
      clock: { driftMs, sampledAt: sampledAt === null ? null : monoMs(sampledAt) },
    };
  }

  readonly #now = (): MonoMs => monoMs(this.#options.clock.now());

  #createRpc(): RpcClient {
    const meter = this.#meter;
    return new RpcClient(this.#options.clock, {
      sent: (call, text) => {
        meter.requests.add(this.#now());
        this.#tap.request(call, text);
      },
      answered: (call, answer, text) => {
        const now = this.#now();
        if (call.sentAt !== null && !isBulk(call)) meter.latency.add(now, now - call.sentAt);
        this.#tap.answer(call, answer, text);
      },
      timedOut: () => meter.timeouts.add(this.#now()),
      late: () => this.#faults.count('late_answer'),
    });
  }

  #createAuthority(): Authority | null {
    const { clock, credentials, jitter, authentication: by = 'client_signature' } = this.#options;
    if (credentials === null) return null;
    return new Authority({
      clock,
      rpc: this.#rpc,
      credentials,
      by,
      jitter,
      driftMs: () => this.#timekeeper.driftMs,
      lost: (detail, refused) => this.#session.end({ cause: 'failed', detail, refused }),
    });
  }

  #createMarket(): MarketFeed {
    return new MarketFeed({
      now: this.#now,
      aheadMs: () => this.#timekeeper.driftMs,
      dated: (saidAt, heardAt) => this.#timekeeper.heard(saidAt, heardAt),
      post: this.#options.post,
      instruments: this.#instruments,
      fault: (name, subject, detail) => this.#faults.note(name, subject, detail),
      count: (name) => this.#faults.count(name),
      heard: (at) => {
        this.#meter.lastMarketDataAt = at;
      },
      snapshot: (instrument) => this.#books.begun(instrument),
    });
  }

  #createListing(): ListingPorts {
    const { clock, post } = this.#options;
    return {
      clock,
      now: this.#now,
      post,
      rpc: this.#rpc,
      instruments: this.#instruments,
      currencies: this.#currencies,
      hedges: this.#hedges,
      fault: (name, subject, detail) => this.#faults.note(name, subject, detail),
    };
  }

  #createQuestions(): QuestionPorts {
    const { clock, post } = this.#options;
    const level = this.#authority === null ? 'public' : 'private';
    return {
      clock,
      now: this.#now,
      post,
      rpc: this.#rpc,
      currencies: settlementsOf(this.#currencies, this.#hedges),
      isReady: () => (this.#session.isReady ? level : 'no'),
      driftMs: () => this.#timekeeper.driftMs,
      list: (done) => this.#listAll(done),
      isListed: (name) => this.#instruments.get(name) !== undefined,
      ticker: (data, instrument) => this.#market.ticker(data, instrument),
      restartBook: (instrument, done) => this.#books.ask(instrument, done),
    };
  }

  #createSession(): Session {
    const { clock, jitter, url, openSocket = openWebSocket } = this.#options;
    return new Session(
      { url, clock, jitter, openSocket },
      {
        prepare: (done) => this.#prepare(done),
        message: (bytes) => this.#inbound.message(bytes),
        beat: (now) => this.#beat(now),
        ready: () => this.#ready(),
        ended: (end, wasReady) => this.#ended(end, wasReady),
      },
    );
  }

  #createInbound(): Inbound {
    const { clock, post } = this.#options;
    return new Inbound({
      now: this.#now,
      post,
      meter: this.#meter,
      faults: this.#faults,
      rpc: this.#rpc,
      market: this.#market,
      tap: this.#tap,
      isPrivate: this.#authority !== null,
      end: (end) => this.#session.end(end),
      relist: () => this.#relist.set(clock.now() + RELIST_AFTER_MS),
      checkHealth: () => this.#health.set(clock.now()),
    });
  }

  #prepare(done: (fault: Unprepared | null) => void): void {
    this.#rpc.attach((text) => this.#session.send(text));
    const ports = {
      rpc: this.#rpc,
      timekeeper: this.#timekeeper,
      authority: this.#authority,
      list: (listed: Done) => listMissing(this.#listing, listed),
      subscribe: (subscribed: Done) => this.#subscribe(subscribed),
    };
    prepare(ports, done);
  }

  /** The margin, the fees and the venue's health need not wait for the core's next poll. */
  #ready(): void {
    this.#meter.sessions += 1;
    this.#tell(true);
    // What was listed or went while nobody heard of it.
    if (this.#meter.sessions > 1) this.#relist.set(this.#now() + RELIST_RETRY_MS);
    this.#checkHealth();
    if (this.#authority !== null) askAccount(this.#questions, () => {});
  }

  #ended(end: SessionEnd, wasReady: boolean): void {
    this.#report(end, wasReady);
    this.#tell(false);
    this.#authority?.forget();
    this.#market.forget();
    this.#inbound.forget();
    this.#rpc.detach('session_lost');
    this.#subscriptions.forget();
    this.#books.forget();
  }

  /** What the venue did to the session is its own event; what we did to it is a fault of ours. */
  #report(end: SessionEnd, wasReady: boolean): void {
    const { post } = this.#options;
    const at = this.#now();
    switch (end.cause) {
      case 'too_many_requests':
        this.#meter.rateLimits.add(at);
        this.#meter.fault('too_many_requests');
        // The order client has told it with the order: told twice it would count twice (D-12).
        if (!end.byOrder) post({ kind: 'sessionTerminated', at, code: TOO_MANY_REQUESTS });
        return;
      case 'closed':
        if (end.status === 429) {
          this.#meter.rateLimits.add(at);
          this.#faults.note('http_429', null);
        } else this.#faults.note('session_closed', null, end.detail);
        if (wasReady) post({ kind: 'sessionTerminated', at, code: end.code });
        return;
      case 'silent':
        return this.#faults.note('heartbeat_lost', null);
      case 'failed':
        return this.#faults.note('session_failed', null, end.detail);
      case 'dropped':
      case 'logout':
        return;
    }
  }

  /** Exactly when it changes. */
  #tell(connected: boolean): void {
    if (this.#told === connected) return;
    this.#told = connected;
    this.#options.post({ kind: 'sessionChanged', at: this.#now(), connected });
  }

  #beat(now: number): void {
    if (this.#rpc.unheardMs(now) > UNHEARD_MS) {
      const detail = 'requests_unanswered';
      return this.#session.end({ cause: 'failed', detail, refused: false });
    }
    this.#timekeeper.beat(now);
    this.#authority?.beat(now);
    if (!this.#session.isReady || now < this.#resubscribeAt) return;
    this.#resubscribeAt = now + RESUBSCRIBE_MS;
    if (this.#subscriptions.isBehind) this.#subscriptions.sync(() => {});
  }

  #subscribe(done: Done): void {
    const { marketInterval: interval, includes = () => true, references = [] } = this.#options;
    const isPrivate = this.#authority !== null;
    const hedges = this.#hedges;
    const always = new Set<string>([...references, ...(hedges?.instruments ?? [])]);
    this.#subscriptions.want(
      channelsOf({
        instruments: this.#instruments,
        currencies: this.#currencies,
        hedges,
        interval,
        isPrivate,
        includes: (each) => always.has(each.name) || includes(each),
        now: this.#now(),
      }),
    );
    this.#subscriptions.sync((fault) => {
      // Without it an order would be sent and never heard of again.
      const isDeaf = isPrivate && !this.#subscriptions.has(OWN_CHANGES);
      done(fault ?? (isDeaf ? `${OWN_CHANGES} refused` : null));
    });
  }

  #listAll(done: Done): void {
    listAll(this.#listing, (fault) => {
      this.#subscribe(() => {});
      done(fault);
    });
  }

  #listAgain(): void {
    if (!this.#session.isReady) return;
    this.#listAll((fault) => {
      const { clock } = this.#options;
      if (fault !== null) this.#relist.set(clock.now() + RELIST_RETRY_MS);
    });
  }

  #checkHealth(): void {
    if (this.#session.isReady) askHealth(this.#questions, () => {});
  }
}

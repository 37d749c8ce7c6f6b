/**
 * The whole core with the world at arm's length: a ledger that answers at once (or is held, or
 * refuses), a venue that answers when the test says so. Time moves only when told.
 */
import type { Decision } from '../src/decision.ts';
import type { Effect, Fetch, Submit } from '../src/effect.ts';
import type {
  Event,
  FeeTier,
  MaintenanceWindow,
  ObservedFill,
  RequestLimits,
  TickerChanged,
  VenueOrder,
} from '../src/event.ts';
import {
  BTC_CALL,
  BTC_PERPETUAL,
  BTC_PUT,
  ETH_PERPETUAL,
  INDEX_E8,
  POLICY,
  proposalOf,
} from '../src/gates/context.fixture.ts';
import type { PublicTrade } from '../src/market/public-trade.ts';
import type { RejectCode } from '../src/gates/reject.ts';
import type { Instrument } from '../src/instrument/instrument.ts';
import type { IntentProposal, LegProposal } from '../src/intent/intent.ts';
import { mintReceipt } from '../src/ledger/receipt.ts';
import type { LedgerRecord } from '../src/ledger/record.ts';
import type { AppendRefusal } from '../src/ledger/waiver.ts';
import type { Policy } from '../src/policy.ts';
import { createState, recover, resume, type State, step } from '../src/step.ts';
import { currentMode } from '../src/turn/mode.ts';
import {
  amountE8,
  coinE8,
  currency,
  groupId,
  instrumentName,
  type Label,
  monoMs,
  priceE8,
  runId,
  strategyId,
  tradeId,
  venueOrderId,
  wallMs,
} from '../src/values/index.ts';
import { withCash } from './agreeing-cash.ts';
import { type Calm, quietMarket } from './quiet-market.ts';

export const T0 = 1_774_000_000_000;
const STRATEGY = strategyId('strangle_btc_low_vol');
const IDENTITY = { buildId: 'b1', runtimeConfigHash: 'c1', contractVersion: '5.2' };

export type Unstamped<E> = E extends Event ? Omit<E, 'at'> : never;
export type Hears = (event: Unstamped<Event>) => Unstamped<Event> | null;

export interface DeskOptions {
  /** Records of an earlier process. */
  readonly past?: readonly LedgerRecord[];
  readonly policy?: Policy;
  readonly instruments?: readonly Instrument[];
  readonly settleMs?: number;
  readonly reconcileIntervalMs?: number;
  readonly enforcedProfile?: 'CSP' | 'GOP';
  readonly keepsCalm?: boolean;
  readonly needsSupervisor?: boolean;
  /** Types of records that never become durable, and are not refused either. */
  readonly loses?: readonly LedgerRecord['type'][];
  /** Which process over this ledger it is; 1 where it is not said. */
  readonly epoch?: number;
  /** When the process begins; `T0` where it is not said. */
  readonly now?: number;
  readonly ledger?: Desk['ledger'];
  /** What it hears instead of an event; null: nothing. */
  readonly hears?: Hears;
}

const CALM_STEP_MS = 1_000;
const CALM_STEPS_MAX = 400;

export class Desk {
  now = T0;
  readonly state: State;
  readonly submits: Submit[] = [];
  readonly cancels: Label[] = [];
  readonly fetches: (Fetch & { readonly at: number })[] = [];
  reconnects = 0;
  readonly decisions: Decision[] = [];
  /** Everything durable, the past first. */
  readonly records: LedgerRecord[];
  /** `held`: batches wait for `release`. A refusal cause: batches are refused with it. */
  ledger: 'instant' | 'held' | AppendRefusal = 'instant';
  /** What the venue would say if it were asked now; null: it does not answer. */
  venue: {
    openOrders: VenueOrder[];
    positions: { instrument: typeof BTC_CALL.name; amountE8: ReturnType<typeof amountE8> }[];
    trades: ObservedFill[];
  } | null = { openOrders: [], positions: [], trades: [] };
  /** What the account poll answers with; `cachedAt` null: fees read at the poll. */
  readonly account: {
    equityE8: number;
    maintenanceE8: number;
    fees: FeeTier[];
    cachedAt: number | null;
    limits: RequestLimits | null;
  } = {
    equityE8: 1_000_000_000,
    maintenanceE8: 100_000_000,
    fees: [],
    cachedAt: null,
    limits: {
      matching: { ratePerSecond: 100, burst: 200 },
      nonMatching: { ratePerSecond: 20, burst: 100 },
    },
  };
  /** What the venue says about itself. */
  health: { maintenance: readonly MaintenanceWindow[]; locked: boolean } = {
    maintenance: [],
    locked: false,
  };
  /** What everybody traded, oldest first, as the venue tells it when asked. */
  readonly publicTrades: PublicTrade[] = [];
  /** Questions the venue leaves unanswered. */
  readonly silent = new Set<Fetch['what']>();
  certificate: 'PASS' | 'FAIL' | null = 'PASS';
  /** What the monitors look at; a part that is null is not told. */
  readonly calm: Calm = quietMarket();
  /** False: whoever tests a monitor tells it everything itself. */
  keepsCalm: boolean;
  #calmAt = Number.NaN;
  /** Kinds of the effects performed, in order; a test may write its own marks between them. */
  readonly trail: string[] = [];
  readonly #held: (readonly LedgerRecord[])[] = [];
  readonly #policy: Policy;
  readonly #instruments: readonly Instrument[];
  readonly #traded: readonly Instrument[];
  readonly #hears: Hears;
  readonly #loses: ReadonlySet<string>;
  readonly #epoch: number;
  #sequence = 0;
  #groups = 0;

  constructor(options: DeskOptions = {}) {
    this.keepsCalm = options.keepsCalm ?? true;
    [this.#epoch, this.ledger] = [options.epoch ?? 1, options.ledger ?? 'instant'];
    this.#policy = options.policy ?? POLICY;
    this.#traded = options.instruments ?? [BTC_CALL, BTC_PUT];
    const references = [BTC_PERPETUAL, ETH_PERPETUAL].filter(
      ({ name }) => !this.#traded.some((each) => each.name === name),
    );
    this.#instruments = [...this.#traded, ...references];
    this.#hears = options.hears ?? ((event) => event);
    this.#loses = new Set(options.loses);
    this.records = [...(options.past ?? [])];
    this.now = options.now ?? T0;
    this.state = createState({
      ...IDENTITY,
      runId: runId('r1'),
      enforcedProfile: options.enforcedProfile ?? 'CSP',
      realMoney: false,
      needsSupervisor: options.needsSupervisor ?? false,
      settleMs: options.settleMs ?? 0,
      tickIntervalMs: 100,
      reconcileIntervalMs: options.reconcileIntervalMs ?? 10_000,
    });
    for (const record of this.records) recover(this.state, record);
    for (const effect of resume(this.state, monoMs(this.now), this.#epoch)) this.#perform(effect);
  }

  get mode(): string {
    return currentMode(this.state).mode;
  }

  get modeReasons(): readonly string[] {
    return currentMode(this.state).reasons;
  }

  /** Codes of all refusals so far. */
  get refusals(): RejectCode[] {
    return this.decisions.flatMap((each) =>
      each.kind === 'intentRejected' ? [each.reject.code] : [],
    );
  }

  post(said: Unstamped<Event>): void {
    if (this.keepsCalm && this.#calmAt !== this.now) this.#passTime();
    const event = withCash(this.state, this.#hears(said));
    if (event === null) return;
    for (const effect of step(this.state, { at: monoMs(this.now), ...event }).effects) {
      this.#perform(effect);
    }
  }

  /** Every real producer speaks once. */
  feed(): void {
    this.post({
      kind: 'policyOffered',
      policy: this.#policy,
      hash: 'p1',
      generatedAt: monoMs(this.now),
    });
    this.post({ kind: 'heartbeatObserved' });
    this.post({ kind: 'diskMeasured', used: 0.5, secondary: 0.5 });
    this.post({
      kind: 'certificateRead',
      certificate:
        this.certificate === null
          ? null
          : { ...IDENTITY, status: this.certificate, generatedAt: wallMs(this.now - 1_000) },
    });
    this.post({ kind: 'indexChanged', underlying: currency('BTC'), priceE8: INDEX_E8 });
    this.post({
      kind: 'indexChanged',
      underlying: currency('ETH'),
      priceE8: priceE8(INDEX_E8 / 25),
    });
    for (const instrument of this.#traded) {
      this.quote(instrument);
      this.tell(instrument);
    }
    this.#hearTrades();
  }

  /**
   * The monitors are told what there is to tell: at this moment, and before it once a second, as
   * connection and market would have done.
   */
  #passTime(): void {
    const [until, from] = [this.now, this.#calmAt];
    this.#calmAt = until;
    const steps = Math.min(CALM_STEPS_MAX, Math.ceil((until - from) / CALM_STEP_MS));
    for (let left = steps - 1; left > 0; left -= 1) {
      this.now = this.#calmAt = until - left * CALM_STEP_MS;
      this.tellCalm();
    }
    this.now = this.#calmAt = until;
    this.tellCalm();
  }

  /** Network, clock, volatility, and the books and marks of the reference instruments. */
  tellCalm(): void {
    const { network, drift, dvol, references } = this.calm;
    if (network !== null) {
      this.post({
        kind: 'networkMeasured',
        httpP95Ms: network.httpP95Ms,
        timeoutRate: network.timeoutRate,
        lastMessageAt: network.lagMs === null ? null : monoMs(this.now - network.lagMs),
      });
    }
    if (drift !== null) {
      const { driftMs, chrony } = drift;
      this.post({ kind: 'clockMeasured', driftMs, sampledAt: monoMs(this.now), chrony });
    }
    for (const [code, value] of dvol) {
      this.post({ kind: 'volatilityIndexChanged', underlying: currency(code), value });
    }
    for (const [instrument, { markE8, bids, asks }] of references) {
      this.quote(instrument, bids, asks);
      this.post({
        kind: 'tickerChanged',
        instrument: instrument.name,
        markPriceE8: priceE8(markE8),
        underlyingPriceE8: priceE8(markE8),
        delta: null,
        vega: null,
        gamma: null,
        bestBidE8: null,
        bestAskE8: null,
      });
    }
  }

  /** Somebody trades in every market that is heard, all the time. */
  #hearTrades(): void {
    if (this.silent.has('latest_trades')) return;
    for (const feed of this.state.observations.publicTrades.feeds.values()) {
      if (feed.updatedAt !== null) feed.updatedAt = monoMs(this.now);
    }
  }

  quote(
    instrument: Instrument = BTC_CALL,
    bids: readonly number[] = [475, 1_000],
    asks: readonly number[] = [480, 1_000],
  ): void {
    this.post({
      kind: 'bookChanged',
      instrument: instrument.name,
      changeId: this.now,
      prevChangeId: null,
      bids,
      asks,
    });
  }

  /** The venue's analytics of one instrument. */
  tell(instrument: Instrument = BTC_CALL, greeks: Partial<TickerChanged> = {}): void {
    this.post({
      kind: 'tickerChanged',
      instrument: instrument.name,
      markPriceE8: priceE8(4_775_000),
      underlyingPriceE8: INDEX_E8,
      delta: null,
      gamma: 0.00002,
      vega: 100,
      bestBidE8: null,
      bestAskE8: null,
      ...greeks,
    });
  }

  tick(ms = 100): void {
    this.now += ms;
    this.feed();
    this.post({ kind: 'ticked' });
  }

  /** Feeds and ticks until the first clean reconciliation has opened the latch. */
  boot(): this {
    for (let round = 0; round < 40 && this.mode !== 'Active'; round += 1) this.tick();
    return this;
  }

  propose(
    leg: Partial<LegProposal> = {},
    parts: Partial<IntentProposal> = {},
    group?: string,
  ): void {
    this.#groups += 1;
    const minted = group ?? `9f1c2d3e-4b5a-4c6d-8e7f-${String(this.#groups).padStart(12, '0')}`;
    this.post({
      kind: 'intentProposed',
      strategyId: STRATEGY,
      groupId: groupId(minted),
      proposal: proposalOf(leg, parts),
    });
  }

  /** A reduce-only sale at the bid. */
  proposeClose(quantity = 0.3): void {
    this.propose(
      { side: 'sell', quantity, limitPrice: 0.0475 },
      { action: 'Close', reduceOnly: true },
    );
  }

  /** The venue fills an order of ours, whole or in part. */
  fill(submit: Submit | undefined, id: string, share = 1): void {
    if (submit === undefined) throw new Error('nothing was submitted');
    const fill = this.fillOf(submit, id, share);
    this.post({ kind: 'fillObserved', fill, source: 'feed' });
    if (this.venue === null) return;
    this.venue.trades.push(fill);
    this.holdAtVenue(fill);
  }

  fillOf({ order: { terms } }: Submit, id: string, share = 1): ObservedFill {
    return {
      tradeId: tradeId(id),
      label: terms.label,
      venueOrderId: venueOrderId('V1'),
      instrument: terms.instrument,
      side: terms.side,
      amountE8: amountE8(terms.amountE8 * share),
      priceE8: terms.limitPriceE8,
      feeE8: coinE8(9_000),
      feeCurrency: currency('BTC'),
      indexPriceE8: INDEX_E8,
      tradedAt: wallMs(this.now),
    };
  }

  holdAtVenue(fill: ObservedFill): void {
    if (this.venue === null) return;
    const signed = fill.side === 'buy' ? fill.amountE8 : 0 - fill.amountE8;
    const rest = this.venue.positions.filter(({ instrument }) => instrument !== fill.instrument);
    const before = this.venue.positions.find(({ instrument }) => instrument === fill.instrument);
    const amount = amountE8((before?.amountE8 ?? 0) + signed);
    this.venue.positions =
      amount === 0 ? rest : [...rest, { instrument: fill.instrument, amountE8: amount }];
  }

  report(
    submit: Submit | undefined,
    state: 'open' | 'filled' | 'cancelled' | 'rejected',
    filled = 0,
  ): void {
    if (submit === undefined) throw new Error('nothing was submitted');
    this.post({
      kind: 'orderReported',
      label: submit.order.terms.label,
      venueOrderId: venueOrderId('V1'),
      state,
      filledE8: amountE8(submit.order.terms.amountE8 * filled),
      venueCode: null,
      cause: null,
      source: 'feed',
    });
  }

  /** A resting order: the venue acknowledges it and keeps it open. */
  rest(submit: Submit | undefined): Label {
    if (submit === undefined) throw new Error('nothing was submitted');
    const { label, instrument, side, amountE8: amount, reduceOnly } = submit.order.terms;
    const id = venueOrderId(`V-${label.slice(-6)}`);
    const filledE8 = amountE8(0);
    const order = { venueOrderId: id, label, instrument, side, amountE8: amount, filledE8 };
    this.venue?.openOrders.push({ ...order, reduceOnly });
    const report = { venueCode: null, cause: null, source: 'feed' } as const;
    this.post({
      kind: 'orderReported',
      label,
      venueOrderId: id,
      state: 'open',
      filledE8,
      ...report,
    });
    return label;
  }

  /** The venue has cancelled it. */
  canceled(label: Label): void {
    const { venue } = this;
    const order = venue?.openOrders.find((each) => each.label === label);
    if (venue === null || order === undefined) throw new Error(`${label} does not rest`);
    venue.openOrders = venue.openOrders.filter((each) => each !== order);
    this.post({
      kind: 'orderReported',
      label,
      venueOrderId: order.venueOrderId,
      state: 'cancelled',
      filledE8: order.filledE8,
      venueCode: null,
      cause: 'canceled_by_us',
      source: 'reply',
    });
  }

  proposeCancel(target: Label): void {
    this.propose({}, { action: 'Cancel', legs: [], target });
  }

  /** The venue's answer to a cancel that is not the cancelled order. */
  failCancel(
    target: Label,
    venueCode: number | null,
    outcome: 'nothing_to_cancel' | 'unknown' = 'unknown',
    fault = 'no',
  ): void {
    const order = this.state.facts.orders.get(target);
    if (order === undefined) throw new Error(`${target} is unknown`);
    const { instrument } = order.terms;
    this.post({ kind: 'cancelFailed', label: target, instrument, fault, outcome, venueCode });
  }

  /** What was held becomes durable, oldest first; what that leads to meets `next`. */
  release(next: Desk['ledger'] = 'instant'): void {
    const batches = this.#held.splice(0);
    this.ledger = next;
    for (const records of batches) this.#record(records);
  }

  /** Batches that wait to become durable, oldest first. */
  get held(): readonly (readonly LedgerRecord[])[] {
    return this.#held;
  }

  /** The oldest held batch becomes durable and is heard, or is only the one or is refused. */
  settleOldest(how: 'heard' | 'unheard' | AppendRefusal): void {
    const records = this.#held.shift();
    if (records === undefined) throw new Error('nothing is held');
    if (how === 'heard') this.#record(records);
    else if (how === 'unheard') this.records.push(...records);
    else this.post({ kind: 'appendRefused', records, cause: how });
  }

  /** A new process over the same ledger; what was only held is lost with the old one. */
  crash(options: Omit<DeskOptions, 'past'> = {}): Desk {
    const own = { policy: this.#policy, epoch: this.#epoch + 1, past: this.records };
    const next = new Desk({ now: this.now, ...own, ...options });
    [next.venue, next.#groups] = [this.venue, this.#groups];
    return next;
  }

  recordsOf<Type extends LedgerRecord['type']>(
    type: Type,
  ): Extract<LedgerRecord, { type: Type }>[] {
    return this.records.filter(
      (record): record is Extract<LedgerRecord, { type: Type }> => record.type === type,
    );
  }

  #perform(effect: Effect): void {
    this.trail.push(effect.kind);
    switch (effect.kind) {
      case 'append':
        if (effect.records.some(({ type }) => this.#loses.has(type))) return;
        if (this.ledger === 'instant') this.#record(effect.records);
        else if (this.ledger === 'held') this.#held.push(effect.records);
        else this.post({ kind: 'appendRefused', records: effect.records, cause: this.ledger });
        return;
      case 'submit':
        this.submits.push(effect);
        return;
      case 'cancel':
        this.cancels.push(effect.label);
        return;
      case 'report':
        this.decisions.push(effect.decision);
        return;
      case 'fetch':
        this.fetches.push({ ...effect, at: this.now });
        this.#answer(effect);
        return;
      case 'reconnect':
        this.reconnects += 1;
        return;
      case 'wake':
    }
  }

  #record(records: readonly LedgerRecord[]): void {
    this.records.push(...records);
    const first = this.#sequence + 1;
    this.#sequence += records.length;
    const sending = records.flatMap((each) => (each.type === 'orderSending' ? [each.label] : []));
    const receipt = mintReceipt(1, first, this.#sequence, new Set(sending));
    this.post({ kind: 'recorded', records, receipt });
  }

  #answer(fetch: Fetch): void {
    if (this.silent.has(fetch.what)) return;
    if (fetch.what === 'instruments') {
      for (const code of ['BTC', 'ETH']) {
        const listed = this.#instruments.filter(({ underlying }) => underlying === code);
        this.post({
          kind: 'instrumentsListed',
          currency: currency(code),
          instruments: listed,
          unsupported: [{ name: instrumentName(`${code}_USDC`), kind: 'spot' }],
        });
      }
    }
    if (fetch.what === 'account') {
      this.post({
        kind: 'accountObserved',
        currencies: [
          {
            currency: currency('BTC'),
            equityE8: coinE8(this.account.equityE8),
            initialMarginE8: coinE8(0),
            maintenanceMarginE8: coinE8(this.account.maintenanceE8),
            fees: this.account.fees,
          },
        ],
        feeModelCachedAt: wallMs(this.account.cachedAt ?? this.now),
        limits: this.account.limits,
      });
    }
    if (fetch.what === 'health') {
      this.post({ kind: 'venueHealthObserved', ...this.health });
    }
    if (fetch.what === 'latest_trades' || fetch.what === 'missed_trades') {
      const trades = this.publicTrades.filter((trade) => isAskedFor(trade, fetch));
      this.post({
        kind: 'publicTradesObserved',
        requestId: fetch.requestId,
        trades: fetch.what === 'latest_trades' ? trades.toReversed() : trades,
        isComplete: true,
      });
    }
    if (fetch.what === 'reconciliation' && this.venue !== null) {
      const { openOrders, positions, trades } = this.venue;
      const known = { openOrders: [...openOrders], positions: [...positions], trades: [...trades] };
      this.now += 1;
      // It took a moment, in which nothing else was told.
      this.#calmAt = this.now;
      this.post({
        kind: 'venueSnapshotObserved',
        requestId: fetch.requestId,
        ...known,
        settlements: [],
      });
    }
  }
}

function isAskedFor(trade: PublicTrade, fetch: Fetch): boolean {
  if (fetch.what === 'latest_trades') {
    const isOption = /-[CP]$/.test(trade.instrument);
    return trade.instrument.startsWith(fetch.currency) && isOption === (fetch.family === 'option');
  }
  if (fetch.what !== 'missed_trades') return false;
  const { instrument, fromSeq, toSeq } = fetch;
  return trade.instrument === instrument && trade.tradeSeq >= fromSeq && trade.tradeSeq <= toSeq;
}

/**
 * A venue with one option, inside the process that trades on it: an immediate-or-cancel order
 * trades whole, any other rests until it is cancelled. What it has accepted can be kept in a
 * journal, so that it outlives the process as a real venue would. For tests of the whole runtime.
 */
import { closeSync, existsSync, fsyncSync, openSync, readFileSync, writeSync } from 'node:fs';
import type { Event, Fetch, ObservedFill, VenueOrder } from '@holdfast/core';
import type { Instrument } from '@holdfast/core/instrument';
import {
  amountE8,
  coinE8,
  currency,
  E8,
  instrumentName,
  label,
  monoMs,
  priceE8,
  quantity,
  tradeId,
  venueOrderId,
  wallMs,
} from '@holdfast/core/values';
import { paperCash } from './paper-cash.ts';
import type { Clock, LinkGauge, Post, RpcAnswer, RpcTransport, Venue } from '../src/ports.ts';

const BTC = currency('BTC');
const DAY_MS = 86_400_000;
/** A ticker that names no touch. */
const UNTOUCHED = { bestBidE8: null, bestAskE8: null } as const;
const INDEX_E8 = priceE8(10_000_000_000_000);

/** An inverse option a month from expiry. */
export function optionAt(now: number): Instrument {
  return Object.freeze<Instrument>({
    name: instrumentName('BTC-27MAR26-100000-C'),
    kind: 'option',
    underlying: BTC,
    settlement: BTC,
    quote: 'coin',
    amountUnit: 'coin',
    tickE8: priceE8(10_000),
    tickLadder: [{ abovePriceE8: priceE8(500_000), stepE8: priceE8(50_000) }],
    amountStepE8: amountE8(10_000_000),
    minAmount: quantity(1),
    contractMultiplierE8: amountE8(E8),
    expiry: monoMs(Math.floor(now) + 30 * DAY_MS),
    option: { type: 'call', strikeE8: INDEX_E8 },
    isActive: true,
    makerFeeE8: 30_000,
    takerFeeE8: 30_000,
  });
}

const PERPETUAL_TICK_E8 = priceE8(50_000_000);

/** What the market monitors look at. */
const REFERENCES: readonly Instrument[] = ['BTC', 'ETH'].map((code) => {
  const coin = currency(code);
  return Object.freeze<Instrument>({
    name: instrumentName(`${code}-PERPETUAL`),
    kind: 'perpetual',
    underlying: coin,
    settlement: coin,
    quote: 'usd',
    amountUnit: 'usd',
    tickE8: PERPETUAL_TICK_E8,
    tickLadder: [],
    amountStepE8: amountE8(10 * E8),
    minAmount: quantity(1),
    contractMultiplierE8: amountE8(10 * E8),
    expiry: null,
    option: null,
    isActive: true,
    makerFeeE8: 0,
    takerFeeE8: 50_000,
  });
});

/** An order as it reached the venue; `mode` is what the trader's mode was at that moment. */
export interface Placement {
  readonly id: string;
  readonly label: string;
  readonly side: 'buy' | 'sell';
  readonly amount: number;
  readonly price: number;
  readonly rests: boolean;
  readonly reduceOnly: boolean;
  readonly at: number;
  readonly mode: string;
}

type JournalLine = { readonly placed: Placement } | { readonly canceled: string };

export interface PaperVenueOptions {
  readonly clock: Clock;
  readonly post: Post;
  /** The file the venue remembers by; null: it does not. */
  readonly journal: string | null;
  readonly mode: () => string;
  /** An order is at the venue, for good; nobody has been answered yet. */
  readonly onPlaced?: () => void;
}

export class PaperVenue {
  readonly placements: Placement[] = [];
  readonly canceled = new Set<string>();
  readonly transport: RpcTransport;
  readonly venue: Venue;
  readonly #options: PaperVenueOptions;
  readonly #instrument: Instrument;
  readonly #journal: number | null;

  constructor(options: PaperVenueOptions) {
    this.#options = options;
    this.#instrument = optionAt(options.clock.now());
    for (const line of readJournal(options.journal)) this.#remember(line);
    this.#journal = options.journal === null ? null : openSync(options.journal, 'a');
    this.transport = { call: (method, params, reply) => this.#call(method, params, reply) };
    this.venue = { fetch: (request) => this.#later(() => this.#answer(request)) };
  }

  /** What a connection would have measured: all is well. */
  readonly gauge: LinkGauge = {
    measure: () => {
      const now = monoMs(this.#options.clock.now());
      return {
        network: { httpP95Ms: 5, timeoutRate: 0, lastMessageAt: now },
        clock: { driftMs: 0, sampledAt: now },
      };
    },
  };

  /** Index and book, as fresh as they get; and those of the reference instruments. */
  quote(): void {
    const at = monoMs(this.#options.clock.now());
    for (const [coin, share] of [
      ['BTC', 1],
      ['ETH', 25],
    ] as const) {
      const index = priceE8(INDEX_E8 / share);
      this.#options.post({ kind: 'indexChanged', at, underlying: currency(coin), priceE8: index });
    }
    this.#quoteBook(this.#instrument.name, at, [475, 1_000], [480, 1_000]);
    this.#options.post({
      kind: 'tickerChanged',
      at,
      instrument: this.#instrument.name,
      markPriceE8: priceE8(4_775_000),
      underlyingPriceE8: priceE8(INDEX_E8),
      delta: null,
      vega: 100,
      gamma: 0.00002,
      ...UNTOUCHED,
    });
    for (const { name, underlying } of REFERENCES) {
      const index = underlying === BTC ? INDEX_E8 : priceE8(INDEX_E8 / 25);
      const ticks = index / PERPETUAL_TICK_E8;
      this.#quoteBook(name, at, [ticks - 1, 100_000], [ticks + 1, 100_000]);
      const marks = { markPriceE8: index, underlyingPriceE8: index };
      const greeks = { delta: null, vega: null, gamma: null, ...UNTOUCHED };
      this.#options.post({ kind: 'tickerChanged', at, instrument: name, ...marks, ...greeks });
      this.#options.post({ kind: 'volatilityIndexChanged', at, underlying, value: 50 });
    }
  }

  #quoteBook(
    instrument: Instrument['name'],
    at: ReturnType<typeof monoMs>,
    bids: readonly number[],
    asks: readonly number[],
  ): void {
    const change = { changeId: at, prevChangeId: null, bids, asks };
    this.#options.post({ kind: 'bookChanged', at, instrument, ...change });
  }

  openOrders(): VenueOrder[] {
    return this.placements
      .filter(({ id, rests }) => rests && !this.canceled.has(id))
      .map((placed) => ({
        venueOrderId: venueOrderId(placed.id),
        label: placed.label,
        instrument: this.#instrument.name,
        side: placed.side,
        amountE8: amountE8(Math.round(placed.amount * E8)),
        filledE8: amountE8(0),
        reduceOnly: placed.reduceOnly,
      }));
  }

  /** Signed, in 1e-8. */
  position(): number {
    let held = 0;
    for (const { amountE8: amount, side } of this.#trades()) {
      held += side === 'buy' ? amount : 0 - amount;
    }
    return held;
  }

  close(): void {
    if (this.#journal !== null) closeSync(this.#journal);
  }

  #call(
    method: string,
    params: Readonly<Record<string, unknown>>,
    reply: (answer: RpcAnswer) => void,
  ): void {
    if (method === 'private/buy' || method === 'private/sell') {
      const placed = this.#place(method === 'private/buy' ? 'buy' : 'sell', params);
      this.#options.onPlaced?.();
      this.#later(() => reply({ ok: true, result: this.#placementReply(placed) }));
      return;
    }
    const id = params['order_id'];
    const placed = this.placements.find((each) => each.id === id || each.label === params['label']);
    if (placed === undefined || this.canceled.has(placed.id) || !placed.rests) {
      const error = { code: 10_004, message: 'order_not_found' };
      this.#later(() => reply({ ok: false, error }));
      return;
    }
    this.#write({ canceled: placed.id });
    const result = id === undefined ? 1 : this.#orderReply(placed, 'cancelled');
    this.#later(() => reply({ ok: true, result }));
  }

  #place(side: 'buy' | 'sell', params: Readonly<Record<string, unknown>>): Placement {
    const placed: Placement = {
      id: `V${this.placements.length + 1}`,
      label: String(params['label']),
      side,
      amount: Number(params['amount']),
      price: Number(params['price']),
      rests: params['time_in_force'] !== 'immediate_or_cancel',
      reduceOnly: params['reduce_only'] === true,
      at: Math.floor(this.#options.clock.now()),
      mode: this.#options.mode(),
    };
    this.#write({ placed });
    return placed;
  }

  #write(line: JournalLine): void {
    this.#remember(line);
    if (this.#journal === null) return;
    writeSync(this.#journal, `${JSON.stringify(line)}\n`);
    fsyncSync(this.#journal);
  }

  #remember(line: JournalLine): void {
    if ('placed' in line) this.placements.push(line.placed);
    else this.canceled.add(line.canceled);
  }

  #trades(): ObservedFill[] {
    return this.placements.filter(({ rests }) => !rests).map((placed) => this.#fillOf(placed));
  }

  #fillOf({ id, label: name, side, amount, price, at }: Placement): ObservedFill {
    return {
      tradeId: tradeId(`T-${id}`),
      label: label(name),
      venueOrderId: venueOrderId(id),
      instrument: this.#instrument.name,
      side,
      amountE8: amountE8(Math.round(amount * E8)),
      priceE8: priceE8(Math.round(price * E8)),
      feeE8: coinE8(3_000),
      feeCurrency: BTC,
      indexPriceE8: INDEX_E8,
      tradedAt: wallMs(at),
    };
  }

  #orderReply(placed: Placement, state: 'open' | 'filled' | 'cancelled'): unknown {
    return {
      order_id: placed.id,
      order_state: state,
      label: placed.label,
      instrument_name: this.#instrument.name,
      direction: placed.side,
      amount: placed.amount,
      filled_amount: state === 'filled' ? placed.amount : 0,
    };
  }

  #placementReply(placed: Placement): unknown {
    if (placed.rests) return { order: this.#orderReply(placed, 'open'), trades: [] };
    const trade = {
      trade_id: `T-${placed.id}`,
      order_id: placed.id,
      label: placed.label,
      instrument_name: this.#instrument.name,
      direction: placed.side,
      amount: placed.amount,
      price: placed.price,
      fee: 0.00003,
      fee_currency: 'BTC',
      index_price: 100_000,
      timestamp: placed.at,
    };
    return { order: this.#orderReply(placed, 'filled'), trades: [trade] };
  }

  #answer(request: Fetch): void {
    // What an account is worth needs an index.
    if (request.what === 'account') this.quote();
    for (const event of this.#answers(request, monoMs(this.#options.clock.now()))) {
      this.#options.post(event);
    }
  }

  #answers(request: Fetch, at: ReturnType<typeof monoMs>): readonly Event[] {
    switch (request.what) {
      case 'instruments':
        return ['BTC', 'ETH'].map((code) => ({
          kind: 'instrumentsListed',
          at,
          currency: currency(code),
          instruments: [
            ...(code === 'BTC' ? [this.#instrument] : []),
            ...REFERENCES.filter(({ underlying }) => underlying === code),
          ],
          unsupported: [],
        }));
      case 'account': {
        const none = coinE8(0);
        const figures = { equityE8: coinE8(1_000_000_000), initialMarginE8: none, fees: [] };
        return [
          {
            kind: 'accountObserved',
            at,
            currencies: [{ currency: BTC, ...figures, maintenanceMarginE8: none }],
            feeModelCachedAt: wallMs(at),
            limits: null,
          },
        ];
      }
      case 'reconciliation':
        return [
          {
            kind: 'venueSnapshotObserved',
            at,
            requestId: request.requestId,
            openOrders: this.openOrders(),
            positions: this.#positions(),
            trades: this.#trades().filter(({ tradedAt }) => tradedAt >= request.since),
            settlements: [],
            ...(request.cash === null
              ? {}
              : { cash: [paperCash(this.#instrument, this.#trades())] }),
          },
        ];
      case 'health':
        return [{ kind: 'venueHealthObserved', at, maintenance: [], locked: false }];
      case 'latest_trades':
      case 'missed_trades': {
        const { requestId } = request;
        return [{ kind: 'publicTradesObserved', at, requestId, trades: [], isComplete: true }];
      }
      case 'book':
      case 'ticker':
        this.quote();
        return [];
    }
  }

  #positions(): { instrument: Instrument['name']; amountE8: ReturnType<typeof amountE8> }[] {
    const held = this.position();
    return held === 0 ? [] : [{ instrument: this.#instrument.name, amountE8: amountE8(held) }];
  }

  #later(action: () => void): void {
    setImmediate(action);
  }
}

export function readJournal(path: string | null): JournalLine[] {
  if (path === null || !existsSync(path)) return [];
  const lines = readFileSync(path, 'utf8').split('\n');
  return lines.filter((line) => line !== '').map((line): JournalLine => JSON.parse(line));
}

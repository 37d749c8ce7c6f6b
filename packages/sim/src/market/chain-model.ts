import type { Instrument } from '@holdfast/core/instrument';
import { optionGreeks } from '@holdfast/core/strategy';
import { type Currency, E8, type InstrumentName } from '@holdfast/core/values';
import type { Prng } from '../prng.ts';
import { BrownianBridge } from './brownian-bridge.ts';
import { indexExpiries, type Mark, volatilityIndex } from './dvol.ts';
import { inverseFuture, inversePerpetual, linearPerpetual } from './future-instrument.ts';
import type { MarketRow, MarketSnapshot, MarketSource } from './market.ts';
import type { LiveQuote, MarketModel, MarketTurn } from './market-model.ts';
import { MISPRICED, Mispricings } from './mispricing.ts';
import { centsE8, isLiquid, rhoUsd, yearsTo } from './option-pricer.ts';
import { futureQuote, type Sides, sidesNearest } from './quote-sides.ts';
import {
  forwardAt,
  markVolAt,
  type Position,
  priceAt,
  type Recorded,
  type RecordedOption,
  recordedOption,
} from './recorded-option.ts';

/** Of the index between two recordings, per square root of a year. */
const INDEX_VOL = 0.35;
const TRADES_PER_SECOND = 2;
const DAY_MS = 86_400_000;
/** Sizes were not recorded. Mean at the best price at the money, USD, and its share far off. */
const MEAN_USD = 500_000;
const WING_SHARE = 0.3;
const FUTURE_MEAN_USD = 1_500_000;
/** Mean time between two dislocations of one coin. */
const DISLOCATED_EVERY_MS = 20_000;
const NONE: ReadonlySet<Currency> = new Set();

/** A future that rows name as their underlying. */
interface RecordedFuture {
  readonly ratioFrom: number;
  readonly ratioTo: number;
}

/**
 * Recorded chains, and between them a seeded path: the index by a Brownian bridge, every option's
 * mark, bid and ask along its implied volatility against its own future.
 */
export class ChainModel implements MarketModel {
  readonly startAt: number;
  readonly tradesPerSecond = TRADES_PER_SECOND;
  readonly indexes = new Map<Currency, number>();
  readonly #snapshots: Iterator<MarketSnapshot>;
  readonly #bridges = new Map<Currency, BrownianBridge>();
  readonly #prng: Prng;
  readonly #options = new Map<InstrumentName, RecordedOption>();
  readonly #futures = new Map<InstrumentName, RecordedFuture>();
  readonly #listed = new Set<InstrumentName>();
  readonly #dislocations = new Map<Currency, Mispricings>();
  #from: MarketSnapshot | null = null;
  #to: MarketSnapshot | null = null;
  #now = 0;
  #played = 0;

  /** @param startAt the time of the source's first snapshot. */
  constructor(source: MarketSource, startAt: number, prng: Prng) {
    this.startAt = startAt;
    this.#snapshots = source.snapshots()[Symbol.iterator]();
    this.#prng = prng;
  }

  get nextAt(): number | null {
    return this.#to?.at ?? null;
  }

  advance(now: number): MarketTurn {
    const wasLast = this.#from !== null && this.#to === null;
    if (wasLast) return { listed: [], sweep: NONE, over: true };
    let crossed = false;
    if (this.#from === null) this.#to = this.#pull();
    while (this.#to !== null && now >= this.#to.at) {
      this.#from = this.#to;
      this.#to = this.#pull();
      crossed = true;
    }
    // What was recorded is told as of its own instant, however late the look.
    this.#now = crossed ? (this.#from?.at ?? now) : now;
    const listed = crossed ? this.#open() : [];
    for (const [coin, bridge] of this.#bridges) {
      const exact = crossed ? this.#from?.indexes.get(coin) : undefined;
      this.indexes.set(coin, exact ?? centsE8(bridge.move(this.#now) / E8));
      this.#dislocations.get(coin)?.move(this.#now, () => this.#candidates(coin));
    }
    return { listed, sweep: crossed ? new Set(this.indexes.keys()) : NONE, over: false };
  }

  quote(instrument: Instrument): LiveQuote | null {
    if (instrument.option === null) return this.#quoteFuture(instrument);
    const option = this.#options.get(instrument.name);
    return option === undefined ? null : this.#quoteOption(option);
  }

  volatilityIndex(coin: Currency): number | null {
    const own = [...this.#options.values()].filter(
      ({ instrument }) => instrument.underlying === coin,
    );
    const expiries = indexExpiries(
      own.map(({ instrument }) => instrument.expiry ?? 0),
      this.#now,
    );
    const marks: Mark[] = [];
    for (const option of own) {
      const { instrument } = option;
      if (!expiries.has(instrument.expiry ?? 0)) continue;
      const position = this.#position(instrument);
      const price = priceAt(option, 'mark', position);
      if (price === null) continue;
      const underlyingE8 = forwardAt(option, position) * E8;
      marks.push({ instrument, markE8: price * E8, underlyingE8 });
    }
    return volatilityIndex(marks, this.#now);
  }

  /** What was recorded shows what it showed, whoever trades with it. */
  taken(): boolean {
    return false;
  }

  counts(): Readonly<Record<string, number>> {
    let dislocated = 0;
    for (const { made } of this.#dislocations.values()) dislocated += made;
    return { snapshots: this.#played, dislocated };
  }

  #pull(): MarketSnapshot | null {
    const next = this.#snapshots.next();
    if (next.done === true) return null;
    return next.value;
  }

  /** A recording has been reached: from here on its rows lead to the next one's. */
  #open(): readonly Instrument[] {
    const from = this.#from;
    if (from === null) return [];
    this.#played += 1;
    const to = this.#to;
    for (const [coin, indexE8] of from.indexes) {
      const bridge = this.#bridges.get(coin) ?? this.#openBridge(coin);
      const end = to?.indexes.get(coin) ?? indexE8;
      bridge.span(from.at, indexE8, to?.at ?? from.at, end);
    }
    const later = new Map(to?.rows.map((row) => [row.instrument.name, row]));
    const recorded = (snapshot: MarketSnapshot, row: MarketRow): Recorded => ({
      at: snapshot.at,
      row,
      indexE8: snapshot.indexes.get(row.instrument.underlying) ?? row.underlyingE8,
    });
    this.#options.clear();
    for (const row of from.rows) {
      const next = later.get(row.instrument.name);
      const end = to === null || next === undefined ? null : recorded(to, next);
      this.#options.set(row.instrument.name, recordedOption(recorded(from, row), end));
    }
    return this.#list(from);
  }

  #openBridge(coin: Currency): BrownianBridge {
    const bridge = new BrownianBridge(this.#prng.fork(`bridge-${coin}`), INDEX_VOL);
    this.#bridges.set(coin, bridge);
    const prng = this.#prng.fork(`dislocation-${coin}`);
    this.#dislocations.set(coin, new Mispricings(prng, DISLOCATED_EVERY_MS, this.#now));
    return bridge;
  }

  #list(from: MarketSnapshot): readonly Instrument[] {
    const wanted: (Instrument | null)[] = [];
    for (const coin of from.indexes.keys())
      wanted.push(inversePerpetual(coin), linearPerpetual(coin));
    this.#futures.clear();
    for (const { from: first, ratioFrom, ratioTo, instrument } of this.#options.values()) {
      wanted.push(instrument);
      if (instrument.expiry === null) continue;
      const future = inverseFuture(instrument.underlying, instrument.expiry);
      // A forward that Deribit made up for want of a future (`SYN.…`) cannot be traded.
      if (future === null || first.row.underlyingName !== future.name) continue;
      if (this.#futures.has(future.name)) continue;
      this.#futures.set(future.name, { ratioFrom, ratioTo });
      wanted.push(future);
    }
    const listed: Instrument[] = [];
    for (const instrument of wanted) {
      if (instrument === null || this.#listed.has(instrument.name)) continue;
      this.#listed.add(instrument.name);
      listed.push(instrument);
    }
    return listed;
  }

  #position({ underlying }: Instrument): Position {
    const [from, to] = [this.#from?.at ?? 0, this.#to?.at ?? 0];
    const share = to > from ? (this.#now - from) / (to - from) : 0;
    return { now: this.#now, share, indexE8: this.indexes.get(underlying) ?? 0 };
  }

  #quoteOption(option: RecordedOption): LiveQuote | null {
    const { instrument, from } = option;
    const { expiry, option: terms } = instrument;
    if (expiry === null || terms === null || expiry <= this.#now) return null;
    const position = this.#position(instrument);
    const isRecorded = this.#now === from.at;
    const mark = isRecorded ? from.row.markE8 / E8 : priceAt(option, 'mark', position);
    if (mark === null) return null;
    const sides = isRecorded ? from.row : this.#sides(option, position, mark);
    const forward = isRecorded ? from.row.underlyingE8 / E8 : forwardAt(option, position);
    const years = yearsTo(expiry, this.#now);
    const vol = (isRecorded ? null : markVolAt(option, position)) ?? from.row.iv;
    const greeks =
      vol === null ? null : optionGreeks(terms.type, forward, terms.strikeE8 / E8, vol, years);
    const delta = isRecorded ? from.row.delta : (greeks?.delta ?? from.row.delta);
    const size = Math.abs(delta ?? 0);
    return {
      instrument,
      bidTicks: sides.bidTicks,
      askTicks: sides.askTicks,
      markE8: Math.round(mark * E8),
      underlyingE8: Math.round(forward * E8),
      iv: vol,
      delta,
      vega: isRecorded ? from.row.vega : greeks === null ? from.row.vega : greeks.vegaUsd / 100,
      gamma: greeks?.gamma ?? null,
      theta: greeks?.thetaUsdPerDay ?? null,
      rho: greeks === null ? null : rhoUsd(greeks, forward, years),
      meanUsd: MEAN_USD * (WING_SHARE + (1 - WING_SHARE) * (1 - Math.abs(2 * size - 1))),
      pace: isLiquid(size, years) ? 'fast' : 'slow',
    };
  }

  #quoteFuture(instrument: Instrument): LiveQuote | null {
    const { indexE8, share } = this.#position(instrument);
    const known = this.#futures.get(instrument.name);
    const { expiry } = instrument;
    if (expiry !== null && (known === undefined || expiry <= this.#now)) return null;
    const ratio =
      known === undefined ? 1 : known.ratioFrom + (known.ratioTo - known.ratioFrom) * share;
    const price = (indexE8 / E8) * ratio;
    return futureQuote(instrument, {
      price,
      indexE8,
      spreadScale: 1,
      meanUsd: FUTURE_MEAN_USD,
      isQuoted: true,
    });
  }

  /** Options out of the money with quotes on both sides. */
  #candidates(coin: Currency): readonly Instrument[] {
    const found: Instrument[] = [];
    for (const { instrument, from, bid, ask } of this.#options.values()) {
      if (instrument.underlying !== coin || bid === null || ask === null) continue;
      const days = ((instrument.expiry ?? 0) - this.#now) / DAY_MS;
      const size = Math.abs(from.row.delta ?? 0);
      const isNear = size >= MISPRICED.deltaMin && size <= MISPRICED.deltaMax;
      if (isNear && days >= MISPRICED.daysMin && days <= MISPRICED.daysMax) found.push(instrument);
    }
    return found;
  }

  #sides(option: RecordedOption, position: Position, mark: number): Sides {
    const { instrument } = option;
    const bid = priceAt(option, 'bid', position);
    const ask = priceAt(option, 'ask', position);
    if (bid === null || ask === null) return sidesNearest(instrument, bid, ask);
    const half = Math.max(0, (ask - bid) / 2);
    const shift = this.#dislocations.get(instrument.underlying)?.shift(instrument, mark, half) ?? 0;
    return sidesNearest(instrument, bid + shift, ask + shift);
  }
}

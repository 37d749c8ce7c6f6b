import type { Instrument } from '@holdfast/core/instrument';
import { type Currency, currency, E8, type InstrumentName } from '@holdfast/core/values';
import type { Clock } from '@holdfast/runtime/ports';
import type { Exchange } from '../exchange/index.ts';
import type { Levels } from '../exchange/levels.ts';
import { NO_LEVELS } from '../exchange/levels.ts';
import { REFERENCE_DVOL, ReferenceMaker } from '../fuzz/reference-maker.ts';
import type { Prng } from '../prng.ts';
import { type Bar, barIndexAt, type BarQuote, stepsOf, ticksOf } from './bar.ts';

/** A quote that stands is told again so often: an engine believes no old book. */
const REFRESH_MS = 500;
/** Far behind the touch one order rests, whose size is another one at every telling. */
const FAR_ASK_FACTOR = 20;

interface Book {
  readonly bids: Levels;
  readonly asks: Levels;
}

/**
 * Bars as a market on a real exchange: what a bar quotes stands from its time until the next one's.
 * What an account takes of a quote is gone until then. The perpetuals that the monitors look at are
 * made up at the index of the bar, close and deep, and so are the volatility indexes where they are
 * told: from the bar. Before the first bar is due its quotes stand already, so that an engine can
 * start; whoever asks a strategy then is early.
 */
export class BarMarket {
  readonly #bars: readonly Bar[];
  readonly #clock: Clock;
  readonly #exchange: Exchange;
  readonly #references: ReferenceMaker;
  readonly #books = new Map<InstrumentName, Book>();
  readonly #listed = new Set<string>();
  #shown = -1;
  #told = 0;

  constructor(bars: readonly Bar[], clock: Clock, exchange: Exchange, prng: Prng) {
    this.#bars = bars;
    this.#clock = clock;
    this.#exchange = exchange;
    this.#references = new ReferenceMaker({ exchange, prng, mood: 'still' });
  }

  start(): void {
    this.#exchange.onTaken(({ name }) => this.#remember(name));
    this.#move();
  }

  #move(): void {
    const now = this.#clock.now();
    const due = Math.max(0, barIndexAt(this.#bars, now));
    const bar = this.#bars[due];
    if (bar === undefined) return;
    this.#told += 1;
    if (due !== this.#shown) this.#turnTo(bar, now);
    this.#shown = due;
    this.#tell(bar, now);
    const next = this.#bars[due + 1]?.at ?? Infinity;
    this.#clock.wake(Math.min(now + REFRESH_MS, next > now ? next : Infinity), () => this.#move());
  }

  /** What the new bar does not quote is quoted by nobody. */
  #turnTo(bar: Bar, now: number): void {
    this.#list(bar, now);
    const gone = new Set(this.#books.keys());
    for (const quote of bar.quotes) {
      gone.delete(quote.instrument.name);
      this.#books.set(quote.instrument.name, bookOf(quote));
    }
    for (const name of gone) {
      this.#books.delete(name);
      this.#exchange.publishBook(name, NO_LEVELS, NO_LEVELS, now);
    }
  }

  #list(bar: Bar, now: number): void {
    const coins = Object.keys(bar.coins).filter((coin) => !this.#listed.has(coin));
    this.#references.list(coins.map(currency), now);
    const options = bar.quotes.filter(({ instrument }) => !this.#listed.has(instrument.name));
    this.#exchange.list(
      options.map(({ instrument }) => instrument),
      now,
    );
    for (const name of coins) this.#listed.add(name);
    for (const { instrument } of options) this.#listed.add(instrument.name);
  }

  #tell(bar: Bar, now: number): void {
    const indexes = new Map<Currency, number>();
    for (const [coin, { index, volatilityIndex }] of Object.entries(bar.coins)) {
      const indexE8 = Math.round(index * E8);
      indexes.set(currency(coin), indexE8);
      this.#exchange.setIndex(currency(coin), indexE8, now);
      const market = { ...CALM, fright: volatilityIndex / REFERENCE_DVOL };
      this.#references.tell(currency(coin), indexE8, market, now);
      this.#references.tellVolatility([currency(coin)], market, now);
    }
    this.#references.publish(indexes, CALM, now);
    for (const quote of bar.quotes) this.#tellQuote(quote, now);
  }

  #tellQuote(quote: BarQuote, timestamp: number): void {
    const { instrument, mark, underlyingPrice, iv, delta } = quote;
    const book = this.#books.get(instrument.name) ?? { bids: NO_LEVELS, asks: NO_LEVELS };
    const size = 1 + (this.#told % 2);
    this.#exchange.publishBook(
      instrument.name,
      withFar(book.bids, 1, size),
      withFar(book.asks, farAskTicks(instrument, book.asks), size),
      timestamp,
    );
    this.#exchange.setTicker({
      instrument,
      timestamp,
      markPriceE8: Math.round(mark * E8),
      underlyingPriceE8: Math.round(underlyingPrice * E8),
      iv,
      delta,
      vega: null,
    });
  }

  /** What is left of a quote that somebody took of. */
  #remember(name: InstrumentName): void {
    const found = this.#exchange.bookSnapshot(name);
    const known = this.#books.get(name);
    if (found === null || known === undefined) return;
    this.#books.set(name, {
      bids: touchOf(found.bids, known.bids),
      asks: touchOf(found.asks, known.asks),
    });
  }
}

const CALM = { halfSpread: 0, size: 1, basis: 0, fright: 1, tellsDvol: true } as const;

function bookOf({ instrument, bid, bidAmount, ask, askAmount }: BarQuote): Book {
  const side = (price: number | null, amount: number): Levels => {
    const [ticks, steps] = [ticksOf(instrument, price), stepsOf(instrument, amount)];
    return ticks === null || steps <= 0 ? NO_LEVELS : [ticks, steps];
  };
  return { bids: side(bid, bidAmount), asks: side(ask, askAmount) };
}

/** The touch as it stands now, if it is still the one of the bar. */
function touchOf(now: Levels, bar: Levels): Levels {
  const [ticks, steps] = [now[0], now[1]];
  return ticks === undefined || steps === undefined || ticks !== bar[0]
    ? NO_LEVELS
    : [ticks, steps];
}

/** Without a touch there is no book, and nothing far behind it. */
function withFar(touch: Levels, ticks: number, size: number): Levels {
  const [best] = touch;
  return best === undefined || best === ticks ? touch : [...touch, ticks, size];
}

/** On the ladder of every option: its coarse ticks are multiples of this many. */
function farAskTicks({ tickLadder, tickE8 }: Instrument, asks: Levels): number {
  const coarse = Math.max(tickE8, ...tickLadder.map(({ stepE8 }) => stepE8)) / tickE8;
  return Math.ceil(((asks[0] ?? 1) * FAR_ASK_FACTOR) / coarse) * coarse;
}

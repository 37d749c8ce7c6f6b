/**
 * Book messages as Deribit sends them, made from nothing but a seed: the members in its order, and
 * numbers as its decimals are written, with a fraction even where it is zero.
 */

export interface StreamInstrument {
  readonly name: string;
  /** Decimal places of a price, and how many of the last one make a tick. */
  readonly places: number;
  readonly tick: number;
  /** Tenths of a unit that make the smallest amount. */
  readonly step: number;
}

export interface StreamShape {
  /** Levels a side that every book begins with. */
  readonly depth: number;
  /** How many instruments are said each 100 ms, and how many levels a side change in each. */
  readonly beats: number;
  readonly perBeat: (random: () => number) => readonly Said[];
}

/** One change: of which instrument, and how many levels of either side. */
export interface Said {
  readonly instrument: number;
  readonly bids: number;
  readonly asks: number;
}

export interface BookStream {
  readonly instruments: readonly StreamInstrument[];
  readonly snapshots: readonly string[];
  /** Each follows the one before it of the same instrument. */
  readonly changes: readonly string[];
  /** Best bid and ask of every instrument after the last change. */
  readonly tops: readonly Top[];
}

export interface Top {
  readonly bid: number;
  readonly ask: number;
}

const START = 1_790_000_000_000;

function mulberry32(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b_79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

export function makeStream(
  instruments: readonly StreamInstrument[],
  shape: StreamShape,
  seed = 1,
): BookStream {
  const random = mulberry32(seed);
  const books = instruments.map((instrument) => new Source(instrument, shape.depth, random));
  const snapshots = books.map((book) => book.snapshot());
  const changes: string[] = [];
  for (let beat = 1; beat <= shape.beats; beat += 1) {
    for (const { instrument, bids, asks } of shape.perBeat(random)) {
      const book = books[instrument];
      if (book !== undefined) changes.push(book.change(START + 100 * beat, bids, asks));
    }
  }
  return { instruments, snapshots, changes, tops: books.map((book) => book.top()) };
}

/** The venue's side of one book. Levels come, go and change, most of them near the touch. */
class Source {
  readonly #instrument: StreamInstrument;
  readonly #random: () => number;
  readonly #middle: number;
  readonly #span: number;
  readonly #bids = new Map<number, number>();
  readonly #asks = new Map<number, number>();
  #changeId: number;

  constructor(instrument: StreamInstrument, depth: number, random: () => number) {
    this.#instrument = instrument;
    this.#random = random;
    this.#middle = 400 + Math.floor(random() * 400) + 2 * depth;
    this.#span = 2 * depth;
    this.#changeId = 60_000_000_000 + Math.floor(random() * 1_000_000);
    for (let level = 1; level <= depth; level += 1) {
      this.#bids.set(this.#middle - 2 * level, this.#amount());
      this.#asks.set(this.#middle + 2 * level, this.#amount());
    }
  }

  snapshot(): string {
    const side = (levels: ReadonlyMap<number, number>, sign: number): string =>
      [...levels]
        .sort(([a], [b]) => sign * (a - b))
        .map(([ticks, amount]) => this.#level('new', ticks, amount))
        .join();
    return this.#frame('"snapshot"', START, '', side(this.#bids, -1), side(this.#asks, 1));
  }

  change(at: number, bids: number, asks: number): string {
    const previous = `"prev_change_id":${this.#changeId},`;
    this.#changeId += 1 + Math.floor(this.#random() * 40);
    const said = (levels: Map<number, number>, sign: number, count: number): string =>
      this.#said(levels, sign, count).join();
    return this.#frame(
      '"change"',
      at,
      previous,
      said(this.#bids, -1, bids),
      said(this.#asks, 1, asks),
    );
  }

  top(): Top {
    const { places, tick } = this.#instrument;
    const price = (ticks: number): number => Number(decimal(ticks * tick, places));
    const bid = price(Math.max(...this.#bids.keys()));
    return { bid, ask: price(Math.min(...this.#asks.keys())) };
  }

  #said(levels: Map<number, number>, sign: number, count: number): string[] {
    const touched = new Map<number, string>();
    while (touched.size < count) {
      const near = this.#random();
      const ticks = this.#middle + sign * (1 + Math.floor(near * near * near * this.#span));
      if (touched.has(ticks)) continue;
      const isHeld = levels.has(ticks);
      if (isHeld && levels.size > 2 && this.#random() < 0.4) {
        levels.delete(ticks);
        touched.set(ticks, this.#level('delete', ticks, 0));
        continue;
      }
      const amount = this.#amount();
      levels.set(ticks, amount);
      touched.set(ticks, this.#level(isHeld ? 'change' : 'new', ticks, amount));
    }
    return [...touched.values()];
  }

  #amount(): number {
    const { step } = this.#instrument;
    return step * (1 + Math.floor(this.#random() * 2_000));
  }

  #level(action: string, ticks: number, amount: number): string {
    const { places, tick } = this.#instrument;
    return `["${action}",${decimal(ticks * tick, places)},${decimal(amount, 1)}]`;
  }

  #frame(type: string, at: number, previous: string, bids: string, asks: string): string {
    const { name } = this.#instrument;
    const data =
      `{"type":${type},"timestamp":${at},${previous}"instrument_name":"${name}",` +
      `"change_id":${this.#changeId},"bids":[${bids}],"asks":[${asks}]}`;
    const params = `{"channel":"book.${name}.100ms","data":${data}}`;
    return `{"jsonrpc":"2.0","method":"subscription","params":${params}}`;
  }
}

/** Units of the last decimal place, written without zeros that say nothing: `0.0355`, `64000.0`. */
function decimal(units: number, places: number): string {
  const digits = String(units).padStart(places + 1, '0');
  const whole = digits.slice(0, digits.length - places);
  const fraction = digits.slice(digits.length - places).replace(/0+$/, '');
  return `${whole}.${fraction === '' ? '0' : fraction}`;
}

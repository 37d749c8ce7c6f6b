import {
  type Channel,
  parseBook,
  parseChannel,
  parseFrame,
  parseIndex,
  parseInstruments,
  parsePlatformState,
  parsePublicTrades,
  parseTicker,
  parseVolatilityIndex,
  type Read,
  scanBook,
} from '@holdfast/deribit/protocol';
import { instrumentName } from '@holdfast/core/values';
import type { MirrorDesk } from './mirror-desk.ts';

/** A frame may be a listing: of a recording, which has no one else to read it, or not. */
export type Listings = 'read' | 'skip';

/**
 * Frames of a source, as it sent them, to the desk. Nothing is dropped uncounted, and a book that
 * cannot be read is a book that is not known.
 */
export class SourceFeed {
  readonly #desk: MirrorDesk;
  readonly #listings: Listings;
  readonly #decoder = new TextDecoder();

  constructor(desk: MirrorDesk, listings: Listings) {
    this.#desk = desk;
    this.#listings = listings;
  }

  hear(bytes: Uint8Array): void {
    // Most messages are books, and those read fastest as bytes.
    const book = scanBook(bytes);
    if (book !== null) return this.#desk.book(book);
    const frame = parseFrame(this.#decoder.decode(bytes));
    switch (frame.kind) {
      case 'notification':
        return this.#notification(frame.channel, frame.data);
      case 'answer':
        if (this.#listings === 'read' && frame.answer.ok) this.#listing(frame.answer.result);
        return;
      case 'heartbeat':
        return;
      case 'fault':
        return this.#desk.unreadable();
    }
  }

  /** A list of instruments is known by its rows; no other answer has such. */
  #listing(result: unknown): void {
    const parsed = parseInstruments(result);
    const settlement = parsed?.instruments[0]?.settlement;
    if (parsed === null || settlement === undefined) return;
    this.#desk.listed(settlement, parsed.instruments);
  }

  #notification(name: string, data: unknown): void {
    const channel = parseChannel(name);
    if (channel === null) return this.#desk.unreadable();
    this.#heard(channel, data);
  }

  #heard(channel: Channel, data: unknown): void {
    const desk = this.#desk;
    const read = <T>(parsed: Read<T>, take: (value: T) => void): void =>
      parsed.ok ? take(parsed.value) : desk.unreadable();
    switch (channel.kind) {
      case 'book': {
        const book = parseBook(data);
        if (!book.ok) return desk.unreadableBook(instrumentName(channel.instrument));
        const { bids, asks } = book.value;
        return desk.book({ ...book.value, bidsLength: bids.length, asksLength: asks.length });
      }
      case 'ticker':
        return read(parseTicker(data), (ticker) => desk.ticker(ticker));
      case 'trades':
      case 'trades_by_kind':
        return read(parsePublicTrades(data), (trades) => desk.trades(trades));
      case 'index_price':
        return read(parseIndex(data), (index) => desk.index(index));
      case 'volatility_index':
        return read(parseVolatilityIndex(data), (index) => desk.volatilityIndex(index));
      case 'platform_state':
        return read(parsePlatformState(data), (state) => desk.platform(state));
      default:
        return;
    }
  }
}

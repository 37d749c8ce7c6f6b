import type { BookChanged, Event, TickerChanged } from '@holdfast/core';
import type { ByteReader } from './byte-reader.ts';
import type { ByteWriter } from './byte-writer.ts';
import { tapeFault } from './fault.ts';
import { Tag } from './tag.ts';
import { readValue, writeValue } from './value.ts';

/**
 * The first byte of an event: the mass of them go without their keys, all others as any value. A
 * `bareTicker` is one of a tape that was written before tickers had a gamma and a touch.
 */
const Form = Object.freeze({ value: 0, book: 1, bareTicker: 2, ticker: 3 });

/** One event, exactly. Throws as `writeValue` does. */
export function writeEvent(writer: ByteWriter, event: Event): void {
  if (event.kind === 'bookChanged') writeBook(writer, event);
  else if (event.kind === 'tickerChanged') writeTicker(writer, event);
  else {
    writer.byte(Form.value);
    writeValue(writer, event, 'exact');
  }
}

/** What `writeEvent` wrote: any value, for the caller to judge whether it is an event. */
export function readEvent(reader: ByteReader, form: number): unknown {
  if (form === Form.value) return readValue(reader);
  if (form === Form.book) return readBook(reader);
  if (form === Form.ticker) return readTicker(reader, false);
  if (form === Form.bareTicker) return readTicker(reader, true);
  throw reader.fault(`${form} is no form of an event`);
}

/**
 * A book without a byte that could be left out, written by hand: one in two events is one. Its
 * numbers are of the exchange's grid; what is no 30-bit integer takes a one and eight bytes.
 */
function writeBook(writer: ByteWriter, book: BookChanged): void {
  const { bids, asks, prevChangeId } = book;
  writeStamp(writer, Form.book, book.at, book.instrument);
  const view = writer.room(SIDES_BYTES + (bids.length + asks.length) * NUMBER_BYTES);
  let { at } = writer;
  putFloat(view, at, book.changeId);
  at += 8;
  view.setUint8(at, prevChangeId === null ? 0 : 1);
  at += 1;
  if (prevChangeId !== null) {
    putFloat(view, at, prevChangeId);
    at += 8;
  }
  at = putNumbers(view, at, bids);
  writer.moveTo(putNumbers(view, at, asks));
}

/** Two numbers of change and two counts, without the levels. */
const SIDES_BYTES = 27;
const NUMBER_BYTES = 9;
const SHORT_MAX = 0x3f_ff_ff_ff;

function putNumbers(view: DataView, from: number, list: readonly number[]): number {
  let at = putVarint(view, from, list.length);
  for (const value of list) {
    if (value === (value & SHORT_MAX) && (value !== 0 || 1 / value > 0)) {
      at = putVarint(view, at, value << 1);
    } else {
      view.setUint8(at, 1);
      putFloat(view, at + 1, value);
      at += NUMBER_BYTES;
    }
  }
  return at;
}

/** A view would make a number of anything it is given. */
function putFloat(view: DataView, at: number, value: number): void {
  if (typeof value !== 'number')
    throw tapeFault('value_refused', 'what should be a number is none');
  view.setFloat64(at, value, true);
}

function putVarint(view: DataView, from: number, value: number): number {
  let at = from;
  let rest = value;
  while (rest > 127) {
    view.setUint8(at, (rest & 127) | 128);
    at += 1;
    rest >>>= 7;
  }
  view.setUint8(at, rest);
  return at + 1;
}

/** Form, time and instrument. */
function writeStamp(writer: ByteWriter, form: number, time: number, instrument: string): void {
  const known = writer.numberOf(instrument);
  const view = writer.room(STAMP_BYTES);
  let { at } = writer;
  view.setUint8(at, form);
  putFloat(view, at + 1, time);
  at += 9;
  if (known >= 0) {
    view.setUint8(at, Tag.knownString);
    writer.moveTo(putVarint(view, at + 1, known));
  } else {
    writer.moveTo(at);
    writer.string(instrument);
  }
}

const STAMP_BYTES = 15;

function readBook(reader: ByteReader): object {
  const at = reader.float();
  const instrument = reader.string();
  const changeId = reader.float();
  const prevChangeId = readOptional(reader);
  const bids = reader.numbers();
  const asks = reader.numbers();
  const book = { kind: 'bookChanged', at, instrument, changeId, prevChangeId, bids, asks };
  // A member that is added does not compile until it is written and read as well.
  return book satisfies Record<keyof BookChanged, unknown>;
}

function writeTicker(writer: ByteWriter, ticker: TickerChanged): void {
  writeStamp(writer, Form.ticker, ticker.at, ticker.instrument);
  const view = writer.room(TICKER_BYTES);
  const { at } = writer;
  putFloat(view, at, ticker.markPriceE8);
  putFloat(view, at + 8, ticker.underlyingPriceE8);
  let end = at + 16;
  const { delta, vega, gamma, bestBidE8, bestAskE8 } = ticker;
  for (const value of [delta, vega, gamma, bestBidE8, bestAskE8]) {
    end = putOptional(view, end, value);
  }
  writer.moveTo(end);
}

const TICKER_BYTES = 61;

function putOptional(view: DataView, at: number, value: number | null): number {
  view.setUint8(at, value === null ? 0 : 1);
  if (value === null) return at + 1;
  putFloat(view, at + 1, value);
  return at + NUMBER_BYTES;
}

function readTicker(reader: ByteReader, isBare: boolean): object {
  return {
    kind: 'tickerChanged',
    at: reader.float(),
    instrument: reader.string(),
    markPriceE8: reader.float(),
    underlyingPriceE8: reader.float(),
    delta: readOptional(reader),
    vega: readOptional(reader),
    gamma: isBare ? null : readOptional(reader),
    bestBidE8: isBare ? null : readOptional(reader),
    bestAskE8: isBare ? null : readOptional(reader),
  } satisfies Record<keyof TickerChanged, unknown>;
}

function readOptional(reader: ByteReader): number | null {
  return reader.byte() === 0 ? null : reader.float();
}

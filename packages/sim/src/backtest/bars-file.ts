/**
 * Bars as a file: JSON Lines, a head and then one bar a line, so that a long recording is read and
 * blamed line by line. Numbers as they were recorded; null where nothing was quoted.
 */
import { createHash } from 'node:crypto';
import { closed, createParser, parseText, type PlacedViolation } from '@holdfast/core/parse';
import type { Instrument } from '@holdfast/core/instrument';
import { currency, E8 } from '@holdfast/core/values';
import { Type } from 'typebox';
import { inverseOption, optionName } from '../market/inverse-option.ts';
import type { Bar, BarQuote } from './bar.ts';

const BARS_SCHEMA = 'backtest-bars.v1';

const positive = Type.Number({ exclusiveMinimum: 0 });
const maybe = Type.Union([positive, Type.Null()]);

const HeadSchema = closed({
  schema_version: Type.Literal(BARS_SCHEMA),
  /** Where the bars are from, in words a reader can follow. */
  source_id: Type.String({ minLength: 1, maxLength: 200 }),
  /** Terms of every option; a quote names one by its place here. */
  instruments: Type.Array(
    closed({
      underlying: Type.String({ pattern: '^[A-Z]{3,5}$' }),
      type: Type.Enum(['call', 'put'] as const),
      strike: Type.Integer({ minimum: 1 }),
      expiry_ms: Type.Integer({ minimum: 1 }),
    }),
  ),
});

const BarSchema = closed({
  at: Type.Integer({ minimum: 1 }),
  coins: Type.Array(
    closed({
      coin: Type.String({ pattern: '^[A-Z]{3,5}$' }),
      index: positive,
      volatility_index: positive,
    }),
    { minItems: 1 },
  ),
  quotes: Type.Array(
    closed({
      i: Type.Integer({ minimum: 0 }),
      bid: maybe,
      bid_amount: Type.Number({ minimum: 0 }),
      ask: maybe,
      ask_amount: Type.Number({ minimum: 0 }),
      mark: Type.Number({ minimum: 0 }),
      underlying: positive,
      iv: maybe,
      delta: Type.Union([Type.Number(), Type.Null()]),
    }),
  ),
});

const parseHead = createParser(HeadSchema);
const parseBar = createParser(BarSchema);
type BarLine = Type.Static<typeof BarSchema>;

/** One broken rule of a file of bars; `line` from 1. */
export interface BarsFault {
  readonly line: number;
  readonly path: string;
  readonly rule: string;
  readonly message: string;
}

export type ReadBars =
  | {
      readonly ok: true;
      readonly sourceId: string;
      readonly bars: readonly Bar[];
      /** Of the bytes. */
      readonly sha256: string;
    }
  | { readonly ok: false; readonly faults: readonly [BarsFault, ...BarsFault[]] };

const FAULTS_MAX = 20;

/** Everything a file says, or every fault of it, at most twenty; nothing is repaired. */
export function readBars(text: string): ReadBars {
  const [first = '', ...rest] = text.split('\n');
  const end = rest.pop();
  if (end !== '') return no({ line: end === undefined ? 1 : rest.length + 2, ...NO_END });
  const head = parseText(first, parseHead);
  if (!head.ok) return no(...head.violations.map((each) => faultOf(1, each)));
  const instruments: Instrument[] = [];
  const faults: BarsFault[] = [];
  for (const [index, { underlying, type, strike, expiry_ms }] of head.value.instruments.entries()) {
    const terms = { underlying: currency(underlying), type, strike, expiryMs: expiry_ms };
    const instrument = inverseOption(terms);
    if (instrument !== null) instruments.push(instrument);
    else faults.push({ line: 1, path: `/instruments/${index}`, ...UNKNOWN_COIN });
  }
  if (faults.length > 0) return no(...faults);
  const bars: Bar[] = [];
  for (const [index, line] of rest.entries()) {
    const read = readBar(line, index + 2, instruments, bars.at(-1)?.at ?? 0);
    if (read.ok) bars.push(read.bar);
    else faults.push(...read.faults);
    if (faults.length >= FAULTS_MAX) break;
  }
  if (faults.length > 0) return no(...faults);
  const { source_id: sourceId } = head.value;
  return { ok: true, sourceId, bars, sha256: sha256Of(text) };
}

/** SHA-256 of a text in UTF-8, lower-case hex. */
export function sha256Of(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}

const NO_END = { path: '', rule: 'no_end', message: 'the last line has no end: cut off?' };
const UNKNOWN_COIN = { rule: 'unknown_terms', message: 'no terms of its options are known here' };

function no(...faults: readonly BarsFault[]): Extract<ReadBars, { ok: false }> {
  const [first = { line: 1, ...NO_END }, ...rest] = faults;
  return { ok: false, faults: [first, ...rest.slice(0, FAULTS_MAX - 1)] };
}

function faultOf(line: number, { path, rule, message }: PlacedViolation): BarsFault {
  return { line, path, rule, message };
}

type ReadBar =
  | { readonly ok: true; readonly bar: Bar }
  | { readonly ok: false; readonly faults: readonly BarsFault[] };

function readBar(
  text: string,
  line: number,
  instruments: readonly Instrument[],
  before: number,
): ReadBar {
  const read = parseText(text, parseBar);
  if (!read.ok) return { ok: false, faults: read.violations.map((each) => faultOf(line, each)) };
  const { at, coins, quotes } = read.value;
  const wrong = (path: string, rule: string, message: string): ReadBar => ({
    ok: false,
    faults: [{ line, path, rule, message }],
  });
  if (at <= before) return wrong('/at', 'not_ascending', `${at} is not after ${before}`);
  const names = new Set(coins.map(({ coin }) => coin));
  if (names.size < coins.length) return wrong('/coins', 'coin_twice', 'a coin is there twice');
  const seen = new Set<number>();
  const found: BarQuote[] = [];
  for (const [index, quote] of quotes.entries()) {
    const path = `/quotes/${index}`;
    const instrument = instruments[quote.i];
    if (instrument === undefined) return wrong(path, 'unknown_instrument', `no number ${quote.i}`);
    if (seen.has(quote.i))
      return wrong(path, 'instrument_twice', `number ${quote.i} is there twice`);
    if (!names.has(instrument.underlying)) {
      return wrong(path, 'coin_missing', `the bar has no index of ${instrument.underlying}`);
    }
    const fault = faultIn(quote, instrument, at);
    if (fault !== null) return wrong(path, ...fault);
    seen.add(quote.i);
    found.push(quoteOf(quote, instrument));
  }
  const byName = coins.map(({ coin, index, volatility_index: volatilityIndex }) => [
    coin,
    { index, volatilityIndex },
  ]);
  const bar = { at, coins: Object.fromEntries(byName) as Bar['coins'], quotes: found };
  return { ok: true, bar };
}

type QuoteLine = BarLine['quotes'][number];

function faultIn(
  { bid, ask, bid_amount, ask_amount }: QuoteLine,
  { expiry }: Instrument,
  at: number,
): readonly [rule: string, message: string] | null {
  if (expiry !== null && expiry <= at) return ['expired', 'quoted after its expiry'];
  if (bid !== null && ask !== null && bid >= ask)
    return ['crossed', 'the bid is not below the ask'];
  if ((bid === null) !== (bid_amount === 0)) return ['amount', 'a bid has an amount, and only it'];
  if ((ask === null) !== (ask_amount === 0)) return ['amount', 'an ask has an amount, and only it'];
  return null;
}

function quoteOf(quote: QuoteLine, instrument: Instrument): BarQuote {
  const { bid, ask, mark, underlying, iv, delta } = quote;
  const amounts = { bidAmount: quote.bid_amount, askAmount: quote.ask_amount };
  return { instrument, bid, ask, ...amounts, mark, underlyingPrice: underlying, iv, delta };
}

/** The file `readBars` reads back. */
export function formatBars(sourceId: string, bars: readonly Bar[]): string {
  const places = new Map<string, number>();
  const instruments: object[] = [];
  for (const { instrument } of bars.flatMap(({ quotes }) => quotes)) {
    const { name, underlying, expiry, option } = instrument;
    if (places.has(name) || option === null || expiry === null) continue;
    const strike = option.strikeE8 / E8;
    places.set(
      optionName({ underlying, type: option.type, strike, expiryMs: expiry }),
      places.size,
    );
    instruments.push({ underlying, type: option.type, strike, expiry_ms: expiry });
  }
  const head = { schema_version: BARS_SCHEMA, source_id: sourceId, instruments };
  const lines = bars.map(({ at, coins, quotes }) => ({
    at,
    coins: Object.entries(coins).map(([coin, { index, volatilityIndex }]) => ({
      coin,
      index,
      volatility_index: volatilityIndex,
    })),
    quotes: quotes.map((quote) => ({
      i: places.get(quote.instrument.name),
      bid: quote.bid,
      bid_amount: quote.bidAmount,
      ask: quote.ask,
      ask_amount: quote.askAmount,
      mark: quote.mark,
      underlying: quote.underlyingPrice,
      iv: quote.iv,
      delta: quote.delta,
    })),
  }));
  return [head, ...lines].map((line) => `${JSON.stringify(line)}\n`).join('');
}

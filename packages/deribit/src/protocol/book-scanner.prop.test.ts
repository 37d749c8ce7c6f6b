import { formatE8 } from '@holdfast/core/values';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseBook } from './book.ts';
import { scanBook } from './book-scanner.ts';
import { parseChannel } from './channels.ts';
import { parseFrame } from './rpc.ts';

const encoder = new TextEncoder();
const decoder = new TextDecoder();

/** What the schema path says of the same bytes; null where it finds no book. */
function schemaPath(bytes: Uint8Array): unknown {
  const frame = parseFrame(decoder.decode(bytes));
  if (frame.kind !== 'notification') return null;
  const channel = parseChannel(frame.channel);
  const book = parseBook(frame.data);
  if (channel?.kind !== 'book' || !book.ok) return null;
  return channel.instrument === book.value.instrument ? book.value : null;
}

function scanned(bytes: Uint8Array): unknown {
  const book = scanBook(bytes);
  if (book === null) return null;
  const { instrument, changeId, prevChangeId, timestamp } = book;
  const bids = [...book.bids.subarray(0, book.bidsLength)];
  const asks = [...book.asks.subarray(0, book.asksLength)];
  return { instrument, changeId, prevChangeId, timestamp, bids, asks };
}

/** The scanner agrees, or leaves the answer to the schema path. */
function agrees(bytes: Uint8Array): boolean {
  const fast = scanned(bytes);
  if (fast === null) return false;
  expect(fast).toEqual(schemaPath(bytes));
  return true;
}

const name = fc.constantFrom('BTC-PERPETUAL', 'BTC-27MAR26-100000-C', 'XRP_USDC-30AUG26-0d55-P');
const interval = fc.constantFrom('100ms', 'raw', 'agg2');
/** Any positive amount of which a double knows the decimal, written as people and venues do. */
const decimalText = fc
  .tuple(fc.integer({ min: 1, max: 999_999_999_999_999 }), fc.constantFrom('', '0', '.0'))
  .map(([e8, tail]) => {
    const text = formatE8(e8);
    if (tail === '') return text;
    if (!text.includes('.')) return tail === '.0' ? `${text}.0` : text;
    return tail === '0' && (text.split('.')[1] ?? '').length < 8 ? `${text}0` : text;
  });
const wholeText = fc.integer({ min: 1, max: 90_071_992 }).map(String);
const amountText = fc.oneof(decimalText, wholeText);
const level = fc.oneof(
  fc
    .tuple(fc.constantFrom('new', 'change'), amountText, amountText)
    .map(([action, price, amount]) => `["${action}",${price},${amount}]`),
  fc
    .tuple(amountText, fc.constantFrom('0', '0.0', '0.00'))
    .map(([price, amount]) => `["delete",${price},${amount}]`),
);
const side = fc.array(level, { maxLength: 12 }).map((levels) => `[${levels.join(',')}]`);
const id = fc.integer({ min: 0, max: 999_999_999_999_999 }).map(String);

/** Members of the data, in any order. */
const dataText = fc
  .record({
    instrument: name,
    snapshot: fc.boolean(),
    time: id,
    now: id,
    before: id,
    bids: side,
    asks: side,
  })
  .chain((book) => {
    const members = [
      `"type":"${book.snapshot ? 'snapshot' : 'change'}"`,
      `"timestamp":${book.time}`,
      `"instrument_name":"${book.instrument}"`,
      `"change_id":${book.now}`,
      `"bids":${book.bids}`,
      `"asks":${book.asks}`,
      ...(book.snapshot ? [] : [`"prev_change_id":${book.before}`]),
    ];
    return fc
      .shuffledSubarray(members, { minLength: members.length })
      .map((all) => ({ instrument: book.instrument, text: `{${all.join(',')}}` }));
  });

const frameText = fc.tuple(dataText, interval, fc.boolean()).map(([data, every, dataFirst]) => {
  const channel = `"channel":"book.${data.instrument}.${every}"`;
  const members = [channel, `"data":${data.text}`];
  const params = (dataFirst ? members.toReversed() : members).join(',');
  return `{"jsonrpc":"2.0","method":"subscription","params":{${params}}}`;
});

/** What may stand in a message in place of something else. */
const oddity = fc.constantFrom(
  ...' |\n|,|"|\\|\\u0042|[|]|{|}|:|.|-|-0|+|0|00|1e2|1E-8|1.0e1|.5|5.|0.000000001'.split('|'),
  ...'0.123456789|null|true|""|90071992.54740991|90071992.5474099|90071993|1e400|NaN'.split('|'),
  ...'9007199254740993|"new"|"delete"|"snapshot"|"extra":1,|"bids":[],|"change_id":7,'.split('|'),
  ...'{}|[]|\u00e9|\ufeff|\u0000|["new",1,1],|["new",1,1,1]|"BTC-PERPETUAL"|.raw'.split('|'),
  '',
);

describe('the byte scanner says what the schema says', () => {
  it('of every well-formed book message, itself', () => {
    fc.assert(
      fc.property(frameText, (text) => agrees(encoder.encode(text))),
      { numRuns: 1_000 },
    );
  });

  it('of messages with something else in them, or nothing', () => {
    let read = 0;
    const place = fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true });
    fc.assert(
      fc.property(frameText, place, fc.nat({ max: 24 }), oddity, (text, at, cut, odd) => {
        const from = Math.floor(at * text.length);
        const changed = text.slice(0, from) + odd + text.slice(from + cut);
        if (agrees(encoder.encode(changed))) read += 1;
      }),
      { numRuns: 4_000 },
    );
    // Some changes leave a well-formed message: those were compared, not only refused.
    expect(read).toBeGreaterThan(0);
  });

  it('of every number that can be written in a price', () => {
    const digits = fc.stringMatching(/^[0-9]{1,17}(\.[0-9]{1,10})?([eE][+-]?[0-9]{1,2})?$/);
    // Where the neighbours on the grid begin to share a double, and where safe integers end.
    const edge = fc
      .tuple(fc.integer({ min: 67_000_000, max: 90_072_000 }), fc.stringMatching(/^[0-9]{1,9}$/))
      .map(([whole, fraction]) => `${whole}.${fraction}`);
    const number = fc.oneof(digits, edge, amountText, fc.double().map(String));
    let read = 0;
    fc.assert(
      fc.property(number, number, (price, amount) => {
        if (agrees(encoder.encode(withLevels(`["new",${price},${amount}]`)))) read += 1;
      }),
      { numRuns: 6_000 },
    );
    expect(read).toBeGreaterThan(500);
  });

  it('of every action with every amount', () => {
    const action = fc.constantFrom('new', 'change', 'delete', 'newer', 'remove', 'new"', '');
    const amount = fc.constantFrom('0', '0.0', '1', '0.00000001', '-1', '-0', '"1"', 'null');
    const pair = fc.tuple(action, amount).map(([word, size]) => `["${word}",5,${size}]`);
    fc.assert(
      fc.property(fc.array(pair, { maxLength: 3 }), (levels) => {
        agrees(encoder.encode(withLevels(levels.join(','))));
      }),
      { numRuns: 2_000 },
    );
  });

  it('of messages with members twice or not at all', () => {
    fc.assert(
      fc.property(fc.array(fc.constantFrom(...MEMBERS), { maxLength: 9 }), (members) => {
        agrees(encoder.encode(frameOf(`{${members.join(',')}}`)));
      }),
      { numRuns: 2_000 },
    );
    const twice = `{"type":"snapshot"},"data":{${MEMBERS.slice(1).join(',')}}`;
    expect(scanBook(encoder.encode(frameOf(twice)))).toBeNull();
  });

  it('of any bytes, none', () => {
    fc.assert(
      fc.property(frameText, fc.nat(), fc.nat({ max: 255 }), (text, at, byte) => {
        const bytes = encoder.encode(text);
        bytes[at % bytes.length] = byte;
        agrees(bytes);
        expect(scanBook(bytes.subarray(0, at % bytes.length))).toBeNull();
      }),
      { numRuns: 4_000 },
    );
  });
});

const MEMBERS = [
  '"type":"snapshot"',
  '"timestamp":1',
  '"instrument_name":"A"',
  '"change_id":2',
  '"prev_change_id":1',
  '"bids":[]',
  '"asks":[]',
  '"type":"change"',
  '"change_id":3',
  '"asks":[["new",1,1]]',
];

function withLevels(levels: string): string {
  const head = '"type":"snapshot","timestamp":1,"instrument_name":"A","change_id":2';
  return frameOf(`{${head},"bids":[${levels}],"asks":[]}`);
}

function frameOf(data: string): string {
  const params = `{"channel":"book.A.raw","data":${data}}`;
  return `{"jsonrpc":"2.0","method":"subscription","params":${params}}`;
}

import type { InstrumentName } from '@holdfast/core/values';
import {
  ascii,
  CLOSE_LIST,
  CLOSE_OBJECT,
  COMMA,
  expectBytes,
  OPEN_LIST,
  OPEN_OBJECT,
  QUOTE,
  readDecimal,
  readInteger,
  skipName,
} from './byte-cursor.ts';
import { LEVELS_MAX } from './channel-data.ts';
import { nameAt } from './name-table.ts';

/**
 * What `parseFrame` and `parseBook` say of the same bytes, as typed arrays: flat pairs, price and
 * amount, at 1e-8; of which the first `bidsLength` and `asksLength` numbers count. Good until the
 * next call of `scanBook`: whoever keeps it copies.
 */
export interface ScannedBook {
  readonly instrument: InstrumentName;
  readonly changeId: number;
  readonly prevChangeId: number | null;
  readonly timestamp: number;
  readonly bids: Float64Array;
  readonly bidsLength: number;
  readonly asks: Float64Array;
  readonly asksLength: number;
}

const KEY = {
  jsonrpc: ascii('"jsonrpc":"2.0"'),
  method: ascii('"method":"subscription"'),
  params: ascii('"params":'),
  channel: ascii('"channel":"book.'),
  data: ascii('"data":'),
  snapshot: ascii('"type":"snapshot"'),
  change: ascii('"type":"change"'),
  instrument: ascii('"instrument_name":"'),
  bids: ascii('"bids":'),
  asks: ascii('"asks":'),
} as const;
const INTERVAL = {
  hundredMs: ascii('.100ms"'),
  raw: ascii('.raw"'),
  agg2: ascii('.agg2"'),
} as const;
const ACTION = {
  new: ascii('["new",'),
  change: ascii('["change",'),
  delete: ascii('["delete",'),
} as const;
/** As the listing has it. */
const NAME_MAX = 64;

/** The letters that tell members and actions apart. */
const [B, C, D, I, J, M, N, P, R, T, Y, ONE] = ascii('bcdijmnprty1');

const bids = new Float64Array(2 * LEVELS_MAX);
const asks = new Float64Array(2 * LEVELS_MAX);
/** Change id, previous change id, timestamp. */
const integers = new Float64Array(3);
/** Where the instrument's name stands, twice: in the channel and in the data. */
let channelFrom = 0;
let channelTo = 0;
let nameFrom = 0;
let nameTo = 0;
let bidsLength = 0;
let asksLength = 0;
/** Numbers that the last side had. */
let sideLength = 0;
let isSnapshot = false;

/** One bit for every member that must be there, and only once. */
let seen = 0;
const SEEN = {
  jsonrpc: 1,
  method: 2,
  params: 4,
  channel: 8,
  data: 16,
  type: 32,
  timestamp: 64,
  instrument: 128,
  changeId: 256,
  bids: 512,
  asks: 1_024,
  prevChangeId: 2_048,
} as const;
const NEEDED = SEEN.prevChangeId - 1;

interface IntegerMember {
  readonly bit: number;
  readonly key: Uint8Array;
  readonly slot: number;
}

const CHANGE_ID = { bit: SEEN.changeId, key: ascii('"change_id":'), slot: 0 };
const PREV_CHANGE_ID = { bit: SEEN.prevChangeId, key: ascii('"prev_change_id":'), slot: 1 };
const TIMESTAMP = { bit: SEEN.timestamp, key: ascii('"timestamp":'), slot: 2 };

const scanned = {
  instrument: nameAt(new Uint8Array(0), 0, 0),
  changeId: 0,
  prevChangeId: null as number | null,
  timestamp: 0,
  bids,
  bidsLength: 0,
  asks,
  asksLength: 0,
};

/**
 * Reads a whole `book.{instrument}.{interval}` frame off its bytes, many times faster than a JSON
 * parser. Exact or not at all: on anything unexpected, even if it is valid JSON (white space,
 * escapes, exponents, unknown members), it is null, and `parseFrame` and `parseBook` have to say
 * what the bytes are. It never says anything else than they do.
 */
export function scanBook(bytes: Uint8Array): ScannedBook | null {
  seen = 0;
  if (scanObject(bytes, 0, frameMember) !== bytes.length) return null;
  if ((seen & NEEDED) !== NEEDED) return null;
  if (!isSnapshot && (seen & SEEN.prevChangeId) === 0) return null;
  if (!isSameName(bytes)) return null;
  scanned.instrument = nameAt(bytes, nameFrom, nameTo);
  scanned.changeId = integers[0] ?? 0;
  scanned.prevChangeId = isSnapshot ? null : (integers[1] ?? 0);
  scanned.timestamp = integers[2] ?? 0;
  scanned.bidsLength = bidsLength;
  scanned.asksLength = asksLength;
  return scanned;
}

type Member = (bytes: Uint8Array, at: number) => number;

function scanObject(bytes: Uint8Array, at: number, member: Member): number {
  if (bytes[at] !== OPEN_OBJECT) return -1;
  let next = at;
  for (;;) {
    next = member(bytes, next + 1);
    if (next < 0) return -1;
    const byte = bytes[next];
    if (byte === CLOSE_OBJECT) return next + 1;
    if (byte !== COMMA) return -1;
  }
}

/** Marks a member as read; -1 when it was read before, or could not be. */
function once(bit: number, next: number): number {
  if ((seen & bit) !== 0) return -1;
  seen |= bit;
  return next;
}

function frameMember(bytes: Uint8Array, at: number): number {
  switch (bytes[at + 1]) {
    case J:
      return once(SEEN.jsonrpc, expectBytes(bytes, at, KEY.jsonrpc));
    case M:
      return once(SEEN.method, expectBytes(bytes, at, KEY.method));
    default: {
      const from = once(SEEN.params, expectBytes(bytes, at, KEY.params));
      return from < 0 ? -1 : scanObject(bytes, from, paramsMember);
    }
  }
}

function paramsMember(bytes: Uint8Array, at: number): number {
  if (bytes[at + 1] === C) {
    channelFrom = once(SEEN.channel, expectBytes(bytes, at, KEY.channel));
    if (channelFrom < 0) return -1;
    channelTo = skipName(bytes, channelFrom);
    return channelTo < 0 ? -1 : endOfChannel(bytes, channelTo);
  }
  const from = once(SEEN.data, expectBytes(bytes, at, KEY.data));
  return from < 0 ? -1 : scanObject(bytes, from, dataMember);
}

function endOfChannel(bytes: Uint8Array, at: number): number {
  switch (bytes[at + 1]) {
    case ONE:
      return expectBytes(bytes, at, INTERVAL.hundredMs);
    case R:
      return expectBytes(bytes, at, INTERVAL.raw);
    default:
      return expectBytes(bytes, at, INTERVAL.agg2);
  }
}

function dataMember(bytes: Uint8Array, at: number): number {
  switch (bytes[at + 1]) {
    case T:
      return bytes[at + 2] === Y ? typeMember(bytes, at) : integerMember(bytes, at, TIMESTAMP);
    case P:
      return integerMember(bytes, at, PREV_CHANGE_ID);
    case C:
      return integerMember(bytes, at, CHANGE_ID);
    case I:
      return instrumentMember(bytes, at);
    case B: {
      const from = once(SEEN.bids, expectBytes(bytes, at, KEY.bids));
      const next = from < 0 ? -1 : scanSide(bytes, from, bids);
      bidsLength = sideLength;
      return next;
    }
    default: {
      const from = once(SEEN.asks, expectBytes(bytes, at, KEY.asks));
      const next = from < 0 ? -1 : scanSide(bytes, from, asks);
      asksLength = sideLength;
      return next;
    }
  }
}

function typeMember(bytes: Uint8Array, at: number): number {
  const snapshot = expectBytes(bytes, at, KEY.snapshot);
  isSnapshot = snapshot >= 0;
  return once(SEEN.type, isSnapshot ? snapshot : expectBytes(bytes, at, KEY.change));
}

function integerMember(bytes: Uint8Array, at: number, member: IntegerMember): number {
  const from = once(member.bit, expectBytes(bytes, at, member.key));
  return from < 0 ? -1 : readInteger(bytes, from, integers, member.slot);
}

function instrumentMember(bytes: Uint8Array, at: number): number {
  nameFrom = once(SEEN.instrument, expectBytes(bytes, at, KEY.instrument));
  if (nameFrom < 0) return -1;
  nameTo = skipName(bytes, nameFrom);
  return nameTo >= 0 && bytes[nameTo] === QUOTE ? nameTo + 1 : -1;
}

function isSameName(bytes: Uint8Array): boolean {
  const length = nameTo - nameFrom;
  if (length !== channelTo - channelFrom || length > NAME_MAX) return false;
  for (let index = 0; index < length; index += 1) {
    if (bytes[nameFrom + index] !== bytes[channelFrom + index]) return false;
  }
  return true;
}

/** `[[action,price,amount],…]`, its pairs into `side`, their number into `sideLength`. */
function scanSide(bytes: Uint8Array, at: number, side: Float64Array): number {
  sideLength = 0;
  if (bytes[at] !== OPEN_LIST) return -1;
  if (bytes[at + 1] === CLOSE_LIST) return at + 2;
  let next = at;
  let length = 0;
  for (;;) {
    next += 1;
    const action = bytes[next + 2];
    const isDelete = action === D;
    const key = isDelete ? ACTION.delete : action === N ? ACTION.new : ACTION.change;
    next = expectBytes(bytes, next, key);
    if (next < 0 || length === side.length) return -1;
    next = readDecimal(bytes, next, side, length);
    if (next < 0 || bytes[next] !== COMMA || side[length] === 0) return -1;
    next = readDecimal(bytes, next + 1, side, length + 1);
    if (next < 0 || bytes[next] !== CLOSE_LIST) return -1;
    if ((side[length + 1] === 0) !== isDelete) return -1;
    length += 2;
    next += 1;
    if (bytes[next] === CLOSE_LIST) break;
    if (bytes[next] !== COMMA) return -1;
  }
  sideLength = length;
  return next + 1;
}

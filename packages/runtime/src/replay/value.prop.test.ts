import type { Effect, Event } from '@holdfast/core';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { memorySource } from './block.ts';
import { ByteReader } from './byte-reader.ts';
import { ByteWriter } from './byte-writer.ts';
import { canonicalBytes, firstMismatch } from './canonical.ts';
import { tapeFaultOf } from './fault.ts';
import { recordTurns } from './memory-tape.ts';
import { readTape } from './read-tape.ts';
import { readValue, writeValue } from './value.ts';

/** Every number there is, and every string, half pairs included. */
const number = fc.oneof(
  fc.double(),
  fc.integer(),
  fc.constantFrom(-0, 0, 239, 240, 2 ** 30, 2 ** 31 - 1, 2 ** 31, 2 ** 53, -1),
);
const text = fc.oneof(fc.string({ unit: 'binary' }), fc.constantFrom('\ud800', '__proto__', ''));
const leaf = fc.oneof(number, text, fc.boolean(), fc.constantFrom(null, undefined));
const value: fc.Arbitrary<unknown> = fc.letrec((tie) => ({
  value: fc.oneof({ depthSize: 'small' }, leaf, tie('list'), tie('object'), tie('set'), tie('map')),
  list: fc.array(tie('value'), { maxLength: 5 }),
  object: fc.dictionary(text, tie('value'), { maxKeys: 5, noNullPrototype: true }),
  set: fc.array(tie('value'), { maxLength: 3 }).map((members) => new Set(members)),
  map: fc.array(fc.tuple(leaf, tie('value')), { maxLength: 3 }).map((pairs) => new Map(pairs)),
})).value;

function written(what: unknown): Uint8Array {
  const writer = new ByteWriter(0, 1 << 20);
  writeValue(writer, what, 'exact');
  return writer.take(null);
}

function back(bytes: Uint8Array): unknown {
  const reader = new ByteReader();
  reader.open(bytes);
  const read = readValue(reader);
  expect(reader.isAtEnd).toBe(true);
  return read;
}

describe('a value on a tape', () => {
  it('comes back as it was, in every bit and in the order of its keys', () => {
    fc.assert(
      fc.property(value, (what) => {
        const read = back(written(what));
        expect(firstMismatch(what, read)).toBeNull();
        expect(written(read)).toEqual(written(what));
      }),
      { numRuns: 500 },
    );
  });

  it('has the same canonical bytes whatever order its keys were made in', () => {
    fc.assert(
      fc.property(fc.dictionary(text, value, { noNullPrototype: true }), (object) => {
        const turned = Object.fromEntries(Object.entries(object).toReversed());
        expect(canonicalBytes(turned)).toEqual(canonicalBytes(object));
      }),
    );
  });

  it('has other canonical bytes when anything in it is other', () => {
    fc.assert(
      fc.property(value, value, (one, other) => {
        const same = Buffer.from(canonicalBytes(one)).equals(canonicalBytes(other));
        expect(same).toBe(firstMismatch(one, other) === null);
      }),
      { numRuns: 300 },
    );
  });

  it.each([
    ['a big integer', { a: [1n] }, '/a/0: a bigint'],
    ['a typed array', { a: new Float64Array(1) }, '/a: an instance of a class'],
    ['bytes', new Uint8Array(2), '/: an instance of a class'],
    ['an empty typed array', [new Uint8Array(0)], '/0: an instance of a class'],
    ['a date', { at: new Date(0) }, '/at: an instance of a class'],
    ['a function', { f: () => 1 }, '/f: a function'],
    ['a symbol', [Symbol('s')], '/0: a symbol'],
    ['a symbol as a key', { [Symbol('s')]: 1 }, '/: a symbol as a key'],
    // oxlint-disable-next-line no-sparse-arrays
    ['a hole', { list: [1, , 3] }, '/list/1: a hole'],
    ['a list with a name', Object.assign([1], { name: 1 }), '/: a list with named members'],
    ['no prototype', { a: Object.create(null) }, '/a: an instance of a class'],
    ['a set with members', Object.assign(new Set(), { a: 1 }), '/: an instance of a class'],
  ])('%s is refused, with its place', (_, what, detail) => {
    const fault = ((): ReturnType<typeof tapeFaultOf> => {
      try {
        written(what);
        return null;
      } catch (error) {
        return tapeFaultOf(error);
      }
    })();
    expect(fault).toEqual({ code: 'value_refused', detail });
  });

  it('a ring is refused', () => {
    const ring: { self?: unknown } = {};
    ring.self = ring;
    expect(() => written(ring)).toThrow(/deeper than/);
  });

  it('bytes that spell no value are refused, whatever they are', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 40 }), (bytes) => {
        const reader = new ByteReader();
        reader.open(bytes);
        try {
          readValue(reader);
        } catch (error) {
          expect(tapeFaultOf(error)?.code).toBe('tape_unreadable');
        }
      }),
      { numRuns: 500 },
    );
  });
});

const KINDS = Object.keys({
  instrumentsListed: true,
  bookChanged: true,
  tickerChanged: true,
  publicTradeObserved: true,
  publicTradesObserved: true,
  indexChanged: true,
  volatilityIndexChanged: true,
  accountObserved: true,
  orderReported: true,
  fillObserved: true,
  settlementObserved: true,
  dispatchFailed: true,
  cancelFailed: true,
  venueSnapshotObserved: true,
  venueHealthObserved: true,
  sessionTerminated: true,
  fetchFailed: true,
  sessionChanged: true,
  recorded: true,
  appendRefused: true,
  ledgerStalled: true,
  ledgerMeasured: true,
  intentProposed: true,
  strategyFailed: true,
  strategyAbstained: true,
  ticked: true,
  heartbeatObserved: true,
  diskMeasured: true,
  outputMeasured: true,
  certificateRead: true,
  policyOffered: true,
  operatorCommanded: true,
  closeOutCommanded: true,
  lossResetCommanded: true,
  presenceAttested: true,
  cashAcknowledgeCommanded: true,
  presenceEnded: true,
  faultObserved: true,
  networkMeasured: true,
  clockMeasured: true,
  smileGuardTripped: true,
  operationsLockRead: true,
} satisfies Record<Event['kind'], true>);

/** Numbers everywhere a number may be: a tape takes what the core is given, sense or not. */
const book = fc.record({
  kind: fc.constant('bookChanged'),
  at: number,
  instrument: text,
  changeId: number,
  prevChangeId: fc.option(number),
  bids: fc.array(number),
  asks: fc.array(number),
});
const ticker = fc.record({
  kind: fc.constant('tickerChanged'),
  at: number,
  instrument: text,
  markPriceE8: number,
  underlyingPriceE8: number,
  delta: fc.option(number),
  vega: fc.option(number),
  gamma: fc.option(number),
  bestBidE8: fc.option(number),
  bestAskE8: fc.option(number),
});
const other = fc
  .tuple(
    fc.constantFrom(...KINDS.filter((kind) => kind !== 'bookChanged' && kind !== 'tickerChanged')),
    number,
    fc.dictionary(fc.string(), value, { maxKeys: 4, noNullPrototype: true }),
  )
  .map(([kind, at, members]) => ({ ...members, kind, at }));
const event = fc.oneof(book, ticker, other) as fc.Arbitrary<unknown> as fc.Arbitrary<Event>;

describe('events of every kind', () => {
  it('come back exactly, with the effects of their turns', async () => {
    const turns = fc.array(fc.tuple(event, fc.array(value, { maxLength: 2 })), { maxLength: 20 });
    await fc.assert(
      fc.asyncProperty(turns, async (told) => {
        const memory = recordTurns();
        const tape = await memory.open({
          session: SESSION,
          epoch: 1,
          ledger: { records: 0, head: '0'.repeat(64) },
          resumedAt: 0,
          resumption: [],
        });
        for (const [heard, effects] of told) {
          tape.heard(heard);
          tape.answered(effects as Effect[]);
        }
        await tape.close();
        const read = [...readTape(memorySource(memory.bytes()))].slice(2);
        const expected = told.map(([heard, effects]) => ({
          kind: 'turn',
          event: heard,
          answer: { kind: 'effects', effects },
        }));
        expect(firstMismatch(expected, read)).toBeNull();
      }),
    );
  });
});

const SESSION = {
  runId: 'run',
  buildId: 'b',
  runtimeConfigHash: 'c',
  contractVersion: '5.2',
  enforcedProfile: 'CSP',
  realMoney: false,
  needsSupervisor: false,
  settleMs: 0,
  tickIntervalMs: 10,
  reconcileIntervalMs: 100,
} as Parameters<ReturnType<typeof recordTurns>['open']>[0]['session'];

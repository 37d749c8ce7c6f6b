import { isDeepStrictEqual } from 'node:util';
import type { LedgerRecord } from '@holdfast/core/ledger';
import { beforeAll, describe, expect, it } from 'vitest';
import { verifySource } from '../src/ledger/index.ts';
import { crc32 } from 'node:zlib';
import {
  apply,
  type Bytes,
  copyOf,
  type DiskOperation,
  recordOperations,
  scanAll,
  seeded,
  sourceOf,
} from './ledger-bytes.ts';
import {
  EVERY_RECORD,
  sampleAck,
  sampleFill,
  sampleIntent,
  sampleSending,
} from './sample-records.ts';

const SEGMENT_BYTES = 4_096;

/** Writes of one batch and of several, batches of one record and of several, three segments. */
const TURNS: readonly (readonly (readonly LedgerRecord[])[])[] = [
  [EVERY_RECORD.slice(0, 3)],
  [[sampleIntent(1), sampleSending(1)], [sampleAck(1)]],
  [[sampleFill(1)]],
  [[sampleAck(2)], [sampleAck(3)], [sampleAck(4), sampleAck(5)], [sampleAck(6)]],
  [[sampleIntent(2), sampleSending(2)]],
  [[sampleIntent(3), sampleSending(3)], [sampleIntent(4)]],
  [[sampleSending(4)]],
  [[sampleFill(2)], [sampleFill(3)]],
  [[sampleFill(4)], [sampleAck(7), sampleAck(8)], [sampleFill(5)]],
];
const RECORDS = TURNS.flat(2);

let operations: readonly DiskOperation[] = [];
let intact: Bytes = new Map();
/** Where the last write begins: before it everything is known to have been durable. */
let lastWrite: Extract<DiskOperation, { kind: 'write' }>;

beforeAll(async () => {
  operations = await recordOperations(TURNS, SEGMENT_BYTES);
  intact = new Map();
  for (const operation of operations) apply(intact, operation);
  const write = operations.findLast((operation) => operation.kind === 'write');
  if (write?.kind !== 'write') throw new Error('nothing was written');
  lastWrite = write;
});

type Outcome = 'unchanged' | 'torn' | 'damaged';

/**
 * What a scan makes of these bytes; fails on the one thing that must never be: other records,
 * unnoticed.
 */
function outcomeOf(bytes: Bytes, what: string): Outcome {
  const { records, end } = scanAll(sourceOf(bytes));
  if (!isDeepStrictEqual(records, RECORDS.slice(0, records.length))) {
    throw new Error(`${what}: other records than were written`);
  }
  if (end.damage !== null) return 'damaged';
  if (end.tornTail !== null) return 'torn';
  if (records.length !== RECORDS.length) throw new Error(`${what}: records lost unnoticed`);
  return 'unchanged';
}

describe('ledger damage', () => {
  it('reads what was written', () => {
    expect(intact.size).toBe(3);
    expect(scanAll(sourceOf(intact))).toMatchObject({
      records: RECORDS,
      end: { damage: null, tornTail: null, segments: 3 },
    });
    expect(verifySource(sourceOf(intact))).toMatchObject({ ok: true, findings: [] });
  });

  it.each([0x01, 0x80, 0xff])('finds every byte changed by %d, wherever it is', (mask) => {
    const bytes = copyOf(intact);
    const counts = { unchanged: 0, torn: 0, damaged: 0 };
    for (const [number, { bytes: segment }] of bytes) {
      for (let at = 0; at < segment.length; at += 1) {
        const before = segment[at] ?? 0;
        segment[at] = before ^ mask;
        const what = `segment ${number} byte ${at}`;
        const outcome = outcomeOf(bytes, what);
        counts[outcome] += 1;
        const inLastWrite = number === lastWrite.segment && at >= lastWrite.offset;
        if (!inLastWrite && outcome !== 'damaged') throw new Error(`${what}: ${outcome}`);
        segment[at] = before;
      }
    }
    expect(counts.unchanged).toBe(0);
    expect(counts.torn).toBeGreaterThan(0);
  });

  it('finds a segment cut at any length', () => {
    for (const [number, { bytes: whole }] of intact) {
      for (let length = 0; length < whole.length; length += 1) {
        const bytes = copyOf(intact);
        const segment = bytes.get(number);
        if (segment !== undefined) segment.bytes = whole.subarray(0, length);
        expect(outcomeOf(bytes, `segment ${number} cut at ${length}`)).toBe('damaged');
      }
    }
  });

  it('finds a lost segment, first, middle or last, and two in each other’s place', () => {
    for (const number of [1, 2, 3]) {
      const bytes = copyOf(intact);
      bytes.delete(number);
      const { end } = scanAll(sourceOf(bytes));
      expect(end.damage).toMatchObject({ code: 'segment_missing', segment: String(number) });
    }
    const swapped = copyOf(intact);
    const [second, third] = [swapped.get(2), swapped.get(3)];
    if (second === undefined || third === undefined) throw new Error('three segments');
    [second.bytes, third.bytes] = [third.bytes, second.bytes];
    expect(scanAll(sourceOf(swapped)).end.damage?.code).toBe('segment_out_of_place');
  });

  it('finds a record replaced by another with a right checksum', () => {
    const bytes = copyOf(intact);
    const segment = bytes.get(1)?.bytes ?? Buffer.alloc(0);
    const at = segment.indexOf('RESTART_RECONCILE_REQUIRED');
    const start = segment.lastIndexOf(Buffer.from([0xff, 0x48, 0x46, 0xfe]), at);
    segment.write('2', segment.indexOf('recorded_ts":1', start) + 'recorded_ts":'.length);
    const end = start + 64 + segment.readUInt32LE(start + 8);
    segment.writeUInt32LE(crc32(segment.subarray(start + 8, end)), start + 4);
    const { end: scan } = scanAll(sourceOf(bytes));
    expect(scan.damage).toMatchObject({ code: 'chain_broken' });
  });

  it('names segment, offset and sequence of what it finds', () => {
    const bytes = copyOf(intact);
    const segment = bytes.get(1);
    segment?.bytes.fill(0xaa, 64, 70);
    expect(scanAll(sourceOf(bytes)).end.damage).toMatchObject({
      code: 'frame_bad',
      segment: '00000001-0000000000000001.ledger',
      offset: 64,
      sequence: 1,
    });
  });

  it('finds a spelling that only a strict reader notices', () => {
    const bytes = copyOf(intact);
    const segment = bytes.get(3)?.bytes ?? Buffer.alloc(0);
    // The last frame of all: nothing chains to it, so a changed body with a new checksum is a sound
    // frame.
    const start = segment.lastIndexOf(Buffer.from([0xff, 0x48, 0x46, 0xfe]));
    const length = segment.readUInt32LE(start + 8);
    const body = segment.toString('latin1', start + 64, start + 64 + length);
    const spaced = body.replace('"source":"feed"', '"source":"f\\u0065ed"');
    expect(spaced).not.toBe(body);
    segment.write(spaced, start + 64);
    segment.writeUInt32LE(spaced.length, start + 8);
    const crc = crc32(segment.subarray(start + 8, start + 64 + spaced.length));
    segment.writeUInt32LE(crc, start + 4);
    expect(scanAll(sourceOf(bytes)).end.damage).toBeNull();
    expect(verifySource(sourceOf(bytes)).findings).toMatchObject([
      { kind: 'damage', code: 'record_bad', detail: 'not_canonical' },
    ]);
  });
});

describe('ledger after a power cut', () => {
  /**
   * The disk when operation `count` was under way and only some of its sectors had been written.
   */
  function cutDuring(count: number, persists: (sector: number) => boolean): Bytes {
    const bytes: Bytes = new Map();
    for (const [index, operation] of operations.entries()) {
      if (index < count) apply(bytes, operation);
      // A segment gets its name when it is whole.
      else if (index === count && operation.kind === 'write') apply(bytes, operation, persists);
    }
    return bytes;
  }

  /**
   * Everything acknowledged before the cut is there, whole batches only, and nothing is called
   * damage.
   */
  function expectRecovered(bytes: Bytes, count: number, what: string): void {
    const { records, end } = scanAll(sourceOf(bytes));
    const operation = operations[count];
    const acknowledged = operation?.kind === 'write' ? operation.durable : 0;
    if (end.damage !== null) throw new Error(`${what}: ${JSON.stringify(end.damage)}`);
    if (records.length < acknowledged) throw new Error(`${what}: acknowledged records lost`);
    expect(isDeepStrictEqual(records, RECORDS.slice(0, records.length))).toBe(true);
    const ends = new Set<number>([0]);
    for (const batch of TURNS.flat()) ends.add(Math.max(...ends) + batch.length);
    expect(ends.has(records.length)).toBe(true);
    if (end.tornTail === null) return;
    const { file, offset, bytes: length } = end.tornTail;
    bytes.get(file.number)?.bytes.fill(0, offset, offset + length);
    const again = scanAll(sourceOf(bytes));
    expect(again.end).toMatchObject({ damage: null, tornTail: null });
    expect(again.records).toHaveLength(records.length);
  }

  it('loses nothing acknowledged, whichever sectors of the last write arrived', () => {
    for (const [count, operation] of operations.entries()) {
      const sectors = Math.ceil(operation.bytes.length / 512) + 1;
      const all = sectors <= 9;
      const subsets = all ? 1 << sectors : 512;
      const random = seeded(count);
      for (let subset = 0; subset < subsets; subset += 1) {
        const arrived = Array.from({ length: sectors }, (_, sector) =>
          all ? ((subset >> sector) & 1) === 1 : random() < 0.5,
        );
        const what = `operation ${count}, sectors ${arrived.map(Number).join('')}`;
        const persists = (sector: number): boolean => arrived[sector] ?? false;
        expectRecovered(cutDuring(count, persists), count, what);
      }
    }
  });

  it('loses nothing acknowledged when the last write stopped after any byte', () => {
    for (const [count, operation] of operations.entries()) {
      if (operation.kind !== 'write') continue;
      for (let length = 0; length <= operation.bytes.length; length += 1) {
        const bytes = cutDuring(count, () => false);
        const part = { ...operation, bytes: operation.bytes.subarray(0, length) };
        apply(bytes, part);
        expectRecovered(bytes, count, `operation ${count} stopped after ${length}`);
      }
    }
  });
});

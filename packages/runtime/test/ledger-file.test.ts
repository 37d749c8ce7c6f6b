import {
  closeSync,
  existsSync,
  openSync,
  readdirSync,
  readFileSync,
  rmSync,
  truncateSync,
  writeSync,
} from 'node:fs';
import { join } from 'node:path';
import type { LedgerRecord } from '@holdfast/core/ledger';
import { runId, wallMs } from '@holdfast/core/values';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import {
  dumpLedger,
  measureDiskFloor,
  openFaultOf,
  readHolder,
  verifyLedger,
} from '../src/ledger/index.ts';
import { summarize } from '../src/ledger/disk-floor.ts';
import { seeded } from './ledger-bytes.ts';
import { filePlace } from './ledger-harness.ts';
import {
  EVERY_RECORD,
  sampleAck,
  sampleFill,
  sampleIntent,
  sampleSending,
} from './sample-records.ts';

let place: ReturnType<typeof filePlace>;

beforeEach(() => {
  place = filePlace();
});

afterEach(() => place.remove());

const segments = (): string[] =>
  readdirSync(place.folder)
    .filter((name) => name.endsWith('.ledger'))
    .sort();

const pathOf = (name: string | undefined): string => join(place.folder, name ?? 'none');

function overwrite(name: string | undefined, at: number, bytes: Buffer): void {
  const fd = openSync(pathOf(name), 'r+');
  writeSync(fd, bytes, 0, bytes.length, at);
  closeSync(fd);
}

async function write(batches: readonly (readonly LedgerRecord[])[], segmentBytes = 65_536) {
  const test = await place.open({ segmentBytes });
  for (const batch of batches) {
    const before = test.ledger.telemetry().records;
    test.ledger.append(batch);
    while (test.ledger.telemetry().records === before)
      await new Promise((resolve) => setImmediate(resolve));
  }
  await test.ledger.close();
}

async function openFault(): Promise<ReturnType<typeof openFaultOf>> {
  try {
    const { ledger } = await place.open();
    await ledger.close();
    return null;
  } catch (error) {
    return openFaultOf(error);
  }
}

/** Offset of the last frame of a segment. */
function lastFrame(name: string | undefined): number {
  return readFileSync(pathOf(name)).lastIndexOf(Buffer.from([0xff, 0x48, 0x46, 0xfe]));
}

describe('file ledger', () => {
  it('sets a torn tail aside, byte for byte, mends the segment and goes on', async () => {
    await write([[sampleIntent(1), sampleSending(1)], [sampleAck(1)]]);
    const [segment] = segments();
    const at = lastFrame(segment);
    overwrite(segment, at + 40, Buffer.from('garbled'));
    const torn = readFileSync(pathOf(segment)).subarray(at);
    const length = torn.findLastIndex((byte) => byte !== 0) + 1;

    const test = await place.open();
    expect(test.past).toEqual([sampleIntent(1), sampleSending(1)]);
    const setAsideAs = `${segment}.broken-1`;
    expect(test.recovery).toMatchObject({ records: 2, tornTail: { bytes: length, setAsideAs } });
    expect(readFileSync(pathOf(setAsideAs)).equals(torn.subarray(0, length))).toBe(true);
    expect(
      readFileSync(pathOf(segment))
        .subarray(at)
        .every((byte) => byte === 0),
    ).toBe(true);
    test.ledger.append([sampleAck(2)]);
    await test.ledger.close();

    overwrite(segment, lastFrame(segment) + 4, Buffer.from([0, 0, 0, 0]));
    const again = await place.open();
    expect(again.recovery.tornTail?.setAsideAs).toBe(`${segment}.broken-2`);
    expect(again.past).toHaveLength(2);
    await again.ledger.close();
    expect(verifyLedger(place.folder)).toMatchObject({ ok: true, records: 2 });
  });

  it('tears a batch as a whole', async () => {
    await write([[sampleAck(1)], [sampleIntent(1), sampleSending(1)]]);
    const [segment] = segments();
    overwrite(segment, lastFrame(segment) + 100, Buffer.from([7]));
    const test = await place.open();
    expect(test.past).toEqual([sampleAck(1)]);
    await test.ledger.close();
  });

  it('refuses to start on damage in the middle, names it and changes nothing', async () => {
    await write([[sampleAck(1)], [sampleAck(2)], [sampleAck(3)]]);
    const [segment] = segments();
    overwrite(segment, 64 + 200, Buffer.from([0xee]));
    const before = readFileSync(pathOf(segment));
    for (let attempt = 0; attempt < 2; attempt += 1) {
      expect(await openFault()).toMatchObject({
        code: 'ledger_damaged',
        damage: { code: 'frame_bad', segment, offset: 64, sequence: 1 },
      });
    }
    expect(readFileSync(pathOf(segment)).equals(before)).toBe(true);
    expect(readdirSync(place.folder).filter((name) => name.includes('broken'))).toEqual([]);
    expect(verifyLedger(place.folder)).toMatchObject({
      ok: false,
      findings: [{ kind: 'damage', code: 'frame_bad', segment, sequence: 1 }],
    });
  });

  it('finds changes, cuts and losses sampled over a ledger of several segments', async () => {
    const batches = Array.from({ length: 120 }, (_, n) => [
      [sampleIntent(n), sampleSending(n)],
      [sampleAck(n)],
      [sampleFill(n)],
    ]).flat();
    await write(batches, 65_536);
    const names = segments();
    expect(names.length).toBeGreaterThan(2);
    expect(verifyLedger(place.folder)).toMatchObject({ ok: true, records: 480 });
    const random = seeded(7);
    for (let sample = 0; sample < 60; sample += 1) {
      const name = names[Math.floor(random() * names.length)];
      const at = Math.floor(random() * 65_536);
      const intact = readFileSync(pathOf(name));
      const what = `sample ${sample}: ${name} at ${at}`;
      overwrite(name, at, Buffer.from([(intact[at] ?? 0) ^ (1 << (sample % 8))]));
      expect(verifyLedger(place.folder).findings, what).not.toEqual([]);
      overwrite(name, 0, intact);
      if (sample % 3 > 0) continue;
      truncateSync(pathOf(name), at);
      expect(verifyLedger(place.folder).ok, `${what}, cut`).toBe(false);
      overwrite(name, 0, intact);
    }
    expect(verifyLedger(place.folder).ok).toBe(true);
    rmSync(pathOf(names.at(-1)));
    expect(verifyLedger(place.folder).findings).toMatchObject([{ code: 'segment_missing' }]);
    expect(await openFault()).toMatchObject({ damage: { code: 'segment_missing' } });
  });

  it('refuses a second writer in the same process, until the first has closed', async () => {
    const first = await place.open();
    expect(await openFault()).toMatchObject({
      code: 'ledger_locked',
      holder: { pid: process.pid, runId: 'test', epoch: first.epoch },
    });
    first.ledger.append([sampleAck(1)]);
    await first.ledger.close();
    expect(await openFault()).toBeNull();
  });

  it('keeps its epoch above every session of the past, lock file or not', async () => {
    const session = EVERY_RECORD[0];
    if (session?.type !== 'sessionStarted') throw new Error('the first sample is a session');
    await write([[{ ...session, runId: runId('old'), epoch: 41, at: wallMs(1) }]]);
    rmSync(join(place.folder, 'writer.lock'));
    const test = await place.open();
    expect(test.epoch).toBe(42);
    expect(readHolder(place.folder)?.epoch).toBe(42);
    await test.ledger.close();
    const next = await place.open();
    expect(next.epoch).toBe(43);
    await next.ledger.close();
  });

  it('leaves no half-made segment behind, and is not disturbed by one', async () => {
    await write([[sampleAck(1)]]);
    expect(existsSync(pathOf('prepared.tmp'))).toBe(false);
    closeSync(openSync(pathOf('prepared.tmp'), 'w'));
    const test = await place.open({ segmentBytes: 4_096 });
    for (let n = 0; n < 40; n += 1) test.ledger.append([sampleFill(n)]);
    await test.ledger.close();
    expect(verifyLedger(place.folder)).toMatchObject({ ok: true, records: 41 });
  });

  it('dumps canonical lines and lines for people', async () => {
    await write([EVERY_RECORD]);
    const json = [...dumpLedger(place.folder, 'json')];
    expect(json).toHaveLength(EVERY_RECORD.length);
    expect(JSON.parse(json[5] ?? '')).toMatchObject({
      sequence: 6,
      record: { record_type: 'order_sending', schema_version: 1 },
    });
    const text = [...dumpLedger(place.folder, 'text')];
    expect(text[5]).toContain('orderSending');
    expect(text[7]).toContain('price=0.0465');
  });
});

describe('disk floor', () => {
  it('measures a folder and leaves nothing in it', async () => {
    await write([[sampleAck(1)]]);
    const before = readdirSync(place.folder);
    const floor = measureDiskFloor(place.folder, 200);
    expect(floor.appends).toBe(200);
    expect(floor.p50Us).toBeGreaterThan(0);
    expect(floor.p99Us).toBeGreaterThanOrEqual(floor.p50Us);
    expect(floor.maxUs).toBeGreaterThanOrEqual(floor.p99Us);
    expect(readdirSync(place.folder)).toEqual(before);
  });

  it.each([
    [88, false, 'ok'],
    [88, true, 'volatile_file_system'],
    [7.9, false, 'faster_than_durable'],
    [8, false, 'ok'],
    [20_000, false, 'ok'],
    [20_001, false, 'too_slow'],
    [Number.NaN, false, 'too_slow'],
  ] as const)('judges a median of %d us, volatile %s: %s', (median, volatile, verdict) => {
    expect(summarize('/x', new Float64Array(100).fill(median), volatile).verdict).toBe(verdict);
  });

  it('judges a slow hundredth', () => {
    const times = new Float64Array(100).fill(88);
    times[99] = 100_001;
    expect(summarize('/x', times, false).verdict).toBe('too_slow');
  });
});

import { appendFileSync, mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { type FileHandle, open } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Event } from '@holdfast/core';
import { currency, instrumentName, monoMs, priceE8, runId } from '@holdfast/core/values';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { memorySource } from './block.ts';
import { EventTape } from './event-tape.ts';
import type { TapeGap } from './header.ts';
import { readTape, type TapeEntry, type TapeFinish } from './read-tape.ts';

const OPENING = {
  session: {
    runId: runId('run'),
    buildId: 'b',
    runtimeConfigHash: 'c',
    contractVersion: '5.2',
    enforcedProfile: 'CSP',
    realMoney: false,
    needsSupervisor: false,
    settleMs: 0,
    tickIntervalMs: 10,
    reconcileIntervalMs: 100,
  },
  epoch: 3,
  ledger: { records: 0, head: '0'.repeat(64) },
  resumedAt: 1_000.25,
  resumption: [{ kind: 'wake', at: monoMs(2_000) }],
} as const;

let folder = '';
let path = '';
let gaps: TapeGap[] = [];

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'holdfast-event-tape-'));
  path = join(folder, 'a.tape');
  gaps = [];
});

afterEach(() => {
  vi.restoreAllMocks();
  rmSync(folder, { recursive: true });
});

function begin(maxBytes = 1 << 20): Promise<EventTape> {
  return EventTape.open({ path, maxBytes, opening: OPENING, onGap: (gap) => gaps.push(gap) });
}

function turn(tape: EventTape, at: number): void {
  tape.heard({ kind: 'ticked', at: monoMs(at) });
  tape.answered([{ kind: 'wake', at: monoMs(at + 10) }]);
}

function price(tape: EventTape, at: number): void {
  const instrument = instrumentName('BTC-PERPETUAL');
  const change = { changeId: at, prevChangeId: null, bids: [1, 2], asks: [] };
  tape.heard({ kind: 'bookChanged', at: monoMs(at), instrument, ...change });
  tape.answered([]);
}

function read(): { readonly entries: TapeEntry[]; readonly finish: TapeFinish } {
  const tape = readTape(memorySource(readFileSync(path)));
  const entries: TapeEntry[] = [];
  for (let step = tape.next(); ; step = tape.next()) {
    if (step.done === true) return { entries, finish: step.value };
    entries.push(step.value);
  }
}

async function fileMethods(): Promise<FileHandle> {
  const handle = await open(join(folder, 'other'), 'w');
  await handle.close();
  return Object.getPrototypeOf(handle) as FileHandle;
}

describe('an event tape on disk', () => {
  it('begins with what a process is, and ends by saying how much there was', async () => {
    const tape = await begin();
    for (let at = 1; at <= 50; at += 1) (at % 2 === 0 ? turn : price)(tape, at);
    await tape.close();
    const { entries, finish } = read();
    const { resumption, ...opening } = OPENING;
    expect(entries[0]).toMatchObject({ kind: 'header', header: opening });
    expect(entries[1]).toEqual({ kind: 'resumption', effects: resumption });
    const ats = entries.slice(2).map((entry) => entry.kind === 'turn' && entry.event.at);
    expect(ats).toEqual(Array.from({ length: 50 }, (_, index) => index + 1));
    expect(finish).toEqual({ gap: null, end: { turns: 50, lost: 0 }, tornBytes: 0 });
    expect(tape).toMatchObject({ bytes: statSync(path).size, lost: 0 });
  });

  it('is on disk soon, without being closed, and prices a bit later', async () => {
    const tape = await begin();
    turn(tape, 1);
    await vi.waitFor(() => expect(read().entries).toHaveLength(3));
    price(tape, 2);
    await vi.waitFor(() => expect(read().entries).toHaveLength(4));
    expect(read().finish.end).toBeNull();
    await tape.close();
  });

  it('hands nothing to the system in the turn itself', async () => {
    const tape = await begin();
    await sleep(50);
    const append = vi.spyOn(await fileMethods(), 'appendFile');
    turn(tape, 1);
    expect(append).not.toHaveBeenCalled();
    await vi.waitFor(() => expect(append).toHaveBeenCalledTimes(1));
    await tape.close();
  });

  it('is never written over', async () => {
    await (await begin()).close();
    await expect(begin()).rejects.toThrow('EEXIST');
  });

  it('keeps the words of an invariant that broke instead of an answer', async () => {
    const tape = await begin();
    turn(tape, 1);
    tape.heard({ kind: 'ticked', at: monoMs(2) });
    tape.broke('AT-000: it broke');
    await tape.close();
    expect(read().entries.at(-1)).toEqual({
      kind: 'turn',
      event: { kind: 'ticked', at: 2 },
      answer: { kind: 'violation', message: 'AT-000: it broke' },
    });
  });
});

describe('what a tape cannot keep', () => {
  it('a value of no event leaves a gap where it was, and nothing behind it', async () => {
    const tape = await begin();
    turn(tape, 1);
    const at = monoMs(2);
    const strange: Event = {
      kind: 'indexChanged',
      at,
      underlying: currency('BTC'),
      priceE8: priceE8(1),
    };
    tape.heard({ ...strange, priceE8: 1n as never });
    tape.answered([]);
    turn(tape, 3);
    await tape.close();
    const { entries, finish } = read();
    expect(entries).toHaveLength(3);
    expect(finish).toMatchObject({
      gap: { turns: 1, cause: 'value_refused', detail: '/priceE8: a bigint' },
      end: { turns: 3, lost: 2 },
    });
    expect(gaps).toEqual([finish.gap]);
    expect(tape.lost).toBe(2);
  });

  it('more than one block holds while the disk is behind is a gap', async () => {
    const tape = await begin(1 << 26);
    const bulk = 'x'.repeat(1 << 20);
    for (let at = 1; at <= 20; at += 1) {
      tape.heard({ kind: 'faultObserved', at: monoMs(at), fault: bulk, subject: null });
      tape.answered([]);
    }
    await tape.close();
    const { entries, finish } = read();
    expect(finish.gap).toMatchObject({ cause: 'queue_full', turns: entries.length - 2 });
    expect(entries.length).toBeGreaterThan(10);
    expect(finish.end).toEqual({ turns: 20, lost: 20 - (entries.length - 2) });
  });

  it('beyond its bytes: what is there is whole', async () => {
    const tape = await begin(2_000);
    for (let at = 1; at <= 400; at += 1) {
      turn(tape, at);
      if (at % 20 === 0) await sleep(2);
    }
    await tape.close();
    const { entries, finish } = read();
    expect(finish.gap).toMatchObject({ cause: 'max_bytes', turns: entries.length - 2 });
    expect(finish.end).toEqual({ turns: 400, lost: 402 - entries.length });
    expect(statSync(path).size).toBeLessThan(2_300);
  });

  it('a write that fails leaves no half block, and a gap once the disk takes one', async () => {
    const tape = await begin();
    turn(tape, 1);
    await vi.waitFor(() => expect(read().entries).toHaveLength(3));
    const methods = await fileMethods();
    const tear = function (this: FileHandle, data: unknown): Promise<void> {
      appendFileSync(path, (data as Buffer).subarray(0, 20));
      return Promise.reject(new Error('no space left'));
    };
    vi.spyOn(methods, 'appendFile').mockImplementationOnce(tear);
    turn(tape, 2);
    await vi.waitFor(() => expect(gaps).toHaveLength(1));
    turn(tape, 3);
    await tape.close();
    const { entries, finish } = read();
    expect(entries).toHaveLength(3);
    expect(finish).toEqual({
      gap: { turns: 1, cause: 'write_failed', detail: 'no space left' },
      end: { turns: 3, lost: 2 },
      tornBytes: 0,
    });
  });

  it('a disk that takes nothing more ends the tape, and not the loop', async () => {
    const tape = await begin();
    turn(tape, 1);
    await vi.waitFor(() => expect(read().entries).toHaveLength(3));
    vi.spyOn(await fileMethods(), 'appendFile').mockRejectedValue(new Error('no space left'));
    turn(tape, 2);
    await tape.close();
    expect(read().finish).toEqual({ gap: null, end: null, tornBytes: 0 });
    expect(tape.lost).toBe(1);
  });
});

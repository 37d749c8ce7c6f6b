import { describe, expect, it } from 'vitest';
import { createPrng } from '../prng.ts';
import { VirtualClock } from '../virtual-clock.ts';
import { type DiskModel, FaultyDisk, GOOD_DISK } from './disk.ts';

const HEADER = { number: 1, firstSequence: 1, segmentBytes: 64, chain: '' };

interface Platter {
  readonly clock: VirtualClock;
  readonly disk: FaultyDisk;
  readonly answers: (string | null)[];
  readonly write: (text: string, offset: number) => void;
  readonly text: () => string;
}

function platter(model: Partial<DiskModel>): Platter {
  const clock = new VirtualClock(0);
  const disk = new FaultyDisk(clock, createPrng(1), GOOD_DISK);
  const handle = disk.handle();
  const answers: (string | null)[] = [];
  handle.create(HEADER, Buffer.from('head'), () => undefined);
  clock.runUntil(10);
  disk.become({ ...GOOD_DISK, writeMsMin: 5, writeMsMax: 5, ...model });
  return {
    clock,
    disk,
    answers,
    write: (text, offset) =>
      handle.write(1, offset, Buffer.from(text), (error) => answers.push(error?.message ?? null)),
    text: () => {
      const [file] = disk.segments();
      return file === undefined ? '' : disk.read(file).toString().replaceAll('\0', '');
    },
  };
}

it('is durable when it answers, and not before', () => {
  const { clock, answers, write, text } = platter({});
  write('abcd', 4);
  expect([text(), answers]).toEqual(['head', []]);
  clock.runUntil(15);
  expect([text(), answers]).toEqual(['headabcd', [null]]);
});

it('keeps the bytes of the moment, though the writer reuses its buffer', () => {
  const { clock, disk, text } = platter({});
  const buffer = Buffer.from('abcd');
  disk.handle().write(1, 4, buffer, () => undefined);
  buffer.fill('x');
  clock.runUntil(15);
  expect(text()).toBe('headabcd');
});

it('a stall takes its time, and a failure is answered with an error', () => {
  const stalled = platter({ stall: 1, stallMs: 500 });
  stalled.write('abcd', 4);
  stalled.clock.runUntil(400);
  expect(stalled.answers).toEqual([]);
  stalled.clock.runUntil(600);
  expect(stalled.answers).toEqual([null]);
  const failing = platter({ failure: 1 });
  failing.write('abcd', 4);
  failing.clock.runUntil(100);
  expect(failing.answers).toEqual(['EIO: simulated write error']);
});

describe('at a crash', () => {
  it('an unanswered write may be whole', () => {
    const { disk, write, text, clock, answers } = platter({});
    write('abcd', 4);
    disk.crash();
    clock.runUntil(100);
    expect([text(), answers]).toEqual(['headabcd', []]);
  });

  it('an unanswered write may be lost', () => {
    const { disk, write, text } = platter({ lostAtCrash: 1 });
    write('abcd', 4);
    disk.crash();
    expect([text(), disk.counts.lost]).toEqual(['head', 1]);
  });

  it('an unanswered write may be torn at any byte', () => {
    const { disk, write, text } = platter({ tornAtCrash: 1 });
    write('a'.repeat(40), 4);
    disk.crash();
    expect(disk.counts.torn).toBe(1);
    expect(text().length).toBeGreaterThanOrEqual(4);
    expect(text().length).toBeLessThan(44);
  });

  it('what was answered stays, whatever the fate of the rest', () => {
    const { clock, disk, write, text } = platter({ lostAtCrash: 1 });
    write('abcd', 4);
    clock.runUntil(15);
    write('efgh', 8);
    disk.crash();
    expect(text()).toBe('headabcd');
  });

  it('the handle of the dead process reaches nothing', () => {
    const { clock, disk, write, text } = platter({});
    disk.crash();
    write('abcd', 4);
    clock.runUntil(100);
    expect(text()).toBe('head');
  });
});

describe('a full disk', () => {
  it('NON-TRIP: has room while nobody fills it', () => {
    const { clock, disk, answers, write } = platter({ full: 0 });
    disk.look();
    write('abcd', 4);
    clock.runUntil(15);
    expect([answers, disk.counts.full]).toEqual([[null], 0]);
  });

  it('TRIP: takes nothing until there is room', () => {
    const { clock, disk, answers, write, text } = platter({ full: 1, fullMsMax: 1_000 });
    disk.look();
    clock.runUntil(11);
    write('abcd', 4);
    clock.runUntil(16);
    expect([text(), answers]).toEqual(['head', ['ENOSPC: no space left on device']]);
    clock.runUntil(1_100);
    write('abcd', 4);
    clock.runUntil(1_200);
    expect([text(), answers[1], disk.counts.full]).toEqual(['headabcd', null, 1]);
  });
});

describe('sectors in any order', () => {
  const SECTOR = 512;

  /** For each sector whether it is there, of a write over eight of them that a crash met. */
  function sectorsOf(seed: number, scrambledAtCrash: number): string {
    const clock = new VirtualClock(0);
    const disk = new FaultyDisk(clock, createPrng(seed), GOOD_DISK);
    const handle = disk.handle();
    const segmentBytes = 8 * SECTOR;
    handle.create({ ...HEADER, segmentBytes }, Buffer.alloc(0), () => undefined);
    clock.runUntil(10);
    disk.become({ ...GOOD_DISK, tornAtCrash: 1, scrambledAtCrash });
    handle.write(1, 0, Buffer.alloc(segmentBytes, 'x'), () => undefined);
    disk.crash();
    const [file] = disk.segments();
    const bytes = file === undefined ? Buffer.alloc(0) : disk.read(file);
    return Array.from({ length: 8 }, (_, index) => {
      const sector = bytes.subarray(index * SECTOR, (index + 1) * SECTOR);
      if (sector.every((byte) => byte === 0)) return '0';
      return sector.every((byte) => byte !== 0) ? '1' : '/';
    }).join('');
  }

  it('NON-TRIP: a torn write is a beginning of it', () => {
    for (let seed = 1; seed <= 20; seed += 1) expect(sectorsOf(seed, 0)).toMatch(/^1*\/?0*$/);
  });

  it('TRIP: a scrambled one has whole sectors, with holes', () => {
    const torn = Array.from({ length: 20 }, (_, seed) => sectorsOf(seed, 1));
    for (const sectors of torn) expect(sectors).toMatch(/^[01]+$/);
    expect(torn.some((sectors) => sectors.includes('01'))).toBe(true);
  });
});

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

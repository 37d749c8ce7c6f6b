import type {
  SegmentFile,
  SegmentHeader,
  SegmentSource,
  SegmentWriter,
  WriteDone,
} from '@holdfast/runtime/ledger';
import { segmentName } from '@holdfast/runtime/ledger';
import type { Clock } from '@holdfast/runtime/ports';
import type { Prng } from '../prng.ts';
import { Spell } from './spell.ts';

/** What one disk may do to a ledger: probabilities, and times in ms. */
export interface DiskModel {
  readonly writeMsMin: number;
  readonly writeMsMax: number;
  /** A write that takes this long instead. */
  readonly stall: number;
  readonly stallMs: number;
  /** A write that is answered with an error; what reached the platter is anybody's guess. */
  readonly failure: number;
  /**
   * At a crash, an unanswered write is whole, lost, or torn at a random byte; these are the latter
   * two.
   */
  readonly lostAtCrash: number;
  readonly tornAtCrash: number;
  /** Of the torn ones, those of which some sectors are there and others before them are not. */
  readonly scrambledAtCrash: number;
  /** Chance in each second that there is no room for anything, until some is freed. */
  readonly full: number;
  readonly fullMsMax: number;
}

export const GOOD_DISK: DiskModel = Object.freeze({
  writeMsMin: 0,
  writeMsMax: 1,
  stall: 0,
  stallMs: 0,
  failure: 0,
  lostAtCrash: 0,
  tornAtCrash: 0,
  scrambledAtCrash: 0,
  full: 0,
  fullMsMax: 5_000,
});

/** What is written whole or not at all, bytes. */
const SECTOR_BYTES = 512;

interface PendingWrite {
  /** Puts the first `bytes` of it on the platter, but for the sectors it is told to leave out. */
  readonly apply: (bytes: number, leavesOut?: (sector: number) => boolean) => void;
  readonly size: number;
  done: boolean;
}

export interface DiskCounts {
  writes: number;
  stalls: number;
  failures: number;
  lost: number;
  torn: number;
  full: number;
}

/**
 * The ledger's disk in virtual time. What was answered is durable for ever; what was not is, after
 * a crash, whole, lost or torn. It outlives the process that writes to it, and one ledger after
 * another opens on it.
 */
export class FaultyDisk implements SegmentSource {
  readonly counts: DiskCounts = {
    writes: 0,
    stalls: 0,
    failures: 0,
    lost: 0,
    torn: 0,
    full: 0,
  };
  readonly #files = new Map<number, { readonly file: SegmentFile; readonly bytes: Buffer }>();
  readonly #clock: Clock;
  readonly #prng: Prng;
  readonly #full: Spell;
  #model: DiskModel;
  #pending: PendingWrite[] = [];
  /** Answers of an earlier process reach nobody. */
  #generation = 0;

  constructor(clock: Clock, prng: Prng, model: DiskModel) {
    this.#clock = clock;
    this.#prng = prng;
    this.#full = new Spell(clock, prng.fork('full'));
    this.#model = model;
  }

  /** To be asked once a second. */
  look(): void {
    this.#full.look(this.#model.full, this.#model.fullMsMax);
  }

  /** From now on it behaves like this. */
  become(model: DiskModel): void {
    this.#model = model;
    this.#full.end();
  }

  segments(): readonly SegmentFile[] {
    return [...this.#files.values()].map(({ file }) => file);
  }

  read(file: SegmentFile): Buffer {
    return this.#files.get(file.number)?.bytes ?? Buffer.alloc(0);
  }

  /**
   * What one process writes through; after a crash its handle reaches nothing.
   * @param run how an answer reaches the process.
   */
  handle(run: (answer: () => void) => void = (answer) => answer()): SegmentSource & SegmentWriter {
    const generation = this.#generation;
    const alive = (): boolean => generation === this.#generation;
    return {
      segments: () => this.segments(),
      read: (file) => this.read(file),
      write: (segment, offset, bytes, done) => {
        if (alive()) this.#write(segment, offset, bytes, (error) => run(() => done(error)));
      },
      create: (header, bytes, done) => {
        if (alive()) this.#create(header, bytes, (error) => run(() => done(error)));
      },
      close: () => Promise.resolve(),
    };
  }

  #write(segment: number, offset: number, bytes: Buffer, done: WriteDone): void {
    // The caller reuses its buffer once it is answered; a crash may come before that.
    const copy = Buffer.from(bytes);
    this.#start(copy.length, done, (count, leavesOut = () => false) => {
      const target = this.#files.get(segment);
      if (target === undefined) return;
      for (let from = 0; from < count; ) {
        const sector = Math.floor((offset + from) / SECTOR_BYTES);
        const until = Math.min(count, (sector + 1) * SECTOR_BYTES - offset);
        if (!leavesOut(sector)) copy.copy(target.bytes, offset + from, from, until);
        from = until;
      }
    });
  }

  #create(header: SegmentHeader, bytes: Buffer, done: WriteDone): void {
    const copy = Buffer.from(bytes);
    const { number, firstSequence } = header;
    // Made aside and renamed: after a crash a segment is there whole or not at all.
    this.#start(1, done, (count) => {
      if (count === 0) return;
      const zeroed = Buffer.alloc(header.segmentBytes);
      copy.copy(zeroed);
      const file = { name: segmentName(number, firstSequence), number, firstSequence };
      this.#files.set(number, { file, bytes: zeroed });
    });
  }

  /** The process dies. Its unanswered writes meet their fate and are answered to nobody. */
  crash(): void {
    this.#generation += 1;
    for (const write of this.#pending) {
      if (write.done) continue;
      if (this.#prng.chance(this.#model.lostAtCrash)) {
        this.counts.lost += 1;
        write.apply(0);
      } else if (this.#prng.chance(this.#model.tornAtCrash)) {
        this.counts.torn += 1;
        this.#tear(write);
      } else {
        write.apply(write.size);
      }
    }
    this.#pending = [];
  }

  /** Cut off at a random byte, or with holes: a disk may write its sectors in any order. */
  #tear(write: PendingWrite): void {
    if (!this.#happens(this.#model.scrambledAtCrash)) {
      write.apply(this.#prng.int(0, write.size));
      return;
    }
    const left = new Map<number, boolean>();
    write.apply(write.size, (sector) => {
      const isLeft = left.get(sector) ?? this.#prng.chance(0.5);
      left.set(sector, isLeft);
      return isLeft;
    });
  }

  #happens(share: number): boolean {
    return share > 0 && this.#prng.chance(share);
  }

  #start(size: number, done: WriteDone, apply: PendingWrite['apply']): void {
    this.counts.writes += 1;
    const write: PendingWrite = { apply, size, done: false };
    this.#pending.push(write);
    const generation = this.#generation;
    this.#clock.wake(this.#clock.now() + this.#duration(), () => {
      if (generation !== this.#generation) return;
      write.done = true;
      if (this.#full.isOn) return this.#refuse(write, done);
      this.#pending = this.#pending.filter((each) => each !== write);
      if (this.#prng.chance(this.#model.failure)) {
        this.counts.failures += 1;
        apply(this.#prng.int(0, size));
        done(new Error('EIO: simulated write error'));
        return;
      }
      apply(size);
      done(null);
    });
  }

  /** No room: nothing of it is there, and whoever asked is told. */
  #refuse(write: PendingWrite, done: WriteDone): void {
    this.#pending = this.#pending.filter((each) => each !== write);
    this.counts.full += 1;
    done(new Error('ENOSPC: no space left on device'));
  }

  #duration(): number {
    const { writeMsMin, writeMsMax, stall, stallMs } = this.#model;
    if (this.#prng.chance(stall)) {
      this.counts.stalls += 1;
      return stallMs;
    }
    return this.#prng.int(writeMsMin, writeMsMax);
  }
}

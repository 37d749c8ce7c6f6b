import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Pacer, type RequestClass } from './pacer.ts';
import { TokenBucket } from './token-bucket.ts';

describe('token bucket', () => {
  it('grants no more than its burst at once and its rate from then on', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 50 }),
        fc.integer({ min: 1, max: 100 }),
        fc.array(fc.nat({ max: 400 }), { maxLength: 300 }),
        (ratePerSecond, burst, gaps) => {
          const bucket = new TokenBucket({ ratePerSecond, burst }, 0);
          let now = 0;
          let granted = 0;
          for (const gap of gaps) {
            now += gap;
            while (bucket.take(now)) granted += 1;
            expect(granted).toBeLessThanOrEqual(burst + (now * ratePerSecond) / 1_000 + 1e-6);
          }
        },
      ),
    );
  });

  it('has a token exactly when it says it will', () => {
    const bucket = new TokenBucket({ ratePerSecond: 3, burst: 1 }, 0);
    expect(bucket.take(0)).toBe(true);
    const at = bucket.readyAt(0);
    expect(at).toBe(334);
    expect(bucket.take(at - 1)).toBe(false);
    expect(bucket.take(at)).toBe(true);
  });

  it('keeps what was spent when the limits change', () => {
    const bucket = new TokenBucket({ ratePerSecond: 1, burst: 2 }, 0);
    expect(bucket.take(0) && bucket.take(0)).toBe(true);
    bucket.limit({ ratePerSecond: 10, burst: 100 }, 0);
    expect(bucket.take(0)).toBe(false);
    expect(bucket.readyAt(0)).toBe(100);
  });
});

const MATCHING = { ratePerSecond: 5, burst: 20 };
const OTHER = { ratePerSecond: 20, burst: 30 };

describe('pacer', () => {
  it('AT-238 a hundred mixed requests keep to rate and burst; hedges and cancels go first', () => {
    const pacer = new Pacer<string>(0);
    pacer.limit({ matching: MATCHING, nonMatching: OTHER }, 0);
    for (let n = 0; n < 40; n += 1) {
      pacer.add({ pool: 'non_matching', requestClass: 'DATA', job: `data ${n}` }, 0);
    }
    for (let n = 0; n < 20; n += 1) {
      pacer.add({ pool: 'matching', requestClass: 'DATA', job: `refresh ${n}` }, 0);
    }
    for (let n = 0; n < 20; n += 1) {
      pacer.add({ pool: 'matching', requestClass: 'HEDGE', job: `hedge ${n}` }, 0);
      pacer.add({ pool: 'matching', requestClass: 'CANCEL', job: `cancel ${n}` }, 0);
    }
    const sent: { readonly at: number; readonly job: string }[] = [];
    for (let now = 0; sent.length < 100; now += 10) {
      expect(now).toBeLessThan(60_000);
      for (let job = pacer.next(now); job !== undefined; job = pacer.next(now)) {
        sent.push({ at: now, job });
      }
    }
    const isData = (job: string): boolean => job.startsWith('data');
    for (const [limit, mine] of [
      [OTHER, sent.filter(({ job }) => isData(job))],
      [MATCHING, sent.filter(({ job }) => !isData(job))],
    ] as const) {
      mine.forEach(({ at }, index) => {
        expect(index + 1).toBeLessThanOrEqual(limit.burst + (at * limit.ratePerSecond) / 1_000);
      });
    }
    const matching = sent.map(({ job }) => job).filter((job) => !isData(job));
    expect(matching.slice(0, 40).every((job) => !job.startsWith('refresh'))).toBe(true);
    expect(sent[0]?.job).toBe('cancel 0');
  });

  it('AT-239 drained by data: data is shed, an open blocked, the other three are served', () => {
    const shed: string[] = [];
    const pacer = new Pacer<string>(0, (job) => shed.push(job));
    pacer.limit({ matching: MATCHING, nonMatching: OTHER }, 0);
    const add = (requestClass: RequestClass, job: string) =>
      pacer.add({ pool: 'matching', requestClass, job }, 0);
    for (let n = 0; n < 30; n += 1) add('DATA', `data ${n}`);
    while (pacer.next(0) !== undefined);
    // Of a burst of 20 the used 18 are gone, and twelve wait.
    expect(pacer.readyAt(0)).toBeGreaterThan(0);
    expect(add('OPEN', 'open')).toBe('blocked');
    expect(shed).toEqual([]);
    expect(add('HEDGE', 'hedge')).toBe('taken');
    expect(shed).toHaveLength(12);
    expect(add('CANCEL', 'cancel')).toBe('taken');
    expect(add('EMERGENCY_CLOSE', 'close')).toBe('taken');
    expect(add('OPEN', 'open again')).toBe('blocked');
    const served: string[] = [];
    for (let now = 0; now <= 2_000; now += 10) {
      for (let job = pacer.next(now); job !== undefined; job = pacer.next(now)) served.push(job);
    }
    expect(served).toEqual(['close', 'cancel', 'hedge']);
  });

  it('AT-239 with credits left an open goes, and no data is shed for anybody', () => {
    const shed: string[] = [];
    const pacer = new Pacer<string>(0, (job) => shed.push(job));
    pacer.add({ pool: 'matching', requestClass: 'DATA', job: 'data' }, 0);
    pacer.add({ pool: 'matching', requestClass: 'OPEN', job: 'open' }, 0);
    pacer.add({ pool: 'matching', requestClass: 'CANCEL', job: 'cancel' }, 0);
    pacer.add({ pool: 'matching', requestClass: 'VITAL', job: 'vital' }, 0);
    const served = [0, 1, 2, 3].map(() => pacer.next(0));
    expect([served, shed]).toEqual([['cancel', 'vital', 'open', 'data'], []]);
  });

  it('credits that come serve whoever waits longest in its class', () => {
    const pacer = new Pacer<number>(0);
    for (let job = 0; job < 40; job += 1) {
      pacer.add({ pool: 'matching', requestClass: 'CANCEL', job }, 0);
    }
    const served: number[] = [];
    for (let now = 0; now <= 10_000; now += 10) {
      for (let job = pacer.next(now); job !== undefined; job = pacer.next(now)) served.push(job);
    }
    expect(served).toEqual(Array.from({ length: 40 }, (_, job) => job));
  });

  it('lets a cancel out though the data pool is drained and full of waiting requests', () => {
    const pacer = new Pacer<string>(0);
    for (let n = 0; n < 200; n += 1) {
      pacer.add({ pool: 'non_matching', requestClass: 'DATA', job: 'data' }, 0);
    }
    while (pacer.next(0) !== undefined);
    pacer.add({ pool: 'matching', requestClass: 'CANCEL', job: 'cancel' }, 0);
    expect(pacer.next(0)).toBe('cancel');
  });

  it('refuses what would wait behind too many, and pays for nothing that was dropped', () => {
    const pacer = new Pacer<number>(0);
    const added = Array.from({ length: 257 }, (_, job) =>
      pacer.add({ pool: 'instruments', requestClass: 'DATA', job }, 0),
    );
    expect(added.filter((each) => each === 'full')).toHaveLength(1);
    for (let job = 0; job < 256; job += 1) {
      if (job !== 77) pacer.drop({ pool: 'instruments', requestClass: 'DATA', job });
    }
    expect(pacer.next(0)).toBe(77);
    expect(pacer.readyAt(0)).toBeNull();
  });
});

import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { currency, E8 } from '@holdfast/core/values';
import { afterAll, describe, expect, it } from 'vitest';
import { Exchange } from '../exchange/exchange.ts';
import { CALL, openBench, START } from '../exchange/exchange.fixture.ts';
import { VirtualClock } from '../virtual-clock.ts';
import { ASKS, BIDS, FRAMES } from './mirror.fixture.ts';
import { MirrorDrive } from './mirror-drive.ts';
import { openTapeSource } from './tape-source.ts';

const folder = mkdtempSync(join(tmpdir(), 'holdfast-tape-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** The recorder's clock was so far ahead of the source's. */
const AHEAD = 700;
/** Today, where the recording is of another day. */
const TODAY = START + 90 * 86_400_000;

const heard = (at: number, frame: string, delay = 0): string =>
  `{"at":${at + AHEAD + delay},"frame":${frame}}`;

/** What `public/get_instruments` answers, as an exchange of ours has it. */
function listing(): string {
  const { exchange } = openBench();
  const answer = exchange.handle('public/get_instruments', { currency: 'BTC' }, START);
  if (!answer.ok) throw new Error('no instruments');
  return JSON.stringify({ jsonrpc: '2.0', id: 7, result: answer.result });
}

let tapes = 0;
function tapeOf(...lines: readonly string[]): string {
  tapes += 1;
  const path = join(folder, `${tapes}.jsonl`);
  writeFileSync(path, `${lines.join('\n')}\n`);
  return path;
}

/** Ten seconds of a market that moves, an index twice a second. */
function tenSeconds(): readonly string[] {
  const lines = [
    heard(START, JSON.stringify({ jsonrpc: '2.0', id: 1, result: START })),
    heard(START, listing()),
    heard(START, FRAMES.snapshot(START, 1, BIDS, ASKS)),
    heard(START, FRAMES.ticker(START)),
  ];
  for (let step = 0; step < 20; step += 1) {
    const at = START + step * 500;
    const price = 0.099 - (step % 3) * 0.0005;
    const bids = [['new', price, 1 + step] as const];
    lines.push(
      heard(at, FRAMES.index(at, 65_000 + step), step % 4),
      heard(at, FRAMES.change(at, step + 1, step + 2, bids, []), 1),
      heard(at + 20, FRAMES.trade(at + 20, step + 1, 'sell', 0.0995, 0.1), 3),
    );
  }
  return lines;
}

interface Played {
  readonly told: string;
  readonly fills: number;
  readonly drive: MirrorDrive;
  readonly clock: VirtualClock;
  readonly isOver: () => boolean;
}

/** Plays a tape on a fresh exchange, with one bid between the quotes after two seconds. */
async function play(path: string, ms: number, speed = 1): Promise<Played> {
  const clock = new VirtualClock(TODAY);
  const opened = openTapeSource(path, clock, speed);
  if (!opened.ok) throw new Error(opened.detail);
  const told: unknown[] = [];
  const exchange = new Exchange({
    deposits: new Map([[currency('BTC'), 100 * E8]]),
    mirror: true,
    onNotification: (...notice) => void told.push(notice),
  });
  const drive = new MirrorDrive(opened.source, exchange);
  let isOver = false;
  void opened.source.over.then(() => {
    isOver = true;
  });
  drive.start();
  clock.wake(TODAY + 2_000 / speed, () => {
    const params = { instrument_name: CALL.name, amount: 0.4, price: 0.0995, type: 'limit' };
    told.push(exchange.handle('private/buy', params, opened.source.clock.now()));
  });
  clock.runUntil(TODAY + ms);
  await Promise.resolve();
  drive.stop();
  await opened.source.close();
  const { fills } = exchange.counters;
  return { told: JSON.stringify(told), fills, drive, clock, isOver: () => isOver };
}

describe('a recording', () => {
  it('plays at the time of its source, not at that of today or of the recorder', async () => {
    const path = tapeOf(...tenSeconds());
    const { drive, fills } = await play(path, 5_000);
    expect(drive.source.clock.now()).toBe(START + 5_000);
    expect(drive.desk.isLive).toBe(true);
    expect(drive.source.offset()).toBe(AHEAD);
    expect(drive.report()).toMatchObject({ listed: 3, trades: 10, model: { gaps: 0 } });
    // One more step of the bid with each trade at its price after it was placed.
    expect(fills).toBe(4);
    expect(drive.source.about).toMatchObject({
      kind: 'tape',
      sha256: expect.stringMatching(/^[0-9a-f]{64}$/),
    });
  });

  it('gives the same bytes twice, whatever is taken of it', async () => {
    const path = tapeOf(...tenSeconds());
    const [first, second] = [await play(path, 12_000), await play(path, 12_000)];
    expect(second.told).toBe(first.told);
    expect(first.told.length).toBeGreaterThan(5_000);
  });

  it('can be played faster: the same market in less time', async () => {
    const path = tapeOf(...tenSeconds());
    const { drive } = await play(path, 1_000, 5);
    expect(drive.source.clock.now()).toBe(START + 5_000);
    expect(drive.report()).toMatchObject({ trades: 10 });
  });

  it('ends with every book void, and says so', async () => {
    const { drive, isOver } = await play(tapeOf(...tenSeconds()), 12_000);
    expect(isOver()).toBe(true);
    expect(drive.desk.isLive).toBe(false);
    expect(drive.gaps.read(0).gaps).toMatchObject([{ scope: 'source', cause: 'tape_over' }]);
  });

  it.each([
    ['says that frames were left out', '{"gap":3}'],
    ['has a line nobody can read', '{"at":12'],
  ])('that %s knows no book from there on, until a snapshot brings it', async (_, hole) => {
    const lines = tenSeconds();
    const half = START + 4_750;
    const path = tapeOf(
      ...lines.slice(0, 34),
      hole,
      ...lines.slice(34, 46),
      heard(half + 2_000, FRAMES.snapshot(half + 2_000, 90, BIDS, ASKS)),
      heard(half + 4_000, FRAMES.index(half + 4_000)),
    );
    const { drive } = await play(path, 6_600);
    expect(drive.gaps.counts()).toMatchObject({ gaps_tape_gap: 1 });
    // The index is back, the books are not: their changes follow what is not held.
    expect([drive.desk.isLive, drive.desk.voidBooks]).toEqual([true, 3]);
    const later = await play(path, 6_800);
    expect(later.drive.desk.voidBooks).toBe(2);
  });

  it('that is silent for longer than five seconds is not known meanwhile', async () => {
    const [head, tail] = [tenSeconds().slice(0, 10), START + 20_000];
    const path = tapeOf(...head, heard(tail, FRAMES.index(tail)), heard(tail, '{"jsonrpc":"2.0"}'));
    const { drive } = await play(path, 10_000);
    expect(drive.desk.isLive).toBe(false);
    expect(drive.gaps.read(0).gaps).toMatchObject([{ cause: 'silence', ended_at: null }]);
  });

  it('without a frame, without a date or that is not there is none', () => {
    const clock = new VirtualClock(TODAY);
    const why = (path: string): string => {
      const opened = openTapeSource(path, clock, 1);
      return opened.ok ? '' : opened.detail;
    };
    expect(why(tapeOf(''))).toContain('no frame in it');
    expect(why(tapeOf('{"at":1,"frame":{"id":1}}'))).toContain('no dated message in it');
    expect(why(join(folder, 'none'))).toContain('ENOENT');
  });
});

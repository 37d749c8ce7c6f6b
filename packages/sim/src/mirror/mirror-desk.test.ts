import { beforeEach, describe, expect, it } from 'vitest';
import { BTC, CALL, PERPETUAL } from '../exchange/exchange.fixture.ts';
import { ASKS, BIDS, FRAMES, openLiveStage, openStage, type Stage } from './mirror.fixture.ts';

let stage: Stage;
beforeEach(() => {
  stage = openLiveStage();
});

const IOC = { time_in_force: 'immediate_or_cancel' };
const book = (): unknown => {
  const told = stage.exchange.bookSnapshot(CALL.name);
  return told === null ? null : [told.bids, told.asks];
};
const now = (): number => stage.clock.now();
const heartbeat = (): void => stage.hear(FRAMES.index(now()));
const status = (): unknown => {
  const answer = stage.exchange.handle('public/status', {}, now());
  return answer.ok ? answer.result : null;
};

describe('a source that is heard', () => {
  it('is shown as it is: books, marks, indexes and volatility', () => {
    expect(book()).toEqual([
      [990, 20],
      [1_000, 10],
    ]);
    stage.hear(FRAMES.dvol(now(), 51.5), FRAMES.change(now(), 1, 2, [['change', 0.099, 3]], []));
    expect(book()).toEqual([
      [990, 30],
      [1_000, 10],
    ]);
    const ticker = stage.exchange.handle('public/ticker', { instrument_name: CALL.name }, now());
    expect(ticker.ok && ticker.result).toMatchObject({ mark_price: 0.1, index_price: 65_000 });
    const kinds = stage.notices.map(([kind]) => kind);
    expect(kinds).toContain('volatilityIndex');
    expect(stage.place(0.1, 0.1, IOC)).toBeNull();
    expect(stage.exchange.counters.fills).toBe(1);
  });

  it('numbers its books itself, each change after the one before', () => {
    stage.hear(FRAMES.change(now(), 1, 77, [['change', 0.099, 3]], []));
    const ids = stage.notices.flatMap(([kind, told]) =>
      kind === 'book' && told.instrument.name === CALL.name
        ? [[told.prevChangeId, told.changeId]]
        : [],
    );
    expect(ids).toEqual([
      [null, expect.any(Number)],
      [ids[0]?.[1], expect.any(Number)],
    ]);
    expect(ids.flat()).not.toContain(77);
  });

  it('fills what rests by its trades, each once', () => {
    expect(stage.place(0.0995, 0.4)).toBeNull();
    stage.pass(1_000, heartbeat);
    const trade = FRAMES.trade(now(), 8, 'sell', 0.0995, 0.3);
    stage.hear(trade, trade);
    expect(stage.desk.counts).toMatchObject({ trades: 1, filledSteps: 3, tradesMissed: 0 });
    stage.hear(FRAMES.trade(now(), 11, 'sell', 0.0995, 0.3));
    expect(stage.desk.counts).toMatchObject({ trades: 2, filledSteps: 4, tradesMissed: 2 });
  });

  it('leaves no hole: nothing is asked for and no gap is told', () => {
    stage.pass(60_000, heartbeat);
    expect([stage.asked, stage.lost, stage.gaps.count]).toEqual([[], [], 0]);
  });
});

describe('a source that is not heard', () => {
  it('is silent after five seconds without an index: no book, coins locked, orders refused', () => {
    stage.pass(5_000);
    expect([stage.desk.isLive, stage.lost]).toEqual([true, []]);
    stage.pass(1_000);
    expect([stage.desk.isLive, stage.lost]).toEqual([false, ['silence']]);
    expect(book()).toEqual([[], []]);
    expect(status()).toMatchObject({ locked: 'true' });
    expect(stage.place(0.1, 0.1, IOC)).toBe(10_019);
  });

  it('has a gap from when it was heard last until it is heard again', () => {
    const from = now();
    stage.pass(8_000);
    heartbeat();
    expect(stage.gaps.read(now())).toMatchObject({
      gaps: [{ scope: 'source', cause: 'silence', started_at: from, ended_at: now() }],
      gap_ms: 8_000,
    });
    expect([stage.desk.isLive, status()]).toEqual([true, { locked: 'false', locked_indices: [] }]);
  });

  it('shows again what its unbroken books are, changes made meanwhile included', () => {
    stage.pass(8_000);
    stage.hear(FRAMES.change(now(), 1, 2, [['change', 0.099, 5]], []));
    expect(book()).toEqual([[], []]);
    heartbeat();
    expect(book()).toEqual([
      [990, 50],
      [1_000, 10],
    ]);
  });

  it('shows no book again of a session that is gone before its snapshot has come', () => {
    stage.desk.forgetBooks();
    stage.desk.lost('session_lost');
    heartbeat();
    expect(stage.desk.isLive).toBe(true);
    expect(book()).toEqual([[], []]);
    expect(stage.place(0.1, 0.1, IOC)).toBe(13_028);
    stage.hear(FRAMES.snapshot(now(), 9, BIDS, ASKS));
    expect(stage.place(0.1, 0.1, IOC)).toBeNull();
  });

  it('fills nothing by trades of that time', () => {
    expect(stage.place(0.0995, 0.4)).toBeNull();
    stage.pass(8_000);
    stage.hear(FRAMES.trade(now(), 1, 'sell', 0.0995, 1));
    expect(stage.exchange.counters.fills).toBe(0);
  });

  it('is not heard by a backlog: an index said long ago does not count', () => {
    stage.pass(3_000, heartbeat);
    stage.hear(FRAMES.index(now() - 5_001));
    expect([stage.desk.isLive, stage.lost]).toEqual([false, ['late']]);
    stage.hear(FRAMES.index(now() - 5_001));
    expect(stage.desk.isLive).toBe(false);
    stage.hear(FRAMES.index(now() - 5_000));
    expect(stage.desk.isLive).toBe(true);
  });

  it('can be made deaf to, and hears again afterwards', () => {
    stage.desk.deafen(3_000);
    stage.pass(2_000, heartbeat);
    expect(stage.desk.isLive).toBe(false);
    stage.pass(2_000, heartbeat);
    expect(stage.desk.isLive).toBe(true);
  });

  it('has no market before it was heard the first time, and no gap either', () => {
    stage = openStage();
    stage.hear(FRAMES.snapshot(now(), 1, BIDS, ASKS), FRAMES.ticker(now()));
    expect([stage.desk.isLive, book(), stage.gaps.count]).toEqual([false, [[], []], 0]);
    expect(stage.place(0.1, 0.1, IOC)).toBe(10_019);
    heartbeat();
    expect(stage.place(0.1, 0.1, IOC)).toBeNull();
  });
});

describe('a book whose chain breaks', () => {
  const broken = (): void => stage.hear(FRAMES.change(now(), 5, 6, [], [['change', 0.1, 4]]));

  it('is void by itself and at once, asked for, and a gap until its snapshot comes', () => {
    broken();
    expect(book()).toEqual([[], []]);
    expect([stage.asked, stage.desk.isLive]).toEqual([[CALL.name], true]);
    expect(stage.place(0.1, 0.1, IOC)).toBe(13_028);
    expect(stage.exchange.bookSnapshot(PERPETUAL.name)?.bids).toEqual([129_980, 10]);
    stage.pass(1_000, heartbeat);
    stage.hear(FRAMES.snapshot(now(), 7, BIDS, ASKS));
    const { gaps, gap_ms: gapMs } = stage.gaps.read(now());
    expect(gaps).toEqual([
      {
        scope: 'book',
        instrument: CALL.name,
        cause: 'chain',
        started_at: now() - 1_000,
        ended_at: now(),
      },
    ]);
    // The source was there all the time.
    expect(gapMs).toBe(0);
  });

  it('is asked for again where it does not come', () => {
    broken();
    stage.pass(7_000, heartbeat);
    expect(stage.asked).toEqual([CALL.name, CALL.name, CALL.name]);
  });

  it.each([
    ['crossed', FRAMES.change(0, 1, 2, [['new', 0.101, 1]], [])],
    ['beside the grid', FRAMES.change(0, 1, 2, [['new', 0.09901, 1]], [])],
    ['unreadable', FRAMES.change(0, 1, 2, [['new', 0.099, -1]], [])],
  ])('or that is %s is malformed', (_, frame) => {
    stage.hear(frame);
    expect(book()).toEqual([[], []]);
    expect(stage.gaps.read(now()).gaps).toMatchObject([{ cause: 'malformed' }]);
  });
});

describe('listings', () => {
  it('that are gone before their expiry are delisted, and taken when they come', () => {
    stage.desk.listed(BTC, [PERPETUAL]);
    expect(stage.exchange.bookSnapshot(CALL.name)).toBeNull();
    expect(stage.desk.counts).toMatchObject({ listed: 2, delisted: 1 });
    stage.hear(FRAMES.change(now(), 1, 2, [], []));
    expect(stage.desk.counts.unlisted).toBe(1);
  });

  it('that take no orders at the source are not listed', () => {
    stage = openStage();
    stage.desk.listed(BTC, [{ ...CALL, name: PERPETUAL.name, isActive: false }]);
    expect(stage.desk.counts.listed).toBe(2);
  });
});

it('a lock of the source is a lock here, until the source opens again', () => {
  stage.hear(FRAMES.locked(true));
  expect(stage.place(0.1, 0.1, IOC)).toBe(10_019);
  stage.pass(2_000, heartbeat);
  expect(stage.place(0.1, 0.1, IOC)).toBe(10_019);
  stage.hear(FRAMES.locked(false));
  expect(stage.place(0.1, 0.1, IOC)).toBeNull();
});

it('what cannot be read is counted', () => {
  stage.hear('{', '{"jsonrpc":"2.0","method":"subscription","params":{"channel":"x.y","data":1}}');
  stage.hear(FRAMES.index(now(), -1));
  expect(stage.desk.counts.unreadable).toBe(3);
});

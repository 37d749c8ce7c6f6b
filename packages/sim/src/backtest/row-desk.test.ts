import { describe, expect, it } from 'vitest';
import { CALL_NAME, FIRST_AT, risingBars, STEP_MS } from './bars.fixture.ts';
import type { ReasonCatalog } from './reasons.ts';
import { dayOf, type Fill, RowDesk, settledFill } from './row-desk.ts';

const CATALOG: ReasonCatalog = {
  reasons: { in: { family: 'f', layer: 'core' }, out: { family: 'g', layer: 'secondary' } },
  outcomes: {},
  dormant: [],
};
const IN = { code: 'in', basis: 'this_bar' } as const;
const OUT = { code: 'out', basis: 'next_bar' } as const;

const fill = (
  side: Fill['side'],
  coins: number,
  price: number,
  changes: Partial<Fill> = {},
): Fill => ({
  at: FIRST_AT,
  instrument: CALL_NAME,
  side,
  amountE8: coins * 1e8,
  priceE8: Math.round(price * 1e8),
  feeE8: 30_000 * coins,
  feeCurrency: 'BTC',
  ...changes,
});

const desk = (): RowDesk => new RowDesk(risingBars(4), CATALOG, 'b');

describe('rows from fills', () => {
  it('parts of a position are one trade at their mean price', () => {
    const rows = desk();
    rows.fill(fill('buy', 1, 0.04), IN);
    rows.fill(fill('buy', 3, 0.02, { at: FIRST_AT + STEP_MS }), IN);
    rows.fill(fill('sell', 1, 0.03, { at: FIRST_AT + 2 * STEP_MS }), OUT);
    expect(rows.trades()).toMatchObject([{ entry_price: 0.025, open: true, exit_price: null }]);
    rows.fill(fill('sell', 3, 0.05, { at: FIRST_AT + 3 * STEP_MS }), OUT);
    const [trade] = rows.trades();
    expect(trade).toMatchObject({
      trade_id: '1',
      entry_price: 0.025,
      exit_price: 0.045,
      entry_bar: 0,
      exit_bar: 3,
      bars_held: 3,
      direction: 1,
      exit_reason_code: 'out',
    });
    // 0.18 - 0.10 gained, eight fees of 0.0003 paid, on 0.10.
    expect(trade?.return).toBeCloseTo((0.08 - 8 * 0.0003) / 0.1, 12);
    expect(rows.events.map((event) => [event.position_before, event.position_after])).toEqual([
      [0, 1],
      [1, 4],
      [4, 3],
      [3, 0],
    ]);
    expect(rows.events[2]).toMatchObject({ price_basis: 'next_bar', reason_family: 'g' });
  });

  it('what is sold first gains as the price falls', () => {
    const rows = desk();
    rows.fill(fill('sell', 1, 0.04, { feeE8: 0 }), IN);
    expect(rows.heldE8(CALL_NAME)).toBe(-1e8);
    rows.fill(fill('buy', 1, 0.03, { feeE8: 0 }), OUT);
    expect(rows.trades()).toMatchObject([{ direction: -1, return: 0.25, open: false }]);
    expect(rows.held()).toBeNull();
  });

  it('a fill that turns a position over ends one trade and begins another', () => {
    const rows = desk();
    rows.fill(fill('buy', 1, 0.04), IN);
    const events = rows.fill(fill('sell', 3, 0.05), OUT);
    expect(events.map(({ amount, fee, trade_id }) => [amount, fee, trade_id])).toEqual([
      [1, 0.0003, '1'],
      [2, 0.0006, '2'],
    ]);
    expect(rows.trades()).toMatchObject([
      { open: false, direction: 1 },
      { open: true, direction: -1, last_real_sell_reason_code: 'out' },
    ]);
    const whole = desk();
    whole.fill(fill('buy', 1, 0.04), IN);
    expect(whole.fill(fill('sell', 1, 0.05), OUT)).toHaveLength(1);
  });

  it('two instruments are two trades, and the first of them is what is held', () => {
    const rows = desk();
    rows.fill(fill('buy', 1, 0.04, { instrument: 'A' }), IN);
    rows.fill(fill('sell', 2, 0.04, { instrument: 'B' }), IN);
    expect(rows.held()).toEqual({ instrument: 'A', amount: 1 });
    expect(rows.trades().map(({ instrument }) => instrument)).toEqual(['A', 'B']);
    rows.day({ bar: 0, mode: 'Active', looks: 1, proposals: 1, outcome: 'x' }, FIRST_AT);
    expect(rows.daily).toMatchObject([{ open_positions: 2, date: '2026-03-02', branch: 'b' }]);
  });

  it('a mark tells what is held, and is no sale', () => {
    const rows = desk();
    rows.fill(fill('buy', 1, 0.04), IN);
    rows.mark(FIRST_AT + STEP_MS, { side: 'SELL', instrument: CALL_NAME }, 'out', null);
    rows.fill(fill('buy', 1, 0.04, { instrument: 'B' }), IN);
    expect(rows.events[1]).toMatchObject({ bar: 1, position_before: 1, position_after: 1 });
    expect(rows.trades()[1]).toMatchObject({ last_real_sell_reason_code: null });
  });

  it('a code in no catalog is an error, wherever it comes from', () => {
    const rows = desk();
    for (const code of ['whim', 'toString', '']) {
      expect(() => rows.fill(fill('buy', 1, 0.04), { ...IN, code })).toThrow('of the catalog');
    }
    expect(rows.events).toEqual([]);
    rows.fill(fill('buy', 1, 0.04), { ...IN, code: 'strategy_open' });
    expect(rows.events).toMatchObject([{ reason_family: 'strategy', reason_layer: 'core' }]);
  });

  it('rows are frozen', () => {
    const rows = desk();
    const [event] = rows.fill(fill('buy', 1, 0.04), IN);
    expect(Object.isFrozen(event)).toBe(true);
    expect(Object.isFrozen(rows.trades()[0])).toBe(true);
  });
});

describe('settlement', () => {
  const settled = (amount: number, cash: number): Fill =>
    settledFill({
      type: 'settlementRecorded',
      at: FIRST_AT,
      settlementId: 's',
      instrument: CALL_NAME,
      amountE8: amount * 1e8,
      settlementPriceE8: 0,
      indexPriceE8: 0,
      cashE8: cash * 1e8,
      currency: 'BTC',
    } as never);

  it('ends what is held, at what was paid for one', () => {
    expect(settled(2, 0.1)).toMatchObject({
      side: 'sell',
      amountE8: 2e8,
      priceE8: 0.05e8,
      feeE8: 0,
    });
    expect(settled(-2, -0.1)).toMatchObject({ side: 'buy', amountE8: 2e8, priceE8: 0.05e8 });
    expect(settled(1, 0)).toMatchObject({ priceE8: 0 });
  });
});

it('a day is that of UTC', () => {
  expect(dayOf(Date.UTC(2026, 2, 2, 23, 59, 59, 999))).toBe('2026-03-02');
  expect(dayOf(Date.UTC(2026, 2, 3))).toBe('2026-03-03');
});

import { describe, expect, it } from 'vitest';
import { frame } from './frame.ts';
import type { ViewModel } from './model.ts';
import { openScreen } from './screen.ts';

const VIEW: ViewModel = {
  now: Date.UTC(2026, 7, 5, 6, 0, 7),
  elapsedMs: 3_723_000,
  mode: 'Active',
  reasons: [],
  figures: [],
  figuresHidden: 0,
  environment: 'dev',
  venue: 'simulated',
  endpoint: 'ws://127.0.0.1:4000/ws/api/v2',
  http: 'http://127.0.0.1:4001',
  connected: true,
  requestP95Ms: 1.25,
  reconnects: 0,
  listed: 1_500,
  marketAgeMs: 40,
  indexes: [{ underlying: 'BTC', usd: 65_000.5 }],
  positions: [{ instrument: 'BTC-28AUG26-70000-C', amount: -0.3, value_usd: null }],
  pnlUsd: -12.345,
  feesUsd: 3.1,
  orders: [
    {
      instrument: 'BTC-28AUG26-70000-C',
      side: 'buy',
      amount: '0.3',
      filled: '0',
      price: '0.0125',
      state: 'Acked',
      strategy: 'cheap-option',
    },
  ],
  ordersHidden: 2,
  totals: { proposed: 9, refused: 5, sent: 4, filled: 3, fills: 3 },
  refusals: [{ at: Date.UTC(2026, 7, 5, 6), text: 'NetEdgeTooLow: net edge 1 USD below 2 USD' }],
  ledgerRecords: 27,
  ledgerDepth: 0,
};

const REASON = {
  code: 'REDUCEONLY_OPEN_PERMISSION_LATCHED',
  meaning: 'Something must be reconciled first.',
  clears: 'A full reconciliation passes.',
};

describe('the screen', () => {
  it('says the mode in its first line and the reason with its way out in the second', () => {
    const [first, second, third] = frame(
      { ...VIEW, mode: 'ReduceOnly', reasons: [REASON] },
      100,
      false,
    );
    expect(first).toMatch(/^ REDUCEONLY .*dev on the simulated venue.*01:02:03$/);
    expect(second).toBe('Something must be reconciled first.');
    expect(third).toBe(
      '  REDUCEONLY_OPEN_PERMISSION_LATCHED, until: A full reconciliation passes.',
    );
  });

  it('Active needs no reason; a held mode without one is named a defect', () => {
    expect(frame(VIEW, 100, false)[1]).toContain('Every check passes');
    expect(frame({ ...VIEW, mode: 'Kill' }, 100, false)[1]).toContain('that is a defect');
  });

  it('the figures behind the reasons stand below them, and how many more there are', () => {
    const figure = 'spread_bps BTC-PERPETUAL 26 bps against 25 bps';
    const held = { mode: 'ReduceOnly', reasons: [REASON], figures: [figure], figuresHidden: 3 };
    const lines = frame({ ...VIEW, ...held }, 100, false);
    expect(lines.slice(3, 5)).toEqual([`    ${figure}`, '    and 3 more: holdfast status']);
  });

  it('an unknown value is said to be unknown, and never shown as zero', () => {
    const text = frame(VIEW, 100, false).join('\n');
    expect(text).toMatch(/BTC-28AUG26-70000-C\s+-0.3\s+unknown/);
    expect(frame({ ...VIEW, pnlUsd: null }, 100, false).join('\n')).toContain('PnL unknown');
    expect(frame({ ...VIEW, marketAgeMs: null }, 100, false).join('\n')).toContain(
      'no market data',
    );
  });

  it('shows orders, how many are hidden, and the last refusals', () => {
    const text = frame(VIEW, 110, false).join('\n');
    expect(text).toContain('and 2 more');
    expect(text).toContain('06:00:00  NetEdgeTooLow: net edge 1 USD below 2 USD');
  });

  it.each([20, 40, 80, 200])('no line is wider than a terminal of %i columns allows', (columns) => {
    for (const line of frame({ ...VIEW, mode: 'Kill', reasons: [REASON] }, columns, false)) {
      expect(line.length).toBeLessThanOrEqual(Math.max(40, Math.min(columns, 110)));
    }
  });

  it('is drawn in place, and gives the cursor back once', () => {
    const written: string[] = [];
    const terminal = { rows: 6, write: (text: string) => written.push(text) };
    const screen = openScreen(terminal);
    screen.draw(frame(VIEW, 80, false));
    expect(written.at(-1)?.split('\n')).toHaveLength(6);
    screen.close();
    screen.close();
    screen.draw(['too soon']);
    expect(written.filter((text) => text.includes('\u001b[?25h'))).toHaveLength(1);
    expect(written.join('')).not.toContain('too soon');
  });
});

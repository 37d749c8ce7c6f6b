/** Hooks through the real loop, beside an oracle that knows no loop. */
import { describe, expect, it } from 'vitest';
import { BAR_MS_MIN, type Bar, type DecisionHooks } from '../src/backtest/index.ts';
import { barAt, CALL_NAME, FIRST_AT, risingBars } from '../src/backtest/bars.fixture.ts';
import {
  comparedWith,
  playHooks,
  resultOfScript,
  scripted,
  type Step,
} from './backtest-hooks.fixture.ts';

/** Fee of half a coin's option at 3 basis points of the coin. */
const FEE = 0.00015;

async function played(bars: readonly Bar[], script: readonly Step[]) {
  const result = await resultOfScript(bars, script);
  const { told, oracle } = comparedWith(bars, script, result.events);
  expect(told).toEqual(oracle);
  return result;
}

describe('hooks, as the oracle has it', () => {
  it('DG-16 empty bars are an empty result', async () => {
    const result = await played([], []);
    expect(result).toEqual({
      events: [],
      trades: [],
      daily: [],
      warnings: [],
      looks: { looks: 0, outcomes: {}, unclassified: 0 },
    });
  });

  it('DG-16 one bar: an entry on it, and one row of the day', async () => {
    const result = await played(risingBars(1), [{ entry: 'this_bar' }]);
    expect(result.events).toHaveLength(1);
    expect(result.daily).toMatchObject([
      { date: '2026-03-02', bar: 0, mode: 'Active', open_positions: 1, outcome: 'proposed' },
    ]);
  });

  it('DG-16 an entry on the last bar is an open trade without exit and return', async () => {
    const result = await played(risingBars(3), [{}, {}, { entry: 'this_bar' }]);
    expect(result.trades).toMatchObject([
      { open: true, exit_date: null, exit_price: null, return: null, bars_held: 0, entry_bar: 2 },
    ]);
    expect(result.warnings).toEqual([]);
  });

  it('DG-16 an exit at the next bar, which is missing, leaves the trade open', async () => {
    const script: Step[] = [{ entry: 'this_bar' }, { exit: 'next_bar' }];
    const result = await played(risingBars(2), script);
    expect(result.trades).toMatchObject([{ open: true, exit_price: null, return: null }]);
    expect(result.warnings).toEqual(['next_bar_price_missing:1:rich_exit']);
  });

  it('DG-16 a next bar without the quote is missing too: no other price', async () => {
    const [first, second, , fourth] = risingBars(4);
    if (first === undefined || second === undefined || fourth === undefined) throw new Error();
    const bars = [first, second, barAt(2, []), fourth];
    const result = await played(bars, [{ entry: 'this_bar' }, { exit: 'next_bar' }]);
    expect(result.trades).toMatchObject([{ open: true, return: null }]);
    expect(result.warnings).toEqual(['next_bar_price_missing:2:rich_exit']);
  });

  it('the next bar has its price: closed at that, with a return net of fees', async () => {
    const script: Step[] = [{ entry: 'next_bar' }, {}, { exit: 'next_bar' }];
    const result = await played(risingBars(4), script);
    const [entry, exit] = [0.041, 0.0415];
    expect(result.events).toMatchObject([
      { bar: 1, price: entry, price_basis: 'next_bar', fee: FEE, fee_currency: 'BTC' },
      { bar: 3, price: exit, price_basis: 'next_bar', fee: FEE },
    ]);
    const [trade] = result.trades;
    expect(trade?.return).toBeCloseTo((0.5 * (exit - entry) - 2 * FEE) / (0.5 * entry), 10);
    expect(trade).toMatchObject({ bars_held: 2, open: false, exit_reason_code: 'rich_exit' });
    expect(result.warnings).toEqual([]);
  });

  it('DG-16 exit and entry on one bar: the exit first, and the entry knows of it', async () => {
    const script: Step[] = [{ entry: 'this_bar' }, { exit: 'this_bar', entry: 'this_bar' }, {}];
    const result = await played(risingBars(3), script);
    expect(result.events.map(({ bar, side }) => `${bar} ${side}`)).toEqual([
      '0 BUY',
      '1 SELL',
      '1 BUY',
    ]);
    expect(result.trades).toMatchObject([
      { trade_id: '1', open: false, last_real_sell_reason_code: null },
      { trade_id: '2', open: true, last_real_sell_reason_code: 'rich_exit', entry_bar: 1 },
    ]);
  });

  it('DG-16 a day of marks alone moves nothing', async () => {
    const result = await played(risingBars(2), [{ aux: 'SELL' }, { aux: 'BUY' }]);
    expect(result.events).toMatchObject([
      { kind: 'aux', side: 'SELL', price: 0.04, trade_id: null, amount: 0, reason_family: 'turn' },
      { kind: 'aux', side: 'BUY', price: 0.041, trade_id: null, position_after: 0 },
    ]);
    expect(result.trades).toEqual([]);
    expect(result.looks.unclassified).toBe(0);
  });

  it('DG-16 a reason that no catalog knows is an error', async () => {
    const hooks = scripted([{}, { entry: 'this_bar' }], { entry: 'whim' });
    expect(await playHooks(risingBars(3), hooks)).toEqual({
      ok: false,
      code: 'unknown_reason_code',
      detail: 'whim',
    });
  });
});

describe('the order of a bar', () => {
  it('carried, exit, entry, marks, state, row; each once, whatever is decided', async () => {
    const asked: string[] = [];
    const inner = scripted([
      { entry: 'this_bar' },
      { exit: 'this_bar', entry: 'next_bar', aux: 'BUY' },
      {},
    ]);
    const hooks: DecisionHooks<number> = {
      initialState: (bars) => {
        asked.push(`initial ${bars.length}`);
        return 0;
      },
      exit: (context) => {
        asked.push(`${context.index} exit of ${context.position?.amount} after ${context.state}`);
        return inner.exit(context);
      },
      entry: (context) => {
        asked.push(`${context.index} entry after ${context.state}`);
        return inner.entry(context);
      },
      auxiliary: (context) => {
        asked.push(`${context.index} marks, ${context.history.length} bars`);
        return inner.auxiliary(context);
      },
      onFilled: (context, event) => {
        asked.push(`${context.index} state by ${event.side} of bar ${event.bar}`);
        return context.state + 1;
      },
    };
    const outcome = await playHooks(risingBars(3), hooks);
    expect(asked).toEqual([
      'initial 1',
      '0 entry after 0',
      '0 marks, 1 bars',
      '0 state by BUY of bar 0',
      '1 exit of 0.5 after 1',
      '1 entry after 1',
      '1 marks, 2 bars',
      '1 state by SELL of bar 1',
      '2 exit of 0.5 after 2',
      '2 marks, 3 bars',
      '2 state by BUY of bar 2',
    ]);
    expect(outcome).toMatchObject({ ok: true, result: { warnings: [] } });
  });
});

describe('what the real loop adds', () => {
  it('an entry without the edge the gates ask for is refused, and said', async () => {
    const hooks = scripted([{ entry: 'this_bar' }]);
    const poor: DecisionHooks<number> = {
      ...hooks,
      entry: (context) => {
        const entry = hooks.entry(context);
        return entry !== null && 'basis' in entry ? { ...entry, fairPrice: 0.0405 } : entry;
      },
    };
    const outcome = await playHooks(risingBars(2), poor);
    if (!outcome.ok) throw new Error(outcome.detail);
    expect(outcome.result.events).toEqual([]);
    expect(outcome.result.warnings).toEqual([
      'not_filled:0:cheap_entry',
      `rejected:0:NetEdgeTooLow:${CALL_NAME}`,
    ]);
  });

  it('who trades alone in a bar is paused by the guard that asks who chases himself', async () => {
    const script: Step[] = [{ entry: 'next_bar' }, { exit: 'this_bar', entry: 'this_bar' }];
    const { events, warnings } = await resultOfScript(risingBars(2), script);
    expect(events.map(({ bar, side }) => `${bar} ${side}`)).toEqual(['1 BUY', '1 SELL']);
    expect(warnings).toEqual([
      'not_filled:1:cheap_entry',
      `rejected:1:FeedbackLoopGuardActive:${CALL_NAME}`,
    ]);
  });

  it('a hook that throws ends the run, by name', async () => {
    const hooks: DecisionHooks<number> = {
      ...scripted([]),
      entry: () => {
        throw new Error('lost its mind');
      },
    };
    expect(await playHooks(risingBars(1), hooks)).toEqual({
      ok: false,
      code: 'strategy_failed',
      detail: 'lost its mind',
    });
  });

  it('a step that answers nothing is counted, and one with a name is not', async () => {
    const silent: DecisionHooks<number> = { ...scripted([]), entry: () => null };
    const outcome = await playHooks(risingBars(2), silent);
    expect(outcome).toMatchObject({ ok: true, result: { looks: { looks: 2, unclassified: 2 } } });
    const { looks } = await resultOfScript(risingBars(2), []);
    expect(looks).toEqual({ looks: 2, outcomes: { nothing_to_do: 2 }, unclassified: 0 });
  });
});

describe('bars that cannot be played', () => {
  it('bars that do not ascend are refused', async () => {
    const [first, second] = risingBars(2);
    if (first === undefined || second === undefined) throw new Error();
    const code = 'bars_not_ascending';
    expect(await playHooks([second, first], scripted([]))).toMatchObject({ ok: false, code });
    expect(await playHooks([first, first], scripted([]))).toMatchObject({ ok: false, code });
  });

  it('bars nearer than a look takes are refused, and just as near as that are played', async () => {
    const apart = (ms: number): readonly Bar[] => [barAt(0), { ...barAt(1), at: FIRST_AT + ms }];
    expect(await playHooks(apart(BAR_MS_MIN - 1), scripted([]))).toMatchObject({
      ok: false,
      code: 'bars_too_close',
    });
    expect(await playHooks(apart(BAR_MS_MIN), scripted([]))).toMatchObject({ ok: true });
  });
});

import { describe, expect, it } from 'vitest';
import { formatDecimal } from './decimal.ts';
import * as measures from './measures.ts';
import { METRIC_IDS, METRICS } from './metric.ts';
import { branchTrades, trade } from './rollout.fixture.ts';
import { type BranchTrades, contradictionOfTrades, parseBranchTrades } from './trade.ts';

type Measure = (trades: BranchTrades) => bigint | null;
const shown = (measure: Measure, over: Partial<BranchTrades> = {}): string | null => {
  const value = measure(branchTrades(over));
  return value === null ? null : formatDecimal(value);
};
const on = (day: string) => ({ closed_at: Date.parse(`${day}T08:00:00.000Z`) });
const USD = 1_000_000;

describe('what is measured of an options strategy', () => {
  it('net return is the mean after fees on the capital that each trade held', () => {
    // 20 %, -10 %, 20 % against the same and -10 %.
    expect(shown(measures.netReturnDelta)).toBe('0.05');
    const candidate = [trade('a', 200, { fees_micro_usd: 100 * USD })];
    const control = [trade('b', 100, { capital_micro_usd: 500 * USD })];
    expect(shown(measures.netReturnDelta, { candidate, control })).toBe('-0.1');
  });

  it('profit factor is what was won by what was lost', () => {
    expect(shown(measures.profitFactorDelta)).toBe('2');
    const candidate = [
      trade('a', 200, { fees_micro_usd: 50 * USD }),
      trade('b', -50),
      trade('z', 0),
    ];
    expect(shown(measures.profitFactorDelta, { candidate })).toBe('1');
    expect(shown(measures.profitFactorDelta, { candidate: [trade('a', 200)] })).toBe(null);
  });

  it('drawdown is the fall below the highest, in the order of closing', () => {
    const candidate = [
      trade('c', -3_000, on('2026-03-12')),
      trade('a', 2_000, on('2026-03-10')),
      trade('b', -1_000, on('2026-03-11')),
      trade('d', 9_000, on('2026-03-13')),
    ];
    // 12 000, 11 000, 8 000: a third below 12 000.
    expect(shown(measures.maxDrawdown, { candidate })).toBe('-0.3333333333');
    expect(shown(measures.maxDrawdown, { candidate: [trade('a', 1)] })).toBe('0');
    expect(shown(measures.maxDrawdown, { candidate: [trade('a', -2_000)] })).toBe('-0.2');
    const fees = [trade('a', 0, { fees_micro_usd: 1_000 * USD })];
    expect(shown(measures.maxDrawdown, { candidate: fees })).toBe('-0.1');
  });

  it('a loss streak is broken by what did not lose', () => {
    const days = ['01', '02', '03', '04', '05', '06'].map((each) => on(`2026-03-${each}`));
    const results = [-1, -1, 0, -1, -1, -1];
    const candidate = results.map((gross, index) => trade(`t${index}`, gross, days[index]));
    expect(shown(measures.maxLossStreak, { candidate: candidate.toReversed() })).toBe('3');
    expect(shown(measures.maxLossStreak, { candidate: [trade('a', 1)] })).toBe('0');
    const tie = [trade('b', 5), trade('a', -1), trade('c', -1)];
    expect(shown(measures.maxLossStreak, { candidate: tie })).toBe('1');
  });

  it('the stressed year pays 20 bps of the value of every fill', () => {
    const window = { from: '2026-04-03', as_of: '2026-04-03' };
    const of = (gross: number) => [
      trade('a', gross, { entry_value_micro_usd: 3_000 * USD, exit_value_micro_usd: 2_000 * USD }),
    ];
    // 20 bps of 5 000 is 10: (100 - 10) / 10 000 in a day, times 365, against (50 - 10).
    const over = { ...window, candidate: of(100), control: of(50) };
    expect(shown(measures.stressedReturnDelta, over)).toBe('1.825');
    const free = trade('b', 0, { entry_value_micro_usd: 0, exit_value_micro_usd: 0 });
    expect(shown(measures.stressedReturnDelta, { ...over, control: [free] })).toBe('3.285');
    const twoDays = { ...over, control: [free], from: '2026-04-02' };
    expect(shown(measures.stressedReturnDelta, twoDays)).toBe('1.6425');
  });

  it('a removed trade that earned is an over-removal, one spoilt by its fees is observed', () => {
    const control = [
      trade('a', 1),
      trade('b', 10, { fees_micro_usd: 10 * USD }),
      trade('c', 10, { fees_micro_usd: 9 * USD }),
      trade('d', 0),
      trade('e', -1),
      trade('kept', 5),
    ];
    const candidate = [trade('x', 1, { opportunity_id: 'kept' })];
    expect(shown(measures.overRemovals, { control, candidate })).toBe('2');
    expect(shown(measures.observeRemovals, { control, candidate })).toBe('2');
  });

  it('a sensitivity case is robust where it returns at least what the control does', () => {
    const control = [trade('a', 100)];
    const sensitivity = [100, 99, 101].map((gross) => ({
      case: `at ${gross}`,
      trades: [trade('a', gross)],
    }));
    const over = { control, sensitivity: [...sensitivity, { case: 'none', trades: [] }] };
    expect(shown(measures.robustCases, over)).toBe('2');
    expect(shown(measures.robustCases, { sensitivity: null })).toBe(null);
    expect(shown(measures.robustCases, { sensitivity: [] })).toBe('0');
  });

  it('overlap is lost where the control shared it with the reference', () => {
    const reference = [trade('a', 1), trade('b', 1), trade('c', 1)];
    const control = [trade('a', 1), trade('b', 1), trade('d', 1)];
    const candidate = [trade('a', 1, on('2026-03-10'))];
    const over = { reference, control, candidate };
    expect(shown(measures.entryOverlapLoss, over)).toBe('1');
    expect(shown(measures.exitOverlapLoss, over)).toBe('2');
  });

  it('D-42 nothing that was not traded is a nought', () => {
    const none = branchTrades({ candidate: [], control: [], reference: [], sensitivity: [] });
    for (const id of METRIC_IDS) expect(METRICS[id].measure(none), id).toBe(null);
    const alone = branchTrades({ control: [] });
    const known = METRIC_IDS.filter((id) => METRICS[id].measure(alone) !== null);
    expect(known).toEqual(['max_drawdown', 'max_loss_streak']);
    const missing = METRIC_IDS.filter(
      (id) => METRICS[id].measure(branchTrades({ candidate: [] })) === null,
    );
    expect(missing).toEqual([
      'net_return_delta',
      'profit_factor_delta',
      'max_drawdown',
      'max_loss_streak',
      'stressed_return_delta',
    ]);
    expect(shown(measures.entryOverlapLoss, { reference: [] })).toBe(null);
  });
});

describe('the source of the measures', () => {
  it('is read as it is', () => {
    expect(parseBranchTrades(branchTrades()).ok).toBe(true);
    expect(contradictionOfTrades(branchTrades())).toBe(null);
    expect(parseBranchTrades({ ...branchTrades(), more: 1 }).ok).toBe(false);
    const nought = [trade('a', 1, { capital_micro_usd: 0 })];
    expect(parseBranchTrades(branchTrades({ candidate: nought })).ok).toBe(false);
  });

  const cases = [{ case: 'x', trades: [] }];
  it.each<[string, Partial<BranchTrades>]>([
    ['the window', { from: '2026-04-04' }],
    ['the window', { from: '2026-02-30' }],
    ['the window', { as_of: '2026-02-30' }],
    ['a case', { sensitivity: [...cases, ...cases] }],
    ['trade a is told twice', { control: [trade('a', 1), trade('a', 1)] }],
    ['taken twice', { reference: [trade('a', 1), trade('b', 1, { opportunity_id: 'a' })] }],
    ['ends before', { candidate: [trade('a', 1, { opened_at: Date.parse('2026-03-10') })] }],
    ['outside', { candidate: [trade('a', 1, { ...on('2026-04-04') })] }],
    ['outside', { from: '2026-03-10' }],
    ['told twice', { sensitivity: [{ case: 'x', trades: [trade('a', 1), trade('a', 1)] }] }],
  ])('is not believed: %s', (detail, over) => {
    expect(contradictionOfTrades(branchTrades(over))).toContain(detail);
  });

  it('may be of one day', () => {
    const day = { from: '2026-03-09', as_of: '2026-03-09' };
    expect(contradictionOfTrades(branchTrades(day))).toBe(null);
  });
});

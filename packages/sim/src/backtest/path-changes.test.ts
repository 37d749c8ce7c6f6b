import { describe, expect, it } from 'vitest';
import { eventOf, resultOf } from './bars.fixture.ts';
import { differencesOf, parsePathChanges } from './path-changes.ts';
import type { RuntimeEvent } from './result.ts';
import { tablesOf } from './table.ts';

const textOf = (events: readonly RuntimeEvent[]): string => tablesOf(resultOf(events)).events.text;

const told = (was: readonly RuntimeEvent[], is: readonly RuntimeEvent[]): readonly string[] =>
  differencesOf('b', textOf(was), textOf(is)).map(
    ({ date, side, ordinal, action, reason_code }) =>
      `${date} ${side} ${ordinal} ${action} ${reason_code}`,
  );

const at = (bar: number, changes: Partial<RuntimeEvent> = {}): RuntimeEvent =>
  eventOf({ bar, price: 0.04 + bar / 1_000, ...changes });

describe('differences of events', () => {
  it('the same events have none, whatever number their trades go by', () => {
    expect(told([at(0), at(1)], [at(0), at(1)])).toEqual([]);
    expect(told([at(0)], [at(0, { trade_id: '7' })])).toEqual([]);
  });

  it('one more in the middle is one difference', () => {
    expect(told([at(0), at(2)], [at(0), at(1), at(2)])).toEqual([
      '2026-03-02 BUY 2 added strategy_open',
    ]);
  });

  it('one less is one difference, and carries the reason it had', () => {
    const gone = at(1, { reason_code: 'strategy_close' });
    expect(told([at(0), gone, at(2)], [at(0), at(2)])).toEqual([
      '2026-03-02 BUY 2 removed strategy_close',
    ]);
  });

  it('another price is a change, and carries the reason it has now', () => {
    const now = at(1, { price: 9, reason_code: 'strategy_close' });
    expect(told([at(0), at(1)], [at(0), now])).toEqual(['2026-03-02 BUY 2 changed strategy_close']);
  });

  it('a change and an addition at one place are both told', () => {
    expect(told([at(0)], [at(1), at(2)])).toEqual([
      '2026-03-02 BUY 1 changed strategy_open',
      '2026-03-02 BUY 2 added strategy_open',
    ]);
  });

  it('equal events are counted, not merged', () => {
    expect(told([at(0), at(0)], [at(0)])).toEqual(['2026-03-02 BUY 2 removed strategy_open']);
    expect(told([at(0)], [at(0), at(0)])).toEqual(['2026-03-02 BUY 2 added strategy_open']);
  });

  it('dates, sides and kinds are places of their own', () => {
    const [sell, mark, later] = [
      at(0, { side: 'SELL' }),
      at(0, { kind: 'aux' }),
      at(0, { date: '2026-03-03' }),
    ];
    expect(told([at(0)], [sell, mark, later])).toEqual([
      '2026-03-02 BUY 1 added strategy_open',
      '2026-03-02 BUY 1 removed strategy_open',
      '2026-03-02 SELL 1 added strategy_open',
      '2026-03-03 BUY 1 added strategy_open',
    ]);
  });
});

describe('the document of declared changes', () => {
  const change = {
    branch: 'b',
    date: '2026-03-02',
    side: 'SELL',
    kind: 'real',
    action: 'added',
    reason_code: 'strategy_close',
    justification: 'why',
    approved_by: 'who',
  };

  it('is read as it is', () => {
    expect(parsePathChanges({ changes: [] }).ok).toBe(true);
    expect(parsePathChanges({ changes: [change] })).toMatchObject({
      ok: true,
      value: { changes: [change] },
    });
  });

  it.each([
    ['without a reason why', { ...change, justification: '' }],
    ['approved by nobody', { ...change, approved_by: '' }],
    ['of another action', { ...change, action: 'moved' }],
    ['of no date', { ...change, date: 'today' }],
    ['with a key nobody knows', { ...change, ordinal: 1 }],
  ])('%s it is refused', (_name, wrong) => {
    expect(parsePathChanges({ changes: [wrong] }).ok).toBe(false);
  });
});

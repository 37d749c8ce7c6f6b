import { describe, expect, it } from 'vitest';
import { eventOf, resultOf } from './bars.fixture.ts';
import { checkNoSilentPath, type SilentPathRequest } from './no-silent-path.ts';
import type { PathChange } from './path-changes.ts';
import { RUNTIME_REASONS, type ReasonCatalog } from './reasons.ts';
import type { RuntimeEvent } from './result.ts';
import { tablesOf } from './table.ts';

const NOW = Date.UTC(2026, 10, 22);
const CATALOG: ReasonCatalog = {
  reasons: {},
  outcomes: { Waiting: 'It waits.' },
  dormant: Object.keys(RUNTIME_REASONS).filter((code) => code !== 'strategy_open'),
};

const BUY = eventOf();
const SELL = eventOf({ side: 'SELL', reason_code: 'strategy_close', bar: 3, price: 0.05 });

const EXTRA_SELL: PathChange = {
  branch: 'candidate',
  date: '2026-03-02',
  side: 'SELL',
  kind: 'real',
  action: 'added',
  reason_code: 'strategy_close',
  justification: 'The close is tried once more.',
  approved_by: 'm.rivera',
};

function check(
  events: readonly RuntimeEvent[],
  changes: readonly PathChange[] | null = [],
  more: Partial<SilentPathRequest> = {},
) {
  const was = tablesOf(resultOf([BUY]));
  return checkNoSilentPath({
    oracle: new Map([['candidate', { events: was.events.text }]]),
    results: new Map([['candidate', resultOf(events)]]),
    changes,
    catalog: CATALOG,
    now: NOW,
    ...more,
  });
}

describe('no silent path', () => {
  it('what is as recorded passes', () => {
    expect(check([BUY])).toEqual({
      schema_version: 'no-silent-path.v1',
      passed: true,
      compared_branches: ['candidate'],
      undeclared: [],
      stale_declarations: [],
      unknown_reasons: [],
      unclassified_count: 0,
      checked_at: '2026-11-22T00:00:00.000Z',
      failures: [],
    });
  });

  it('DG-17 one undeclared extra SELL fails, by branch, date and side', () => {
    const found = check([BUY, SELL]);
    expect(found.passed).toBe(false);
    expect(found.failures).toEqual(['undeclared_path_change']);
    expect(found.undeclared).toEqual([
      {
        branch: 'candidate',
        date: '2026-03-02',
        side: 'SELL',
        kind: 'real',
        ordinal: 1,
        action: 'added',
        reason_code: 'strategy_close',
      },
    ]);
  });

  it('DG-17 the same declared passes', () => {
    expect(check([BUY, SELL], [EXTRA_SELL])).toMatchObject({ passed: true, undeclared: [] });
  });

  it('DG-17 a declaration of what did not occur is stale', () => {
    const found = check([BUY], [EXTRA_SELL]);
    expect(found).toMatchObject({ passed: false, failures: ['stale_path_declaration'] });
    expect(found.stale_declarations).toEqual([EXTRA_SELL]);
  });

  it('one declaration stands for one difference', () => {
    const found = check([BUY, SELL, SELL], [EXTRA_SELL]);
    expect(found.undeclared.map(({ ordinal }) => ordinal)).toEqual([2]);
    expect(check([BUY, SELL, SELL], [EXTRA_SELL, EXTRA_SELL]).passed).toBe(true);
  });

  it.each<[string, Partial<PathChange>]>([
    ['branch', { branch: 'control' }],
    ['date', { date: '2026-03-03' }],
    ['side', { side: 'BUY' }],
    ['kind', { kind: 'aux' }],
    ['action', { action: 'changed' }],
    ['reason', { reason_code: 'strategy_open' }],
  ])('a declaration with another %s is another difference', (_name, change) => {
    const found = check([BUY, SELL], [{ ...EXTRA_SELL, ...change }]);
    expect(found.failures).toEqual(['stale_path_declaration', 'undeclared_path_change']);
  });

  it('declarations that cannot be read fail, and no reading of them is none', () => {
    expect(check([BUY], null)).toMatchObject({ failures: ['path_changes_unreadable'] });
  });

  it('a branch that one side lacks is not compared, and that fails', () => {
    const results = new Map([['probe', resultOf([BUY])]]);
    const found = check([BUY], [], { results });
    expect(found).toMatchObject({ compared_branches: [], failures: ['branch_not_compared'] });
    const without = check([BUY], [], { oracle: new Map([['candidate', {}]]) });
    expect(without.failures).toEqual(['branch_not_compared']);
  });
});

describe('reasons and looks', () => {
  const looked = (outcomes: Readonly<Record<string, number>>, unclassified: number) =>
    new Map([['candidate', resultOf([BUY], { looks: { looks: 9, outcomes, unclassified } })]]);

  it('a name in no catalog is unknown, one of the catalog or the runtime is not', () => {
    const known = looked({ Waiting: 8, proposed: 1 }, 0);
    expect(check([], [], { results: known }).unknown_reasons).toEqual([]);
    const unknown = check([], [], { results: looked({ Sulking: 1 }, 0) });
    expect(unknown).toMatchObject({
      unknown_reasons: ['Sulking'],
      failures: ['unknown_reason_code'],
    });
  });

  it('a reason of an event in no catalog is unknown', () => {
    const odd = eventOf({ reason_code: 'whim' });
    const oracle = new Map([['candidate', { events: tablesOf(resultOf([BUY, odd])).events.text }]]);
    expect(check([BUY, odd], [], { oracle }).unknown_reasons).toEqual(['whim']);
  });

  it('a reason nobody met fails, unless it is dormant', () => {
    const catalog = { ...CATALOG, reasons: { spare: { family: 'spare', layer: 'core' } as const } };
    const found = check([BUY], [], { catalog });
    expect(found).toMatchObject({
      unknown_reasons: ['not_reached:spare'],
      failures: ['unknown_reason_code'],
    });
    const dormant = { ...catalog, dormant: [...catalog.dormant, 'spare'] };
    expect(check([BUY], [], { catalog: dormant }).passed).toBe(true);
  });

  it('one look without a name fails', () => {
    expect(check([], [], { results: looked({}, 1) })).toMatchObject({
      unclassified_count: 1,
      failures: ['unclassified_look'],
    });
  });
});

import { describe, expect, it } from 'vitest';
import { eventOf, resultOf, risingBars } from './bars.fixture.ts';
import { recordGolden } from './golden-manifest.ts';
import { checkGolden, firstDiff, type GoldenRequest, type Oracle } from './golden-regression.ts';
import type { RuntimeResult } from './result.ts';
import { TABLES, tablesOf } from './table.ts';

const NOW = Date.UTC(2026, 10, 22);
const SHA = 'a'.repeat(64);
const RELEASED = resultOf([eventOf(), eventOf({ side: 'SELL', bar: 2, price: 0.05 })]);
const CHANGED = resultOf([eventOf(), eventOf({ side: 'SELL', bar: 2, price: 0.06 })]);

const MANIFEST = recordGolden(
  { sourceId: 'test', bars: risingBars(3), sha256: SHA },
  new Map([['candidate', { role: 'candidate', result: RELEASED }]]),
  { createdAt: NOW, codeVersion: 'test' },
);

const oracleOf = (result: RuntimeResult): Oracle => {
  const tables = tablesOf(result);
  return new Map([
    ['candidate', Object.fromEntries(TABLES.map((name) => [name, tables[name].text]))],
  ]);
};

function check(result: RuntimeResult, more: Partial<GoldenRequest> = {}) {
  return checkGolden({
    manifest: MANIFEST,
    oracle: oracleOf(RELEASED),
    dataSha256: SHA,
    results: new Map([['candidate', result]]),
    now: NOW,
    ...more,
  });
}

describe('golden regression', () => {
  it('what is as recorded passes', () => {
    expect(check(RELEASED)).toEqual({
      schema_version: 'golden-regression.v1',
      passed: true,
      core_hash_expected: MANIFEST.core_hash,
      core_hash_actual: MANIFEST.core_hash,
      mismatches: [],
      data_hash_ok: true,
      checked_at: '2026-11-22T00:00:00.000Z',
      failures: [],
    });
  });

  it('another price is named by branch, table, row and column', () => {
    const found = check(CHANGED);
    expect(found).toMatchObject({ passed: false, failures: ['golden_table_mismatch'] });
    expect(found.core_hash_actual).not.toBe(found.core_hash_expected);
    expect(found.mismatches).toEqual([
      {
        branch: 'candidate',
        table: 'events',
        expected: MANIFEST.branches['candidate']?.events.sha256,
        actual: tablesOf(CHANGED).events.sha256,
        first_diff: { row: 2, column: 'price', expected: '0.05', actual: '0.06' },
      },
    ]);
  });

  it('other bars are their own failure, and no table is blamed for them', () => {
    const found = check(CHANGED, { dataSha256: 'b'.repeat(64) });
    expect(found).toMatchObject({
      passed: false,
      data_hash_ok: false,
      mismatches: [],
      failures: ['golden_data_hash_mismatch'],
    });
  });

  it('no manifest is a failure', () => {
    expect(check(RELEASED, { manifest: null })).toMatchObject({
      passed: false,
      core_hash_expected: '',
      data_hash_ok: false,
      failures: ['golden_manifest_missing'],
    });
  });

  it('a recorded branch that was not run fails, and so does one nobody recorded', () => {
    expect(check(RELEASED, { results: new Map() }).failures).toEqual(['golden_branch_missing']);
    const results = new Map([
      ['candidate', RELEASED],
      ['stranger', RELEASED],
    ]);
    expect(check(RELEASED, { results }).failures).toEqual(['golden_branch_unknown']);
  });

  it('a kept table that is not the recorded one is damage, whatever the run gave', () => {
    expect(check(RELEASED, { oracle: oracleOf(CHANGED) }).failures).toEqual([
      'golden_oracle_damaged',
    ]);
  });

  it('without the kept table the mismatch is told by its hashes alone', () => {
    const [mismatch] = check(CHANGED, { oracle: new Map() }).mismatches;
    expect(mismatch).toMatchObject({ table: 'events', first_diff: null });
  });
});

describe('the first difference', () => {
  it('is none between equals', () => {
    expect(firstDiff('a,b\n1,2\n', 'a,b\n1,2\n')).toBeNull();
  });

  it('is a column, a cell, or a row that only one has', () => {
    expect(firstDiff('a,b\n', 'a,c\n')).toEqual({
      row: 0,
      column: 'b',
      expected: 'b',
      actual: 'c',
    });
    expect(firstDiff('a,b\n1,2\n3,4\n', 'a,b\n1,2\n3,5\n')).toEqual({
      row: 2,
      column: 'b',
      expected: '4',
      actual: '5',
    });
    expect(firstDiff('a,b\n1,2\n', 'a,b\n')).toEqual({
      row: 1,
      column: 'a',
      expected: '1',
      actual: '',
    });
    expect(firstDiff('a\n', 'a\n\n')).toEqual({ row: 1, column: 'a', expected: '', actual: '' });
  });
});

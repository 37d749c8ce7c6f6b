import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { T0 } from './chain.fixture.ts';
import { ASKER, Desk } from './desk.fixture.ts';
import { EMPTY_REGISTRY, type RegistryState } from './state.ts';
import { isProjected, projectRegistry, REGISTRY_TABLE_PATH } from './table.ts';

let folder = '';
let path = '';
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'holdfast-registry-'));
  path = join(folder, REGISTRY_TABLE_PATH);
});
afterEach(() => {
  rmSync(folder, { recursive: true, force: true });
});

/** Two strategies, one of them seeded from a catalogue, and a refused fallback. */
async function lived(): Promise<RegistryState> {
  const desk = new Desk();
  desk.earns('a', 'paper');
  desk.earns('b', 'paper');
  const champion = {
    strategyId: 'a',
    policyId: 'a',
    name: 'strangle',
    generation: 4,
    dna: { genes: [1.5, 'é"\u2028'] },
    fitnessReport: { fitness_score: 2.25, max_drawdown: -0.5, sharpe_ratio: 1, total_return: 3 },
    provenance: {
      seedSource: 'catalogue',
      catalogue: { name: 'base', version: '1', seededAt: 1_700_000_000.25, metadata: { k: 'v' } },
      entry: { id: 'e1', name: 'first', metadata: { n: 1 } },
    },
  };
  await desk.registry.registerChampion(champion, 'approved_default', ASKER);
  const other = { ...champion, strategyId: 'b', policyId: 'b', provenance: null, name: null };
  await desk.registry.registerChampion(other, 'approved_fallback', ASKER);
  desk.earns('b', 'experiment');
  await desk.registry.updateStatus('a', 'inactive', ASKER);
  return desk.registry.read();
}

function query(sql: string): Record<string, unknown>[] {
  const database = new DatabaseSync(path);
  try {
    return database
      .prepare(sql)
      .all()
      .map((row) => ({ ...row }));
  } finally {
    database.close();
  }
}
function change(sql: string): void {
  const database = new DatabaseSync(path);
  database.exec(sql);
  database.close();
}

describe('the table of the registry', () => {
  it('R-07 holds each strategy in its columns, with the policy that speaks for it', async () => {
    expect(projectRegistry(path, await lived())).toEqual({ rebuilt: true });
    const rows = query('SELECT * FROM strategies ORDER BY id');
    expect(rows[0]).toMatchObject({
      id: 1,
      genome_id: 'a',
      created_at: new Date(T0 + 2_000).toISOString(),
      dna: '{"genes":[1.5,"é\\"\u2028"]}',
      status: 'inactive',
      strategy_name: 'strangle',
      generation: 4,
      fitness_score: 2.25,
      max_drawdown: -0.5,
      sharpe_ratio: 1,
      total_return: 3,
      volatility: null,
      seed_source: 'catalogue',
      catalogue_name: 'base',
      catalogue_version: '1',
      catalogue_seeded_at: 1_700_000_000.25,
      catalogue_metadata: '{"k":"v"}',
      catalogue_entry_id: 'e1',
      catalogue_entry_name: 'first',
      catalogue_entry_metadata: '{"n":1}',
      policy_id: 'a',
    });
    const report = JSON.parse(String(rows[0]?.['fitness_report'])) as Record<string, unknown>;
    expect(report['metadata']).toMatchObject({
      catalogue_provenance: { seed_source: 'catalogue' },
    });
    expect(rows[1]).toMatchObject({
      id: 2,
      genome_id: 'b',
      strategy_name: null,
      seed_source: null,
    });
    const indexes = query("SELECT name FROM sqlite_schema WHERE name LIKE 'idx_%' ORDER BY 1");
    expect(indexes.map(({ name }) => name)).toEqual([
      'idx_fitness_score',
      'idx_genome_id',
      'idx_status',
    ]);
  });

  it('holds the history of every status, linked as its chain is', async () => {
    const state = await lived();
    projectRegistry(path, state);
    const rows = query('SELECT * FROM strategy_status_events ORDER BY seq');
    const steps = rows.map((row) => [
      row['seq'],
      row['strategy_id'],
      row['from_status'],
      row['to_status'],
    ]);
    expect(steps).toEqual([
      [0, 'a', null, 'approved_default'],
      [1, 'b', null, 'approved_fallback'],
      [2, 'a', 'approved_default', 'inactive'],
      [3, 'b', 'approved_fallback', 'approved_fallback'],
    ]);
    expect(rows[2]).toMatchObject({
      actor: 'ana',
      reason: 'status_changed: because',
      guard_result_json: null,
    });
    expect(JSON.parse(String(rows[3]?.['guard_result_json']))).toMatchObject({ ok: false });
    for (const at of [1, 2, 3]) expect(rows[at]?.['prev_hash']).toBe(rows[at - 1]?.['hash']);
    expect(query('SELECT * FROM registry_chain_head')).toEqual([{ ...state.head }]);
    expect(rows.at(-1)?.['hash']).toBe(state.head.hash);
  });

  it('is left alone where it says what the chain says', async () => {
    const state = await lived();
    expect(isProjected(path, state)).toBe(false);
    expect(existsSync(join(folder, 'artifacts'))).toBe(false);
    projectRegistry(path, state);
    expect(isProjected(path, state)).toBe(true);
    expect(projectRegistry(path, state)).toEqual({ rebuilt: false });
    expect(isProjected(path, EMPTY_REGISTRY)).toBe(false);
    expect(projectRegistry(path, EMPTY_REGISTRY)).toEqual({ rebuilt: true });
    expect(query('SELECT * FROM strategies')).toEqual([]);
  });

  it.each([
    "UPDATE strategies SET status = 'active' WHERE genome_id = 'a'",
    'UPDATE strategies SET fitness_score = 99',
    'UPDATE strategies SET volatility = 0',
    "DELETE FROM strategies WHERE genome_id = 'b'",
    "UPDATE strategy_status_events SET to_status = 'active' WHERE seq = 2",
    'DELETE FROM strategy_status_events WHERE seq = 3',
    'UPDATE registry_chain_head SET seq = 9',
    'DELETE FROM registry_chain_head',
    "INSERT INTO registry_chain_head VALUES (9, '')",
    'DROP INDEX idx_status',
    'DROP TABLE strategies',
    'ALTER TABLE strategies DROP COLUMN catalogue_version',
    'ALTER TABLE strategies ADD COLUMN extra TEXT',
    'CREATE TABLE "more ""rows" (x)',
  ])('is made anew where it differs: %s', async (sql) => {
    const state = await lived();
    projectRegistry(path, state);
    const before = query('SELECT * FROM strategies ORDER BY 1');
    change(sql);
    expect(isProjected(path, state)).toBe(false);
    expect(projectRegistry(path, state)).toEqual({ rebuilt: true });
    expect(isProjected(path, state)).toBe(true);
    expect(query('SELECT * FROM strategies ORDER BY 1')).toEqual(before);
  });

  it('R-08 a folder in its place is a registry error', () => {
    mkdirSync(path, { recursive: true });
    const failed = { name: 'StrategyRegistryError', code: 'table_unavailable' };
    expect(() => projectRegistry(path, EMPTY_REGISTRY)).toThrow(expect.objectContaining(failed));
    expect(() => isProjected(path, EMPTY_REGISTRY)).toThrow(expect.objectContaining(failed));
  });

  it('R-08 so is a file that is no database, and a folder nobody can make', () => {
    writeFileSync(
      join(folder, 'x.db'),
      'no database, but long enough to be looked into'.repeat(99),
    );
    const failed = expect.objectContaining({ code: 'table_unavailable' }) as Error;
    expect(() => projectRegistry(join(folder, 'x.db'), EMPTY_REGISTRY)).toThrow(failed);
    expect(() => projectRegistry(join(folder, 'x.db/y.db'), EMPTY_REGISTRY)).toThrow(failed);
  });

  it.each([
    ['CREATE TABLE strategies (genome_id TEXT)', 'a registry of another program'],
    ['CREATE TABLE people (name TEXT)', 'another database'],
  ])('writes nothing into a database of somebody else: %s', (sql, what) => {
    mkdirSync(join(folder, 'artifacts/governance'), { recursive: true });
    change(sql);
    expect(() => projectRegistry(path, EMPTY_REGISTRY)).toThrow(
      expect.objectContaining({
        code: 'table_foreign',
        message: `${path} is ${what}; nothing is written to it`,
      }),
    );
    expect(query('SELECT sql FROM sqlite_schema')).toEqual([{ sql }]);
  });

  it('keeps what it was where it cannot be written whole', async () => {
    const state = await lived();
    projectRegistry(path, state);
    const [first] = state.rows;
    if (first === undefined) throw new Error('no rows');
    const twice = { ...state, rows: [...state.rows, first] };
    expect(() => projectRegistry(path, twice)).toThrow(
      expect.objectContaining({ code: 'table_unavailable' }),
    );
    expect(isProjected(path, state)).toBe(true);
  });
});

/**
 * The released runs, kept for ever: they change by `holdfast backtest --record` alone. With real
 * chains (`HOLDFAST_DATA`) a run over those is compared with its recorded hash as well.
 */
import { cpSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { readBranch } from '../src/backtest/branches.ts';
import { formatBars, readBars } from '../src/backtest/bars-file.ts';
import { cutBars, KEPT_SHARE } from '../src/backtest/cut-bars.ts';
import { readGolden } from '../src/backtest/golden-folder.ts';
import { checkGolden } from '../src/backtest/golden-regression.ts';
import {
  type Bar,
  type RuntimeResult,
  runStrategy,
  SHIPPED_CATALOG,
} from '../src/backtest/index.ts';
import { checkNoSilentPath } from '../src/backtest/no-silent-path.ts';
import { backtest, type BacktestArguments, writeBars } from '../src/cli/backtest.ts';
import type { CliIo } from '../src/cli/io.ts';
import { testPolicy } from '../src/fuzz/policy.fixture.ts';

const ROOT = join(import.meta.dirname, '../../..');
const GOLDEN = join(ROOT, 'fixtures/golden/backtest/v1');
const NOW = Date.UTC(2026, 10, 22);
const DATA = resolve(process.env['HOLDFAST_DATA'] ?? '', 'option-chain');
const CHAIN = process.env['HOLDFAST_DATA'] !== undefined && existsSync(DATA) ? DATA : null;

const document = (name: string): string => join(ROOT, 'config/strategies', `${name}.json`);

function strategyOf(name: string) {
  const read = readBranch(document(name), 'candidate');
  if (!read.ok) throw new Error(read.faults.join());
  return read.branch.strategy;
}

async function runAll(
  branches: readonly string[],
  bars: readonly Bar[],
): Promise<ReadonlyMap<string, RuntimeResult>> {
  const results = new Map<string, RuntimeResult>();
  for (const branch of branches) {
    const options = { branch, policy: testPolicy() };
    const run = await runStrategy(bars, strategyOf(branch), SHIPPED_CATALOG, options);
    if (!run.ok) throw new Error(`${branch}: ${run.code}: ${run.detail}`);
    results.set(branch, run.result);
  }
  return results;
}

describe('the released runs', () => {
  let results: ReadonlyMap<string, RuntimeResult> = new Map();
  const golden = readGolden(GOLDEN);
  const data = readBars(readFileSync(join(GOLDEN, 'bars.jsonl'), 'utf8'));
  if (!golden.ok || golden.manifest === null || !data.ok) throw new Error('no golden runs');
  const { manifest, oracle, changes } = golden;

  beforeAll(async () => {
    results = await runAll(Object.keys(manifest.branches), data.bars);
  });

  it('DG-16 every branch gives the recorded events, trades and days to the byte', () => {
    const found = checkGolden({ manifest, oracle, dataSha256: data.sha256, results, now: NOW });
    expect(found.mismatches).toEqual([]);
    expect(found).toMatchObject({ passed: true, core_hash_actual: manifest.core_hash });
    expect([...oracle.values()].every((tables) => Object.keys(tables).length === 3)).toBe(true);
  });

  it('DG-17 no path is silent, and every look of every branch has a name', () => {
    const catalog = SHIPPED_CATALOG;
    const found = checkNoSilentPath({ oracle, results, changes, catalog, now: NOW });
    expect(found).toMatchObject({ passed: true, unclassified_count: 0, unknown_reasons: [] });
    expect(found.compared_branches).toEqual(Object.keys(manifest.branches).sort());
  });

  it('there is one of each role, and the control trades otherwise than the candidate', () => {
    const roles = Object.values(manifest.branches).map(({ role }) => role);
    expect(roles.sort()).toEqual(['candidate', 'control', 'probe', 'reference']);
    const { alpha_first_selective_veto: control, 'vertical-surface': candidate } =
      manifest.branches;
    expect(control?.role).toBe('control');
    expect(candidate?.role).toBe('candidate');
    expect(control?.events.sha256).not.toBe(candidate?.events.sha256);
    expect(control?.events.rows).toBeGreaterThan(0);
    expect(candidate?.events.rows).toBeGreaterThan(0);
  });

  it('the market turns while they run: some bars are Active, some are not', () => {
    const modes = new Set(
      [...results.values()].flatMap(({ daily }) => daily.map((day) => day.mode)),
    );
    expect([...modes].sort()).toEqual(['Active', 'ReduceOnly']);
  });

  it('what an earlier bar came to does not depend on how many follow', async () => {
    const options = { branch: 'vertical-surface', policy: testPolicy() };
    const strategy = strategyOf('vertical-surface');
    const run = await runStrategy(data.bars.slice(0, 7), strategy, SHIPPED_CATALOG, options);
    const whole = results.get('vertical-surface');
    if (!run.ok || whole === undefined) throw new Error('no run');
    expect(run.result.daily).toEqual(whole.daily.slice(0, 7));
    expect(run.result.events).toEqual(whole.events.filter(({ bar }) => bar < 7));
  });
});

describe('holdfast backtest', () => {
  let folder: string;
  let said: string[];
  let blamed: string[];

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'holdfast-backtest-'));
    [said, blamed] = [[], []];
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  const io = (): CliIo => ({
    out: (line) => void said.push(line),
    err: (line) => void blamed.push(line),
    cwd: folder,
    root: ROOT,
    env: {},
  });

  const play = (given: Partial<BacktestArguments>): Promise<number> =>
    backtest({ bars: 'bars.jsonl', ...given }, io(), NOW);

  /** Three bars of the released ones, and what one branch does on them, recorded here. */
  async function recordShort(): Promise<void> {
    const lines = readFileSync(join(GOLDEN, 'bars.jsonl'), 'utf8').split('\n').slice(0, 4);
    writeFileSync(join(folder, 'bars.jsonl'), `${lines.join('\n')}\n`);
    const strategy = [`control=${document('alpha_first_selective_veto')}`];
    expect(await play({ strategy, record: 'golden' })).toBe(0);
  }

  it('records, and what it then plays is as recorded; the checks are written', async () => {
    await recordShort();
    expect(await play({ golden: 'golden/golden-manifest.json', out: '.' })).toBe(0);
    expect(said).toContain('pass  golden regression');
    expect(said).toContain('pass  no silent path');
    const written = (name: string): unknown =>
      JSON.parse(readFileSync(join(folder, 'gates', name), 'utf8'));
    expect(written('golden-regression.json')).toMatchObject({
      schema_version: 'golden-regression.v1',
      passed: true,
      checked_at: '2026-11-22T00:00:00.000Z',
    });
    expect(written('no-silent-path.json')).toMatchObject({ passed: true });
  });

  it('another document of the branch is a regression and a silent path: exit 1', async () => {
    await recordShort();
    const other = join(folder, 'alpha_first_selective_veto.json');
    cpSync(document('strangle-btc-low-vol'), other);
    expect(await play({ golden: 'golden', strategy: [other], json: true })).toBe(1);
    const verdict: unknown = JSON.parse(said.at(-1) ?? '');
    expect(verdict).toMatchObject({
      regression: { passed: false, failures: ['golden_table_mismatch'] },
      paths: { passed: false },
    });
  });

  it('no manifest is exit 1, one that cannot be read is exit 2', async () => {
    await recordShort();
    const strategy = [document('alpha_first_selective_veto')];
    expect(await play({ strategy, golden: 'nowhere' })).toBe(1);
    expect(said.join('\n')).toContain('golden_manifest_missing');
    writeFileSync(join(folder, 'golden/golden-manifest.json'), '{}\n');
    expect(await play({ strategy, golden: 'golden' })).toBe(2);
    expect(blamed.join('\n')).toContain('missing_key');
  });

  it('what cannot be played is exit 2, with the place of the fault', async () => {
    expect(await play({ strategy: [document('vertical-surface')] })).toBe(2);
    expect(blamed).toEqual(['backtest: bars.jsonl: missing']);
    writeFileSync(join(folder, 'bars.jsonl'), '{}\n');
    expect(await play({ strategy: [document('vertical-surface')] })).toBe(2);
    expect(blamed.at(-1)).toMatch(/^bars\.jsonl:1: .*: missing_key: /);
    await recordShort();
    blamed = [];
    expect(await play({})).toBe(2);
    expect(await play({ strategy: ['nowhere.json'] })).toBe(2);
    const twice = [document('vertical-surface'), `control=${document('vertical-surface')}`];
    expect(await play({ strategy: twice })).toBe(2);
    expect(blamed).toEqual([
      'backtest: name a strategy by --strategy <file>',
      `${join(folder, 'nowhere.json')}: missing`,
      'backtest: two documents have one name',
    ]);
  });

  it('bars are cut out of a market, and read back; an unknown market is exit 2', () => {
    const cut = { bars: 'made/for/it/cut.jsonl', seed: '1', count: 2, everyMs: 4_000 };
    expect(writeBars({ ...cut, market: 'calm' }, io())).toBe(0);
    expect(readBars(readFileSync(join(folder, 'made/for/it/cut.jsonl'), 'utf8'))).toMatchObject({
      ok: true,
    });
    expect(writeBars({ ...cut, market: 'calmer' }, io())).toBe(2);
    expect(blamed.join()).toContain('known are calm');
  });
});

if (CHAIN === null) console.log('backtest over real chains: SKIPPED, HOLDFAST_DATA has none');

it('real chains are there when they are required', () => {
  expect(CHAIN !== null || process.env['HOLDFAST_REQUIRE_DATA'] !== '1').toBe(true);
});

describe.skipIf(CHAIN === null)('real chains, which are not in the tree', () => {
  it('DG-16 runs over them are as recorded', async () => {
    const cut = { market: `chain:${CHAIN}`, seed: '1', cwd: '/', count: 8, everyMs: 4_000 };
    const bars = cutBars({ ...cut, ...KEPT_SHARE });
    const golden = readGolden(join(ROOT, 'fixtures/golden/backtest/v1-chain'));
    if (!bars.ok || !golden.ok || golden.manifest === null) throw new Error('unreadable');
    const data = readBars(formatBars(bars.sourceId, bars.bars));
    if (!data.ok) throw new Error(data.faults[0].message);
    const results = await runAll(Object.keys(golden.manifest.branches), data.bars);
    const { manifest } = golden;
    const oracle = new Map();
    const found = checkGolden({ manifest, oracle, dataSha256: data.sha256, results, now: NOW });
    expect(found).toMatchObject({ passed: true, failures: [] });
    for (const { looks } of results.values()) expect(looks.unclassified).toBe(0);
  });
});

/** A pack that was changed, cut, emptied or outlived is refused by name. */
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { packFaults, wholeFaults } from './evidence/check.ts';
import { type DrillFindings, drillFaults } from './evidence/drill-record.ts';
import { MANIFEST, manifestFaults, manifestOf, readManifest } from './evidence/manifest.ts';
import { writePack } from './evidence/pack.ts';
import { PHASE0_RULES } from './evidence/phase0-check.ts';
import { PHASE2_RULES } from './evidence/phase2/check.ts';
import { PHASE1_RULES } from './evidence/phase1/check.ts';
import { ofDocument } from './evidence/provenance.ts';
import { readRunLog } from './evidence/run-log.ts';
import { PHASE0_SNAPSHOTS, staleSnapshots, takeSnapshots } from './evidence/snapshots.ts';

const ROOT = join(import.meta.dirname, '..');
const base = mkdtempSync(join(tmpdir(), 'holdfast-evidence-'));
afterAll(() => rmSync(base, { recursive: true }));

/** A small pack; `change` damages it after it was made. */
function pack(name: string, change: (folder: string) => void = () => undefined): string {
  const folder = join(base, name);
  const provenance = ofDocument('build');
  const items = ['b.md', 'keys/a.json', 'z.txt'].map((path) => ({
    path,
    provenance,
    text: `${path} says something\n`,
  }));
  const about = { madeUtc: '2026-01-16T08:00:00Z', buildId: 'build', node: 'v24' };
  const text = `${JSON.stringify(manifestOf('phase0', about, items), null, 2)}\n`;
  writePack(folder, [...items, { path: MANIFEST, provenance, text }]);
  change(folder);
  return folder;
}

function faults(folder: string): readonly string[] {
  const read = readManifest(folder);
  return read.ok ? manifestFaults(folder, read.manifest) : [read.fault];
}

function rewrite(folder: string, change: (text: string) => string): void {
  const path = join(folder, MANIFEST);
  writeFileSync(path, change(readFileSync(path, 'utf8')));
}

describe('the manifest of a pack', () => {
  it('accepts the pack it was made with', () => {
    expect(faults(pack('whole'))).toEqual([]);
  });

  it.each<[string, (folder: string) => void, string]>([
    [
      'a file changed by hand',
      (folder) => writeFileSync(join(folder, 'b.md'), 'b.md says nothing\n'),
      'b.md: changed after it was made',
    ],
    [
      'a file taken away',
      (folder) => rmSync(join(folder, 'z.txt')),
      `z.txt: listed in ${MANIFEST} and missing`,
    ],
    [
      'a file added',
      (folder) => writeFileSync(join(folder, 'keys/c.json'), '{}'),
      `keys/c.json: is not in ${MANIFEST}`,
    ],
    [
      'a digest mended in the list',
      (folder) => rewrite(folder, (text) => text.replace(/"sha256": "./, '"sha256": "x')),
      `${MANIFEST}: the chain breaks at b.md`,
    ],
    [
      'a provenance made better in the list',
      (folder) => rewrite(folder, (text) => text.replace('"venue": "none"', '"venue": "live"')),
      `${MANIFEST}: the chain breaks at b.md`,
    ],
    [
      'another head',
      (folder) => rewrite(folder, (text) => text.replace(/"head": "./, '"head": "x')),
      `${MANIFEST}: the head is not that of its entries`,
    ],
    [
      'no list',
      (folder) => rmSync(join(folder, MANIFEST)),
      `${MANIFEST} is missing: the pack is empty`,
    ],
    [
      'a list of nothing',
      (folder) => rewrite(folder, () => '{"pack": "phase0", "entries": []}'),
      `${MANIFEST} lists nothing: the pack is empty`,
    ],
  ])('refuses %s', (name, change, fault) => {
    expect(faults(pack(name.replaceAll(' ', '-'), change))).toContain(fault);
  });
});

describe('snapshots', () => {
  it('P0-A P0-B P0-F are byte for byte what the sources say, and refused when they are not', () => {
    const folder = join(base, 'snapshots');
    writePack(folder, takeSnapshots(ROOT, 'build', PHASE0_SNAPSHOTS));
    expect(staleSnapshots(ROOT, folder, PHASE0_SNAPSHOTS)).toEqual([]);
    for (const { source, path } of PHASE0_SNAPSHOTS) {
      const target = join(folder, path);
      const whole = readFileSync(target, 'utf8');
      writeFileSync(target, `${whole} `);
      expect(staleSnapshots(ROOT, folder, PHASE0_SNAPSHOTS)).toEqual([
        `${path}: is no longer what ${source} says`,
      ]);
      rmSync(target);
      expect(staleSnapshots(ROOT, folder, PHASE0_SNAPSHOTS)).toEqual([`${path}: missing`]);
      writeFileSync(target, whole);
    }
  });

  it('hold every document the checklist names', () => {
    expect(PHASE0_SNAPSHOTS.map(({ path }) => path)).toEqual(
      expect.arrayContaining([
        'policy/launch_policy_snapshot.md',
        'policy/policy_config_snapshot.json',
        'env/env_matrix_snapshot.md',
        'break_glass/runbook_snapshot.md',
        'health/health_endpoint_snapshot.md',
      ]),
    );
  });
});

/** A pack that nobody has made and committed yet is no fault; one that is there must be whole. */
it.skipIf(!existsSync(join(ROOT, 'evidence/phase2')))(
  'the pack of phase2 is whole, as it was made',
  () => {
    const repair = 'make it from a clean tree: npm run evidence -- phase2';
    expect(wholeFaults(join(ROOT, 'evidence/phase2'), PHASE2_RULES), repair).toEqual([]);
  },
);

/** Staleness is for `--check`: the commit that keeps a pack is already a later one. */
it.each([
  ['phase0', PHASE0_RULES],
  ['phase1', PHASE1_RULES],
] as const)('the pack of %s in the tree is whole, as it was made', (name, rules) => {
  const repair = `make it from a clean tree: npm run evidence -- ${name}`;
  expect(wholeFaults(join(ROOT, 'evidence', name), rules), repair).toEqual([]);
});

it('a pack without its required parts says which, and of which build it was', () => {
  const found = packFaults(ROOT, pack('bare'), PHASE0_RULES);
  expect(found).toContain('README.md: missing');
  expect(found).toContain('keys/key_scope_probe.json: missing');
  expect(found.some((fault) => fault.startsWith('out of date: made for build build'))).toBe(true);
});

describe('the findings of a drill', () => {
  const good: DrillFindings = {
    kill_time_ms: 400,
    kill_answered_ms: 420,
    observed_ms: 30_000,
    opens_before_kill: 2,
    orders_escaped: 0,
    opens_refused_after_kill: 0,
    opens_refused_in_scenarios: 5,
    scenarios_passed: true,
    pending_after_kill: 0,
    in_flight_after_kill: 0,
    positions_before_reduction: 1,
    reductions_sent: 1,
    positions_after_reduction: 0,
    mode_after_restart: 'REDUCE_ONLY',
    mode_restored: 'KILL',
    positions_equal_venue: true,
    orders_left_open: 0,
    ledger_verified: true,
    duplicate_dispatch_count: 0,
    illegal_order_attempts: 0,
  };

  it('pass when everything was shown', () => {
    expect(drillFaults(good)).toEqual([]);
  });

  it.each<[keyof DrillFindings, number | string | boolean]>([
    ['opens_before_kill', 0],
    ['orders_escaped', 1],
    ['opens_refused_in_scenarios', 0],
    ['scenarios_passed', false],
    ['pending_after_kill', 1],
    ['in_flight_after_kill', Number.NaN],
    ['positions_before_reduction', 0],
    ['reductions_sent', 0],
    ['positions_after_reduction', 1],
    ['mode_after_restart', 'ACTIVE'],
    ['mode_restored', 'ACTIVE'],
    ['positions_equal_venue', false],
    ['orders_left_open', 1],
    ['ledger_verified', false],
    ['duplicate_dispatch_count', Number.NaN],
    ['illegal_order_attempts', 1],
  ])('fail with %s %j', (key, value) => {
    expect(drillFaults({ ...good, [key]: value })).toHaveLength(1);
  });
});

it('orders and refusals are counted from what the run wrote, by time and kind', () => {
  const folder = join(base, 'run');
  const order = (at: number, method: string, reduce: boolean) =>
    JSON.stringify({
      at,
      direction: 'out',
      method,
      text: JSON.stringify({ method, params: { reduce_only: reduce } }),
    });
  const refusal = (at: number, code: string, intentClass = 'OPEN') =>
    JSON.stringify({ at, decision: { kind: 'intentRejected', intentClass, reject: { code } } });
  const lines: Readonly<Record<string, readonly string[]>> = {
    'wire.jsonl': [
      order(10, 'private/buy', false),
      order(20, 'private/sell', true),
      order(30, 'private/buy', false),
      JSON.stringify({ at: 40, direction: 'in', method: 'private/buy', text: '{}' }),
      '{"run_id":"x","gap":1}',
      '{"at": 50, "half a li',
    ],
    'decisions.jsonl': [
      refusal(10, 'TradingModeForbidsOpen'),
      refusal(30, 'TradingModeForbidsOpen'),
      refusal(30, 'PolicyLimitExceeded'),
      refusal(30, 'TradingModeForbidsOpen', 'CLOSE'),
    ],
  };
  for (const [name, content] of Object.entries(lines)) {
    const path = join(folder, name);
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, content.join('\n'));
  }
  const log = readRunLog(folder);
  expect([log.opensSent(0, 30), log.opensSent(30, 100)]).toEqual([1, 1]);
  expect(log.reductionsSent(0, 100)).toBe(1);
  expect(log.opensRefused(20, 100)).toBe(1);
  expect(readRunLog(join(base, 'nowhere')).opensSent(0, 100)).toBe(0);
});

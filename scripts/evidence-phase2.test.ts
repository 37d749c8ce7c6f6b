/** A pack of phase 2 that is not what it says is refused, with the file and the rule named. */
import { describe, expect, it } from 'vitest';
import { GOOD_STATUS } from './evidence/phase2/good-status.fixture.ts';
import { PHASE2_RULES as RULES } from './evidence/phase2/check.ts';
import { timesFaults, timesOf } from './evidence/phase2/containment.ts';
import { exploreFaults, restartFaults, scenariosFaults } from './evidence/phase2/counts.ts';
import { DRILLS, type Drill } from './evidence/phase2/drill-list.ts';
import type { DrillLine, DrillRun } from './evidence/phase2/drill-run.ts';
import { differences, drillFaults, folderOf, itemsOf } from './evidence/phase2/drills.ts';
import { ownerFaults, ownerItem, readAsOwner } from './evidence/phase2/owner.ts';
import { rulesFaults, rulesPage } from './evidence/phase2/rules.ts';

const T = 1_000_000;
const line = (kind: string, after: number, parts: object = {}): DrillLine => ({
  kind,
  at: T + after,
  life: 1,
  ...parts,
});
const drill = DRILLS.find(({ name }) => name === 'book_gap') as Drill;
const status = {
  ...GOOD_STATUS,
  open_permission_reason_codes: ['WS_BOOK_GAP_RECONCILE_REQUIRED'],
};
const run: DrillRun = {
  drill: drill.name,
  triggered_at: T,
  lives: 1,
  facts: { channel: 'book.x' },
  ledger: { ledger_verified: true, fills_counted_twice: 0, markers_recorded_twice: 0 },
  exchange: { duplicate_dispatch_count: 0, illegal_order_attempts: 0 },
  seen: [{ at: T + 20, life: 1, document: status }],
  lines: [
    line('fault', 7, { fault: 'book_gap' }),
    line('latchSet', 7),
    line('modeChanged', 7, { from: 'Active', to: 'ReduceOnly', reasons: ['X'] }),
    line('intentRejected', 30, { intentClass: 'OPEN', code: 'OpenPermissionLatched' }),
    line('reconciled', 90, { clean: true }),
    line('latchCleared', 90),
    line('modeChanged', 90, { from: 'ReduceOnly', to: 'Active', reasons: [] }),
    line('submit', 120, { reduceOnly: false }),
  ],
  documents: 5,
  broken: [],
};

function faultsOf(changed: DrillRun, edit: (path: string, text: string) => string = (_, t) => t) {
  const items = itemsOf(drill, changed, 'build');
  const texts = new Map(items.map(({ path, text }) => [path, edit(path, text)]));
  const other = (path: string): string => texts.get(path) ?? '';
  return [...texts].flatMap(([path, text]) => drillFaults(path, text, other));
}

const without = (kind: string): DrillRun => ({
  ...run,
  lines: run.lines.filter((each) => each.kind !== kind),
});

describe('a drill', () => {
  it('is accepted when everything was shown, and says how long it took', () => {
    expect(faultsOf(run)).toEqual([]);
    const items = itemsOf(drill, run, 'build');
    expect(items.find(({ path }) => path.endsWith('time_to_safe_ms'))?.text).toBe('7\n');
    expect(items.every(({ provenance }) => provenance.clock === 'real')).toBe(true);
  });

  it('takes a rescue for no opening order', () => {
    const rescue = line('submit', 40, { reduceOnly: false, purpose: 'rescue' });
    expect(faultsOf({ ...run, lines: [...run.lines, rescue] })).toEqual([]);
  });

  it.each<[string, DrillRun, string]>([
    ['nothing was refused', without('intentRejected'), 'were made and refused'],
    ['the latch was never cleared', without('latchCleared'), 'by a clean reconciliation'],
    ['no reconciliation stood between', without('reconciled'), 'by a clean reconciliation'],
    ['the mode never fell', without('modeChanged'), 'no number of milliseconds'],
    ['the fault came before the latch', without('fault'), 'in the very turn'],
    [
      'an open left while it was held',
      { ...run, lines: [...run.lines, line('submit', 40, { reduceOnly: false })] },
      'no order that opens left',
    ],
    [
      'an order came twice',
      { ...run, exchange: { ...run.exchange, duplicate_dispatch_count: 1 } },
      'twice',
    ],
    ['the exchange said nothing', { ...run, exchange: null }, 'no order twice'],
    ['the ledger does not verify', { ...run, ledger: {} }, 'the ledger verifies'],
    ['a status broke a rule', { ...run, broken: ['[ORDER]'] }, 'a status broke a rule'],
    ['nothing was read', { ...run, documents: 0 }, 'no status was read'],
    ['no status was as expected', { ...run, seen: [] }, 'trading_mode: expected'],
  ])('is refused when %s', (_name, changed, fault) => {
    expect(faultsOf(changed).join('\n')).toContain(fault);
  });

  it.each<[string, string, string]>([
    ['expected_status.json', '{}\n', 'not what the drill declares'],
    ['diff.txt', 'something\n', 'not the difference'],
    ['validation.log', 'statuses_read=5\nrules_broken=0\n', 'does not show'],
    ['time_to_safe_ms', 'soon\n', 'no number of milliseconds'],
    ['observed_status.json', '{}\n', '[SCHEMA]'],
  ])('is refused with another %s', (file, text, fault) => {
    const edited = faultsOf(run, (path, was) =>
      path === `${folderOf(drill)}/${file}` ? text : was,
    );
    expect(edited.join('\n')).toContain(fault);
  });
});

it.each<[string, object]>([
  ['a code that nobody knows', { mode_reasons: ['REDUCEONLY_INVENTED'] }],
  ['reasons out of order', { mode_reasons: status.mode_reasons.toReversed() }],
  ['a latch without a code', { open_permission_reason_codes: [] }],
  ['Active while latched', { trading_mode: 'Active', mode_reasons: [] }],
  ['a key too many', { extra: 1 }],
])('a status with %s is refused by the strict validator', (_name, change) => {
  const found = faultsOf({
    ...run,
    seen: [{ at: T + 20, life: 1, document: { ...status, ...change } }],
  });
  expect(found.length).toBeGreaterThan(0);
});

it('an expectation names codes that must be there, or all there are', () => {
  const observed = { mode: 'A', codes: ['X', 'Y'] };
  expect(differences({ mode: 'A', codes: { includes: ['Y'] } }, observed)).toEqual([]);
  expect(differences({ codes: ['X'] }, observed)).toHaveLength(1);
  expect(differences({ codes: { includes: ['Z'] }, mode: 'B' }, observed)).toHaveLength(2);
});

describe('containment times', () => {
  const text = (times: readonly number[], neutral = true): string =>
    JSON.stringify({ incidents: times.map((ms) => ({ ms, neutral })) });

  it('are taken from the sorted list and never from between', () => {
    const times = timesOf(text([900, 10, 20, 30]));
    expect([times.p50_ms, times.p99_ms, times.max_ms]).toEqual([20, 900, 900]);
  });

  it('pass at the bound and fail above it', () => {
    expect(timesFaults(text([200, 1_000]), 2)).toEqual([]);
    expect(timesFaults(text([201, 1_000]), 2)).toHaveLength(1);
    expect(timesFaults(text([200, 1_001]), 2)).toHaveLength(1);
    expect(timesFaults(text([10]), 2)).toHaveLength(1);
    expect(timesFaults(text([10, 10], false), 2)).toHaveLength(1);
    expect(timesFaults(text([]), 1)).not.toEqual([]);
  });
});

it('counts of other commands are held to what they say', () => {
  const told = Array.from({ length: 8 }, (_, n) => JSON.stringify({ path: `${n}`, ok: true }));
  const all = (lines: readonly string[], sum: object): string =>
    [...lines, JSON.stringify(sum)].join('\n');
  expect(scenariosFaults(all(told, { passed: 8, failed: 0 }))).toEqual([]);
  expect(scenariosFaults(all(told.slice(1), { passed: 7, failed: 0 }))).toHaveLength(1);
  expect(scenariosFaults(all(told, { passed: 7, failed: 1 }))).toHaveLength(1);
  const explored = { model: 'm', states: 4, violation: null };
  const explore = (passed: number, failed: number, each: object) =>
    exploreFaults(JSON.stringify({ passed, failed, explored: [each] }));
  expect(explore(1, 0, explored)).toEqual([]);
  expect(explore(1, 0, { ...explored, states: 0 })).toHaveLength(1);
  expect(explore(0, 1, { ...explored, violation: {} })).toHaveLength(2);
  const restart = (value: number): string =>
    JSON.stringify({ figures: [{ name: 'restart with 10,000 open records', value }] });
  expect(restartFaults(restart(3_000))).toEqual([]);
  expect(restartFaults(restart(3_001))).toHaveLength(1);
  expect(restartFaults(JSON.stringify({ figures: [] }))).toHaveLength(1);
});

it('mode and reason stand at the top of what the owner reads, and a person has to sign', () => {
  const good = ownerItem([['drill_5_book_gap', JSON.stringify(status)]], 'build');
  expect(ownerFaults(good.text)).toEqual([]);
  expect(good.text).toContain('NOT SIGNED');
  const unknown = { ...status, mode_reasons: ['REDUCEONLY_INVENTED'] };
  const read = readAsOwner('drill_x', JSON.stringify(unknown));
  expect(read.problems).not.toEqual([]);
  expect(read.shown).toEqual(['STATE_UNHEALTHY_STATUS_SCHEMA']);
  expect(ownerFaults(ownerItem([['drill_x', JSON.stringify(unknown)]], 'b').text)).toHaveLength(1);
  expect(ownerFaults('')).toHaveLength(1);
});

it('a rule of the phase that nobody lists is refused', () => {
  const page = rulesPage([
    { id: 'AT-030', profile: 'CSP', title: 't', status: 'tested', tests: ['a.test.ts: AT-030'] },
  ]);
  const faults = rulesFaults(page);
  expect(faults).toContain('AT-043 is no rule');
  expect(faults.some((fault) => fault.startsWith('AT-030'))).toBe(false);
  expect(rulesFaults('')).toContain('says nothing of AT-030');
});

it('a pack is not whole while a drill of the eight is not built', () => {
  const text = 'NOT SIGNED';
  const faults = RULES.contentFaults('README.md', text, () => '');
  expect(faults).toHaveLength(DRILLS.length < 8 ? 1 : 0);
  expect(RULES.contentFaults('README.md', 'signed', () => '').join()).toContain('no sign-off');
});

/** A pack of phase 1 that is not what it says is refused, with the file and the rule named. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { packFaults, wholeFaults } from './evidence/check.ts';
import type { GateTest } from './evidence/gates.ts';
import { MANIFEST, manifestOf } from './evidence/manifest.ts';
import { type Item, writePack } from './evidence/pack.ts';
import { AUTO_TESTS, autoTests, isProven, linksFaults } from './evidence/phase1/auto-tests.ts';
import { PHASE1_RULES as RULES } from './evidence/phase1/check.ts';
import { documentedKeys, matrixFaults, matrixOf } from './evidence/phase1/config-matrix.ts';
import { crashFaults, crashTestFaults } from './evidence/phase1/crash.ts';
import { hashesFaults } from './evidence/phase1/determinism.ts';
import { logFaults, refusalsFaults } from './evidence/phase1/engine-refusals.ts';
import { callsFaults } from './evidence/phase1/gate-order.ts';
import { casesFaults, everyCodeFaults } from './evidence/phase1/rejections.ts';
import { cyclesFaults, loopFaults } from './evidence/phase1/restart-loop.ts';
import { ofDocument } from './evidence/provenance.ts';
import { takeSnapshots } from './evidence/snapshots.ts';

const ROOT = join(import.meta.dirname, '..');
const base = mkdtempSync(join(tmpdir(), 'holdfast-phase1-'));
afterAll(() => rmSync(base, { recursive: true }));

const lines = (count: number, line: (index: number) => string): string =>
  `${Array.from({ length: count }, (_, index) => line(index + 1)).join('\n')}\n`;
const json = (value: unknown): string => `${JSON.stringify(value)}\n`;

const HASHES = 'intent_hashes=0123456789abcdef,fedcba9876543210';
const run = (kind: string): string =>
  `run=1 kind=${kind} how=x ${HASHES} records_sha256=aa gate_trace_sha256=bb result=PASS`;
const golden = (hash: string): string =>
  `golden=a|b expected=${hash} intent_hash=${hash} result=PASS`;
const KINDS = ['same_process', 'process_restart', 'collection_order', 'folded_ledger'];
const intentHashes = [...KINDS.flatMap((kind) => [run(kind), run(kind)]), golden('1'), golden('2')]
  .join('\n')
  .concat('\n');

const rejection = (code: string) => ({
  code,
  cause: 'a cause',
  reject: { code },
  intent_id: 'g:0',
  gate_trace: [],
  before: { orders: 0 },
  after: { orders: 0 },
});
const everyCode = json(['A', 'B', 'C'].map(rejection));

const told = (code: string) => ({
  expected: code,
  intent_id: 'g:0',
  lines: [{ runId: 'r', decision: { kind: 'intentRejected', reject: { code, operands: {} } } }],
  before: { orders: 0 },
  after: { orders: 0 },
  metrics_before: {},
  metrics_after: { [`intents_rejected_total{code="${code}"}`]: 1 },
});
const CODES = ['A', 'B', 'C', 'D', 'E', 'F'];
const refusals = { run_id: 'r', metrics_run_ids: ['r'], told: CODES.map(told) };

const logged = lines(
  5,
  (index) =>
    `intent_id=g${index}:0 run_id=r stage=sized outcome=rejected reason=X operands={} ` +
    'gate_trace=a>b gate_numbers={} metrics={}',
);

const GATES = ['classified', 'mode', 'preflight', 'sized', 'fee-fresh', 'liquidity', 'net-edge'];
const OPEN = [...GATES, 'priced'];
const REDUCING = ['classified', 'preflight', 'sized', 'fee-fresh'];
const calls = (kind: string, declared: readonly string[]) => ({
  intent_class: kind,
  declared,
  log: [...declared, 'report', 'append', 'submit'],
  until_durable: [...declared, 'report', 'append'],
});
const CLASSES = [calls('OPEN', OPEN), calls('CLOSE', REDUCING), calls('HEDGE', REDUCING)];
const cancel = { intent_class: 'CANCEL', declared: [], log: ['cancel'], until_durable: ['cancel'] };
const stopped = CLASSES.flatMap(({ intent_class: kind, declared }) =>
  declared.map((gate, index) => ({
    intent_class: kind,
    gate,
    log: [...declared.slice(0, index + 1), 'report'],
    before: { orders: 0 },
    after: { orders: 0 },
  })),
);
const callLog = { calls: [...CLASSES, cancel], stopped };

const outcome = (key: string, code: string, variant: string) => ({
  key,
  variant,
  gates: variant === 'missing' ? { expected: code, answer: { code, operands: {} } } : null,
  core: {
    expected: code,
    answer: code,
    fault: null,
    mode_reasons: [],
    before: { orders: 0 },
    after: { orders: 0 },
  },
  gap: null,
});
const DOCUMENTED = documentedKeys(readFileSync(join(ROOT, 'docs/critical_config_keys.md'), 'utf8'));
const outcomes = DOCUMENTED.flatMap(([key, code]) =>
  ['missing', 'nan'].map((variant) => outcome(key, code, variant)),
);
const matrix = (all: typeof outcomes): string => json(matrixOf(all, '2026-01-16T08:00:00Z'));

const chain = {
  kills: Array.from({ length: 9 }, () => 'durable'),
  sessions: 10,
  records: 40,
  ledger_verified: true,
  intents: 5,
  markers: 5,
  orders_at_venue: 3,
  duplicate_dispatch_count: 0,
  orders_without_marker: 0,
  orders_ended_as_at_venue: 3,
  ghost_orders: 0,
  sent_outside_active: 0,
  sent_before_reconciled: 0,
  working_left: 0,
  survivor: { mode: 'Active' },
};
const crashTest = 'result=PASS ms=1 test=P1-G test_crash_mid_intent_no_duplicate_dispatch: x\n';

const cycles = (count: number): string =>
  `timestamp_utc=2026-01-16T08:00:00Z\ncommand=x\ncycles=${count}\n${lines(
    count,
    (index) => `cycle=${index} status=PASS duplicate_dispatch_count=0 orders_sent=1`,
  )}`;
const loop = {
  cycles: 100,
  killed_by_sigkill: 100,
  duplicate_dispatch_count: 0,
  illegal_order_attempts: 0,
  orders_received: 300,
  orders_accepted: 300,
  orders_at_exchange: 300,
  labels_at_exchange_twice: 0,
  submitted_by_engines: 300,
  submitted_twice: 0,
  trades: 9,
  orders_left_open: 0,
  ledger_records: 900,
  ledger_verified: true,
  sessions: 101,
  intents: 310,
  intents_whose_hash_is_that_of_their_terms: 310,
  markers: 310,
  markers_recorded_twice: 0,
  sent_before_reconciled: 0,
  ghost_orders: 0,
  orders_as_recorded: 300,
  fills_equal_trades: true,
  positions_equal_venue: true,
  orders_still_working: 0,
  survivor: 'Active',
  seconds: 300,
};

const links = [
  '| P1-A | one way out | 2 | 0 | PASS |',
  ...AUTO_TESTS.map(([gate, name]) => `| ${gate} | \`${name}\` | x | y | 1 | 0 | PASS |`),
  '',
].join('\n');
const page = lines(9, (index) => `line ${index} NOT SIGNED`);

const GOOD: Readonly<Record<string, string>> = {
  'README.md': page,
  'SUMMARY_1PAGE.md': page,
  'ci_links.md': links,
  'determinism/intent_hashes.txt': intentHashes,
  'no_side_effects/every_code.json': everyCode,
  'no_side_effects/engine_refusals.json': json(refusals),
  'no_side_effects/rejection_cases.md': lines(3, (index) => `| case ${index} | PASS |`),
  'traceability/sample_rejection_log.txt': logged,
  'gate_ordering/call_log.json': json(callLog),
  'gate_ordering/call_log.md': page,
  'config_fail_closed/missing_keys_matrix.json': matrix(outcomes),
  'crash_mid_intent/drill.json': json([chain]),
  'crash_mid_intent/drill.md': page,
  'crash_mid_intent/auto_test_passed.txt': crashTest,
  'restart_loop/restart_100_cycles.log': cycles(100),
  'restart_loop/summary.json': json(loop),
};

/** A pack of these texts; `change` damages it after it was made. */
function pack(
  name: string,
  { texts = GOOD, buildId = 'build', change = (_folder: string): void => undefined } = {},
): string {
  const folder = join(base, name.replaceAll(/[^a-z0-9]+/g, '-'));
  const provenance = ofDocument(buildId);
  const items: Item[] = [
    ...Object.entries(texts).map(([path, text]) => ({ path, provenance, text })),
    ...takeSnapshots(ROOT, buildId, RULES.snapshots),
  ];
  const about = { madeUtc: '2026-01-16T08:00:00Z', buildId, node: 'v24' };
  const text = json(manifestOf('phase1', about, items));
  writePack(folder, [...items, { path: MANIFEST, provenance, text }]);
  change(folder);
  return folder;
}

const without = (path: string): Readonly<Record<string, string>> =>
  Object.fromEntries(Object.entries(GOOD).filter(([name]) => name !== path));

describe('a pack of phase 1', () => {
  it('is accepted as it was made', () => {
    expect(wholeFaults(pack('whole'), RULES)).toEqual([]);
  });

  it('is refused when it is empty', () => {
    const folder = pack('empty', { change: (made) => rmSync(join(made, MANIFEST)) });
    expect(packFaults(ROOT, folder, RULES)).toEqual([`${MANIFEST} is missing: the pack is empty`]);
  });

  it.each(RULES.required.filter((path) => path in GOOD))('is refused without %s', (path) => {
    expect(wholeFaults(pack(`without ${path}`, { texts: without(path) }), RULES)).toEqual([
      `${path}: missing`,
    ]);
  });

  it.each(RULES.required)('is refused with one byte of %s flipped', (path) => {
    const folder = pack(`flipped ${path}`);
    const bytes = readFileSync(join(folder, path));
    bytes[bytes.length - 1] = (bytes.at(-1) ?? 0) ^ 1;
    writeFileSync(join(folder, path), bytes);
    expect(wholeFaults(folder, RULES)).toContain(`${path}: changed after it was made`);
  });

  it('is out of date for any other build, and a document that changed outdates it by name', () => {
    const folder = pack('old');
    const found = packFaults(ROOT, folder, RULES);
    expect(found).toEqual([expect.stringMatching(/^out of date: made for build build, this is /)]);
    const [snapshot] = RULES.snapshots;
    if (snapshot === undefined) throw new Error('no snapshot');
    writeFileSync(join(folder, snapshot.path), 'other words\n');
    expect(packFaults(ROOT, folder, RULES)).toContain(
      `${snapshot.path}: is no longer what ${snapshot.source} says`,
    );
  });

  it('is refused when it was made of content nobody committed', () => {
    const found = wholeFaults(pack('dirty', { buildId: 'abc-dirty-def' }), RULES);
    expect(found).toEqual([expect.stringContaining('made of abc-dirty-def')]);
  });

  it('is refused with a file that cannot be read', () => {
    const path = 'restart_loop/summary.json';
    const folder = pack('unreadable', { texts: { ...GOOD, [path]: 'no document\n' } });
    expect(wholeFaults(folder, RULES)).toEqual([
      expect.stringMatching(/^restart_loop\/summary\.json: cannot be read: /),
    ]);
  });
});

/** Judge, what it accepts, and damages with a word of the fault each has to give. */
type Damage = readonly [what: string, text: string, fault: string];
const judged: readonly (readonly [
  string,
  (text: string) => readonly string[],
  string,
  Damage[],
])[] = [
  [
    'intent hashes',
    hashesFaults,
    intentHashes,
    [
      ['another hash', intentHashes.replace('0123456789abcdef', '1123456789abcdef'), 'different'],
      ['other bytes', intentHashes.replace('records_sha256=aa', 'records_sha256=ab'), 'records'],
      ['a FAIL', intentHashes.replace('result=PASS', 'result=FAIL'), 'not PASS'],
      ['no restart', intentHashes.replaceAll('process_restart', 'x'), '0 runs of process_restart'],
      ['a golden hash that is not', intentHashes.replace('expected=1', 'expected=9'), 'not PASS'],
      ['prose', 'all hashes are equal\n', 'no intent hashes'],
    ],
  ],
  [
    'codes',
    everyCodeFaults,
    everyCode,
    [
      ['few', json([rejection('A')]), '1 cases'],
      ['another code', everyCode.replace('"reject":{"code":"A"', '"reject":{"code":"Z"'), 'Z'],
      ['a trace', everyCode.replace('"after":{"orders":0}', '"after":{"orders":1}'), 'orders'],
    ],
  ],
  [
    'cases',
    casesFaults,
    lines(3, (index) => `| case ${index} | PASS |`),
    [
      ['few', '| case | PASS |\n', '1 cases'],
      ['one that failed', lines(3, () => '| x | FAIL |'), 'x is FAIL'],
    ],
  ],
  [
    'refusals of the engine',
    refusalsFaults,
    json(refusals),
    [
      ['metrics of another run', json({ ...refusals, metrics_run_ids: ['q'] }), 'another run'],
      [
        'a line too few',
        json(refusals).replace(/"lines":\[\{.*?\}\}\}\]/, '"lines":[]'),
        '0 lines',
      ],
      ['a metric that stood', json(refusals).replace('"}":1', '"}":0'), 'did not move'],
      ['a trace', json(refusals).replace('"after":{"orders":0}', '"after":{}'), 'changed'],
    ],
  ],
  [
    'log',
    logFaults,
    logged,
    [
      ['few lines', logged.split('\n').slice(0, 4).join('\n'), '4 refusals'],
      ['no run', logged.replace('run_id=r ', ''), 'no run_id'],
      ['two runs', logged.replace('run_id=r ', 'run_id=q '), '2 runs'],
    ],
  ],
  [
    'call log',
    callsFaults,
    json(callLog),
    [
      ['no HEDGE', json({ ...callLog, calls: [...CLASSES.slice(0, 2), cancel] }), 'OPEN, CLOSE'],
      ['sent early', json(callLog).replace('"append"]}', '"append","submit"]}'), 'durable'],
      [
        'recorded before a gate',
        json(callLog).replace('"priced","report","append"', '"report","append","priced"'),
        'not gates, then record',
      ],
      [
        'a gate that did not stop it',
        json(callLog).replace('["classified","report"]', '[]'),
        'stop',
      ],
      ['a trace', json(callLog).replace('"after":{"orders":0}', '"after":{}'), 'left a trace'],
    ],
  ],
  [
    'matrix',
    (text) => matrixFaults(text, DOCUMENTED),
    matrix(outcomes),
    [
      ['a key too few', matrix(outcomes.slice(2)), 'tick_size: in docs'],
      ['a key nobody wrote down', matrix([...outcomes, outcome('x', 'Y', 'missing')]), 'x: not in'],
      [
        'an order',
        matrix(outcomes)
          .replace('"side_effects":"none"', '"side_effects":"an order"')
          .replace(
            '"status":"PASS","reason":"InstrumentMetadataMissing","fault"',
            '"status":"FAIL","reason":"admitted","fault"',
          ),
        'tick_size missing: admitted',
      ],
      ['another sum', matrix(outcomes).replace('"passed":', '"passed":1'), 'summary'],
    ],
  ],
  [
    'crashes',
    crashFaults,
    json([chain]),
    [
      ['nothing', '[]', 'nothing was killed'],
      ['twice', json([{ ...chain, duplicate_dispatch_count: 1 }]), '1 orders went twice'],
      ['a ghost', json([{ ...chain, ghost_orders: 1 }]), '1 ghosts'],
      ['an early order', json([{ ...chain, sent_before_reconciled: 1 }]), 'too early'],
      ['a stop', json([{ ...chain, survivor: { mode: 'Kill' } }]), 'Kill'],
    ],
  ],
  [
    'test of the crash',
    crashTestFaults,
    crashTest,
    [
      ['another test', 'result=PASS test=other\n', 'was not run'],
      ['a FAIL', crashTest.replace('PASS', 'FAIL'), 'result=FAIL'],
    ],
  ],
  [
    'cycles',
    cyclesFaults,
    cycles(100),
    [
      ['few', cycles(99), '99 cycles, at least 100'],
      ['a line too few', cycles(100).replace(/^cycle=7 .*\n/m, ''), '99 lines of 100'],
      ['a duplicate', cycles(100).replace('count=0', 'count=1'), 'not PASS: cycle=1 '],
      ['no time', cycles(100).replace(/^timestamp.*\n/, ''), 'no timestamp_utc'],
    ],
  ],
  [
    'loop',
    loopFaults,
    json(loop),
    [
      ['few', json({ ...loop, cycles: 99 }), '99 cycles'],
      ['not said', json({ ...loop, duplicate_dispatch_count: null }), 'null orders twice'],
      ['twice', json({ ...loop, labels_at_exchange_twice: 1 }), '1 labels twice'],
      ['illegal', json({ ...loop, illegal_order_attempts: 1 }), '1 illegal'],
      ['another hash', json({ ...loop, intents: 311 }), 'hash'],
      ['fills that differ', json({ ...loop, fills_equal_trades: false }), 'fills'],
      ['a dead survivor', json({ ...loop, survivor: 'Error: x' }), 'the survivor: Error'],
      ['too few orders', json({ ...loop, orders_at_exchange: 50 }), '50 orders'],
    ],
  ],
  [
    'links',
    (text) => linksFaults('ci_links.md', text),
    links,
    [
      ['no gate', 'all is well\n', 'names no gate'],
      ['a red gate', links.replace('PASS', 'FAIL'), 'P1-A is FAIL'],
      ['a name too few', links.replace(/.*test_metrics_att.*\n/, ''), 'test_metrics_attributable'],
    ],
  ],
];

describe.each(judged)('%s', (_what, judge, good, damages) => {
  it('are accepted as they should be', () => {
    expect(judge(good)).toEqual([]);
  });

  it.each(damages)('are refused with %s', (_damage, text, fault) => {
    expect(text).not.toBe(good);
    expect(judge(text).join('\n')).toContain(fault);
  });
});

it('a test counts for the name it bears, within its gate, and a failed one proves nothing', () => {
  const test = (title: string, passed = true): GateTest => ({
    file: 'a.test.ts',
    titles: ['a group', title],
    passed,
    ms: 1,
  });
  const of = (tests: readonly GateTest[], name: string) =>
    autoTests(tests).find((each) => each.name === name);
  const name = 'test_full_pipeline_determinism';
  const good = of([test(`P1-B ${name}: x`)], name);
  expect(good === undefined ? null : isProven(good)).toBe(true);
  for (const title of [`P1-C ${name}`, `P1-B ${name}_of_another`, `P1-B x`]) {
    expect(of([test(title)], name)?.tests).toEqual([]);
  }
  const failed = of([test(`P1-B ${name}`), test(`P1-B ${name}`, false)], name);
  expect(failed === undefined ? null : isProven(failed)).toBe(false);
});

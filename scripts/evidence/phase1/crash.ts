/** P1-G: processes killed between the proposal of an order and the news of it. */
import type { GateTest } from '../gates.ts';
import { listOr, table } from '../markdown.ts';
import type { Made } from '../pack.ts';
import { runProgram } from '../programs.ts';
import { ofSimulatedRun, type Provenance, shownProvenance, utc } from '../provenance.ts';

export const CRASHES_PATH = 'crash_mid_intent/drill.json';
export const CRASH_PAGE_PATH = 'crash_mid_intent/drill.md';
export const CRASH_TEST_PATH = 'crash_mid_intent/auto_test_passed.txt';
const PROGRAM = 'packages/runtime/test/crash-chain.ts';
const CHAINS = 2;
/** One at every point. */
const KILLS = 9;

interface Chain {
  readonly kills: readonly string[];
  readonly sessions: number;
  readonly records: number;
  readonly ledger_verified: boolean;
  readonly intents: number;
  readonly markers: number;
  readonly orders_at_venue: number;
  readonly duplicate_dispatch_count: number;
  readonly orders_without_marker: number;
  readonly orders_ended_as_at_venue: number;
  readonly ghost_orders: number;
  readonly sent_outside_active: number;
  readonly sent_before_reconciled: number;
  readonly working_left: number;
  readonly survivor: { readonly mode: string };
}

export async function drillCrashes(root: string, buildId: string): Promise<readonly Made[]> {
  const begun = Date.now();
  const words = [String(CHAINS), String(KILLS)];
  const printed = await runProgram(root, PROGRAM, words);
  if (!printed.ok)
    return [CRASHES_PATH, CRASH_PAGE_PATH].map((path) => ({ path, why: printed.why }));
  const chains = JSON.parse(printed.text) as Chain[];
  const provenance = ofSimulatedRun(buildId);
  const command = `node ${PROGRAM} ${words.join(' ')}`;
  const text = crashPage(chains, { begun, ended: Date.now(), command }, provenance);
  return [
    { path: CRASHES_PATH, provenance, text: `${JSON.stringify(chains, null, 2)}\n` },
    { path: CRASH_PAGE_PATH, provenance, text },
  ];
}

export function crashFaults(text: string): readonly string[] {
  const chains = JSON.parse(text) as Chain[];
  if (chains.length === 0) return ['nothing was killed'];
  return chains.flatMap((chain, index) => {
    const rules: readonly (readonly [boolean, string])[] = [
      [chain.kills.length >= KILLS, `${chain.kills.length} kills`],
      [chain.sessions === chain.kills.length + 1, `${chain.sessions} sessions`],
      [chain.ledger_verified, 'the ledger does not verify'],
      [chain.orders_at_venue > 0, 'no order reached the venue'],
      [chain.duplicate_dispatch_count === 0, `${chain.duplicate_dispatch_count} orders went twice`],
      [chain.orders_without_marker === 0, `${chain.orders_without_marker} orders unrecorded`],
      [
        chain.orders_ended_as_at_venue === chain.orders_at_venue,
        'an order ended otherwise than at the venue',
      ],
      [chain.ghost_orders === 0, `${chain.ghost_orders} ghosts`],
      [chain.sent_outside_active === 0, `${chain.sent_outside_active} orders outside Active`],
      [chain.sent_before_reconciled === 0, `${chain.sent_before_reconciled} orders too early`],
      [chain.working_left === 0, `${chain.working_left} orders without an end`],
      [chain.survivor.mode === 'Active', `the survivor is ${chain.survivor.mode}`],
    ];
    return rules
      .filter(([holds]) => !holds)
      .map(([, sentence]) => `chain ${index + 1}: ${sentence}`);
  });
}

interface Occasion {
  readonly begun: number;
  readonly ended: number;
  readonly command: string;
}

function crashPage(chains: readonly Chain[], when: Occasion, from: Provenance): string {
  const faults = crashFaults(JSON.stringify(chains));
  return `# Crash in the middle of an intent (P1-G)

${shownProvenance(from)}

- begun: ${utc(when.begun)}, ended: ${utc(when.ended)}
- command: \`${when.command}\`
- result: ${faults.length === 0 ? 'PASS' : 'FAIL'}

## Trigger

A process with the whole runtime and the real ledger on disk proposes one order and kills itself by
SIGKILL at a point between the proposal and the news of it. The venue is in the process; what it has
accepted it keeps in a journal of its own, as a venue would.

${killsTable(chains)}

## Restart

1. The next process opens the same ledger, folds it, and starts latched: nothing opens.
2. It asks the venue for open orders, positions and trades, and puts right what differs.
3. Only then it is Active, proposes its own order, and is killed at the next point.
4. The last one lives until nothing works any more and a reconciliation has passed clean.

## What was found

${foundTable(chains)}

- No duplicate: every label is at the venue once at most; the venue's journal says so, not ours.
- No ghost: every order at the venue has its marker in the ledger and ended there as it did.
- No unsafe OPEN: every order left in Active, after its own process had reconciled.

## Faults

${listOr(faults, 'None.')}
`;
}

function killsTable(chains: readonly Chain[]): string {
  const rows = chains.flatMap(({ kills }, chain) =>
    kills.map((point, index) => [chain + 1, index + 1, point, 'SIGKILL']),
  );
  return table(['Ledger', 'Process', 'Died when the order was', 'Signal'], rows);
}

const FOUND = [
  'Ledger',
  'Kills',
  'Sessions',
  'Intents',
  'Markers',
  'Orders at venue',
  'duplicate_dispatch_count',
  'Ghosts',
  'Unsafe OPEN',
  'Survivor',
];

function foundTable(chains: readonly Chain[]): string {
  const rows = chains.map((each, index) => [
    index + 1,
    each.kills.length,
    each.sessions,
    each.intents,
    each.markers,
    each.orders_at_venue,
    each.duplicate_dispatch_count,
    each.ghost_orders,
    each.sent_before_reconciled + each.sent_outside_active,
    each.survivor.mode,
  ]);
  return table(FOUND, rows);
}

/** What the test of the checklist said, with the others of its gate. */
export function crashTestItem(tests: readonly GateTest[], buildId: string): Made {
  const own = tests.filter(({ titles }) => titles.some((title) => title.startsWith('P1-G')));
  if (own.length === 0) return { path: CRASH_TEST_PATH, why: 'no test of P1-G was run' };
  const provenance = ofSimulatedRun(buildId);
  const lines = own.map(
    ({ file, titles, passed, ms }) =>
      `result=${passed ? 'PASS' : 'FAIL'} ms=${ms} file=${file} test=${titles.at(-1)}`,
  );
  const text = `# ${shownProvenance(provenance)}\n${lines.join('\n')}\n`;
  return { path: CRASH_TEST_PATH, provenance, text };
}

export function crashTestFaults(text: string): readonly string[] {
  const lines = text.split('\n').filter((line) => line.startsWith('result='));
  const named = lines.some((line) => line.includes('test_crash_mid_intent_no_duplicate_dispatch'));
  return [
    ...(named ? [] : ['test_crash_mid_intent_no_duplicate_dispatch was not run']),
    ...lines.filter((line) => !line.startsWith('result=PASS ')).map((line) => line.slice(0, 90)),
  ];
}

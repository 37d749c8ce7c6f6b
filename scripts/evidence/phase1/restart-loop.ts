/** A hundred restarts: real engines, killed over a real socket, counted at the exchange. */
import type { Made } from '../pack.ts';
import { runProgram } from '../programs.ts';
import { ofSimulatedRun, type Provenance, shownProvenance, utc } from '../provenance.ts';

export const CYCLES_PATH = 'restart_loop/restart_100_cycles.log';
export const LOOP_PATH = 'restart_loop/summary.json';
export const CYCLES_MIN = 100;
const PROGRAM = 'packages/runtime/test/restart-cycles.ts';
const CYCLE_MS_MAX = 35_000;

interface Cycle {
  readonly cycle: number;
  readonly killed: string;
  readonly signal: string;
  readonly life_ms: number;
  readonly active_after_ms: number | null;
  readonly orders_sent: number;
  readonly orders_at_exchange: number;
  readonly duplicate_dispatch_count: number;
}

/** Null is what the exchange did not say, and no zero. */
export interface LoopSummary {
  readonly cycles: number;
  readonly killed_by_sigkill: number;
  readonly duplicate_dispatch_count: number | null;
  readonly illegal_order_attempts: number | null;
  readonly orders_received: number | null;
  readonly orders_accepted: number | null;
  readonly orders_at_exchange: number;
  readonly labels_at_exchange_twice: number;
  readonly submitted_by_engines: number;
  readonly submitted_twice: number;
  readonly trades: number;
  readonly orders_left_open: number;
  readonly ledger_records: number;
  readonly ledger_verified: boolean;
  readonly sessions: number;
  readonly intents: number;
  readonly intents_whose_hash_is_that_of_their_terms: number;
  readonly markers: number;
  readonly markers_recorded_twice: number;
  readonly sent_before_reconciled: number;
  readonly ghost_orders: number;
  readonly orders_as_recorded: number;
  readonly fills_equal_trades: boolean;
  readonly positions_equal_venue: boolean;
  readonly orders_still_working: number;
  readonly survivor: string;
  readonly seconds: number;
}

/** @param cycles as many as the checklist asks for, or fewer to try it. */
export async function runRestartLoop(
  root: string,
  buildId: string,
  cycles: number,
  say: (line: string) => void,
): Promise<readonly Made[]> {
  const begun = Date.now();
  const words = [String(cycles)];
  const seen: (Cycle | LoopSummary)[] = [];
  const printed = await runProgram(root, PROGRAM, words, {
    timeoutMs: cycles * CYCLE_MS_MAX,
    onLine(line) {
      const told = JSON.parse(line) as Cycle | LoopSummary;
      seen.push(told);
      if ('cycle' in told && told.cycle % 10 === 0) say(`  cycle ${told.cycle} of ${cycles}`);
    },
  });
  const summary = seen.find((each) => 'cycles' in each);
  if (!printed.ok || summary === undefined) {
    const why = printed.ok ? `${PROGRAM} said nothing at its end` : printed.why;
    return [CYCLES_PATH, LOOP_PATH].map((path) => ({ path, why }));
  }
  const lines = seen.filter((each) => 'cycle' in each);
  const provenance = ofSimulatedRun(buildId);
  const head = `node ${PROGRAM} ${words.join(' ')}`;
  return [
    { path: CYCLES_PATH, provenance, text: cyclesText(lines, head, begun, provenance) },
    { path: LOOP_PATH, provenance, text: `${JSON.stringify(summary, null, 2)}\n` },
  ];
}

const isGood = ({ signal, duplicate_dispatch_count: twice }: Cycle): boolean =>
  signal === 'SIGKILL' && twice === 0;

function cyclesText(
  lines: readonly Cycle[],
  command: string,
  begun: number,
  from: Provenance,
): string {
  const rows = lines.map((each) =>
    [
      `cycle=${each.cycle}`,
      `status=${isGood(each) ? 'PASS' : 'FAIL'}`,
      `duplicate_dispatch_count=${each.duplicate_dispatch_count}`,
      `orders_at_exchange=${each.orders_at_exchange}`,
      `orders_sent=${each.orders_sent}`,
      `life_ms=${each.life_ms}`,
      `active_after_ms=${each.active_after_ms ?? 'never'}`,
      `signal=${each.signal}`,
      `killed="${each.killed}"`,
    ].join(' '),
  );
  return `timestamp_utc=${utc(begun)}
command=${command}
cycles=${lines.length}
provenance=${shownProvenance(from)}
${rows.join('\n')}
`;
}

export function cyclesFaults(text: string): readonly string[] {
  const lines = text.split('\n');
  const faults: string[] = [];
  for (const name of ['timestamp_utc', 'command', 'cycles']) {
    if (!lines.some((line) => line.startsWith(`${name}=`))) faults.push(`no ${name} in its head`);
  }
  const said = Number(/^cycles=(\d+)$/m.exec(text)?.[1]);
  const rows = lines.filter((line) => line.startsWith('cycle='));
  if (!(said >= CYCLES_MIN)) faults.push(`${said} cycles, at least ${CYCLES_MIN}`);
  if (rows.length !== said) faults.push(`${rows.length} lines of ${said} cycles`);
  for (const [index, row] of rows.entries()) {
    const good = `cycle=${index + 1} status=PASS duplicate_dispatch_count=0 `;
    if (!row.startsWith(good)) faults.push(`not PASS: ${row.slice(0, 60)}`);
  }
  return faults;
}

export function loopFaults(text: string): readonly string[] {
  const found = JSON.parse(text) as LoopSummary;
  const none = (value: number | null, what: string) => [value === 0, `${value} ${what}`] as const;
  const rules: readonly (readonly [boolean, string])[] = [
    [found.cycles >= CYCLES_MIN, `${found.cycles} cycles, at least ${CYCLES_MIN}`],
    [found.killed_by_sigkill === found.cycles, `${found.killed_by_sigkill} were killed`],
    [found.sessions > found.cycles / 2, `${found.sessions} sessions`],
    [found.orders_at_exchange > found.cycles, `${found.orders_at_exchange} orders`],
    [found.trades > 0, 'nothing was traded'],
    none(found.duplicate_dispatch_count, 'orders twice, by the count of the exchange'),
    none(found.illegal_order_attempts, 'illegal orders'),
    none(found.labels_at_exchange_twice, 'labels twice at the exchange'),
    none(found.submitted_twice, 'orders submitted twice'),
    none(found.markers_recorded_twice, 'markers recorded twice'),
    none(found.sent_before_reconciled, 'orders sent before a reconciliation'),
    none(found.ghost_orders, 'ghost orders'),
    none(found.orders_left_open, 'orders left open'),
    none(found.orders_still_working, 'orders without an end'),
    [found.orders_accepted === found.orders_at_exchange, 'the exchange lists another number'],
    [found.orders_as_recorded === found.orders_at_exchange, 'an order is not the one recorded'],
    [
      found.intents > 0 && found.intents_whose_hash_is_that_of_their_terms === found.intents,
      'a recorded hash is not that of its terms',
    ],
    [found.fills_equal_trades, 'fills and trades differ'],
    [found.positions_equal_venue, 'positions and exchange differ'],
    [found.ledger_verified, 'the ledger does not verify'],
    [found.survivor === 'Active', `the survivor: ${found.survivor.slice(0, 120)}`],
  ];
  return rules.filter(([holds]) => !holds).map(([, sentence]) => sentence);
}

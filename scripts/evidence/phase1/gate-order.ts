/** P1-E: the call log of the gates, class by class, against the order of the contract. */
import { isDeepStrictEqual } from 'node:util';
import { listOr, table } from '../markdown.ts';
import type { Made } from '../pack.ts';
import { runProgram } from '../programs.ts';
import { ofCore, type Provenance, shownProvenance } from '../provenance.ts';

export const CALLS_PATH = 'gate_ordering/call_log.json';
export const ORDER_PATH = 'gate_ordering/call_log.md';
const PROGRAM = 'packages/core/test/gate-calls.ts';

/**
 * The steps of phases section 2.1, what they are called here, and the classes the owner's table
 * gives them to. `append` and `submit` are effects, all others gates.
 */
const STEPS: readonly (readonly [step: string, here: string, classes: readonly string[]])[] = [
  ['DispatchAuth', 'classified', ['OPEN', 'CLOSE', 'HEDGE']],
  ['DispatchAuth: OPEN needs Healthy', 'mode', ['OPEN']],
  ['Preflight', 'preflight', ['OPEN', 'CLOSE', 'HEDGE']],
  ['Quantize, DispatchConsistency', 'sized', ['OPEN', 'CLOSE', 'HEDGE']],
  ['FeeCacheCheck', 'fee-fresh', ['OPEN', 'CLOSE', 'HEDGE']],
  ['LiquidityGate', 'liquidity', ['OPEN']],
  ['NetEdgeGate', 'net-edge', ['OPEN']],
  ['Pricer', 'priced', ['OPEN']],
  ['RecordedBeforeDispatch', 'append', ['OPEN', 'CLOSE', 'HEDGE']],
  ['(dispatch)', 'submit', ['OPEN', 'CLOSE', 'HEDGE']],
];

interface Calls {
  readonly intent_class: string;
  readonly declared: readonly string[];
  readonly log: readonly string[];
  readonly until_durable: readonly string[];
}

interface Stopped {
  readonly intent_class: string;
  readonly gate: string;
  readonly log: readonly string[];
  readonly before: object;
  readonly after: object;
}

interface CallLog {
  readonly calls: readonly Calls[];
  readonly stopped: readonly Stopped[];
}

export async function recordCalls(root: string, buildId: string): Promise<readonly Made[]> {
  const printed = await runProgram(root, PROGRAM, []);
  if (!printed.ok) return [CALLS_PATH, ORDER_PATH].map((path) => ({ path, why: printed.why }));
  const seen = JSON.parse(printed.text) as CallLog;
  const provenance = ofCore(buildId);
  return [
    { path: CALLS_PATH, provenance, text: `${JSON.stringify(seen, null, 2)}\n` },
    { path: ORDER_PATH, provenance, text: orderPage(seen, provenance) },
  ];
}

/** Effects a proposal leads to once its gates have passed. */
const AFTER = ['report', 'append', 'submit'];

export function callsFaults(text: string): readonly string[] {
  const { calls, stopped } = JSON.parse(text) as CallLog;
  const classes = calls.map((each) => each.intent_class);
  const faults = isDeepStrictEqual(classes, ['OPEN', 'CLOSE', 'HEDGE', 'CANCEL'])
    ? []
    : [`call logs of ${classes.join(', ')}`];
  for (const each of calls) faults.push(...orderFaults(each));
  for (const { intent_class: kind, declared } of calls) {
    const tried = stopped.filter((each) => each.intent_class === kind).map(({ gate }) => gate);
    if (!isDeepStrictEqual(tried, declared)) faults.push(`${kind}: not every gate was tried`);
  }
  for (const each of stopped) {
    const { intent_class: kind, gate, log, before, after } = each;
    const declared = calls.find((one) => one.intent_class === kind)?.declared ?? [];
    const asked = [...declared.slice(0, declared.indexOf(gate) + 1), 'report'];
    if (!isDeepStrictEqual(log, asked)) faults.push(`${kind}: ${gate} refused and did not stop it`);
    if (!isDeepStrictEqual(before, after)) faults.push(`${kind}: ${gate} refused and left a trace`);
  }
  return faults;
}

function orderFaults({ intent_class: kind, declared, log, until_durable: held }: Calls): string[] {
  if (kind === 'CANCEL') return isDeepStrictEqual(log, ['cancel']) ? [] : ['CANCEL: not at once'];
  const faults: string[] = [];
  if (!isDeepStrictEqual(log, [...declared, ...AFTER])) {
    faults.push(`${kind}: not gates, then record, then order`);
  }
  if (held.includes('submit')) faults.push(`${kind}: sent before its record was durable`);
  const places = STEPS.filter(([, , classes]) => classes.includes(kind)).map(([, here]) =>
    log.indexOf(here),
  );
  if (places.some((at, index) => at < 0 || at <= (places[index - 1] ?? -1))) {
    faults.push(`${kind}: not the order of phases section 2.1`);
  }
  return faults;
}

function orderPage(seen: CallLog, from: Provenance): string {
  const places = STEPS.map(([step, here, classes]) => [
    step,
    here,
    ...['OPEN', 'CLOSE', 'HEDGE'].map((kind) => {
      const log = seen.calls.find((each) => each.intent_class === kind)?.log ?? [];
      const at = log.indexOf(here);
      const asked = at < 0 ? 'no' : `${at + 1} of ${log.length}`;
      return classes.includes(kind) === at >= 0 ? asked : `${asked} (more than section 2.1 asks)`;
    }),
  ]);
  const logs = seen.calls.map(({ intent_class: kind, declared, log, until_durable: held }) =>
    [
      `## ${kind}`,
      `Asked and done, in order: ${log.join(' → ')}`,
      `While the ledger had not answered yet: ${held.slice(declared.length).join(' → ')}`,
    ].join('\n\n'),
  );
  const stops = seen.stopped.map(({ intent_class: kind, gate, log, before, after }) => [
    kind,
    gate,
    log.length - 1,
    log.at(-2) === gate && log.at(-1) === 'report' ? 'yes' : 'NO',
    isDeepStrictEqual(before, after) ? 'nothing' : 'SOMETHING',
  ]);
  const text = JSON.stringify(seen);
  return `# Order of the gates (P1-E)

${shownProvenance(from)}

Every gate wrote its name as it was asked, every effect as it was performed. In full:
[call_log.json](call_log.json).

## Against the steps of the contract

${table(['Step', 'Here', 'OPEN', 'CLOSE', 'HEDGE'], places)}

A cancel passes no gate: it is judged by the order it would cancel (contract-1 section 38).

${logs.join('\n\n')}

## One gate says no

Each gate of each class was made to refuse, all before it passing: it is the last one asked, and one
report is all that follows.

${table(['Class', 'Gate', 'Asked', 'The last', 'Left behind'], stops)}

## Faults

${listOr(callsFaults(text), 'None.')}
`;
}

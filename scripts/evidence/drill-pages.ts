/** The drill for people: a record with its table, and the log as lines. */
import { type DrillFindings, drillFaults, type DrillRecord } from './drill-record.ts';
import { NOT_SIGNED, type Provenance, shownProvenance, utc } from './provenance.ts';

const stamp = (at: number): string => new Date(at).toISOString();
const seconds = (ms: number): string => (ms / 1_000).toFixed(3);
const yes = (holds: boolean): string => (holds ? 'YES' : 'NO');

export function drillPage(record: DrillRecord, provenance: Provenance): string {
  const parts = [head(record, provenance), actions(record), verification(record.found)];
  const rest = [outcome, reduceOnly, gaps, signs].map((part) => part(record.found));
  return `${[...parts, ...rest].join('\n\n')}\n`;
}

function head(record: DrillRecord, provenance: Provenance): string {
  return `# Break-glass drill

${shownProvenance(provenance)}

- date_utc: ${utc(record.started)}
- env: ${record.env}
- operator: ${record.operator}
- witness: ${NOT_SIGNED}
- scenario_triggered: ${record.scenario}
- start_time_utc: ${utc(record.started)}
- attempt: ${record.attempt}`;
}

function actions({ events }: DrillRecord): string {
  const rows = events.map(({ at, phase, event, fields }) => {
    const said = Object.entries(fields).map(([key, value]) => `${key}=${value}`);
    return `| ${stamp(at)} | ${phase} | ${event} | ${said.join(', ')} |`;
  });
  return `## Actions taken

| Time (UTC) | Phase | Action or event | What was seen |
| --- | --- | --- | --- |
${rows.join('\n')}`;
}

function verification(found: DrillFindings): string {
  const equal = found.positions_equal_venue ? 'equal' : 'not equal';
  const verifies = found.ledger_verified ? 'verifies' : 'does not verify';
  return `## Verification

- OPEN stopped: of everything sent on the wire after the kill, ${found.orders_escaped} orders could
  have opened risk, looked for over ${seconds(found.observed_ms)} s and until the end. Before the
  kill ${found.opens_before_kill} such orders had been sent.
- OPEN refused: the strategy sees Kill and stops asking; ${found.opens_refused_after_kill} proposals
  were refused in this run. That an open is refused when something does ask is shown by the
  scenarios of the same build, on a virtual clock: ${found.opens_refused_in_scenarios} refusals with
  TradingModeForbidsOpen, see [scenarios.txt](scenarios.txt).
- Pending after the kill: ${found.pending_after_kill}; in flight: ${found.in_flight_after_kill}.
- Positions against the exchange at the end: ${equal}; orders left there: ${found.orders_left_open};
  the ledger ${verifies}.
- Counted by the exchange: ${found.duplicate_dispatch_count} orders sent twice,
  ${found.illegal_order_attempts} illegal ones.`;
}

function outcome(found: DrillFindings): string {
  const stopped = found.orders_escaped === 0 && found.opens_before_kill > 0;
  const reduced = found.reductions_sent > 0 && found.positions_after_reduction === 0;
  return `## Outcome

- time_to_halt_sec: ${seconds(found.kill_time_ms)}
- did_new_open_dispatch_stop: ${yes(stopped)}
- was_risk_reduction_possible_if_exposure: ${yes(reduced)}

The halt is measured from the command being given to the engine being in Kill; the command had
answered after ${seconds(found.kill_answered_ms)} s.`;
}

function reduceOnly(found: DrillFindings): string {
  return `## REDUCE_ONLY

\`holdfast emergency reduce-only\`, then the run was ended; it had been started with \`--flatten\`.
Positions before: ${found.positions_before_reduction}. Reduce-only orders sent:
${found.reductions_sent}. Positions after: ${found.positions_after_reduction}. Started again on the
same folder it was ${found.mode_after_restart}, and after the kill ${found.mode_restored}.`;
}

function gaps(found: DrillFindings): string {
  const faults = drillFaults(found).map((fault) => `| ${fault} | engineering | open |`);
  const known = [
    "| The exchange is our own; nothing was shown of Deribit's | owner | open: testnet keys |",
    '| A program typed the commands; no reaction time was measured | owner | open: a person |',
  ];
  return `## Gaps and follow-ups

| Gap | Who mends it | Status |
| --- | --- | --- |
${[...known, ...faults].join('\n')}`;
}

function signs(found: DrillFindings): string {
  const verdict = drillFaults(found).length === 0 ? 'PASS' : 'FAIL';
  return `## Participants

| Role | Name | Signature |
| --- | --- | --- |
| operator | scripts/evidence.ts | not a person |
| witness | ${NOT_SIGNED} | ${NOT_SIGNED} |
| owner | ${NOT_SIGNED} | ${NOT_SIGNED} |

## Sign-off

- owner_signature: ${NOT_SIGNED}
- date_utc: ${NOT_SIGNED}

Verdict of the checks: ${verdict}. ${NOT_SIGNED}.`;
}

/** One line per event, and a last one with what was measured. */
export function drillLog(record: DrillRecord): string {
  const { found } = record;
  const lines = record.events.map(({ at, phase, event, fields }) => {
    const said = Object.entries(fields).map(([key, value]) => `${key}=${JSON.stringify(value)}`);
    return `timestamp=${stamp(at)} phase=${phase} event=${event} ${said.join(' ')}`.trimEnd();
  });
  const open = [
    `timestamp=${stamp(record.ended)} phase=post_kill_checks event=opens_stopped`,
    `sent_after_kill=${found.orders_escaped} refused_in_this_run=${found.opens_refused_after_kill}`,
    `refused_in_scenarios=${found.opens_refused_in_scenarios} observed_ms=${found.observed_ms}`,
  ];
  const reduces = found.reductions_sent > 0 && found.positions_after_reduction === 0;
  const last = [
    `timestamp=${stamp(record.ended)} phase=completion event=drill_completed`,
    `status=${drillFaults(found).length === 0 ? 'PASS' : 'FAIL'}`,
    `kill_time_ms=${found.kill_time_ms} orders_escaped=${found.orders_escaped}`,
    `reduce_only_works=${reduces}`,
  ];
  return `${[...lines, open.join(' '), last.join(' ')].join('\n')}\n`;
}

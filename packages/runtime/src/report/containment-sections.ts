import type { GroupLine, NakedLine } from './containment-part.ts';
import type { RunReport } from './run-report.ts';

/** Pairs and what became of them; nothing where there were none and nothing was contained. */
export function containmentSections(
  report: Pick<RunReport, 'began_at' | 'containment'>,
): readonly string[] {
  const { containment, began_at: began } = report;
  const counts = [
    counted('Pairs', containment.groups_by_state),
    counted('Orders of containment', containment.orders_by_purpose),
    counted('Containment that could not be', containment.refused_by_code),
    counted('Trips of the churn breaker', containment.churn_trips),
  ].filter((line) => line !== null);
  if (counts.length === 0) return [];
  return [
    '## Pairs and containment',
    '',
    ...counts,
    ...containment.groups.flatMap(groupLines),
    ...containment.naked_events.map((event) => nakedLine(event, began)),
    '',
  ];
}

function counted(name: string, counts: Readonly<Record<string, number>>): string | null {
  const parts = Object.entries(counts).map(([key, count]) => `${key} ${count}`);
  return parts.length === 0 ? null : `- ${name}: ${parts.join(', ')}`;
}

function groupLines(group: GroupLine): readonly string[] {
  const { state, cause, legs, rescues, close_attempts: closes, hedges } = group;
  const failure = cause === null ? '' : `, first failure ${cause}`;
  const work = `rescues ${rescues}, closes ${closes}, hedges ${hedges}`;
  return [
    `- ${group.strategy} ${group.group_id}: ${state}${failure}; ${work}`,
    ...legs.map(
      ({ instrument, side, amount, filled, closed }) =>
        `  - ${side} ${amount} ${instrument}: filled ${filled}, taken back ${closed}`,
    ),
  ];
}

function nakedLine(event: NakedLine, began: number): string {
  const after = ((event.at - began) / 1_000).toFixed(1);
  const before = event.exposure_usd_before.toFixed(2);
  const left = event.exposure_usd_after.toFixed(2);
  return (
    `- naked at ${after} s (${event.cause}): ${before} USD, ${left} USD left after ` +
    `${event.time_to_delta_neutral_ms} ms, ${event.close_attempts} closes, ` +
    `${event.hedge_used ? 'with a hedge' : 'without a hedge'}; group ${event.group_id}`
  );
}

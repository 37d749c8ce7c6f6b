import type { RunReport } from './run-report.ts';

type Told = Pick<RunReport, 'began_at' | 'alerts' | 'alerts_not_linked'>;

/** Which alerts rose, when and how far; and which nobody watches. */
export function alertSection(report: Told): readonly string[] {
  const { began_at: began, alerts, alerts_not_linked: unlinked } = report;
  const seconds = (at: number): string => `${(Math.max(0, at - began) / 1_000).toFixed(1)} s`;
  return [
    '## Alerts',
    '',
    ...(alerts.length === 0 ? ['- none of those that are linked rose'] : []),
    ...alerts.map(({ name, condition, state, worst, from, until }) => {
      const end = until === null ? 'to the end' : `to ${seconds(until)}`;
      const figure = worst === null ? '' : `, at most ${worst}`;
      return `- ${name} ${state}, ${seconds(from)} ${end} (${condition}${figure})`;
    }),
    ...(unlinked.length === 0 ? [] : [`- not linked in this build: ${unlinked.join(', ')}`]),
    '',
  ];
}

import { expect, it } from 'vitest';
import { ALL_CODES } from './reached.ts';
import { coverageLines, progressBar, runSummary } from './report.ts';
import { NO_WORLDS } from './totals.ts';

const totals = {
  ...NO_WORLDS,
  passed: 49,
  failed: 1,
  reached: { 'reject NetEdgeTooLow': 7, 'anomaly fill_before_ack': 2 },
};

it('the bar is as long as the run is far, and never longer', () => {
  const bar = (share: number): string => progressBar({ totals, elapsedMs: 2_000, share });
  expect(bar(0.5)).toMatch(/^\[#{12} {12}\] {2}50 % {2}50 worlds {2}25\/s /);
  expect(bar(7)).toContain('[########################] 100 %');
});

it('coverage lists every code: reached, never, or out of reach with its reason', () => {
  const lines = coverageLines(totals);
  for (const code of ALL_CODES) {
    const named = lines.filter((line) => ` ${line}:`.includes(` ${code}:`));
    expect(named.length).toBe(1);
  }
  expect(lines[0]).toBe('        2  anomaly fill_before_ack');
  expect(lines).toContain('    never  reject NetEdgeInputMissing');
  expect(lines.at(-1)).toMatch(/^reached 1 of \d+ reachable codes, \d+ out of reach$/);
});

it('a run as one object says what was counted, reached and found', () => {
  const note = { seed: 1, checker: 'c', detail: 'd', tries: 2, command: 'npm run drill -- x' };
  expect(runSummary(totals, 2_000, [note])).toMatchObject({
    passed: 49,
    failed: 1,
    seconds: 2,
    coverage: { reached: 1, wronglyListed: [] },
    worldsByCode: { 'reject NetEdgeTooLow': 7 },
    findings: [note],
  });
});

import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { stringify } from 'yaml';
import { scenarioOfWeather } from '../scenario/weather.ts';
import { REACHABLE } from './reached.ts';
import type { ShrunkFinding, SwarmTotals } from './swarm-run.ts';

/** `12.3k worlds`, how fast, and what they came to, in one line. */
export function progressLine(totals: SwarmTotals, elapsedMs: number): string {
  const worlds = totals.passed + totals.failed;
  const rate = (worlds / Math.max(elapsedMs, 1)) * 1_000;
  const reached = REACHABLE.filter((code) => totals.reached.has(code)).length;
  return [
    `${worlds} worlds`,
    `${rate.toFixed(0)}/s`,
    `${totals.crashes} crashes`,
    `${totals.placements} placements`,
    `${reached} of ${REACHABLE.length} codes`,
    `${totals.failed} findings`,
  ].join('  ');
}

/** Every code, with the number of worlds that reached it; those no world reached are last. */
export function coverageLines(totals: SwarmTotals): readonly string[] {
  const rows = [...new Set([...REACHABLE, ...totals.reached.keys()])].map(
    (code) => [code, totals.reached.get(code) ?? 0] as const,
  );
  const missed = rows.filter(([, worlds]) => worlds === 0).map(([code]) => code);
  const lines = rows
    .filter(([, worlds]) => worlds > 0)
    .toSorted(([a], [b]) => (a < b ? -1 : 1))
    .map(([code, worlds]) => `  ${String(worlds).padStart(7)}  ${code}`);
  return missed.length === 0 ? lines : [...lines, `  never    ${missed.join(', ')}`];
}

/** Writes a finding as a scenario file and returns the one command that brings it back. */
export function writeFinding(root: string, finding: ShrunkFinding): string {
  const { seed, checker, weather, detail } = finding;
  const path = join(root, 'artifacts/findings', `seed-${seed}-${checker}.yaml`);
  const document = scenarioOfWeather(`Seed ${seed} breaks ${checker}`, seed, weather);
  const told = detail.split('\n', 3).map((line) => `# ${line.slice(0, 300)}\n`);
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, `${told.join('')}${stringify(document)}`);
  return `npm run drill -- ${relative(root, path)}`;
}

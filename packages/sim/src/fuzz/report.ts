import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { stringify } from 'yaml';
import { scenarioOfWeather } from '../scenario/weather.ts';
import type { ShrunkFinding } from './batch.ts';
import { OUT_OF_REACH } from './out-of-reach.ts';
import { coverageOf } from './reached.ts';
import { type SwarmTotals, worldsOf } from './totals.ts';

/** How far a run is: `share` of it in [0, 1], by worlds or by time. */
export interface Progress {
  readonly totals: SwarmTotals;
  readonly elapsedMs: number;
  readonly share: number;
}

const BAR_WIDTH = 24;

/** `[#####     ] 21 %  1050 worlds  25/s  …`, one line. */
export function progressBar(progress: Progress): string {
  const share = Math.min(1, Math.max(0, progress.share));
  const full = Math.round(share * BAR_WIDTH);
  const bar = `[${'#'.repeat(full)}${' '.repeat(BAR_WIDTH - full)}]`;
  return `${bar} ${String(Math.floor(share * 100)).padStart(3)} %  ${summaryLine(progress)}`;
}

/** How many worlds, how fast, and what they came to, in one line. */
export function summaryLine({ totals, elapsedMs }: Omit<Progress, 'share'>): string {
  const worlds = worldsOf(totals);
  const { reached, reachable } = coverageOf(totals.reached);
  return [
    `${worlds} worlds`,
    `${rateOf(worlds, elapsedMs).toFixed(0)}/s`,
    `${totals.crashes} crashes`,
    `${totals.placements} placements`,
    `${reached} of ${reachable} codes`,
    `${totals.failed} findings`,
  ].join('  ');
}

/** Every code, with the number of worlds that reached it; then those no world reached, and why. */
export function coverageLines({ reached }: SwarmTotals): readonly string[] {
  const coverage = coverageOf(reached);
  const rows = Object.entries(reached).toSorted(([a], [b]) => (a < b ? -1 : 1));
  return [
    ...rows.map(([code, worlds]) => `  ${String(worlds).padStart(7)}  ${code}`),
    ...coverage.missed.map((code) => `    never  ${code}`),
    ...Object.entries(OUT_OF_REACH).map(([code, { why }]) => `        -  ${code}: ${why}`),
    ...coverage.wronglyListed.map((code) => `    WRONG  ${code} is listed as out of reach`),
    `reached ${coverage.reached} of ${coverage.reachable} reachable codes, ` +
      `${coverage.outOfReach} out of reach`,
  ];
}

/** A whole run as one JSON object; `passed` and `failed` count worlds. */
export function runSummary(
  totals: SwarmTotals,
  elapsedMs: number,
  findings: readonly FindingNote[],
): object {
  const { reached: worldsByCode, ...counts } = totals;
  const seconds = Math.round(elapsedMs / 100) / 10;
  return { ...counts, seconds, coverage: coverageOf(worldsByCode), worldsByCode, findings };
}

/** What is told of a finding: `command` brings it back. */
export interface FindingNote extends Pick<ShrunkFinding, 'seed' | 'checker' | 'detail' | 'tries'> {
  readonly command: string;
}

/** Writes a finding as a scenario file, with the one command that brings it back. */
export function noteFinding(root: string, finding: ShrunkFinding): FindingNote {
  const { seed, checker, weather, detail, tries } = finding;
  const path = join(root, 'artifacts/findings', `seed-${seed}-${checker}.yaml`);
  const document = scenarioOfWeather(`Seed ${seed} breaks ${checker}`, seed, weather);
  const told = detail.split('\n', 3).map((line) => `# ${line.slice(0, 300)}\n`);
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, `${told.join('')}${stringify(document)}`);
  return { seed, checker, detail, tries, command: `npm run drill -- ${relative(root, path)}` };
}

function rateOf(worlds: number, elapsedMs: number): number {
  return (worlds / Math.max(elapsedMs, 1)) * 1_000;
}

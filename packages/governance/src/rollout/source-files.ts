/** The files of a rollout folder by name: what is read, and what is written (section 8.8). */
import type { Sources } from './evidence.ts';

export type SourceName = Exclude<keyof Sources, 'named'>;

export const SOURCE_FILES: Readonly<Record<SourceName, string>> = {
  manifest: 'daily_manifest.json',
  health: 'monitor-health.json',
  history: 'monitor-history.csv',
  divergence: 'branch-divergence-log.csv',
  branches: 'daily_branch_status.csv',
  golden: 'gates/golden-regression.json',
  noSilentPath: 'gates/no-silent-path.json',
  goldenManifest: 'golden-manifest.json',
};

export const OUTPUT_FILES = {
  snapshot: 'rollout-governance-snapshot.csv',
  report: 'rollout-governance-report.md',
  runbook: 'rollback-runbook.md',
  state: 'rollout-state.json',
} as const;

/** Appended to, and never rewritten. */
export const HISTORY_FILE = 'rollout-history.jsonl';

/** What a session is measured from, and what is made of it beside the sources. */
export const DAY_FILES = {
  trades: 'branch-trades.json',
  attribution: 'trade-attribution.json',
  snapshot: 'daily_monitor_snapshot.csv',
  healthReport: 'monitor-health-report.md',
} as const;

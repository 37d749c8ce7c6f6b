/** What is asked of the registry (section 5.3). */
import type { RegistryState, Strategy } from './state.ts';
import type { Status } from './status.ts';

/** The fittest first, who was never measured last; of two alike the newer one. */
export function compareChampions(one: Strategy, other: Strategy): number {
  const left = one.champion.fitness_score;
  const right = other.champion.fitness_score;
  if (left !== right) {
    if (left === null) return 1;
    if (right === null) return -1;
    return right - left;
  }
  return other.createdSeq - one.createdSeq;
}

const CHAMPIONS: readonly Status[] = [
  'evolved',
  'approved',
  'approved_default',
  'approved_fallback',
  'pilot_active',
  'active',
];

export function championsOf({ strategies }: RegistryState, limit = 10): readonly Strategy[] {
  return [...strategies.values()]
    .filter(({ status }) => CHAMPIONS.includes(status))
    .sort(compareChampions)
    .slice(0, limit);
}

export function strategiesByStatus({ strategies }: RegistryState, status: Status) {
  return [...strategies.values()].filter((each) => each.status === status).sort(compareChampions);
}

/** Keys as the seed has them; what nothing was measured of is null, never nought. */
export interface RegistrySummary {
  readonly total_strategies: number;
  readonly evolved_count: number;
  readonly approved_count: number;
  readonly active_count: number;
  readonly avg_fitness_score: number | null;
  readonly max_fitness_score: number | null;
  readonly min_fitness_score: number | null;
  readonly catalogue_seeded: number;
  readonly catalogue_entry_count: number;
  /** Seeded from a catalogue, and nobody knows from which entry. */
  readonly catalogue_missing_provenance: number;
  /** Epoch seconds. */
  readonly latest_catalogue_seeded_at: number | null;
  readonly database_path: string;
  readonly seed_source_counts: Readonly<Record<string, number>>;
  readonly catalogue_names: readonly string[];
  readonly catalogue_versions: readonly string[];
  /** Of the catalogue that was seeded last. */
  readonly latest_catalogue_metadata?: unknown;
}

export function summaryOf({ strategies }: RegistryState, databasePath: string): RegistrySummary {
  const all = [...strategies.values()];
  const champions = all.map(({ champion }) => champion);
  const scores = champions.map(({ fitness_score: score }) => score).filter(isMeasured);
  const counted = (status: Status): number => all.filter((each) => each.status === status).length;
  const seeded = champions.filter(({ seed_source: source }) => source === 'catalogue');
  const latest = champions
    .filter(({ catalogue_metadata: metadata }) => metadata !== null)
    .sort((a, b) => (b.catalogue_seeded_at ?? -Infinity) - (a.catalogue_seeded_at ?? -Infinity))
    .at(0);
  return {
    total_strategies: all.length,
    evolved_count: counted('evolved'),
    approved_count: counted('approved'),
    active_count: counted('active'),
    avg_fitness_score: scores.length === 0 ? null : sum(scores) / scores.length,
    max_fitness_score: extreme(scores, Math.max),
    min_fitness_score: extreme(scores, Math.min),
    catalogue_seeded: seeded.length,
    catalogue_entry_count: champions.filter(({ catalogue_entry_id: id }) => hasText(id)).length,
    catalogue_missing_provenance: seeded.filter((each) => !hasText(each.catalogue_entry_id)).length,
    latest_catalogue_seeded_at: extreme(
      champions.map(({ catalogue_seeded_at: at }) => at).filter(isMeasured),
      Math.max,
    ),
    database_path: databasePath,
    seed_source_counts: countsOf(champions.map(({ seed_source: source }) => source ?? '')),
    catalogue_names: namesOf(champions.map((each) => each.catalogue_name)),
    catalogue_versions: namesOf(champions.map((each) => each.catalogue_version)),
    ...(latest?.catalogue_metadata
      ? { latest_catalogue_metadata: JSON.parse(latest.catalogue_metadata) as unknown }
      : {}),
  };
}

function isMeasured(value: number | null): value is number {
  return value !== null;
}

function hasText(value: string | null): value is string {
  return value !== null && value.trim() !== '';
}

function sum(values: readonly number[]): number {
  return values.reduce((total, each) => total + each, 0);
}

function extreme(values: readonly number[], of: (a: number, b: number) => number): number | null {
  return values.length === 0 ? null : values.reduce((a, b) => of(a, b));
}

function countsOf(names: readonly string[]): Readonly<Record<string, number>> {
  const counts = new Map<string, number>();
  for (const name of names) counts.set(name, (counts.get(name) ?? 0) + 1);
  return Object.fromEntries([...counts].sort(([a], [b]) => (a < b ? -1 : 1)));
}

function namesOf(names: readonly (string | null)[]): readonly string[] {
  return [...new Set(names.filter(hasText))].sort();
}

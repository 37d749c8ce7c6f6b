import { describe, expect, it } from 'vitest';
import type { CatalogueProvenance, ChampionOffer } from './champion.ts';
import { championOf } from './champion.ts';
import { chained, offer, scored, T0 } from './chain.fixture.ts';
import { championsOf, strategiesByStatus, summaryOf } from './queries.ts';
import { EMPTY_REGISTRY, foldRegistry, type RegistryState } from './state.ts';
import { STATUSES, type Status } from './status.ts';

/** Each offer with the status it has, as if it had earned it. */
function stateOf(offers: readonly (readonly [ChampionOffer, Status])[]): RegistryState {
  const facts = offers.map(([each]) => {
    const read = championOf(each);
    if (!read.ok) throw new Error(read.detail);
    const { champion } = read;
    const payload = { champion, from: null, to: 'evolved', reason: '', guard: null };
    const subject = each.strategyId;
    return { type: 'champion_registered', subject, actor: 'ana', payload, refs: {} };
  });
  const folded = foldRegistry(chained(EMPTY_REGISTRY.head, facts, T0));
  if (!folded.ok) throw new Error(folded.detail);
  const statuses = new Map(offers.map(([{ strategyId }, status]) => [strategyId, status]));
  const strategies = [...folded.state.strategies].map(
    ([id, strategy]) => [id, { ...strategy, status: statuses.get(id) ?? 'evolved' }] as const,
  );
  return { ...folded.state, strategies: new Map(strategies) };
}

const ids = (strategies: readonly { readonly strategyId: string }[]) =>
  strategies.map(({ strategyId }) => strategyId);

const seeded = (
  name: string | null,
  version: string | null,
  seededAt: number | null,
  metadata: Readonly<Record<string, unknown>> | null,
  entry: string | null,
): CatalogueProvenance => ({
  seedSource: 'catalogue',
  catalogue: { name, version, seededAt, metadata },
  entry: entry === null ? null : { id: entry, name: null, metadata: null },
});

describe('champions', () => {
  it('are the fittest first, the unmeasured last, and of two alike the newer', () => {
    const offers = [
      scored('old', 1),
      scored('best', 3),
      scored('bare', null),
      scored('low', -2),
      scored('new', 1),
      scored('nought', 0),
      scored('bare2', null),
    ];
    const state = stateOf(offers.map((each) => [each, 'evolved']));
    const order = ['best', 'new', 'old', 'nought', 'low', 'bare2', 'bare'];
    expect(ids(championsOf(state))).toEqual(order);
    expect(ids(championsOf(state, 2))).toEqual(order.slice(0, 2));
    expect(ids(strategiesByStatus(state, 'evolved'))).toEqual(order);
    expect(strategiesByStatus(state, 'active')).toEqual([]);
  });

  it('are ten where nobody says how many', () => {
    const offers = Array.from({ length: 12 }, (_, at) => scored(`s${at}`, at));
    expect(championsOf(stateOf(offers.map((each) => [each, 'active'])))).toHaveLength(10);
  });

  it('are all but those that were put away', () => {
    const state = stateOf(STATUSES.map((status) => [offer(status), status]));
    expect(new Set(ids(championsOf(state)))).toEqual(
      new Set(STATUSES.filter((status) => status !== 'inactive' && status !== 'rejected')),
    );
  });
});

describe('R-07 the summary', () => {
  it('of nothing has no figures', () => {
    expect(summaryOf(EMPTY_REGISTRY, 'x.db')).toEqual({
      total_strategies: 0,
      evolved_count: 0,
      approved_count: 0,
      active_count: 0,
      avg_fitness_score: null,
      max_fitness_score: null,
      min_fitness_score: null,
      catalogue_seeded: 0,
      catalogue_entry_count: 0,
      catalogue_missing_provenance: 0,
      latest_catalogue_seeded_at: null,
      database_path: 'x.db',
      seed_source_counts: {},
      catalogue_names: [],
      catalogue_versions: [],
    });
  });

  it('counts strategies, their fitness and where they come from', () => {
    const manual: CatalogueProvenance = { seedSource: 'manual', catalogue: null, entry: null };
    const from = (id: string, provenance: CatalogueProvenance | null, fitness: number | null) => ({
      ...scored(id, fitness),
      provenance,
    });
    const state = stateOf([
      [from('a', seeded('zeta', '2', 200, { n: 2 }, 'e1'), 4), 'evolved'],
      [from('b', seeded('alpha', '1', 100, { n: 1 }, ' '), -1), 'approved'],
      [from('c', seeded('zeta', null, 300, null, null), null), 'active'],
      [from('d', seeded(' ', '1', null, { n: 0 }, null), 0), 'approved_default'],
      [from('e', manual, 3), 'evolved'],
      [from('f', null, null), 'pilot_active'],
    ]);
    expect(summaryOf(state, 'x.db')).toEqual({
      total_strategies: 6,
      evolved_count: 2,
      approved_count: 1,
      active_count: 1,
      avg_fitness_score: 1.5,
      max_fitness_score: 4,
      min_fitness_score: -1,
      catalogue_seeded: 4,
      catalogue_entry_count: 1,
      catalogue_missing_provenance: 3,
      latest_catalogue_seeded_at: 300,
      database_path: 'x.db',
      seed_source_counts: { '': 1, catalogue: 4, manual: 1 },
      catalogue_names: ['alpha', 'zeta'],
      catalogue_versions: ['1', '2'],
      latest_catalogue_metadata: { n: 2 },
    });
    expect(Object.keys(summaryOf(state, '').seed_source_counts)).toEqual([
      '',
      'catalogue',
      'manual',
    ]);
  });

  it('takes a catalogue of no time for the oldest', () => {
    const state = stateOf([
      [{ ...offer('a'), provenance: seeded('x', '1', null, { n: 0 }, null) }, 'evolved'],
      [{ ...offer('b'), provenance: seeded('x', '1', -5, { n: 1 }, null) }, 'evolved'],
    ]);
    expect(summaryOf(state, '').latest_catalogue_metadata).toEqual({ n: 1 });
  });
});

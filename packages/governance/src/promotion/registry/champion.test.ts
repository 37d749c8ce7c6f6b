import { describe, expect, it } from 'vitest';
import { type CatalogueProvenance, type ChampionOffer, championOf } from './champion.ts';
import { offer } from './chain.fixture.ts';

const PROVENANCE: CatalogueProvenance = {
  seedSource: 'catalogue',
  catalogue: { name: 'base', version: '2', seededAt: 1_700_000_000.5, metadata: { b: 1, a: 2 } },
  entry: { id: 'e1', name: 'first', metadata: { k: [1] } },
};

function champion(over: Partial<ChampionOffer>) {
  const read = championOf(offer('s1', over));
  if (!read.ok) throw new Error(read.detail);
  return read.champion;
}
const detail = (over: Partial<ChampionOffer>) => {
  const read = championOf(offer('s1', over));
  return read.ok ? null : read.detail;
};

describe('a champion', () => {
  it('has its figures from its report, and null for what was not measured', () => {
    const fitnessReport = {
      fitness_score: 1.5,
      max_drawdown: -0.2,
      sharpe_ratio: 0,
      total_return: null,
      other: 'kept',
    };
    const made = champion({ fitnessReport, name: 'strangle', generation: 3, policyId: 'alpha' });
    expect(made).toMatchObject({
      policy_id: 'alpha',
      strategy_name: 'strangle',
      generation: 3,
      fitness_score: 1.5,
      max_drawdown: -0.2,
      sharpe_ratio: 0,
      total_return: null,
      volatility: null,
      dna: '{"genes":["s1"]}',
      seed_source: null,
      catalogue_name: null,
      catalogue_version: null,
      catalogue_seeded_at: null,
      catalogue_metadata: null,
      catalogue_entry_id: null,
      catalogue_entry_name: null,
      catalogue_entry_metadata: null,
    });
    expect(JSON.parse(made.fitness_report)).toEqual(fitnessReport);
    expect(champion({ fitnessReport: { volatility: 0.4, total_return: 7 } })).toMatchObject({
      volatility: 0.4,
      total_return: 7,
    });
  });

  it('R-07 has its provenance in columns and beside its other metadata', () => {
    const made = champion({
      provenance: PROVENANCE,
      fitnessReport: { fitness_score: 1, metadata: { run: 7 } },
    });
    expect(made).toMatchObject({
      seed_source: 'catalogue',
      catalogue_name: 'base',
      catalogue_version: '2',
      catalogue_seeded_at: 1_700_000_000.5,
      catalogue_metadata: '{"a":2,"b":1}',
      catalogue_entry_id: 'e1',
      catalogue_entry_name: 'first',
      catalogue_entry_metadata: '{"k":[1]}',
    });
    expect(JSON.parse(made.fitness_report)).toEqual({
      fitness_score: 1,
      metadata: {
        run: 7,
        catalogue_provenance: {
          seed_source: 'catalogue',
          catalogue: {
            name: 'base',
            version: '2',
            seeded_at: 1_700_000_000.5,
            metadata: { b: 1, a: 2 },
          },
          entry: { id: 'e1', name: 'first', metadata: { k: [1] } },
        },
      },
    });
  });

  it('R-07 says of a provenance without catalogue and entry that it has none', () => {
    const bare = { seedSource: 'manual', catalogue: null, entry: null };
    const made = champion({ provenance: bare });
    expect(made).toMatchObject({ seed_source: 'manual', catalogue_name: null });
    expect(JSON.parse(made.fitness_report)).toEqual({
      metadata: { catalogue_provenance: { seed_source: 'manual', catalogue: null, entry: null } },
    });
  });

  const catalogue = { name: null, version: null, seededAt: Number.NaN, metadata: null };
  const cyclic: Record<string, unknown> = {};
  cyclic['self'] = cyclic;
  const WRONG: readonly (readonly [Partial<ChampionOffer>, string])[] = [
    [{ strategyId: '' }, '/strategyId is no name'],
    [{ strategyId: ' s1' }, '/strategyId is no name'],
    [{ strategyId: 'x'.repeat(201) }, '/strategyId is no name'],
    [{ policyId: ' ' }, '/policyId is no name'],
    [{ generation: 1.5 }, '/generation is no whole number'],
    [{ fitnessReport: { fitness_score: 'high' } }, '/fitnessReport/fitness_score is no number'],
    [{ fitnessReport: { max_drawdown: Number.NaN } }, '/fitnessReport/max_drawdown is no number'],
    [{ fitnessReport: { sharpe_ratio: Infinity } }, '/fitnessReport/sharpe_ratio is no number'],
    [{ fitnessReport: { total_return: true } }, '/fitnessReport/total_return is no number'],
    [{ fitnessReport: { volatility: {} } }, '/fitnessReport/volatility is no number'],
    [{ fitnessReport: { other: undefined } }, '/fitness_report has no canonical form'],
    [{ dna: cyclic }, '/dna has no canonical form'],
    [{ dna: [] as unknown as ChampionOffer['dna'] }, '/dna has no canonical form'],
    [{ provenance: { ...PROVENANCE, catalogue } }, '/provenance/catalogue/seededAt is no number'],
    [
      { provenance: PROVENANCE, fitnessReport: { metadata: 'x' } },
      '/fitnessReport/metadata is no mapping',
    ],
    [
      { provenance: PROVENANCE, fitnessReport: { metadata: [] } },
      '/fitnessReport/metadata is no mapping',
    ],
  ];
  it.each(WRONG)('is refused by the place of what is wrong: %#', (over, expected) => {
    expect(detail(over)).toBe(expected);
  });

  it('may have a name of two hundred characters, and no metadata', () => {
    expect(detail({ strategyId: 'x'.repeat(200) })).toBeNull();
    expect(detail({ provenance: PROVENANCE, fitnessReport: { metadata: null } })).toBeNull();
  });
});

/** A champion as it is offered, and the columns it becomes (sections 5.1 and 5.3). */
import { canonicalJson } from '@holdfast/core/proof';
import type { Champion } from './events.ts';

type Plain = Readonly<Record<string, unknown>>;

/** Where a seeded champion comes from. Missing parts are null, and are counted as missing. */
export interface CatalogueProvenance {
  readonly seedSource: string;
  readonly catalogue: {
    readonly name: string | null;
    readonly version: string | null;
    /** Epoch seconds. */
    readonly seededAt: number | null;
    readonly metadata: Plain | null;
  } | null;
  readonly entry: {
    readonly id: string | null;
    readonly name: string | null;
    readonly metadata: Plain | null;
  } | null;
}

export interface ChampionOffer {
  /** Of its genome: the strategy's id for ever. */
  readonly strategyId: string;
  /** Whose ledger record and diary speak for it; never guessed from the id (5.4). */
  readonly policyId: string;
  readonly name: string | null;
  readonly generation: number | null;
  readonly dna: Plain;
  /** Its figures are read from here; one that is not there is null, never nought. */
  readonly fitnessReport: Plain;
  readonly provenance: CatalogueProvenance | null;
}

export type ChampionRead =
  | { readonly ok: true; readonly champion: Champion }
  /** A JSON pointer into the offer, and what is wrong there. */
  | { readonly ok: false; readonly detail: string };

const FIGURES = [
  'fitness_score',
  'max_drawdown',
  'sharpe_ratio',
  'total_return',
  'volatility',
] as const;
const NAME_LENGTH_MAX = 200;

export function championOf(offer: ChampionOffer): ChampionRead {
  const { provenance, fitnessReport } = offer;
  for (const [at, id] of [
    ['/strategyId', offer.strategyId],
    ['/policyId', offer.policyId],
  ] as const) {
    if (id.trim() !== id || id === '' || id.length > NAME_LENGTH_MAX) {
      return { ok: false, detail: `${at} is no name` };
    }
  }
  if (offer.generation !== null && !Number.isSafeInteger(offer.generation)) {
    return { ok: false, detail: '/generation is no whole number' };
  }
  const wrong = FIGURES.find((figure) => !isFigure(fitnessReport[figure]));
  if (wrong !== undefined) return { ok: false, detail: `/fitnessReport/${wrong} is no number` };
  const seededAt = provenance?.catalogue?.seededAt ?? null;
  if (!isFigure(seededAt)) {
    return { ok: false, detail: '/provenance/catalogue/seededAt is no number' };
  }
  const report = provenance === null ? fitnessReport : withProvenance(fitnessReport, provenance);
  if (report === null) return { ok: false, detail: '/fitnessReport/metadata is no mapping' };
  return written(offer, report);
}

function written(offer: ChampionOffer, report: Plain): ChampionRead {
  const { provenance, fitnessReport } = offer;
  const catalogue = provenance?.catalogue ?? null;
  const entry = provenance?.entry ?? null;
  const documents = {
    dna: offer.dna,
    fitness_report: report,
    catalogue_metadata: catalogue?.metadata ?? null,
    catalogue_entry_metadata: entry?.metadata ?? null,
  };
  const texts = new Map<string, string | null>();
  for (const [key, document] of Object.entries(documents)) {
    const text = document === null ? null : textOf(document);
    if (text === undefined) return { ok: false, detail: `/${key} has no canonical form` };
    texts.set(key, text);
  }
  const figure = (key: (typeof FIGURES)[number]): number | null =>
    (fitnessReport[key] as number | null | undefined) ?? null;
  const champion: Champion = {
    policy_id: offer.policyId,
    dna: texts.get('dna') ?? '',
    fitness_report: texts.get('fitness_report') ?? '',
    strategy_name: offer.name,
    generation: offer.generation,
    fitness_score: figure('fitness_score'),
    max_drawdown: figure('max_drawdown'),
    sharpe_ratio: figure('sharpe_ratio'),
    total_return: figure('total_return'),
    volatility: figure('volatility'),
    seed_source: provenance?.seedSource ?? null,
    catalogue_name: catalogue?.name ?? null,
    catalogue_version: catalogue?.version ?? null,
    catalogue_seeded_at: catalogue?.seededAt ?? null,
    catalogue_metadata: texts.get('catalogue_metadata') ?? null,
    catalogue_entry_id: entry?.id ?? null,
    catalogue_entry_name: entry?.name ?? null,
    catalogue_entry_metadata: texts.get('catalogue_entry_metadata') ?? null,
  };
  return { ok: true, champion };
}

function isFigure(value: unknown): boolean {
  return value === undefined || value === null || Number.isFinite(value);
}

/** The report with its origin beside its other metadata; null where there is no place for it. */
function withProvenance(report: Plain, provenance: CatalogueProvenance): Plain | null {
  const metadata = report['metadata'] ?? {};
  if (typeof metadata !== 'object' || Array.isArray(metadata)) return null;
  const { seedSource, catalogue, entry } = provenance;
  const catalogue_provenance = {
    seed_source: seedSource,
    catalogue: catalogue && {
      name: catalogue.name,
      version: catalogue.version,
      seeded_at: catalogue.seededAt,
      metadata: catalogue.metadata,
    },
    entry: entry && { id: entry.id, name: entry.name, metadata: entry.metadata },
  };
  return { ...report, metadata: { ...metadata, catalogue_provenance } };
}

/** Undefined where it is no mapping, or has no canonical form. */
function textOf(document: Plain): string | undefined {
  if (Array.isArray(document)) return undefined;
  const text = canonicalJson(document);
  return text.ok ? text.text : undefined;
}

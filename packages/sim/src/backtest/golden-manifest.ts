import { closed, createParser, type Parser } from '@holdfast/core/parse';
import { digestOf } from '@holdfast/runtime/proof';
import { type Static, Type } from 'typebox';
import type { Bar } from './bar.ts';
import { headlineOf } from './headline.ts';
import type { RuntimeResult } from './result.ts';
import { TABLES, type Tables, tablesOf } from './table.ts';

export const ROLES = ['reference', 'control', 'candidate', 'probe'] as const;
export type Role = (typeof ROLES)[number];

const sha256 = Type.String({ pattern: '^[0-9a-f]{64}$' });
const count = Type.Integer({ minimum: 0 });
const figure = Type.String({ pattern: '^(-?[0-9]+(\\.[0-9]+)?)?$' });
const instant = Type.String({ pattern: '^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9:.]{8,12}Z$' });
const table = closed({ rows: count, sha256 });

/** What a release did on recorded bars (RM 8.3): kept for ever, changed by a command alone. */
const GoldenManifestSchema = closed({
  schema_version: Type.Literal('golden-manifest.v1'),
  created_at: instant,
  code_version: Type.String({ minLength: 1 }),
  data: closed({ source_id: Type.String(), from: instant, to: instant, rows: count, sha256 }),
  branches: Type.Record(
    Type.String({ pattern: '^[a-z0-9][a-z0-9_-]{0,63}$' }),
    closed({
      role: Type.Enum(ROLES),
      events: table,
      trades: table,
      daily: table,
      headline: closed({
        trades: count,
        win_rate: figure,
        avg_return: figure,
        profit_factor: figure,
        cagr: figure,
        max_drawdown: figure,
      }),
    }),
    { additionalProperties: false },
  ),
  /** Of the sorted triples of branch, table and hash. */
  core_hash: sha256,
});

export type GoldenManifest = Static<typeof GoldenManifestSchema>;

export const parseGoldenManifest: Parser<GoldenManifest> = createParser(GoldenManifestSchema);

/** The bars a set of runs was made on. */
export interface GoldenData {
  readonly sourceId: string;
  readonly bars: readonly Bar[];
  readonly sha256: string;
}

export interface GoldenBranch {
  readonly role: Role;
  readonly result: RuntimeResult;
}

/** What is to be recorded. `createdAt`: epoch ms. */
export function recordGolden(
  data: GoldenData,
  branches: ReadonlyMap<string, GoldenBranch>,
  stamp: { readonly createdAt: number; readonly codeVersion: string },
): GoldenManifest {
  const iso = (at: number | undefined): string => new Date(at ?? 0).toISOString();
  const tables = new Map([...branches].map(([name, { result }]) => [name, tablesOf(result)]));
  const entries = [...branches].map(([name, { role, result }]) => {
    const own = tablesOf(result);
    const hashed = TABLES.map((each) => [each, { rows: own[each].rows, sha256: own[each].sha256 }]);
    const headline = headlineOf(result.trades, data.bars);
    return [name, { role, ...Object.fromEntries(hashed), headline }] as const;
  });
  return {
    schema_version: 'golden-manifest.v1',
    created_at: iso(stamp.createdAt),
    code_version: stamp.codeVersion,
    data: {
      source_id: data.sourceId,
      from: iso(data.bars[0]?.at),
      to: iso(data.bars.at(-1)?.at),
      rows: data.bars.length,
      sha256: data.sha256,
    },
    branches: Object.fromEntries(entries) as GoldenManifest['branches'],
    core_hash: coreHashOf(tables),
  };
}

/** One hash for all tables of all branches, whatever their order. */
export function coreHashOf(branches: ReadonlyMap<string, Tables>): string {
  const triples = [...branches].flatMap(([branch, tables]) =>
    TABLES.map((name) => [branch, name, tables[name].sha256]),
  );
  const keyed = triples.map((triple) => [triple.join(' '), triple] as const);
  keyed.sort(([one], [other]) => (one < other ? -1 : 1));
  return digestOf(keyed.map(([, triple]) => triple));
}

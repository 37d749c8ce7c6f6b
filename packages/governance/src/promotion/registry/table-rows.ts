/** The rows of the registry's table (5.1): what the fold says, in the columns of the seed. */
import { canonical } from '@holdfast/runtime/proof';
import type { RegistryState, StatusRow, Strategy } from './state.ts';

export type Cell = string | number | null;
export type Row = readonly Cell[];

interface Table {
  readonly name: string;
  readonly create: string;
  readonly columns: readonly string[];
}

/** Name and type of each column, in order. */
function table(name: string, columns: readonly (readonly [string, string])[]): Table {
  const written = columns.map(([column, type]) => `${column} ${type}`).join(', ');
  const create = `CREATE TABLE ${name} (${written}) STRICT`;
  return { name, create, columns: columns.map(([column]) => column) };
}

export const STRATEGIES = table('strategies', [
  ['id', 'INTEGER PRIMARY KEY AUTOINCREMENT'],
  ['genome_id', 'TEXT UNIQUE NOT NULL'],
  ['created_at', 'TEXT NOT NULL'],
  ['dna', 'TEXT NOT NULL'],
  ['fitness_report', 'TEXT NOT NULL'],
  ['status', "TEXT NOT NULL DEFAULT 'evolved'"],
  ['strategy_name', 'TEXT'],
  ['generation', 'INTEGER'],
  ['fitness_score', 'REAL'],
  ['max_drawdown', 'REAL'],
  ['sharpe_ratio', 'REAL'],
  ['total_return', 'REAL'],
  ['volatility', 'REAL'],
  ['seed_source', 'TEXT'],
  ['catalogue_name', 'TEXT'],
  ['catalogue_version', 'TEXT'],
  ['catalogue_seeded_at', 'REAL'],
  ['catalogue_metadata', 'TEXT'],
  ['catalogue_entry_id', 'TEXT'],
  ['catalogue_entry_name', 'TEXT'],
  ['catalogue_entry_metadata', 'TEXT'],
  ['policy_id', 'TEXT NOT NULL'],
]);

const STATUS_EVENTS = table('strategy_status_events', [
  ['seq', 'INTEGER PRIMARY KEY'],
  ['strategy_id', 'TEXT NOT NULL'],
  ['from_status', 'TEXT'],
  ['to_status', 'TEXT NOT NULL'],
  ['actor', 'TEXT NOT NULL'],
  ['reason', 'TEXT NOT NULL'],
  ['guard_result_json', 'TEXT'],
  ['at', 'TEXT NOT NULL'],
  ['prev_hash', 'TEXT NOT NULL'],
  ['hash', 'TEXT NOT NULL'],
]);

/** One row: where the chain ended that the other two were made from (D-41). */
export const CHAIN_HEAD = table('registry_chain_head', [
  ['seq', 'INTEGER NOT NULL'],
  ['hash', 'TEXT NOT NULL'],
]);

export const TABLES: readonly Table[] = [STRATEGIES, STATUS_EVENTS, CHAIN_HEAD];

export const INDEXES: readonly string[] = [
  'CREATE INDEX idx_genome_id ON strategies (genome_id)',
  'CREATE INDEX idx_status ON strategies (status)',
  'CREATE INDEX idx_fitness_score ON strategies (fitness_score DESC)',
];

/** Rows by table, in the order of their first column. */
export function rowsOf(state: RegistryState): ReadonlyMap<string, readonly Row[]> {
  const inOrder = [...state.strategies.values()].sort((a, b) => a.createdSeq - b.createdSeq);
  return new Map<string, readonly Row[]>([
    [STRATEGIES.name, inOrder.map(strategyRow)],
    [STATUS_EVENTS.name, state.rows.map(eventRow)],
    [CHAIN_HEAD.name, [[state.head.seq, state.head.hash]]],
  ]);
}

function strategyRow(strategy: Strategy, index: number): Row {
  const { champion } = strategy;
  return [
    index + 1,
    strategy.strategyId,
    strategy.createdAt,
    champion.dna,
    champion.fitness_report,
    strategy.status,
    champion.strategy_name,
    champion.generation,
    champion.fitness_score,
    champion.max_drawdown,
    champion.sharpe_ratio,
    champion.total_return,
    champion.volatility,
    champion.seed_source,
    champion.catalogue_name,
    champion.catalogue_version,
    champion.catalogue_seeded_at,
    champion.catalogue_metadata,
    champion.catalogue_entry_id,
    champion.catalogue_entry_name,
    champion.catalogue_entry_metadata,
    champion.policy_id,
  ];
}

function eventRow(row: StatusRow): Row {
  return [
    row.seq,
    row.strategyId,
    row.from,
    row.to,
    row.actor,
    row.reason,
    row.guard === null ? null : canonical(row.guard),
    row.at,
    row.prevHash,
    row.hash,
  ];
}

import type { StrategyId } from '../values/index.ts';

/** Contract-1 section 25: more flattens than this in the window, and the key is shut. */
const CHURN_FLATTENS_MAX = 2;
export const CHURN_WINDOW_MS = 300_000;
export const CHURN_BLOCK_MS = 900_000;

interface ChurnRecord {
  /** When the last flattens of this key began, oldest first; none older than the window. */
  readonly flattens: number[];
  trippedAt: number | null;
}

/** Flattened groups by strategy and structure, folded from the ledger: no restart forgives any. */
export type ChurnTable = Map<string, ChurnRecord>;

export function churnKey(strategyId: StrategyId, structure: string): string {
  return `${strategyId} ${structure}`;
}

/** One more group of this key had to be flattened. @returns whether that trips the breaker. */
export function noteFlatten(table: ChurnTable, key: string, at: number): boolean {
  forgetCalm(table, at);
  const entry = table.get(key) ?? { flattens: [], trippedAt: null };
  table.set(key, entry);
  entry.flattens.push(at);
  while (at - (entry.flattens[0] ?? at) > CHURN_WINDOW_MS) entry.flattens.shift();
  if (entry.flattens.length <= CHURN_FLATTENS_MAX) return false;
  entry.trippedAt = at;
  return true;
}

/** How long this key is still shut, ms; 0: it is not. */
export function churnBlockedMs(table: ChurnTable, key: string, now: number): number {
  const trippedAt = table.get(key)?.trippedAt ?? null;
  if (trippedAt === null) return 0;
  return Math.max(0, trippedAt + CHURN_BLOCK_MS - now);
}

/** What is neither counted nor shut any more: the table knows only the last minutes. */
function forgetCalm(table: ChurnTable, now: number): void {
  for (const [key, { flattens, trippedAt }] of table) {
    const isCounted = now - (flattens.at(-1) ?? Number.NEGATIVE_INFINITY) <= CHURN_WINDOW_MS;
    const isShut = trippedAt !== null && now - trippedAt < CHURN_BLOCK_MS;
    if (!isCounted && !isShut) table.delete(key);
  }
}

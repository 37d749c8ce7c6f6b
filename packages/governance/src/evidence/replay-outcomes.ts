/**
 * Replay mode (`deterministic_snapshots`, section 1.6): what differs from one run of the same
 * decisions to the next is written as a constant, so that ids and signatures are equal. Outcomes
 * alone are touched: nothing that a gate reads.
 */
import { isObject, type Open } from './entry-schema.ts';
import { parseMoment } from './moment.ts';

const TIME = '1970-01-01T00:00:00.000Z';
const ID = 'replayed';
/** Ids that are the decision's own, the same in every run. */
const KEPT_IDS: ReadonlySet<string> = new Set(['order_id', 'strategy_id']);
const LATENCY = /latency|elapsed|duration|_seconds$/;
const TRADES: ReadonlySet<string> = new Set(['recent_trades', 'remaining_trades']);

export function normaliseOutcomes(outcomes: Open): Open {
  return Object.fromEntries(
    Object.entries(outcomes).map(([key, value]) => [key, normalised(key.toLowerCase(), value)]),
  );
}

function normalised(key: string, value: unknown): unknown {
  if (TRADES.has(key)) return Array.isArray(value) ? [] : 0;
  if (key === 'date') return TIME.slice(0, 10);
  if (key.endsWith('_id') && !KEPT_IDS.has(key)) return ID;
  if (typeof value === 'number') return LATENCY.test(key) ? 0 : value;
  if (typeof value === 'string') return parseMoment(value) === null ? value : TIME;
  if (Array.isArray(value)) return value.map((item: unknown) => normalised(key, item));
  return isObject(value) ? normaliseOutcomes(value) : value;
}

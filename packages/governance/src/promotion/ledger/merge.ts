/** What a change makes of a record (specification 2.1 to 2.3). */
import { canonical } from '@holdfast/runtime/proof';
import type { Change } from './events.ts';
import type { JsonMap } from './json.ts';
import type { HistoryRow, PolicyRecord } from './record.ts';

/** What the row of the change tells: only what it added. */
type Added = Pick<
  Partial<HistoryRow>,
  'accepted_proposals' | 'rejected_proposals' | 'human_signoffs'
>;

export interface Merged {
  readonly record: PolicyRecord;
  readonly added: Added;
}

/**
 * Evidence, overrides and delta are replaced where the change has them and kept where it has none;
 * metadata are laid over each other key by key; proposals and sign-offs add up, each once.
 */
export function mergeChange(record: PolicyRecord, change: Change): Merged {
  const { evidence_id, threshold_overrides: overrides, policy_delta, metadata } = change;
  const accepted = added(record.accepted_proposals, change.accepted_proposals, (id) => id);
  const rejected = added(record.rejected_proposals, change.rejected_proposals, (id) => id);
  const signoffs = added<JsonMap>(record.human_signoffs, change.human_signoffs, canonical);
  const hasOverrides = overrides !== undefined && Object.keys(overrides).length > 0;
  const hasMetadata = metadata !== undefined && Object.keys(metadata).length > 0;
  return {
    record: {
      ...record,
      ...(evidence_id !== undefined && { evidence_id }),
      ...(hasOverrides && { threshold_overrides: overrides }),
      ...(policy_delta !== undefined && { policy_delta }),
      ...(hasMetadata && { metadata: { ...record.metadata, ...metadata } }),
      ...listed('accepted_proposals', [...(record.accepted_proposals ?? []), ...accepted]),
      ...listed('rejected_proposals', [...(record.rejected_proposals ?? []), ...rejected]),
      ...listed('human_signoffs', [...(record.human_signoffs ?? []), ...signoffs]),
    },
    added: {
      ...listed('accepted_proposals', accepted),
      ...listed('rejected_proposals', rejected),
      ...listed('human_signoffs', signoffs),
    },
  };
}

/** Those of the new that are not there yet, in their order. */
function added<T>(
  there: readonly T[] = [],
  more: readonly T[] = [],
  keyOf: (item: T) => string,
): T[] {
  const seen = new Set(there.map(keyOf));
  return more.filter((item) => {
    const key = keyOf(item);
    if (seen.has(key)) return false;
    seen.add(key);
    return true;
  });
}

function listed<K extends string, T>(key: K, items: readonly T[]): { readonly [P in K]?: T[] } {
  return (items.length === 0 ? {} : { [key]: items }) as { readonly [P in K]?: T[] };
}

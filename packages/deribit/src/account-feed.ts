import type { Event, MonoMs } from '@holdfast/core';
import { parseUserChanges } from './protocol/user.ts';

export interface AccountFeedPorts {
  readonly now: () => MonoMs;
  readonly post: (event: Event) => void;
  readonly unreadable: (subject: string) => void;
}

/**
 * `user.changes` as events of the core: fills first, because a closed order must already have what
 * it traded. A private message that cannot be read may be a fill: it is trouble, never nothing.
 *
 * @returns the labels it spoke of; null when it could not be read.
 */
export function hearAccount(
  data: unknown,
  { now, post, unreadable }: AccountFeedPorts,
): readonly string[] | null {
  const changes = parseUserChanges(data);
  const at = now();
  if (!changes.ok) {
    unreadable(`${changes.fault} ${changes.path} ${changes.rule}`);
    return null;
  }
  const { fills, orders } = changes.value;
  for (const fill of fills) post({ kind: 'fillObserved', at, fill, source: 'feed' });
  for (const order of orders) post({ kind: 'orderReported', at, source: 'feed', ...order });
  const labels = new Set<string>();
  for (const { label } of [...fills, ...orders])
    if (label !== null && label !== '') labels.add(label);
  return [...labels];
}

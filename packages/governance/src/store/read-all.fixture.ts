import type { Domain, GovernanceEvent } from './event.ts';
import type { GovernanceStore } from './store.ts';

/** A chain in one piece, as tests want it. */
export async function readAll(
  store: GovernanceStore,
  domain: Domain,
  from?: number,
): Promise<readonly GovernanceEvent[]> {
  const events: GovernanceEvent[] = [];
  for await (const event of store.read(domain, from)) events.push(event);
  return events;
}

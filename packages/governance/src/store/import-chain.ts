/** A domain taken back from its lines: the same events with the same hashes, or nothing. */
import { readChain } from '@holdfast/runtime/proof';
import { APPEND_MAX, linkFacts } from './chain-link.ts';
import {
  type ChainHead,
  type Domain,
  EMPTY_CHAIN,
  type GovernanceEvent,
  parseGovernanceEvent,
} from './event.ts';
import { type GovernanceStore, StoreError } from './store.ts';

export type ImportFaultCode =
  /** The lines are no chain of this domain. */
  | 'import_invalid'
  /** The store has other events than the lines. */
  | 'import_differs'
  /** Somebody else writes into the domain meanwhile. */
  | 'head_moved';

export type Imported =
  | { readonly ok: true; readonly head: ChainHead }
  | { readonly ok: false; readonly code: ImportFaultCode; readonly detail: string };

/** Events of one time, which become one append. */
interface Batch {
  readonly after: ChainHead;
  readonly events: readonly GovernanceEvent[];
  readonly at: number;
}

/**
 * Everything is checked before the first event is written. An import that was interrupted goes on
 * behind what it has written. Throws a `StoreError` of the store.
 */
export async function importChain(
  store: GovernanceStore,
  domain: Domain,
  bytes: Uint8Array,
): Promise<Imported> {
  const events = eventsOf(domain, bytes);
  if (typeof events === 'string') return { ok: false, code: 'import_invalid', detail: events };
  let head = await store.head(domain);
  if (head.seq >= 0 && events[head.seq]?.hash !== head.hash) {
    const detail = `${domain} ${head.seq}: the store has ${head.hash}`;
    return { ok: false, code: 'import_differs', detail };
  }
  for (const { after, events: batch, at } of batchesOf(events, head)) {
    const appended = await store.append(domain, after, batch, at);
    if (!appended.ok) {
      const detail = `${domain} ends with ${appended.head.seq} by now`;
      return { ok: false, code: 'head_moved', detail };
    }
    head = appended.events.at(-1) ?? head;
  }
  return { ok: true, head: { seq: head.seq, hash: head.hash } };
}

/** The events of the lines, or why they are none. */
function eventsOf(domain: Domain, bytes: Uint8Array): readonly GovernanceEvent[] | string {
  const { records, faults, torn } = readChain(bytes);
  const [broken] = faults;
  if (broken !== undefined) return `${domain} ${broken.at}: ${broken.code} ${broken.detail}`;
  if (torn.length > 0) return `${domain} ${records.length}: its line has no end`;
  const events: GovernanceEvent[] = [];
  for (const record of records) {
    const parsed = parseGovernanceEvent(record);
    if (!parsed.ok) {
      const [{ path, message }] = parsed.violations;
      return `${domain} ${record.seq}: ${path} ${message}`;
    }
    events.push(parsed.value);
  }
  return wouldDiffer(domain, events) ?? events;
}

/** Whether the store would write anything but these very events. */
function wouldDiffer(domain: Domain, events: readonly GovernanceEvent[]): string | null {
  try {
    for (const { after, events: batch, at } of batchesOf(events, EMPTY_CHAIN)) {
      for (const [index, { event }] of linkFacts(domain, after, batch, at).entries()) {
        if (event.hash === batch[index]?.hash) continue;
        return `${domain} ${event.seq}: would become ${event.hash}`;
      }
    }
    return null;
  } catch (error) {
    if (error instanceof StoreError) return error.message;
    throw error;
  }
}

/** What comes behind `head`, as few appends as the times allow. */
function* batchesOf(events: readonly GovernanceEvent[], head: ChainHead): Generator<Batch> {
  let after = head;
  while (after.seq + 1 < events.length) {
    const from = after.seq + 1;
    const ts = events[from]?.ts;
    let to = from;
    while (to < events.length && to - from < APPEND_MAX && events[to]?.ts === ts) to += 1;
    const batch = events.slice(from, to);
    yield { after, events: batch, at: Date.parse(ts ?? '') };
    after = batch.at(-1) ?? after;
  }
}

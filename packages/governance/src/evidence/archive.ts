/** Whole entries of the chain, with what was added to them: what exporters and resolvers show. */
import type { ChainHead, GovernanceEvent } from '../store/event.ts';
import { Diary, type Links, type Violation } from './diary.ts';
import { type Amendment, type FeedGap, readDiaryEvent } from './diary-events.ts';
import { withForced } from './entry.ts';
import type { DiaryEntry } from './entry-schema.ts';
import { parseMoment } from './moment.ts';
import { signatureOf } from './seal.ts';

/** A gap, and whose decisions are missing where that is known. */
export type KeptGap = FeedGap & { readonly policy_id?: string };

export interface Archive {
  /** By time, then by place in the chain; an amended one is signed anew. */
  readonly entries: readonly DiaryEntry[];
  /** Entries that are not what was written, as they stand there. */
  readonly quarantined: readonly unknown[];
  readonly gaps: readonly KeptGap[];
  readonly head: ChainHead;
}

export type ArchiveRead =
  | { readonly ok: true; readonly archive: Archive }
  /** What cannot be told in entries: a broken link, an amendment that may not be. */
  | { readonly ok: false; readonly violations: readonly Violation[] };

interface Collected {
  readonly entries: Map<string, DiaryEntry>;
  readonly amendments: Map<string, Amendment[]>;
  readonly quarantined: unknown[];
  readonly gaps: KeptGap[];
  readonly violations: Violation[];
}

export function readArchive(
  events: Iterable<GovernanceEvent>,
  links: Links = 'check',
): ArchiveRead {
  const diary = new Diary();
  const collected: Collected = {
    entries: new Map(),
    amendments: new Map(),
    quarantined: [],
    gaps: [],
    violations: [],
  };
  for (const event of events) {
    const before = diary.violations.length;
    diary.apply(event, links);
    const violation = diary.violations[before];
    if (violation === undefined) collect(collected, event);
    else if (event.type === 'recorded' && violation.policies !== null) {
      collected.quarantined.push(event.payload['entry'] ?? null);
    } else collected.violations.push(violation);
  }
  const { violations, quarantined, gaps, amendments } = collected;
  if (violations.length > 0) return { ok: false, violations };
  const entries = [...collected.entries.values()].map((entry) =>
    amended(entry, amendments.get(entry.entry_id) ?? []),
  );
  const timed = entries.map((entry) => ({ entry, at: parseMoment(entry.recorded_at) ?? 0 }));
  const sorted = timed.sort((a, b) => a.at - b.at).map(({ entry }) => entry);
  return { ok: true, archive: { entries: sorted, quarantined, gaps, head: diary.head } };
}

function collect(collected: Collected, event: GovernanceEvent): void {
  const told = readDiaryEvent(event);
  if (told.type === 'recorded') collected.entries.set(told.entry.entry_id, told.entry);
  if (told.type === 'amended') {
    const { amends } = told.amendment;
    const earlier = collected.amendments.get(amends) ?? [];
    collected.amendments.set(amends, [...earlier, told.amendment]);
  }
  if (told.type === 'feed_gap') {
    const { policy_id } = event.refs;
    collected.gaps.push({ ...told.gap, ...(policy_id === undefined ? {} : { policy_id }) });
  }
}

/** The merged view older tools read; who added what stays beside it. */
function amended(entry: DiaryEntry, amendments: readonly Amendment[]): DiaryEntry {
  if (amendments.length === 0) return entry;
  const patched = amendments.reduce((merged, { patch }) => ({ ...merged, ...patch }), {
    ...entry.metadata,
  });
  const told = amendments.map(({ actor, reason, at, patch }) => ({
    actor,
    reason,
    at,
    keys: Object.keys(patch).sort(),
  }));
  const earlier = Array.isArray(patched['amendments']) ? patched['amendments'] : [];
  const metadata = withForced({ ...patched, amendments: [...earlier, ...told] }, entry.decision);
  const merged = { ...entry, metadata };
  return { ...merged, signature: signatureOf(merged) };
}

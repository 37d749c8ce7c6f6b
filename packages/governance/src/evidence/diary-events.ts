/**
 * What the chain of the diary says: an entry was recorded, one was amended, decisions of the feed
 * are missing. An entry is never rewritten (G-16).
 */
import { closed, createParser } from '@holdfast/core/parse';
import { Type } from 'typebox';
import type { Fact, GovernanceEvent } from '../store/event.ts';
import {
  type DiaryEntry,
  isObject,
  type Metadata,
  parseEntry,
  parsePatch,
} from './entry-schema.ts';

const text = Type.String();
const name = Type.String({ minLength: 1, maxLength: 200 });
const count = Type.Integer({ minimum: 0, maximum: Number.MAX_SAFE_INTEGER });

const parseRecordedFlat = createParser(
  closed({
    /** When it was heard of; the entry says when it was decided. */
    ingested_at: text,
    /** It was heard of more than a day after it was decided. */
    backdated: Type.Boolean(),
  }),
);
const parseAmendedFlat = createParser(
  closed({ amends: name, actor: name, reason: name, at: text }),
);
const GAP = {
  run_id: name,
  /** The first sequence number nobody knows of. */
  from_sequence: count,
  count: Type.Integer({ minimum: 1, maximum: Number.MAX_SAFE_INTEGER }),
  cause: name,
  at: text,
};
const parseGap = createParser(closed(GAP));
/** As a document keeps it, with the policy where that is known. */
export const parseFeedGap = createParser(closed({ ...GAP, policy_id: Type.Optional(name) }));

export interface Amendment {
  readonly amends: string;
  readonly patch: Metadata;
  readonly actor: string;
  readonly reason: string;
  readonly at: string;
}

/** Numbers of the decision feed that never came (D-35). */
export interface FeedGap {
  readonly run_id: string;
  readonly from_sequence: number;
  readonly count: number;
  readonly cause: string;
  readonly at: string;
}

export type DiaryEvent =
  | { readonly type: 'recorded'; readonly entry: DiaryEntry }
  | { readonly type: 'amended'; readonly amendment: Amendment }
  | { readonly type: 'feed_gap'; readonly gap: FeedGap }
  /** Nobody here wrote that. */
  | { readonly type: 'malformed'; readonly detail: string };

export function recordedFact(
  entry: DiaryEntry,
  told: { readonly actor: string; readonly ingestedAt: string; readonly backdated: boolean },
): Fact {
  return {
    type: 'recorded',
    subject: entry.entry_id,
    actor: told.actor,
    payload: { entry, ingested_at: told.ingestedAt, backdated: told.backdated },
    refs: { policy_id: entry.policy_id },
  };
}

export function amendedFact(amendment: Amendment, policyId: string): Fact {
  const { amends, actor } = amendment;
  const refs = { policy_id: policyId };
  return { type: 'amended', subject: amends, actor, payload: { ...amendment }, refs };
}

/** Without a policy it is missing for every one: nobody knows whose decisions they were. */
export function feedGapFact(gap: FeedGap, actor: string, policyId: string | null): Fact {
  const refs = { run_id: gap.run_id, ...(policyId === null ? {} : { policy_id: policyId }) };
  return { type: 'feed_gap', subject: gap.run_id, actor, payload: { ...gap }, refs };
}

export function readDiaryEvent({ type, payload }: GovernanceEvent): DiaryEvent {
  switch (type) {
    case 'recorded':
      return readRecorded(payload);
    case 'amended':
      return readAmended(payload);
    case 'feed_gap': {
      const gap = parseGap(payload);
      if (!gap.ok) return malformed(gap.violations[0]);
      return { type, gap: gap.value };
    }
    default:
      return { type: 'malformed', detail: `unknown type ${JSON.stringify(type)}` };
  }
}

function readRecorded(payload: Readonly<Record<string, unknown>>): DiaryEvent {
  const { entry, ...flat } = payload;
  const told = parseRecordedFlat(flat);
  if (!told.ok) return malformed(told.violations[0]);
  const parsed = parseEntry(entry);
  if (!parsed.ok) return malformed(parsed.violations[0], '/entry');
  return { type: 'recorded', entry: parsed.value };
}

function readAmended(payload: Readonly<Record<string, unknown>>): DiaryEvent {
  const { patch, ...flat } = payload;
  const told = parseAmendedFlat(flat);
  if (!told.ok) return malformed(told.violations[0]);
  const parsed = parsePatch(patch);
  if (!parsed.ok) return malformed(parsed.violations[0], '/patch');
  return { type: 'amended', amendment: { ...told.value, patch: parsed.value } };
}

function malformed(
  { path, message }: { readonly path: string; readonly message: string },
  under = '',
): DiaryEvent {
  return { type: 'malformed', detail: `${under}${path}: ${message}` };
}

/** The policies an event itself names: one, or two where it contradicts itself, or none. */
export function policiesNamedBy({ refs, payload }: GovernanceEvent): readonly string[] {
  const { entry } = payload;
  const inside = isObject(entry) ? entry['policy_id'] : undefined;
  const named = [refs.policy_id, inside].filter((policy) => typeof policy === 'string');
  return [...new Set(named)];
}

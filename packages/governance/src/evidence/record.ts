/**
 * What may be written into the diary (sections 1.6, 1.8): pure decisions on where it stands. A
 * refusal is a value; nothing is repaired on the way in.
 */
import type { Violation } from '@holdfast/core/parse';
import type { Fact } from '../store/event.ts';
import { frozenKey } from './amendment.ts';
import type { Diary } from './diary.ts';
import type { DiaryFact } from './diary-fact.ts';
import { amendedFact, feedGapFact, type FeedGap, recordedFact } from './diary-events.ts';
import { SEVERITIES } from './drift-gate.ts';
import { sealFaults } from './entry.ts';
import { factOf } from './entry-reading.ts';
import { parseEntry, parsePatch } from './entry-schema.ts';
import { spellMoment } from './moment.ts';
import { type RegimeLabels, regimeOf } from './regime-labels.ts';

/** Clocks differ by so much, and by no more. */
export const FUTURE_MAX_MS = 300_000;
/** What is older when it is heard of is marked. */
export const BACKDATED_MS = 86_400_000;

export type DiaryRefusalCode =
  /** No entry, or one whose signature or feature hashes are not those of its content. */
  | 'entry_malformed'
  | 'entry_seal_broken'
  /** More than 300 s ahead of us. */
  | 'recorded_at_in_future'
  /** Its id stands for something else. */
  | 'duplicate_entry_id'
  /** Its policy is on the ladder, and it does not say where it was made. */
  | 'stage_absent'
  | 'severity_unknown'
  | 'regime_unknown'
  | 'entry_id_unknown'
  /** It was written once and stays. */
  | 'key_immutable'
  | 'patch_malformed'
  /** Nobody, or for no reason. */
  | 'amendment_unexplained';

export interface DiaryRefusal {
  readonly ok: false;
  readonly code: DiaryRefusalCode;
  readonly detail: string;
  /** What is wrong, by place; empty where it is no matter of shape. */
  readonly violations: readonly Violation[];
}

export type Decided = { readonly ok: true; readonly facts: readonly Fact[] } | DiaryRefusal;

export interface Recording {
  readonly actor: string;
  /** Epoch ms. */
  readonly now: number;
  /** Whether the policy ledger has a record of the entry's policy. */
  readonly hasLedgerRecord: boolean;
  readonly labels: RegimeLabels;
}

/** The same entry once more is no news: no fact, and no refusal either. */
export function record(diary: Diary, given: unknown, recording: Recording): Decided {
  const parsed = parseEntry(given);
  if (!parsed.ok) return refuse('entry_malformed', 'it is no entry', parsed.violations);
  const entry = parsed.value;
  const faults = sealFaults(entry);
  if (faults.length > 0) return refuse('entry_seal_broken', entry.entry_id, faults);
  const known = diary.rowOf(entry.entry_id);
  if (known?.signature === entry.signature) return { ok: true, facts: [] };
  if (known !== null || diary.isQuarantined(entry.entry_id)) {
    return refuse('duplicate_entry_id', `${entry.entry_id} stands for something else`);
  }
  const fact = factOf(entry, 0);
  if (fact === null) return refuse('entry_malformed', `${entry.recorded_at} is no time`);
  const refusal = contentRefusal(fact, recording);
  if (refusal !== null) return refusal;
  const { now, actor } = recording;
  const backdated = now - fact.recordedAt > BACKDATED_MS;
  const ingestedAt = spellMoment(now);
  return { ok: true, facts: [recordedFact(entry, { actor, ingestedAt, backdated })] };
}

function contentRefusal(fact: DiaryFact, recording: Recording): DiaryRefusal | null {
  const { now, hasLedgerRecord, labels } = recording;
  if (fact.recordedAt - now > FUTURE_MAX_MS) {
    const at = spellMoment(fact.recordedAt);
    return refuse('recorded_at_in_future', `${at} is ahead of ${spellMoment(now)}`);
  }
  if (fact.stage === null && hasLedgerRecord) {
    return refuse('stage_absent', `${fact.policyId} is in the ledger, the entry has no stage`);
  }
  if (!SEVERITIES.some((severity) => severity === fact.severity)) {
    return refuse('severity_unknown', `${fact.severity} is none of ${SEVERITIES.join(' ')}`);
  }
  if (fact.regime !== null && regimeOf(labels, fact.regime) !== fact.regime) {
    return refuse('regime_unknown', `${fact.regime} is none of ${labels.regimes.join(' ')}`);
  }
  return null;
}

export interface Amending {
  readonly entryId: string;
  readonly patch: unknown;
  readonly actor: string;
  readonly reason: string;
  /** Epoch ms. */
  readonly now: number;
}

/** The entry stays as it is; what is added says who added it and why (G-16). */
export function amend(diary: Diary, { entryId, patch, actor, reason, now }: Amending): Decided {
  const row = diary.rowOf(entryId);
  if (row === null) return refuse('entry_id_unknown', `there is no entry ${entryId}`);
  const parsed = parsePatch(patch);
  if (!parsed.ok) return refuse('patch_malformed', entryId, parsed.violations);
  if (actor.trim() === '' || reason.trim() === '') {
    return refuse('amendment_unexplained', 'an amendment has an actor and a reason');
  }
  const key = frozenKey(row.written, parsed.value);
  if (key !== null) return refuse('key_immutable', `${key} of ${entryId} is written and stays`);
  const at = spellMoment(now);
  const amendment = { amends: entryId, patch: parsed.value, actor, reason, at };
  return { ok: true, facts: [amendedFact(amendment, row.fact.policyId)] };
}

export interface MissingDecisions extends Pick<FeedGap, 'count' | 'cause'> {
  readonly runId: string;
  readonly fromSequence: number;
  /** Null: nobody knows whose they were. */
  readonly policyId: string | null;
  readonly actor: string;
  /** Epoch ms. */
  readonly now: number;
}

/** Decisions of the feed that nobody knows of: unknown, and never `normal` (D-35). */
export function noteMissing(missing: MissingDecisions): Fact {
  const { runId, fromSequence, count, cause, policyId, actor, now } = missing;
  const at = spellMoment(now);
  const gap = { run_id: runId, from_sequence: fromSequence, count, cause, at };
  return feedGapFact(gap, actor, policyId);
}

function refuse(
  code: DiaryRefusalCode,
  detail: string,
  violations: readonly Violation[] = [],
): DiaryRefusal {
  return { ok: false, code, detail, violations };
}

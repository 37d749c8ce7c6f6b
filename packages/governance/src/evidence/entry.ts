/** An entry of the diary: how it is made of what a writer hands in, and whether it is whole. */
import type { Parsed, Violation } from '@holdfast/core/parse';
import { canonicalJson } from '@holdfast/core/proof';
import {
  type DiaryEntry,
  type EntryDraft,
  isObject,
  type Metadata,
  type Open,
  parseDraft,
  parseEntry,
  type Probe,
} from './entry-schema.ts';
import { classifyForced, objectIn } from './forced.ts';
import { parseMoment, spellMoment } from './moment.ts';
import { activate, type ProbeRegistry } from './probe.ts';
import { type RegimeLabels, regimeOf } from './regime-labels.ts';
import { normaliseOutcomes } from './replay-outcomes.ts';
import { fingerprintId, randomId, sealFeatures, signatureOf } from './seal.ts';

export interface Making {
  /** Epoch ms: the time of a draft that names none. */
  readonly now: number;
  readonly probes: ProbeRegistry;
  readonly labels: RegimeLabels;
  /** For an id of `dd-…-<8 hex>`; without it the id is that of the content. */
  readonly uuid?: string;
  /** Replay mode: volatile outcomes are written as constants. */
  readonly replay?: true;
}

/**
 * Signed, with its time in UTC, its features hashed and its force classified. A label that has
 * another name is written by its name; one that nobody knows stays, and is refused when recorded.
 */
export function makeEntry(given: unknown, making: Making): Parsed<DiaryEntry> {
  const parsed = parseDraft(given);
  if (!parsed.ok) return parsed;
  const draft = parsed.value;
  const { regime_state: state, decision } = draft;
  const at =
    (draft.recorded_at === undefined ? null : parseMoment(draft.recorded_at)) ?? making.now;
  const outcomes = draft.outcomes ?? {};
  const metadata = draft.metadata ?? {};
  const unsigned = {
    entry_id: draft.entry_id ?? idOf(draft, at, making),
    recorded_at: spellMoment(at),
    policy_id: draft.policy_id.trim(),
    decision: { ...decision, ...sealFeatures(objectIn(state, 'features')) },
    regime_state: withKnownRegime(state, making.labels),
    outcomes: making.replay === true ? normaliseOutcomes(outcomes) : outcomes,
    ...(isObject(draft.belief_state) ? { belief_state: draft.belief_state } : {}),
    probes: (draft.probes ?? []).map((probe) =>
      activate(making.probes, { notes: [], ...probe } as unknown as Probe),
    ),
    notes: (draft.notes ?? []).map((note) => note.trim()).filter((note) => note !== ''),
    metadata: withForced(metadata, decision),
  };
  return parseEntry({ ...unsigned, signature: signatureOf(unsigned) });
}

/** Metadata with what its forces amount to. */
export function withForced(metadata: Open, decision: Open): Metadata {
  return { ...metadata, forced: classifyForced({ metadata, decision }) };
}

function idOf(draft: EntryDraft, at: number, { uuid }: Making): string {
  if (uuid !== undefined) return randomId(at, uuid);
  const { policy_id, decision, regime_state, belief_state = null } = draft;
  const recorded_at = spellMoment(at);
  return fingerprintId(at, { policy_id, recorded_at, decision, regime_state, belief_state });
}

function withKnownRegime(state: Open, labels: RegimeLabels): Open {
  const { regime } = state;
  if (typeof regime !== 'string') return state;
  return { ...state, regime: regimeOf(labels, regime) ?? regime };
}

/** What is wrong with an entry that has the right shape; empty where it is what was signed. */
export function sealFaults(entry: DiaryEntry): readonly Violation[] {
  const faults: Violation[] = [];
  if (signatureOf({ ...entry }) !== entry.signature) {
    const message = 'the entry is not what was signed';
    faults.push({ path: '/signature', rule: 'signature_mismatch', message });
  }
  const { feature_hashes: hashes, features_signature: signature } = sealFeatures(
    objectIn(entry.regime_state, 'features'),
  );
  const found = [entry.decision['feature_hashes'], entry.decision.features_signature];
  if (!isSame(found, [hashes, signature])) {
    const message = 'the hashes are not those of the features';
    faults.push({ path: '/decision/feature_hashes', rule: 'features_mismatch', message });
  }
  return faults;
}

function isSame(one: unknown, other: unknown): boolean {
  const [a, b] = [canonicalJson(one), canonicalJson(other)];
  return a.ok && b.ok && a.text === b.text;
}

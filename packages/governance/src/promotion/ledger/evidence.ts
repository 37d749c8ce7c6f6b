/**
 * The entry of the decision diary a promotion stands on (specification 2.9, G-11). Whoever reads
 * the diary says what it found; here is decided what that is worth.
 */
import type { AuditGap } from '../posture.ts';
import { rankOf, type Stage } from '../stage.ts';

const DAY_MS = 24 * 60 * 60 * 1_000;
/** Older evidence carries no promotion. */
const EVIDENCE_MAX_AGE_DAYS = 30;

/** What an evidence resolver found under one id. */
export type EvidenceFinding =
  | {
      readonly found: 'resolved';
      /** Null where the entry names none. */
      readonly stage: Stage | null;
      /** SHA-256 of the entry: it is named, and not copied. */
      readonly hash: string;
    }
  | { readonly found: 'missing' }
  /** It belongs to another policy. */
  | { readonly found: 'policy_mismatch' }
  | { readonly found: 'signature_invalid' }
  | { readonly found: 'too_old'; readonly stage: Stage | null; readonly hash: string }
  /** The diary could not be read: nobody knows. */
  | { readonly found: 'unavailable' };

/** By evidence id. What was not looked up was not found. */
export type EvidenceFindings = ReadonlyMap<string, EvidenceFinding>;

/** One entry as a diary holds it. */
export interface EvidenceEntry {
  readonly policyId: string;
  /** Epoch ms. */
  readonly recordedAt: number;
  readonly stage: Stage | null;
  readonly hash: string;
  /** Whether it is what was written. */
  readonly isIntact: boolean;
}

/** What an entry is to one policy; null where the diary has none of that id. */
export function findingOf(
  entry: EvidenceEntry | null,
  policyId: string,
  now: number,
  maxAgeDays: number = EVIDENCE_MAX_AGE_DAYS,
): EvidenceFinding {
  if (entry === null) return { found: 'missing' };
  if (!entry.isIntact) return { found: 'signature_invalid' };
  if (entry.policyId !== policyId) return { found: 'policy_mismatch' };
  const { stage, hash } = entry;
  const isFresh = now - entry.recordedAt <= maxAgeDays * DAY_MS;
  return { found: isFresh ? 'resolved' : 'too_old', stage, hash };
}

/** The record's evidence has carried it already; what is new has to be young. */
export type EvidenceUse = 'standing' | 'new';

/**
 * The gap that evidence leaves at a stage; null where it carries it. Evidence that has carried a
 * promotion does not wear out with time.
 */
export function evidenceGap(
  evidenceId: string | null,
  findings: EvidenceFindings,
  stage: Stage,
  use: EvidenceUse,
): AuditGap | null {
  if (evidenceId === null) return 'missing_evidence';
  const finding = findings.get(evidenceId) ?? { found: 'missing' };
  switch (finding.found) {
    case 'policy_mismatch':
      return 'evidence_policy_mismatch';
    case 'signature_invalid':
      return 'evidence_signature_invalid';
    case 'missing':
    case 'unavailable':
      return 'evidence_unresolved';
    case 'too_old':
      if (use === 'new') return 'evidence_unresolved';
      return isOfStage(finding.stage, stage) ? null : 'evidence_unresolved';
    case 'resolved':
      return isOfStage(finding.stage, stage) ? null : 'evidence_unresolved';
  }
}

/** What was decided above a stage is no evidence for it. */
function isOfStage(stage: Stage | null, target: Stage): boolean {
  return stage !== null && rankOf(stage) <= rankOf(target);
}

/** Why evidence does not carry a promotion, in the words of section 2.9. */
export function evidenceDetail(
  evidenceId: string,
  findings: EvidenceFindings,
  stage: Stage,
): string {
  const finding = findings.get(evidenceId) ?? { found: 'missing' };
  const told = 'Failed to validate DecisionDiary evidence:';
  switch (finding.found) {
    case 'missing':
      return `${told} No DecisionDiary evidence located for ${evidenceId}`;
    case 'policy_mismatch':
      return `${told} ${evidenceId} is a decision of another policy`;
    case 'signature_invalid':
      return `${told} the signature of ${evidenceId} is not valid`;
    case 'too_old':
      return `${told} ${evidenceId} is older than evidence may be`;
    case 'unavailable':
      return `${told} the diary could not be read`;
    case 'resolved':
      return (
        `${told} ${evidenceId} was decided at ${finding.stage ?? 'no stage'}, ` +
        `and is no evidence for ${stage}`
      );
  }
}

const OFF = ['0', 'false', 'no', 'off'];

/**
 * POLICY_LEDGER_REQUIRE_DIARY: on where nothing is said, and on where what is said cannot be made
 * out; only a plain no switches it off.
 */
export function requiresDiary(text: string | undefined | null): boolean {
  return !OFF.includes((text ?? '').trim().toLowerCase());
}

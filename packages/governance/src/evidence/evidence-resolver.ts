/** Whether an entry may stand as evidence for a step of its policy (section 2.9, G-11). */
import { rankOf, type Stage } from '../promotion/stage.ts';
import type { Diary } from './diary.ts';

const EVIDENCE_AGE_MAX_DAYS = 30;
const DAY_MS = 86_400_000;

export type EvidenceFound =
  | 'resolved'
  | 'missing'
  /** There is one, and it is not what was written. */
  | 'signature_invalid'
  | 'policy_mismatch'
  /** It was made above the stage it is to lead to, or nobody knows where. */
  | 'stage_mismatch'
  | 'too_old';

export interface EvidenceQuestion {
  readonly entryId: string;
  readonly policyId: string;
  readonly targetStage: Stage;
  /** Epoch ms. */
  readonly now: number;
  readonly ageMaxDays?: number;
}

export function findEvidence(diary: Diary, question: EvidenceQuestion): EvidenceFound {
  const { entryId, policyId, targetStage, now, ageMaxDays = EVIDENCE_AGE_MAX_DAYS } = question;
  const isBroken = diary.violations.some(({ subject }) => subject === entryId);
  if (isBroken) return 'signature_invalid';
  const fact = diary.rowOf(entryId)?.fact;
  if (fact === undefined) return 'missing';
  if (fact.policyId !== policyId) return 'policy_mismatch';
  const { stage, recordedAt } = fact;
  if (stage === null || rankOf(stage) > rankOf(targetStage)) return 'stage_mismatch';
  return now - recordedAt <= ageMaxDays * DAY_MS ? 'resolved' : 'too_old';
}

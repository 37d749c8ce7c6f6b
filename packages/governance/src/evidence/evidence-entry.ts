import type { EvidenceEntry } from '../promotion/ledger/evidence.ts';
import type { Diary } from './diary.ts';

/** An entry as the ledger asks for it; null where the diary never heard of it. */
export function evidenceEntryOf(diary: Diary, entryId: string): EvidenceEntry | null {
  const row = diary.rowOf(entryId);
  const isIntact = !diary.violations.some(({ subject }) => subject === entryId);
  if (row !== null) {
    const { policyId, recordedAt, stage } = row.fact;
    return { policyId, recordedAt, stage, hash: row.signature, isIntact };
  }
  // Whose it is cannot be told from what is not what was written.
  return isIntact ? null : { policyId: '', recordedAt: 0, stage: null, hash: '', isIntact };
}

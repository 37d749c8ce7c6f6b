import type { Abstentions } from './abstain.ts';
import { refusedSlices, type SliceCache, type SliceRules } from './expiry-slices.ts';

/** Notes every expiry that has no smile, and a market that has no expiry at all. */
export function noteRefused(
  cache: SliceCache,
  subject: string,
  rules: SliceRules,
  notes: Abstentions,
): void {
  if (cache.size === 0) notes.note(subject, 'ChainThin', 0, rules.criteria.pointsMin);
  for (const { key, refusal } of refusedSlices(cache)) {
    if (refusal === null) notes.note(key, 'ChainThin', 0, rules.criteria.pointsMin);
    else notes.note(key, refusal.code, refusal.measured, refusal.limit);
  }
}

import { type GroupId, type IntentHash, intentHash } from '../values/index.ts';

/**
 * Key of one leg of one group, for the set of attempts that had their order: the sixty random bits
 * at the end of the UUID, and the leg. Two groups that shared them would make the second a repeat,
 * which only ever sends less.
 */
export function attemptKey(groupId: GroupId, legIndex: 0 | 1): IntentHash {
  return intentHash(`${groupId.slice(20, 23)}${groupId.slice(24, 36)}${legIndex}`);
}

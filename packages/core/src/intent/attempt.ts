import type { GroupId, IntentHash } from '../values/index.ts';
import { intentHash } from '../values/index.ts';
import { xxhash64Text } from './xxhash64.ts';

/**
 * Key of one leg of one group, for the set of attempts that had their order. 64 bits, as the intent
 * hash.
 */
export function attemptKey(groupId: GroupId, legIndex: 0 | 1): IntentHash {
  return intentHash(xxhash64Text(`${groupId}|${legIndex}`));
}

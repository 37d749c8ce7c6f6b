import { type GroupId, groupId } from '@holdfast/core/values';
import type { Prng } from './prng.ts';

/** UUIDs of version 4 from a run's own randomness: the same run has the same groups. */
export function uuidMinter(prng: Prng): () => GroupId {
  const word = (): string => prng.uint32().toString(16).padStart(8, '0');
  return () => {
    const hex = `${word()}${word()}${word()}${word()}`;
    const variant = '89ab'[prng.int(0, 3)] ?? '8';
    const third = `4${hex.slice(13, 16)}`;
    const fourth = `${variant}${hex.slice(17, 20)}`;
    return groupId(`${hex.slice(0, 8)}-${hex.slice(8, 12)}-${third}-${fourth}-${hex.slice(20)}`);
  };
}

import { xxhash64Text } from '../intent/xxhash64.ts';
import type { ContainmentPurpose } from '../order/group.ts';
import { type GroupId, groupId, type InstrumentName } from '../values/index.ts';

/** One attempt of containment: what its own group id is made of (D-5, AMB-06). */
export interface Attempt {
  readonly parent: GroupId;
  readonly purpose: ContainmentPurpose;
  /**
   * The process that makes it. An attempt that left on a waiver is in no record, and the next
   * process, which counts from one again, must not make the same one twice.
   */
  readonly epoch: number;
  /** Which run of attempts of that process. */
  readonly round: number;
  /** From 1 within its run. */
  readonly attempt: number;
  readonly legIndex: 0 | 1;
}

/** Same attempt, same id; a pure function, so that no restart can mint another. */
export function attemptGroupId(of: Attempt): GroupId {
  const { parent, purpose, epoch, round, attempt, legIndex } = of;
  return derived(`${parent}|${purpose}|${epoch}|${round}|${attempt}|${legIndex}`);
}

/** Stands for the group a position never was, where it is closed for its own sake. */
export function positionGroupId(instrument: InstrumentName, epoch: number, nth: number): GroupId {
  return derived(`position|${instrument}|${epoch}|${nth}`);
}

/** Shaped as a UUIDv4, so that labels, attempts and whoever reads it take it as one. */
function derived(text: string): GroupId {
  const high = xxhash64Text(text);
  const low = xxhash64Text(`${text}|low`);
  const third = `4${high.slice(13)}`;
  const fourth = `8${low.slice(1, 4)}`;
  return groupId(`${high.slice(0, 8)}-${high.slice(8, 12)}-${third}-${fourth}-${low.slice(4)}`);
}

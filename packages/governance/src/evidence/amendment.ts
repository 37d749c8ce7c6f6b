/**
 * What may be added to an entry afterwards (section 1.6, G-16). What the decision was made on never
 * changes; what a gate reads may be written once and not again, so that no warning becomes normal
 * and no force loses its cause.
 */
import type { DiaryFact } from './diary-fact.ts';
import type { Metadata } from './entry-schema.ts';
import { FOREIGN_SIGNATURE, readMetadata } from './entry-reading.ts';

/** Of the specification, and what only we write. */
const IMMUTABLE_KEYS = [
  'drift_decision',
  'release_stage',
  'regime_state',
  'recorded_at',
  'forced',
  'amendments',
  FOREIGN_SIGNATURE,
] as const;

/** One bit for what is written once; the keys of a family speak of the same thing. */
const FAMILIES: readonly (readonly [bit: number, keys: readonly string[]])[] = [
  [1, ['release_execution', 'release_execution_route', 'release_execution_forced']],
  [2, ['guardrails']],
  [4, ['execution_mode']],
  [8, ['provenance']],
];
const HAS_STAGE = 16;
const IS_FOREIGN = 32;

/** What an entry has said already, as bits: all an amendment needs to know of it. */
export function writtenIn(metadata: Metadata): number {
  const has = (key: string): boolean => Object.hasOwn(metadata, key);
  const families = FAMILIES.filter(([, keys]) => keys.some(has));
  const bits = families.reduce((sum, [bit]) => sum + bit, 0);
  const isStaged =
    typeof metadata.release_stage === 'string' && metadata.release_stage.trim() !== '';
  return bits + (isStaged ? HAS_STAGE : 0) + (has(FOREIGN_SIGNATURE) ? IS_FOREIGN : 0);
}

/** The first key that may not be written any more; null where all may. */
export function frozenKey(written: number, patch: Metadata): string | null {
  return (
    Object.keys(patch).find((key) => {
      if (IMMUTABLE_KEYS.some((immutable) => immutable === key)) return true;
      return FAMILIES.some(([bit, keys]) => keys.includes(key) && (written & bit) !== 0);
    }) ?? null
  );
}

/** The fact with what the patch adds to it. A force is added, never taken away. */
export function amendFact(fact: DiaryFact, written: number, patch: Metadata): DiaryFact {
  const drift_decision = { severity: fact.severity };
  const added = readMetadata({ ...patch, drift_decision }, {});
  const hasStage = (written & HAS_STAGE) !== 0;
  return {
    ...fact,
    stage: hasStage ? fact.stage : (fact.stage ?? added.stage),
    isRiskForced: fact.isRiskForced || added.isRiskForced,
    route: fact.route ?? added.route,
    executionMode: fact.executionMode ?? added.executionMode,
    provenance: fact.provenance ?? ((written & IS_FOREIGN) === 0 ? added.provenance : null),
  };
}

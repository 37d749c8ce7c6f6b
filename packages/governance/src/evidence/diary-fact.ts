/** What gates measure of one entry of the diary, and nothing else of it. */
import type { Stage } from '../promotion/stage.ts';

/** What a decision is worth as evidence depends on where it was made (D-38). */
export interface Provenance {
  readonly clock: 'real' | 'virtual';
  readonly venue: 'live' | 'testnet' | 'mirror' | 'simulated';
  readonly data: 'recorded' | 'synthetic';
}

/** The order of an array of these is that of `recordedAt`, then of `seq`. */
export interface DiaryFact {
  readonly entryId: string;
  /** Its place in the chain of the diary. */
  readonly seq: number;
  readonly policyId: string;
  /** Epoch ms. */
  readonly recordedAt: number;
  /** Null where the entry names none. */
  readonly stage: Stage | null;
  /** `normal`, `warn`, `alert`, `unknown`, or the label that stood there. */
  readonly severity: string;
  /** Forced to paper by anything but its stage (D-20). */
  readonly isRiskForced: boolean;
  /** Where the release router sent it: `paper`, `pilot`, `live`. */
  readonly route: string | null;
  /** Trimmed, in lower case. */
  readonly regime: string | null;
  readonly regimeConfidence: number | null;
  /** Only `paper` counts for the gate of pilot, only `live` for that of limited_live (10.3). */
  readonly executionMode: 'shadow' | 'paper' | 'live' | null;
  /** Null where the entry does not say: then it is no evidence outside dev. */
  readonly provenance: Provenance | null;
}

/** The diary as a gate sees it. */
export interface DiaryReading {
  /** All entries of one policy that are what was written, oldest first. */
  readonly facts: readonly DiaryFact[];
  /** Ids of entries that are not (`diary_integrity_violation:<id>`): one blocks every gate. */
  readonly violations: readonly string[];
  /** Sequence gaps of the feed: decisions nobody knows of, which are never `normal` (D-35). */
  readonly missing: number;
}

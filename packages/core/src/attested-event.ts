import type { LossLimit } from './position/losses.ts';
import type { MonoMs, WallMs } from './values/index.ts';

/** What people signed, verified by the shell, and the word that takes a presence back. */
export type AttestedEvent =
  /** An operator takes a latched loss back, with an approval (phases section 1.3). */
  | {
      readonly kind: 'lossResetCommanded';
      readonly at: MonoMs;
      readonly limit: LossLimit;
      readonly operator: string;
      readonly reason: string;
      /** SHA-256 of the approval, hex, and who signed it. */
      readonly approval: string;
      readonly approvers: readonly string[];
      /** When the latch it is about was recorded. */
      readonly latchedAt: WallMs;
    }
  /** A statement that somebody watches this process. */
  | {
      readonly kind: 'presenceAttested';
      readonly at: MonoMs;
      readonly person: string;
      readonly until: WallMs;
      /** SHA-256 of the statement, hex. */
      readonly statement: string;
    }
  /** They leave before their time: whoever says so only tightens. */
  | { readonly kind: 'presenceEnded'; readonly at: MonoMs; readonly operator: string };

import type { Abstention, SmileRefusalCode } from '@holdfast/core/strategy';

/** Why a two-leg strategy left an expiry, or everything, alone. */
export type AbstentionCode =
  | SmileRefusalCode
  /** Two-sided quotes of the expiry against those a smile needs: there was nothing to fit. */
  | 'ChainThin'
  | 'IndexMissing'
  /** Samples of the past against those it takes to judge by. */
  | 'HistoryTooShort'
  /** At-the-money volatility of the smile against the level below which it is low. */
  | 'VolatilityNotLow'
  /** Members of the side whose delta is near enough, against the one it takes. */
  | 'NoLegAtDelta'
  /** Ms of the older of two books against the limit. */
  | 'BookTooOld'
  | 'SizeTooSmall'
  /** USD left of the worse leg's own edge after its fee, or pairs that were tried; the margin. */
  | 'EdgeTooSmall'
  /** Members with an edge on one side, and on the other. */
  | 'NoRichAndCheapPair'
  /** Legs of the own group that are neither both held nor both gone. */
  | 'GroupUnresolved'
  | 'ExpiryInUse'
  /** Groups held against those that may be. */
  | 'GroupsFull'
  /** Ms until the expiry may be tried again. */
  | 'Waiting'
  /** Instruments held or working whose expiry nobody lists. */
  | 'PositionUnplaced';

/** What was left alone in one look, by subject; the last word on a subject counts. */
export class Abstentions {
  readonly #bySubject = new Map<string, Abstention>();

  note(subject: string, code: AbstentionCode, measured: number, limit: number): void {
    this.#bySubject.set(subject, Object.freeze({ subject, code, measured, limit }));
  }

  clear(): void {
    this.#bySubject.clear();
  }

  list(): readonly Abstention[] {
    return [...this.#bySubject.values()].sort((a, b) => (a.subject < b.subject ? -1 : 1));
  }
}

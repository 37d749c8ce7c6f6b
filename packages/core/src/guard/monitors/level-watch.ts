import { type MonoMs, monoMs } from '../../values/index.ts';

/** How one figure is judged: over its first line it warns, at its second it kills. */
export interface LevelRule {
  /** How long it must be over the first line without a break; 0: at once. */
  readonly warnWindowMs: number;
  readonly killWindowMs: number;
  /** ReduceOnly for so long after it was last over a line. */
  readonly cooldownMs: number;
}

export type Asks = 'None' | 'ForceReduceOnly' | 'ForceKill';

/** One figure through time. An observation, updated in place. */
export interface LevelWatch {
  value: number | null;
  /** Since when it is over its first line without a break; null: it is not. */
  warnedSince: MonoMs | null;
  /** The same for the second. */
  killSince: MonoMs | null;
  isKilling: boolean;
  /** When it last asked for something by itself, not by a cooldown. */
  trippedAt: MonoMs | null;
}

export function createLevelWatch(): LevelWatch {
  return { value: null, warnedSince: null, killSince: null, isKilling: false, trippedAt: null };
}

/** A fresh value, and on which side of the two lines it is. */
export function observeLevel(
  watch: LevelWatch,
  value: number,
  { isWarning, isKilling }: { readonly isWarning: boolean; readonly isKilling: boolean },
  rule: LevelRule,
  now: MonoMs,
): void {
  watch.value = value;
  watch.warnedSince = isWarning || isKilling ? (watch.warnedSince ?? now) : null;
  watch.killSince = isKilling ? (watch.killSince ?? now) : null;
  watch.isKilling = hasLasted(watch.killSince, rule.killWindowMs, now);
  if (watch.isKilling || hasLasted(watch.warnedSince, rule.warnWindowMs, now)) {
    watch.trippedAt = now;
  }
}

/**
 * Nothing can be read. What was about to trip has to last anew, because nobody saw it last; what
 * kills goes on killing, because nobody saw it end: only a fresh input raises the mode (D-11).
 */
export function loseLevel(watch: LevelWatch, now: MonoMs): void {
  watch.warnedSince = null;
  if (watch.isKilling) watch.trippedAt = now;
  else watch.killSince = null;
}

export function asksOf(watch: LevelWatch, rule: LevelRule, now: MonoMs): Asks {
  if (watch.isKilling) return 'ForceKill';
  const until = coolsUntil(watch, rule);
  return until !== null && now < until ? 'ForceReduceOnly' : 'None';
}

/** When its cooldown is over; null where none was ever started. */
export function coolsUntil({ trippedAt }: LevelWatch, { cooldownMs }: LevelRule): MonoMs | null {
  return trippedAt === null ? null : monoMs(trippedAt + cooldownMs);
}

function hasLasted(since: MonoMs | null, windowMs: number, now: MonoMs): boolean {
  return since !== null && now - since >= windowMs;
}

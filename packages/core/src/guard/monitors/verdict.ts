import type { MonoMs } from '../../values/index.ts';
import type { SafetyOverride } from '../inputs.ts';
import type { Figure, MonitorFinding } from './finding.ts';
import { asksOf, coolsUntil, type LevelRule, type LevelWatch } from './level-watch.ts';
import type { Trouble } from './reference.ts';

const NONE: SafetyOverride = Object.freeze({ kind: 'None' });
const FORCE_REDUCE_ONLY: SafetyOverride = Object.freeze({ kind: 'ForceReduceOnly' });
const FORCE_KILL: SafetyOverride = Object.freeze({ kind: 'ForceKill' });

/**
 * What one producer asks for, gathered figure by figure: the worst holds, whatever the order. An
 * input that is missing leaves it without a voice, which is ReduceOnly and a missing input; Kill
 * beats that, because it was seen.
 */
export class Verdict {
  #kills = false;
  #reduces = false;
  #isUnheard = false;

  kill(): void {
    this.#kills = true;
  }

  reduce(): void {
    this.#reduces = true;
  }

  unheard(): void {
    this.#isUnheard = true;
  }

  get override(): SafetyOverride | null {
    if (this.#kills) return FORCE_KILL;
    if (this.#isUnheard) return null;
    return this.#reduces ? FORCE_REDUCE_ONLY : NONE;
  }

  take(asks: 'None' | 'ForceReduceOnly' | 'ForceKill'): void {
    if (asks === 'ForceKill') this.kill();
    else if (asks === 'ForceReduceOnly') this.reduce();
  }

  /** An input that cannot be used. */
  takeTrouble(trouble: Trouble): void {
    if (trouble === 'missing') this.unheard();
    else this.reduce();
  }
}

/** What a figure is and how its lines are written, for the reader. */
export interface LevelWords {
  readonly figure: Figure;
  readonly subject: string;
  readonly unit: MonitorFinding['unit'];
  readonly warnLine: number;
  readonly killLine: number;
}

/** Adds what a level asks for to the verdict, and says so. */
export function judgeLevel(
  watch: LevelWatch,
  rule: LevelRule,
  words: LevelWords,
  now: MonoMs,
  verdict: Verdict,
  findings: MonitorFinding[],
): void {
  const asks = asksOf(watch, rule, now);
  verdict.take(asks);
  const isBreached = watch.warnedSince !== null || watch.isKilling;
  if (asks === 'None' && !isBreached) return;
  const { figure, subject, unit, warnLine, killLine } = words;
  const cooldown = `${rule.cooldownMs / 1_000} s after it is within its line`;
  findings.push({
    figure,
    subject,
    unit,
    standing: isBreached ? 'breached' : 'cooling',
    asks: asks === 'ForceKill' ? 'Kill' : asks === 'None' ? 'nothing yet' : 'ReduceOnly',
    value: watch.value,
    limit: watch.killSince === null ? warnLine : killLine,
    since: isBreached ? (watch.killSince ?? watch.warnedSince) : watch.trippedAt,
    clearsAt: isBreached ? null : coolsUntil(watch, rule),
    clears:
      asks === 'ForceKill' ? `within its kill line, then ReduceOnly until ${cooldown}` : cooldown,
  });
}

/** Says that an input cannot be used, and what it costs. */
export function tellTrouble(
  trouble: Trouble,
  figure: Figure,
  subject: string,
  unit: MonitorFinding['unit'],
  reading: { readonly value: number | null; readonly at: MonoMs | null },
  maxAgeMs: number,
): MonitorFinding {
  return {
    figure,
    subject,
    unit,
    standing: trouble,
    asks: 'ReduceOnly',
    value: reading.value,
    limit: maxAgeMs,
    since: trouble === 'stale' ? reading.at : null,
    clearsAt: null,
    clears: 'a fresh reading',
  };
}

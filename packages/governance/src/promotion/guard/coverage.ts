/**
 * In which regimes a policy has been seen to decide (section 4.4). Only what says something about
 * the step ahead counts: from the stage below it on, since its evidence began, by the policy's own
 * will, sure of its regime, and made where evidence can be made (D-38).
 */
import type { DiaryFact } from '../../evidence/diary-fact.ts';
import type { ChainHead } from '../../store/event.ts';
import { type Gate, MEASURED_AT, rankOf, type Stage, STAGES } from '../stage.ts';

export interface CoverageQuery {
  /** The stage that is asked for. */
  readonly required: Gate;
  /** Epoch ms: what was recorded before does not count. */
  readonly since: number;
  readonly minConfidence: number;
  /** In `dev` alone anything counts, wherever it was made. */
  readonly isDev: boolean;
}

export interface Tally {
  /** Decisions that count, by regime. */
  readonly regimes: ReadonlyMap<string, number>;
  /** Decisions of stage paper, of whatever worth. */
  readonly paperEntries: number;
}

/** One pass over the facts of one policy, in any order. */
export function tallyOf(facts: readonly DiaryFact[], query: CoverageQuery): Tally {
  const stages = new Set(STAGES.slice(rankOf(MEASURED_AT[query.required])));
  const regimes = new Map<string, number>();
  let paperEntries = 0;
  for (const fact of facts) {
    const { stage, regime } = fact;
    if (stage === 'paper') paperEntries += 1;
    if (stage === null || !stages.has(stage)) continue;
    if (regime === null || !counts(fact, stage, query)) continue;
    regimes.set(regime, (regimes.get(regime) ?? 0) + 1);
  }
  return { regimes, paperEntries };
}

function counts(fact: DiaryFact, stage: Stage, query: CoverageQuery): boolean {
  const { regimeConfidence } = fact;
  if (fact.recordedAt < query.since || fact.isRiskForced) return false;
  if (regimeConfidence === null || !(regimeConfidence >= query.minConfidence)) return false;
  return query.isDev || (wasReal(fact) && wasRunAs(stage, fact.executionMode));
}

function wasReal({ provenance }: DiaryFact): boolean {
  return provenance !== null && provenance.clock === 'real' && provenance.venue !== 'simulated';
}

/** Only what was run as its stage says tells of that stage (10.3); the first may be a shadow. */
function wasRunAs(stage: Stage, mode: DiaryFact['executionMode']): boolean {
  if (stage === 'experiment') return true;
  return mode === (stage === 'paper' ? 'paper' : 'live');
}

/** Questions of one head that are remembered. */
const ANSWERS_MAX = 4_096;

/**
 * Counts a diary once for each of its heads: a million entries are walked when something was
 * written, and not whenever somebody asks.
 */
export class CoverageBook {
  #head: ChainHead | null = null;
  readonly #answers = new Map<string, Tally>();

  /** @param facts all of one policy, as the diary stands at `head`. */
  tally(
    head: ChainHead,
    policyId: string,
    facts: readonly DiaryFact[],
    query: CoverageQuery,
  ): Tally {
    const isSame = this.#head?.hash === head.hash && this.#head.seq === head.seq;
    if (!isSame) this.#answers.clear();
    this.#head = head;
    const { required, since, minConfidence, isDev } = query;
    const key = JSON.stringify([policyId, required, since, minConfidence, isDev]);
    const known = this.#answers.get(key);
    if (known !== undefined) return known;
    if (this.#answers.size >= ANSWERS_MAX) this.#answers.clear();
    const counted = tallyOf(facts, query);
    this.#answers.set(key, counted);
    return counted;
  }
}

/**
 * What stands in for a regime that the market did not show (G-24). Both were approved and checked
 * before they come here; a waiver ends, and a replay says how many decisions it holds.
 */
export type RegimeRelief =
  | {
      readonly kind: 'waiver';
      readonly policyId: string;
      readonly regime: string;
      readonly waiverId: string;
      /** Epoch ms; at it the waiver is over. */
      readonly expiresAt: number;
    }
  | {
      readonly kind: 'replay';
      readonly policyId: string;
      readonly regime: string;
      readonly evidenceId: string;
      readonly decisions: number;
    };

export interface RegimeCoverage {
  readonly regime: string;
  readonly have: number;
  readonly need: number;
  /** Ids of what was counted beside the diary. */
  readonly relief: readonly string[];
  readonly isMet: boolean;
}

export interface CoverageTerms {
  readonly policyId: string;
  readonly regimes: readonly string[];
  readonly need: number;
  readonly relief: readonly RegimeRelief[];
  readonly now: number;
}

/** Every required regime, in the order it was required. */
export function assessCoverage(tally: Tally, terms: CoverageTerms): readonly RegimeCoverage[] {
  return terms.regimes.map((regime) => {
    const fitting = terms.relief.filter(
      (each) => each.policyId === terms.policyId && each.regime === regime,
    );
    const relief: string[] = [];
    let have = tally.regimes.get(regime) ?? 0;
    let isWaived = false;
    for (const each of fitting) {
      if (each.kind === 'replay') {
        have += each.decisions;
        relief.push(`replay:${each.evidenceId}`);
      } else if (terms.now < each.expiresAt) {
        isWaived = true;
        relief.push(`waiver:${each.waiverId}`);
      }
    }
    return { regime, have, need: terms.need, relief, isMet: isWaived || have >= terms.need };
  });
}

/** `{"bullish": "1/3"}`. */
export function reportOf(coverage: readonly RegimeCoverage[]): Readonly<Record<string, string>> {
  return Object.fromEntries(coverage.map(({ regime, have, need }) => [regime, `${have}/${need}`]));
}

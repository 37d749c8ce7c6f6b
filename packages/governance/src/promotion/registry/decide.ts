/**
 * Commands of the registry, judged: the facts they come to, or why not (section 5.3). The guard is
 * asked before anything is written, and never about a step that only lowers.
 */
import { assert } from '@holdfast/core';
import type { Fact } from '../../store/event.ts';
import type { GuardRefusal } from '../guard/failure.ts';
import type { GuardVerdict } from '../guard/guard.ts';
import { type ChampionOffer, championOf } from './champion.ts';
import { type Champion, guardRecordOf, type RegistryEvent, registryFact } from './events.ts';
import { compareChampions } from './queries.ts';
import { defaultOf, type RegistryState, type Strategy } from './state.ts';
import { type GatedStatus, isGated, readStatus, type Status, stepOf } from './status.ts';

export interface Question {
  readonly strategyId: string;
  readonly policyId: string;
  readonly status: GatedStatus;
  /** Epoch ms; as `GuardInputs` has it. */
  readonly evidenceSince: number;
}
/** The guard's answer; it refuses, and does not throw, where it cannot read what it needs. */
export type Judge = (question: Question) => GuardVerdict;

export type RegistryRefusalCode =
  | 'guard_rejected'
  | 'unknown_strategy'
  | 'champion_malformed'
  /** Another genome or another policy under the name of one that has earned its status. */
  | 'identity_changed'
  | `unknown_status:${string}`
  | `illegal_transition:${string}->${string}`;

export interface RegistryRefusal {
  readonly ok: false;
  readonly code: RegistryRefusalCode;
  readonly detail: string;
  /** Where it is the guard's. */
  readonly refusal: GuardRefusal | null;
}

export type Decision = { readonly ok: true; readonly facts: readonly Fact[] } | RegistryRefusal;

export interface Asker {
  readonly actor: string;
  readonly reason: string;
}

/** @param wanted null: what it is, and `evolved` where it is new. */
export function decideRegister(
  state: RegistryState,
  offer: ChampionOffer,
  wanted: string | null,
  asker: Asker,
  judge: Judge,
): Decision {
  const before = state.strategies.get(offer.strategyId) ?? null;
  const from = before?.status ?? null;
  const read = readStatus(wanted ?? from ?? 'evolved');
  if (!read.ok) return refuse(read.code, 'no status has this name');
  const { status: to } = read;
  const made = championOf(offer);
  if (!made.ok) return refuse('champion_malformed', made.detail);
  const { champion } = made;
  // It is born evolved, and what it asks for is a step from there.
  const start = from ?? 'evolved';
  const stays = start === to;
  if (!stays && stepOf(start, to) === 'illegal') return illegal(start, to);
  if (before !== null && isGated(start) && !isSame(before.champion, champion)) {
    const detail = `${start} was earned by another genome or policy; make it inactive first`;
    return refuse('identity_changed', detail);
  }
  const evidenceSince = before?.evidenceSince ?? 0;
  const { strategyId } = offer;
  const { policy_id: policyId } = champion;
  const isAsked = isGated(to) && (stays || stepOf(start, to) === 'guarded');
  const verdict = isAsked ? judge({ strategyId, policyId, status: to, evidenceSince }) : null;
  if (verdict?.ok === false) return rejected(verdict);
  const draft = new Draft(state, asker.actor, judge);
  if (!stays) draft.makeRoom(strategyId, to);
  const guard = verdict === null ? null : guardRecordOf(verdict);
  const payload = { champion, from, to, reason: asker.reason, guard };
  draft.put({ type: 'champion_registered', payload }, strategyId, policyId);
  draft.set(strategyId, to);
  if (from === 'approved_default' && !stays) draft.promoteFallback(strategyId);
  return { ok: true, facts: draft.facts };
}

export function decideUpdate(
  state: RegistryState,
  strategyId: string,
  wanted: string,
  asker: Asker,
  judge: Judge,
): Decision {
  const read = readStatus(wanted);
  if (!read.ok) return refuse(read.code, 'no status has this name');
  const { status: to } = read;
  const strategy = state.strategies.get(strategyId);
  if (strategy === undefined) return refuse('unknown_strategy', strategyId);
  const step = stepOf(strategy.status, to);
  if (step === 'illegal') return illegal(strategy.status, to);
  const isAsked = step === 'guarded' && isGated(to);
  const verdict = isAsked ? judge(questionOf(strategy, to)) : null;
  if (verdict?.ok === false) return rejected(verdict);
  const draft = new Draft(state, asker.actor, judge);
  draft.makeRoom(strategyId, to);
  draft.step(strategy, to, asker.reason, verdict);
  if (strategy.status === 'approved_default') draft.promoteFallback(strategyId);
  return { ok: true, facts: draft.facts };
}

/** What is asked about a strategy before it may become `status`. */
function questionOf({ strategyId, champion, evidenceSince }: Strategy, status: GatedStatus) {
  return { strategyId, policyId: champion.policy_id, status, evidenceSince };
}

/** Who would follow the default: the best fallback, but for one that is just leaving. */
export function bestFallback(
  strategies: Iterable<Strategy>,
  leaving: string | null,
): Strategy | null {
  const fallbacks = [...strategies].filter(
    ({ status, strategyId }) => status === 'approved_fallback' && strategyId !== leaving,
  );
  return fallbacks.sort(compareChampions)[0] ?? null;
}

/** Facts in the making, and what they have already changed. */
export class Draft {
  readonly facts: Fact[] = [];
  readonly #strategies: Map<string, Strategy>;
  readonly #actor: string;
  readonly #judge: Judge;

  constructor({ strategies }: RegistryState, actor: string, judge: Judge) {
    this.#strategies = new Map(strategies);
    this.#actor = actor;
    this.#judge = judge;
  }

  put(event: RegistryEvent, strategyId: string, policyId: string): void {
    this.facts.push(registryFact(event, strategyId, policyId, this.#actor));
  }

  set(strategyId: string, status: Status): void {
    const strategy = this.#strategies.get(strategyId);
    if (strategy !== undefined) this.#strategies.set(strategyId, { ...strategy, status });
  }

  step(strategy: Strategy, to: Status, reason: string, verdict: GuardVerdict | null): void {
    const { strategyId, champion, status: from } = strategy;
    const guard = verdict === null ? null : guardRecordOf(verdict);
    assert(
      guard === null || (guard.ok && guard.status === to),
      'the guard was asked for this step',
    );
    const payload = { from, to, reason, guard, new_evidence_epoch: from === 'rejected' };
    this.put({ type: 'status_changed', payload }, strategyId, champion.policy_id);
    this.set(strategyId, to);
  }

  /** There is one default: whoever is it steps down for another. */
  makeRoom(strategyId: string, to: Status): void {
    if (to !== 'approved_default') return;
    const standing = defaultOf(this.#strategies);
    if (standing === null) return;
    this.step(standing, 'approved_fallback', `default is ${strategyId}`, null);
  }

  /** The best fallback follows a default that left, where the guard lets it (G-07). */
  promoteFallback(leaving: string): void {
    if (defaultOf(this.#strategies) !== null) return;
    const best = bestFallback(this.#strategies.values(), leaving);
    if (best === null) return;
    const verdict = this.#judge(questionOf(best, 'approved_default'));
    const reason = `default was ${leaving}`;
    if (verdict.ok) return this.step(best, 'approved_default', reason, verdict);
    const guard = guardRecordOf(verdict);
    const payload = { status: best.status, reason, guard };
    this.put(
      { type: 'fallback_guard_rejected', payload },
      best.strategyId,
      best.champion.policy_id,
    );
  }
}

function isSame(one: Champion, other: Champion): boolean {
  return one.dna === other.dna && one.policy_id === other.policy_id;
}

function refuse(code: RegistryRefusalCode, detail: string): RegistryRefusal {
  return { ok: false, code, detail, refusal: null };
}

function illegal(from: Status, to: Status): RegistryRefusal {
  return refuse(`illegal_transition:${from}->${to}`, `${from} does not become ${to}`);
}

function rejected(refusal: GuardRefusal): RegistryRefusal {
  return { ok: false, code: 'guard_rejected', detail: refusal.failures[0].message, refusal };
}

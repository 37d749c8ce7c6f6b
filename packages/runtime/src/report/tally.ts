import type { Decision } from '@holdfast/core';
import { renderReject } from '@holdfast/core/reasons';
import type { WallMs } from '@holdfast/core/values';
import type { Telemetry } from '../ports.ts';
import { AlertBook } from '../telemetry/alert-book.ts';
import { ReasonLog } from './reason-log.ts';
import { type Transition, TransitionLog } from './transition-log.ts';

export interface Refusal {
  readonly at: number;
  readonly code: string;
  readonly text: string;
}

type Mode = 'Active' | 'ReduceOnly' | 'Kill';

const REFUSALS_KEPT = 32;
const NAKED_EVENTS_KEPT = 32;

/**
 * What was said during a run, counted as it is said. Nothing of it is a fact; the ledger has those.
 */
export class Tally implements Telemetry {
  admitted = 0;
  duplicates = 0;
  readonly faults = new Map<string, number>();
  readonly rejectedByCode = new Map<string, number>();
  /** In words, oldest first; bounded. */
  readonly lastRefusals: Refusal[] = [];
  readonly #transitions = new TransitionLog();
  /** Every reason beneath the mode, as the statuses showed them. */
  readonly reasons = new ReasonLog();
  /** The minimum alert set, as the statuses showed it. */
  readonly alerts: AlertBook;
  /** Orders of containment by purpose, refused ones by code. */
  readonly contained = new Map<string, number>();
  readonly containmentRefused = new Map<string, number>();
  /** Incidents that were told, oldest first; of many, the last ones. */
  readonly nakedEvents: Extract<Decision, { kind: 'atomicNakedEvent' }>[] = [];
  /** Strategy and structure of each trip of the churn breaker. */
  readonly churnTrips = new Map<string, number>();
  /** Epoch ms of the run's clock. */
  readonly startedAt: number;
  readonly #modeMs = { Active: 0, ReduceOnly: 0, Kill: 0 };
  readonly #onDecision: (decision: Decision, at: number) => void;
  #mode: Mode = 'ReduceOnly';
  #since: number;

  /** @param startedAt epoch ms of the run's clock. */
  constructor(startedAt: number, onDecision: (decision: Decision, at: number) => void) {
    this.startedAt = startedAt;
    this.alerts = new AlertBook(startedAt);
    this.#since = startedAt;
    this.#onDecision = onDecision;
  }

  report(decision: Decision, at: WallMs): void {
    this.#onDecision(decision, at);
    if (decision.kind === 'intentAdmitted') this.admitted += 1;
    if (decision.kind === 'intentDuplicate') this.duplicates += 1;
    if (decision.kind === 'fault') count(this.faults, decision.fault);
    this.#transitions.saw(decision, at);
    if (decision.kind === 'modeChanged') this.#turnTo(decision.to, decision.at);
    this.#tallyContainment(decision);
    if (decision.kind === 'intentRejected') {
      const { code } = decision.reject;
      count(this.rejectedByCode, code);
      this.lastRefusals.push({ at, code, text: renderReject(decision.reject) });
      if (this.lastRefusals.length > REFUSALS_KEPT) this.lastRefusals.shift();
    }
  }

  /** Changes of mode, oldest first; of many, the last ones. */
  get transitions(): readonly Transition[] {
    return this.#transitions.all;
  }

  /** The last change of mode; null before the first. */
  get lastTransition(): Transition | null {
    return this.transitions.at(-1) ?? null;
  }

  get refused(): number {
    let sum = 0;
    for (const each of this.rejectedByCode.values()) sum += each;
    return sum;
  }

  /** Seconds spent in each mode, up to `until`, epoch ms of the run's clock. */
  modeSeconds(until: number): Readonly<Record<Mode, number>> {
    const ms = { ...this.#modeMs };
    ms[this.#mode] += until - this.#since;
    return {
      Active: ms.Active / 1_000,
      ReduceOnly: ms.ReduceOnly / 1_000,
      Kill: ms.Kill / 1_000,
    };
  }

  #tallyContainment(decision: Decision): void {
    if (decision.kind === 'containmentPlanned') count(this.contained, decision.purpose);
    if (decision.kind === 'containmentRefused') {
      count(this.containmentRefused, decision.reject.code);
    }
    if (decision.kind === 'churnBreakerTrip') count(this.churnTrips, decision.key);
    if (decision.kind === 'atomicNakedEvent') {
      this.nakedEvents.push(decision);
      if (this.nakedEvents.length > NAKED_EVENTS_KEPT) this.nakedEvents.shift();
    }
  }

  #turnTo(next: Mode, at: number): void {
    this.#modeMs[this.#mode] += at - this.#since;
    this.#mode = next;
    this.#since = at;
  }
}

function count(counts: Map<string, number>, key: string): void {
  counts.set(key, (counts.get(key) ?? 0) + 1);
}

import type { Decision } from '@holdfast/core';
import { renderReject } from '@holdfast/core/reasons';
import type { Telemetry } from '../ports.ts';

/**
 * What was said during a run, counted as it is said. Nothing of it is a fact; the ledger has those.
 */
export interface Tally extends Telemetry {
  readonly admitted: number;
  readonly duplicates: number;
  readonly faults: ReadonlyMap<string, number>;
  readonly rejectedByCode: ReadonlyMap<string, number>;
  /** Seconds spent in each mode, up to `until`, epoch ms of the run's clock. */
  modeSeconds(until: number): Readonly<Record<'Active' | 'ReduceOnly' | 'Kill', number>>;
  /** In words, oldest first; bounded. */
  readonly lastRefusals: readonly Refusal[];
  /** The last change of mode; null before the first. */
  readonly lastTransition: Transition | null;
}

export interface Transition {
  readonly at: number;
  readonly from: string;
  readonly to: string;
  readonly reasons: readonly string[];
}

export interface Refusal {
  readonly at: number;
  readonly code: string;
  readonly text: string;
}

const REFUSALS_KEPT = 32;

export function createTally(
  startedAt: number,
  onDecision: (decision: Decision, at: number) => void,
): Tally {
  const rejectedByCode = new Map<string, number>();
  const faults = new Map<string, number>();
  const modeMs = { Active: 0, ReduceOnly: 0, Kill: 0 };
  let mode: keyof typeof modeMs = 'ReduceOnly';
  let since = startedAt;
  let admitted = 0;
  let duplicates = 0;
  const lastRefusals: Refusal[] = [];
  let lastTransition: Transition | null = null;

  function turnTo(next: keyof typeof modeMs, at: number): void {
    modeMs[mode] += at - since;
    mode = next;
    since = at;
  }

  return {
    report(decision, at) {
      onDecision(decision, at);
      if (decision.kind === 'intentAdmitted') admitted += 1;
      if (decision.kind === 'intentDuplicate') duplicates += 1;
      if (decision.kind === 'fault') count(faults, decision.fault);
      if (decision.kind === 'modeChanged') {
        const { from, to, reasons } = decision;
        turnTo(to, decision.at);
        lastTransition = { at, from, to, reasons };
      }
      if (decision.kind === 'intentRejected') {
        const { code } = decision.reject;
        count(rejectedByCode, code);
        lastRefusals.push({ at, code, text: renderReject(decision.reject) });
        if (lastRefusals.length > REFUSALS_KEPT) lastRefusals.shift();
      }
    },
    get admitted() {
      return admitted;
    },
    get duplicates() {
      return duplicates;
    },
    lastRefusals,
    get lastTransition() {
      return lastTransition;
    },
    faults,
    rejectedByCode,
    modeSeconds(until) {
      const current = { ...modeMs };
      current[mode] += until - since;
      return {
        Active: current.Active / 1_000,
        ReduceOnly: current.ReduceOnly / 1_000,
        Kill: current.Kill / 1_000,
      };
    },
  };
}

function count(counts: Map<string, number>, key: string): void {
  counts.set(key, (counts.get(key) ?? 0) + 1);
}

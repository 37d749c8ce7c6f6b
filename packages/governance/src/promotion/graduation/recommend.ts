/** Which stage the evidence carries, gate by gate, each only behind the one before (3.5). */
import { type Gate, GATES, MEASURED_AT, rankOf, type Stage } from '../stage.ts';
import { barBlockers, type Case, integrityBlockers } from './bars.ts';
import { type Blocker, blockerKey, entryOf } from './blockers.ts';

/** An empty list of blockers alone does not say which of these it is (G-12). */
export type GateStatus =
  | 'clear'
  | 'blocked'
  /** A gate before it is blocked. */
  | 'not_evaluated'
  /** The policy has passed it already, and the ledger shows how. */
  | 'satisfied_by_history';

export interface GateVerdict {
  readonly status: GateStatus;
  readonly blockers: readonly Blocker[];
}

export interface Recommendation {
  /** Never below the declared stage (G-35). */
  readonly stage: Stage;
  readonly verdicts: Readonly<Record<Gate, GateVerdict>>;
  /** The gate in front of the declared stage; null at the top. */
  readonly nextGate: Gate | null;
  /** `<gate>:<key>`: what speaks today against a gate that the declared stage lies behind. */
  readonly regressions: readonly string[];
}

export function recommend(about: Case): Recommendation {
  const declared = about.posture.declaredStage ?? 'experiment';
  const verdicts: Record<Gate, GateVerdict> = {
    paper: UNSEEN,
    pilot: UNSEEN,
    limited_live: UNSEEN,
  };
  const regressions: string[] = [];
  let reached: Stage = 'experiment';
  let isOpen = true;
  for (const gate of GATES) {
    const found: GateVerdict = isOpen ? verdictAt(gate, declared, about) : shutAt(gate, about);
    verdicts[gate] = found;
    isOpen = isOpen && found.status !== 'blocked';
    if (isOpen) reached = gate;
    if (rankOf(gate) <= rankOf(declared)) {
      const against =
        found.status === 'satisfied_by_history' ? todayAt(gate, about) : found.blockers;
      regressions.push(...against.map((blocker) => `${gate}:${blockerKey(blocker)}`));
    }
  }
  return {
    stage: rankOf(reached) > rankOf(declared) ? reached : declared,
    verdicts,
    nextGate: GATES.find((gate) => rankOf(gate) > rankOf(declared)) ?? null,
    regressions,
  };
}

const UNSEEN: GateVerdict = { status: 'not_evaluated', blockers: [] };

function verdictAt(gate: Gate, declared: Stage, about: Case): GateVerdict {
  const broken = integrityBlockers(gate, about);
  if (broken.length === 0 && hasPassed(gate, declared, about)) {
    return { status: 'satisfied_by_history', blockers: [] };
  }
  const blockers = [...broken, ...barBlockers(gate, about)];
  return { status: blockers.length > 0 ? 'blocked' : 'clear', blockers };
}

/** Behind a blocked gate: not measured, but blocked by name where no gate may open. */
function shutAt(gate: Gate, about: Case): GateVerdict {
  const blockers = integrityBlockers(gate, about);
  return blockers.length > 0 ? { status: 'blocked', blockers } : UNSEEN;
}

/** By one step up, as a promotion is: a first row at paper is one, a skip or a demotion is none. */
function hasPassed(gate: Gate, declared: Stage, { posture }: Case): boolean {
  if (rankOf(gate) > rankOf(declared)) return false;
  return posture.transitions.some(
    ({ from, to }) => to === gate && (from ?? 'experiment') === MEASURED_AT[gate],
  );
}

/** What is too little today was enough then, and records end: only what is bad is told. */
function todayAt(gate: Gate, about: Case): readonly Blocker[] {
  return barBlockers(gate, about).filter((blocker) => entryOf(blocker).lapses !== true);
}

import { assert } from '../assert.ts';
import { GateAnswers, NOTES_MAX } from './answers.ts';
import { churn } from './churn.ts';
import { classified } from './classified.ts';
import { configured, suspended } from './configured.ts';
import { feeFresh } from './fee-fresh.ts';
import type { Candidate, Gate, GateContext } from './gate.ts';
import { globalExposure } from './global-exposure.ts';
import { greeks } from './greeks.ts';
import { identified } from './identified.ts';
import { inventorySkew } from './inventory-skew.ts';
import { launchLimits } from './launch-limits.ts';
import { ledgerHeadroom } from './ledger-headroom.ts';
import { lifecycle } from './lifecycle.ts';
import { liquidity } from './liquidity.ts';
import { listed, metadataFresh } from './listed.ts';
import { losses } from './losses.ts';
import { marginHeadroom } from './margin.ts';
import { mode } from './mode.ts';
import { netEdge } from './net-edge.ts';
import { pendingExposure } from './pending-exposure.ts';
import { preflight } from './preflight.ts';
import { priced } from './priced.ts';
import { rateBudget } from './rate-budget.ts';
import type { Reject } from './reject.ts';
import { selfImpact } from './self-impact.ts';
import { sequenced } from './sequenced.ts';
import { sized } from './sized.ts';
import { stageCaps } from './stage-caps.ts';
import { hedgeOnly, universe } from './universe.ts';
import { wellFormed } from './well-formed.ts';

/**
 * May this intent go? Everything it has to pass, in the order it is asked (contract-1 section 21.2
 * with phases section 2.1). The first no is the answer and the rest is not asked. Each gate writes
 * what it found into the candidate and later gates read only that. Nothing persistent happens
 * before the last has passed.
 */
export const GATES: readonly Gate[] = Object.freeze([
  classified,
  mode,
  configured,
  suspended,
  rateBudget,
  listed,
  metadataFresh,
  lifecycle,
  universe,
  preflight,
  wellFormed,
  sized,
  selfImpact,
  sequenced,
  churn,
  marginHeadroom,
  feeFresh,
  liquidity,
  netEdge,
  pendingExposure,
  hedgeOnly,
  globalExposure,
  launchLimits,
  losses,
  greeks,
  inventorySkew,
  priced,
  stageCaps,
  identified,
  ledgerHeadroom,
]);

/** Yes, or the first no. `trace` holds the names of the gates that passed, in order. */
export type Admission = {
  readonly trace: readonly string[];
  readonly answers: GateAnswers;
} & (
  | { readonly pass: true; readonly reject: null }
  | { readonly pass: false; readonly reject: Reject }
);

/**
 * Runs the gates of the candidate's class over it. Pure in context and candidate, of which it fills
 * in the latter; the former it only reads. Whether the identity was seen before is the caller's
 * question (AT-928): a repeat is no refusal, and a recovered intent asks again under its own
 * identity.
 */
export function admit(context: GateContext, candidate: Candidate): Admission {
  const { gates, traces, places } = PIPELINES[candidate.intentClass];
  const { found } = candidate;
  for (let index = 0; index < gates.length; index += 1) {
    candidate.noted = places[index] ?? 0;
    const refusal = gates[index]?.check(context, candidate) ?? null;
    if (refusal !== null) {
      const answers = new GateAnswers(gates, index, found);
      return { pass: false, reject: refusal, trace: traces[index] ?? [], answers };
    }
  }
  const answers = new GateAnswers(gates, gates.length, found);
  return { pass: true, reject: null, trace: traces[gates.length] ?? [], answers };
}

/** The gates of one class, and all about them that needs no new object. */
interface Pipeline {
  readonly gates: readonly Gate[];
  /** Names of the gates before each gate, and of all. */
  readonly traces: readonly (readonly string[])[];
  /** Where each gate's numbers begin. */
  readonly places: readonly number[];
}

const PIPELINES: Readonly<Record<Candidate['intentClass'], Pipeline>> = Object.freeze({
  OPEN: pipelineOf('OPEN'),
  CLOSE: pipelineOf('CLOSE'),
  HEDGE: pipelineOf('HEDGE'),
});

function pipelineOf(intentClass: Candidate['intentClass']): Pipeline {
  const gates = GATES.filter((gate) =>
    gate.kind === 'policy' ? intentClass === 'OPEN' : gate.appliesTo.includes(intentClass),
  );
  const names = gates.map((gate) => gate.name);
  let next = 0;
  const places = gates.map(({ measures }) => {
    const place = next;
    next += measures.length;
    return place;
  });
  assert(next <= NOTES_MAX, 'room for the numbers of every gate');
  return Object.freeze({
    gates,
    traces: [...names, ''].map((_name, index) => Object.freeze(names.slice(0, index))),
    places,
  });
}

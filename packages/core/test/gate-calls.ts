/**
 * P1-E: who is asked, in which order, and what happens before and after, of each class of intent
 * as it goes through the whole core: every gate writes its name between the effects. Run as a
 * program it prints the results.
 */
import type { Candidate } from '../src/gates/gate.ts';
import { GATES } from '../src/gates/gates.ts';
import { reject } from '../src/gates/reject.ts';
import type { IntentClass } from '../src/intent/intent.ts';
import { Desk } from './desk.ts';
import { type Footprint, footprintOf } from './footprint.ts';

type Judged = Candidate['intentClass'];

export interface Calls {
  readonly intent_class: IntentClass;
  /** The gates of this class, as their own declarations say. */
  readonly declared: readonly string[];
  /** Gates asked and effects performed, in order. */
  readonly log: readonly string[];
  /** The same up to the moment the ledger has the records and has not answered. */
  readonly until_durable: readonly string[];
}

/** One gate says no, all others decide for themselves. */
export interface Stopped {
  readonly intent_class: IntentClass;
  readonly gate: string;
  readonly log: readonly string[];
  readonly before: Footprint;
  readonly after: Footprint;
}

const NAMES: ReadonlySet<string> = new Set(GATES.map(({ name }) => name));

export const isGate = (mark: string): boolean => NAMES.has(mark);

export function declaredGates(intentClass: IntentClass): string[] {
  if (intentClass === 'CANCEL') return [];
  return GATES.filter((gate) =>
    gate.kind === 'policy' ? intentClass === 'OPEN' : gate.appliesTo.includes(intentClass),
  ).map(({ name }) => name);
}

/** Every gate writes its name into the desk's trail and still decides; `refusing` says no. */
export function watched<T>(desk: Desk, act: () => T, refusing: string | null = null): T {
  const originals = GATES.map(({ check }) => check);
  for (const gate of GATES) {
    const { check, name } = gate;
    replace(gate, (context, candidate) => {
      desk.trail.push(name);
      return name === refusing
        ? reject('StrategySuspended', { strategyId: 'drill' })
        : check(context, candidate);
    });
  }
  try {
    return act();
  } finally {
    for (const [index, gate] of GATES.entries()) {
      const original = originals[index];
      if (original !== undefined) replace(gate, original);
    }
  }
}

type Gate = (typeof GATES)[number];

function replace(gate: Gate, check: Gate['check']): void {
  Object.assign(gate, { check });
}

/** A desk that holds something, with an order of its own at rest. */
function trading(): Desk {
  const desk = new Desk().boot();
  desk.propose();
  desk.fill(desk.submits[0], 'T1');
  desk.tick(1_000);
  desk.propose({ limitPrice: 0.04, timeInForce: 'good_til_cancelled' });
  desk.rest(desk.submits[1]);
  desk.tick(1_000);
  return desk;
}

const PROPOSE: Readonly<Record<IntentClass, (desk: Desk) => void>> = {
  OPEN: (desk) => desk.propose(),
  CLOSE: (desk) => desk.proposeClose(0.1),
  HEDGE: (desk) =>
    desk.propose(
      { side: 'sell', quantity: 0.1, limitPrice: 0.0475 },
      { action: 'Hedge', reduceOnly: true },
    ),
  CANCEL: (desk) => {
    const [resting] = desk.state.facts.working;
    if (resting === undefined) throw new Error('nothing rests');
    desk.proposeCancel(resting);
  },
};

export const CLASSES = Object.keys(PROPOSE) as IntentClass[];

export function callsOf(intentClass: IntentClass): Calls {
  return {
    intent_class: intentClass,
    declared: declaredGates(intentClass),
    log: logOf(intentClass, 'instant'),
    until_durable: logOf(intentClass, 'held'),
  };
}

function logOf(intentClass: IntentClass, ledger: Desk['ledger']): readonly string[] {
  const desk = trading();
  desk.ledger = ledger;
  desk.trail.length = 0;
  watched(desk, () => PROPOSE[intentClass](desk));
  return [...desk.trail];
}

export function stoppedAt(intentClass: Judged, gate: string): Stopped {
  const desk = trading();
  const before = footprintOf(desk);
  desk.trail.length = 0;
  watched(desk, () => PROPOSE[intentClass](desk), gate);
  const after = footprintOf(desk);
  return { intent_class: intentClass, gate, log: [...desk.trail], before, after };
}

if (import.meta.main) {
  const stopped = CLASSES.flatMap((each) =>
    each === 'CANCEL' ? [] : declaredGates(each).map((gate) => stoppedAt(each, gate)),
  );
  process.stdout.write(JSON.stringify({ calls: CLASSES.map(callsOf), stopped }));
}

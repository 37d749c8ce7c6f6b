import { E8 } from '../values/index.ts';
import type { Candidate } from './gate.ts';

/** A number a gate compares: what it is called, and how many of it make one of what it is named. */
export interface Measure {
  readonly name: string;
  readonly scale: number;
}

/** A plain number: a count, an age, a ratio. */
export const plain = (name: string): Measure => Object.freeze({ name, scale: 1 });
/** Micro-USD, shown in USD. */
export const inUsd = (name: string): Measure => Object.freeze({ name, scale: 1_000_000 });
/** Coin, amount or price at 1e-8, shown as a decimal. */
export const inE8 = (name: string): Measure => Object.freeze({ name, scale: E8 });

/** A gate that compares no numbers. */
export const NO_MEASURES: readonly Measure[] = Object.freeze([]);

/**
 * Writes down a number on its way into a comparison and hands it back: what is shown of a gate's
 * answer is the very number it was made of, never one computed again beside it.
 */
export function note(candidate: Candidate, value: number): number {
  candidate.found[candidate.noted] = value;
  candidate.noted += 1;
  return value;
}

/** Room for every number of every gate. */
export const NOTES_MAX = 96;

/** Copied, not grown: a third of what judging an intent costs would be growing this list. */
const UNKNOWN: readonly number[] = Array.from({ length: NOTES_MAX }, () => Number.NaN);

/** Nothing noted yet. */
export function blankNotes(): number[] {
  return UNKNOWN.slice();
}

/** How one gate answered. A number it had no value for is null. */
export interface GateAnswer {
  readonly gate: string;
  readonly passed: boolean;
  readonly numbers: Readonly<Record<string, number | null>>;
}

/** A gate as its answer is told. */
interface Asked {
  readonly name: string;
  readonly measures: readonly Measure[];
}

/**
 * What the gates that were asked answered, in order: as they noted it, named and scaled only when
 * somebody reads it. In JSON it is the list of answers.
 */
export class GateAnswers {
  readonly gates: readonly Asked[];
  /** How many of `gates` passed; the next one, if any, refused and the rest was not asked. */
  readonly passed: number;
  readonly found: readonly number[];

  constructor(gates: readonly Asked[], passed: number, found: readonly number[]) {
    this.gates = gates;
    this.passed = passed;
    this.found = found;
  }

  list(): readonly GateAnswer[] {
    const answers: GateAnswer[] = [];
    let at = 0;
    for (const [index, gate] of this.gates.slice(0, this.passed + 1).entries()) {
      const numbers: Record<string, number | null> = {};
      for (const { name, scale } of gate.measures) {
        const value = this.found[at] ?? Number.NaN;
        numbers[name] = Number.isFinite(value) ? value / scale : null;
        at += 1;
      }
      answers.push({ gate: gate.name, passed: index < this.passed, numbers });
    }
    return answers;
  }

  toJSON(): readonly GateAnswer[] {
    return this.list();
  }
}

/** Nobody was asked. */
export const NO_ANSWERS: GateAnswers = Object.freeze(new GateAnswers([], 0, []));

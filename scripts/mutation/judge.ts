/** From what Stryker reports to a verdict: how much the tests notice, and what they do not. */
import type { Mutant, MutantStatus } from './report.ts';
import { MINIMUM_SCORE, type Subject } from './subjects.ts';
import type { Survivor } from './survivors.ts';

/** What became of the mutants of one file or folder. */
export interface Tally {
  readonly path: string;
  readonly killed: number;
  readonly timeout: number;
  readonly survived: number;
  readonly noCoverage: number;
  /** Switched off by a comment in the code: nobody looked, which counts as not noticed. */
  readonly ignored: number;
  /** The mutant could not even be loaded; it says nothing of the tests and is not counted. */
  readonly errors: number;
  /** Percent noticed of those that count, or null where none does. */
  readonly score: number | null;
}

export interface Verdict {
  readonly subject: string;
  readonly passed: boolean;
  readonly total: Tally;
  readonly files: readonly Tally[];
  /** Files in which there is nothing to change: types, and doors that only re-export. */
  readonly unchangeable: readonly string[];
  /** Noticed by the clock alone: right for an endless loop, and to be doubted anywhere else. */
  readonly timeouts: readonly Mutant[];
  /** Not noticed, and nobody has said why that is well. */
  readonly unexplained: readonly Mutant[];
  readonly equivalent: number;
  readonly accepted: number;
  /** Entries of the list of survivors that no surviving mutant answers to any more. */
  readonly stale: readonly Survivor[];
  /** Each reason for a no, in words. */
  readonly problems: readonly string[];
}

const UNNOTICED: readonly MutantStatus[] = ['Survived', 'NoCoverage', 'Ignored'];

export function tallyOf(path: string, mutants: readonly Mutant[]): Tally {
  const count = (...statuses: readonly MutantStatus[]): number =>
    mutants.filter(({ status }) => statuses.includes(status)).length;
  const noticed = count('Killed', 'Timeout');
  const counted = noticed + count(...UNNOTICED);
  return {
    path,
    killed: count('Killed'),
    timeout: count('Timeout'),
    survived: count('Survived'),
    noCoverage: count('NoCoverage'),
    ignored: count('Ignored'),
    errors: count('RuntimeError', 'CompileError'),
    score: counted === 0 ? null : (100 * noticed) / counted,
  };
}

/**
 * Judges one subject: a score below the minimum, a survivor without a reason and a reason without a
 * survivor are each a no.
 * @param product the files of the subject.
 */
export function judge(
  subject: Subject,
  product: readonly string[],
  reported: readonly Mutant[],
  survivors: readonly Survivor[],
): Verdict {
  const own = survivors.filter(({ file }) => isPartOf(file, subject));
  const explained = new Set(own.map(({ id }) => id));
  const mutants = reported.map((mutant) => withoutDoubt(mutant, explained));
  const unnoticed = mutants.filter(({ status }) => UNNOTICED.includes(status));
  const alive = new Set(unnoticed.map(({ id }) => id));
  const unexplained = unnoticed.filter(({ id }) => !explained.has(id));
  const stale = own.filter(({ id }) => !alive.has(id));
  const total = tallyOf(subject.name, mutants);
  const problems = [
    ...(isEnough(total.score) ? [] : [tooLow(subject.name, total.score)]),
    ...(unexplained.length === 0
      ? []
      : [`${subject.name}: ${unexplained.length} without a reason`]),
    ...(stale.length === 0 ? [] : [`${subject.name}: ${stale.length} reasons without a survivor`]),
  ];
  const ofFile = (path: string): readonly Mutant[] => mutants.filter(({ file }) => file === path);
  return {
    subject: subject.name,
    passed: problems.length === 0,
    total,
    files: product.filter((path) => ofFile(path).length > 0).map((p) => tallyOf(p, ofFile(p))),
    unchangeable: product.filter((path) => ofFile(path).length === 0),
    timeouts: mutants.filter(({ status }) => status === 'Timeout'),
    unexplained,
    equivalent: countOf('equivalent', own, alive),
    accepted: countOf('accepted', own, alive),
    stale,
    problems,
  };
}

/**
 * The clock notices no known survivor: there is no loop in it, the machine was busy. It would come
 * and go with the load.
 */
function withoutDoubt(mutant: Mutant, explained: ReadonlySet<string>): Mutant {
  const isDoubtful = mutant.status === 'Timeout' && explained.has(mutant.id);
  return isDoubtful ? { ...mutant, status: 'Survived' } : mutant;
}

function countOf(
  verdict: Survivor['verdict'],
  survivors: readonly Survivor[],
  alive: ReadonlySet<string>,
): number {
  return survivors.filter((entry) => entry.verdict === verdict && alive.has(entry.id)).length;
}

/** The score itself is compared, not as it is rounded for the table. */
function isEnough(score: number | null): boolean {
  return score !== null && score >= MINIMUM_SCORE;
}

function tooLow(subject: string, score: number | null): string {
  if (score === null) return `${subject}: no mutant counts, so nothing is known`;
  return `${subject}: a score of ${score.toFixed(2)} is below ${MINIMUM_SCORE}`;
}

/** Entries for files that no subject has: whatever they explained is not looked at any more. */
export function homeless(
  survivors: readonly Survivor[],
  subjects: readonly Subject[],
): readonly Survivor[] {
  return survivors.filter(({ file }) => !subjects.some((subject) => isPartOf(file, subject)));
}

function isPartOf(file: string, { path }: Subject): boolean {
  return file === path || file.startsWith(`${path}/`);
}

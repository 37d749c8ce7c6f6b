/** What the diary says of a policy, in one pass (section 3.2). Counts; the bars judge them. */
import { assert } from '@holdfast/core';
import type { DiaryFact } from '../../evidence/diary-fact.ts';
import type { Stage } from '../stage.ts';
import type { GraduationConfig } from './config.ts';
import type { Epochs } from './epoch.ts';
import { type GreenSpan, GreenWalk } from './green-span.ts';

/** Evidence of one stage: the entries of its epoch that were made in its execution mode. */
export interface StageMeasure {
  readonly stage: Stage;
  readonly total: number;
  /** Forced by anything but the stage itself (D-20). */
  readonly forced: number;
  /** Labels as they stand in the entries, sorted. A forced normal entry is normal here. */
  readonly severity: Counts;
  /** In whatever mode: an alert is bad news wherever it was heard. */
  readonly alerts: number;
  /** Neither normal, warn nor alert: a label nobody knows is as good as none. */
  readonly unknown: number;
  readonly virtual: number;
  /** A simulated venue, or synthetic data. */
  readonly simulated: number;
  /** Says not where it comes from or, where that decides, in what mode it was made. */
  readonly unlabelled: number;
  /** Made in another mode, and so no evidence of this stage (10.3). */
  readonly otherMode: number;
}

export type Counts = Readonly<Record<string, number>>;

export interface Metrics {
  /** Of all entries, whatever their stage, epoch and mode. */
  readonly totalDecisions: number;
  readonly severity: Counts;
  readonly forcedTotal: number;
  readonly routes: Counts;
  /** Epoch ms. */
  readonly firstEntryAt: number | null;
  readonly lastEntryAt: number | null;
  /** Of the newest entry that has a stage. */
  readonly latestStage: Stage | null;
  /** Green entries in a row, back from the newest, of the latest stage and its epoch. */
  readonly streak: number;
  readonly stages: Readonly<Record<Stage, StageMeasure>>;
  /** Of the stage paper. */
  readonly green: GreenSpan;
  /** Entries that name no stage. */
  readonly unstaged: number;
  /** Entries of a time that is yet to come. */
  readonly ahead: number;
}

/** What of the configuration decides what counts. */
export type Scope = Pick<GraduationConfig, 'environment' | 'max_paper_gap_hours'> & {
  readonly policyId: string;
  readonly epochs: Epochs;
  /** Epoch ms of the first entry that is looked at; null looks at all. */
  readonly since: number | null;
  readonly now: number;
};

/** The mode in which the decisions of a stage are made; null: none is asked for (10.3). */
const MODE_OF: Readonly<Record<Stage, DiaryFact['executionMode']>> = {
  experiment: null,
  paper: 'paper',
  pilot: 'live',
  limited_live: 'live',
};

/** `green` as section 3.2 means it, for streak and span. */
function isGreen(fact: DiaryFact): boolean {
  return fact.severity === 'normal' && !fact.isRiskForced;
}

export function measure(facts: readonly DiaryFact[], scope: Scope): Metrics {
  const tally = new Tally(scope);
  for (const fact of inOrder(facts)) {
    assert(fact.policyId === scope.policyId, 'a reading holds the entries of one policy');
    if (scope.since === null || fact.recordedAt >= scope.since) tally.take(fact);
  }
  return tally.metrics();
}

/** By time, then by place in the chain: what was handed in in another order is put in this one. */
function inOrder(facts: readonly DiaryFact[]): readonly DiaryFact[] {
  let before: DiaryFact | undefined;
  let isOrdered = true;
  for (const fact of facts) {
    assert(Number.isSafeInteger(fact.recordedAt), 'an entry has its time in whole milliseconds');
    if (before !== undefined && byTime(before, fact) > 0) isOrdered = false;
    before = fact;
  }
  return isOrdered ? facts : facts.toSorted(byTime);
}

function byTime(one: DiaryFact, other: DiaryFact): number {
  return one.recordedAt - other.recordedAt || one.seq - other.seq;
}

type Mutable<T> = { -readonly [K in keyof T]: T[K] };
type StageTally = Mutable<Omit<StageMeasure, 'severity'>> & {
  readonly labels: Map<string, number>;
};

const nothingOf = (stage: Stage): StageTally => ({
  stage,
  total: 0,
  forced: 0,
  labels: new Map(),
  alerts: 0,
  unknown: 0,
  virtual: 0,
  simulated: 0,
  unlabelled: 0,
  otherMode: 0,
});

class Tally {
  readonly #scope: Scope;
  readonly #walk: GreenWalk;
  readonly #stages: Readonly<Record<Stage, StageTally>> = {
    experiment: nothingOf('experiment'),
    paper: nothingOf('paper'),
    pilot: nothingOf('pilot'),
    limited_live: nothingOf('limited_live'),
  };
  readonly #labels = new Map<string, number>();
  readonly #routes = new Map<string, number>();
  #total = 0;
  #forced = 0;
  #unstaged = 0;
  #ahead = 0;
  #first: number | null = null;
  #last: number | null = null;
  #latest: Stage | null = null;
  #streak = 0;

  constructor(scope: Scope) {
    this.#scope = scope;
    this.#walk = new GreenWalk(scope.max_paper_gap_hours);
  }

  take(fact: DiaryFact): void {
    const { recordedAt, route, severity, stage } = fact;
    this.#total += 1;
    add(this.#labels, severity);
    if (fact.isRiskForced) this.#forced += 1;
    if (route !== null) add(this.#routes, route);
    this.#first ??= recordedAt;
    this.#last = recordedAt;
    if (recordedAt > this.#scope.now) this.#ahead += 1;
    if (stage !== null && stage !== this.#latest) {
      this.#latest = stage;
      this.#streak = 0;
    }
    // Bad news breaks the streak whichever stage and mode it has, or has not.
    if (!isGreen(fact)) this.#streak = 0;
    if (stage === null) this.#unstaged += 1;
    else if (recordedAt >= (this.#scope.epochs[stage] ?? recordedAt)) this.#takeOf(stage, fact);
  }

  #takeOf(stage: Stage, fact: DiaryFact): void {
    const tally = this.#stages[stage];
    const standing = this.#standingOf(stage, fact);
    if (fact.severity === 'alert') tally.alerts += 1;
    if (fact.provenance === null || standing === 'unlabelled') tally.unlabelled += 1;
    if (standing === 'other') tally.otherMode += 1;
    if (standing === 'counts') {
      count(tally, fact);
      if (isGreen(fact)) this.#streak += 1;
    }
    if (stage !== 'paper') return;
    if (!isGreen(fact)) this.#walk.broken();
    else if (standing === 'counts') this.#walk.green(fact.recordedAt);
  }

  #standingOf(stage: Stage, { executionMode }: DiaryFact): 'counts' | 'other' | 'unlabelled' {
    const wanted = MODE_OF[stage];
    if (wanted === null || executionMode === wanted) return 'counts';
    if (executionMode !== null) return 'other';
    return this.#scope.environment === 'dev' ? 'counts' : 'unlabelled';
  }

  metrics(): Metrics {
    const { experiment, paper, pilot, limited_live: limitedLive } = this.#stages;
    return {
      totalDecisions: this.#total,
      severity: sorted(this.#labels),
      forcedTotal: this.#forced,
      routes: sorted(this.#routes),
      firstEntryAt: this.#first,
      lastEntryAt: this.#last,
      latestStage: this.#latest,
      streak: this.#streak,
      stages: {
        experiment: measured(experiment),
        paper: measured(paper),
        pilot: measured(pilot),
        limited_live: measured(limitedLive),
      },
      green: this.#walk.span(),
      unstaged: this.#unstaged,
      ahead: this.#ahead,
    };
  }
}

const KNOWN_SEVERITIES: ReadonlySet<string> = new Set(['normal', 'warn', 'alert']);

function count(tally: StageTally, { severity, isRiskForced, provenance }: DiaryFact): void {
  tally.total += 1;
  add(tally.labels, severity);
  if (isRiskForced) tally.forced += 1;
  if (!KNOWN_SEVERITIES.has(severity)) tally.unknown += 1;
  if (provenance?.clock === 'virtual') tally.virtual += 1;
  if (provenance?.venue === 'simulated' || provenance?.data === 'synthetic') tally.simulated += 1;
}

function measured({ labels, ...rest }: StageTally): StageMeasure {
  return { ...rest, severity: sorted(labels) };
}

function add(counts: Map<string, number>, label: string): void {
  counts.set(label, (counts.get(label) ?? 0) + 1);
}

/** By name, so that the same entries are told in the same way. */
function sorted(counts: ReadonlyMap<string, number>): Counts {
  return Object.fromEntries([...counts].sort(([one], [other]) => (one < other ? -1 : 1)));
}

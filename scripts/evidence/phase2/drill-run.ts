/** What one drill over a real engine tells of itself, as its program prints it. */
import { readOwnerStatus } from '../../../packages/core/src/status.ts';
import { brokenRules } from '../../../packages/core/test/status-rules.ts';

type Status = Readonly<Record<string, unknown>>;

export interface SeenStatus {
  /** Epoch ms. */
  readonly at: number;
  /** Which process answered, counted from 1. */
  readonly life: number;
  readonly document: Status;
}

export interface DrillLine {
  readonly kind: string;
  readonly at: number;
  readonly life: number;
  readonly from?: string;
  readonly to?: string;
  readonly reasons?: readonly string[];
  readonly details?: readonly string[];
  readonly code?: string;
  readonly intentClass?: string;
  readonly reduceOnly?: boolean;
  /** What an order of a pair is for; null: it is of no pair. */
  readonly purpose?: string | null;
  readonly clean?: boolean;
  readonly fault?: string;
  readonly held?: readonly (readonly [string, number])[];
  readonly fills?: readonly string[];
  readonly timeToDeltaNeutralMs?: number;
}

export interface DrillRun {
  readonly drill: string;
  readonly triggered_at: number;
  readonly lives: number;
  readonly facts: Readonly<Record<string, unknown>>;
  readonly ledger: Readonly<Record<string, unknown>>;
  readonly exchange: Readonly<Record<string, unknown>> | null;
  /** Statuses that differ in what they say, in order. */
  readonly seen: readonly SeenStatus[];
  readonly lines: readonly DrillLine[];
  /** Statuses that were read over HTTP, and rules any of them broke. */
  readonly documents: number;
  readonly broken: readonly string[];
}

/** Market data carries the time of the venue, which two processes measure, each a little apart. */
const APART_MS = 50;

function isAfter({ triggered_at: triggeredAt }: DrillRun, at: number): boolean {
  return at >= triggeredAt - APART_MS;
}

export function linesAfter(run: DrillRun, kind: string): readonly DrillLine[] {
  return run.lines.filter(({ kind: told, at }) => told === kind && isAfter(run, at));
}

/** From the trigger until the engine said that it would open nothing; null: it never did. */
export function timeToSafeMs(run: DrillRun): number | null {
  const after = run.lines.filter(({ at }) => isAfter(run, at));
  const safe = after.find(
    ({ kind, to }) => kind === 'started' || (kind === 'modeChanged' && to !== 'Active'),
  );
  return safe === undefined ? null : Math.max(0, Math.round(safe.at - run.triggered_at));
}

/** Every rule a status breaks: the strict validator's, and those of the owner's reader. */
export function validate(document: unknown): readonly string[] {
  const owner = readOwnerStatus(document);
  return [...brokenRules(document), ...(owner.sound ? [] : owner.broken)];
}

/**
 * Opening orders that left between the time it was safe and the time it was Active again. A rescue
 * is none: it completes a pair that is broken, in ReduceOnly too (contract-1 section 23).
 */
export function opensWhileHeld(run: DrillRun): number {
  const safe = timeToSafeMs(run);
  if (safe === null) return Number.NaN;
  const from = run.triggered_at + safe;
  const until = activeAgainAt(run, from) ?? Number.POSITIVE_INFINITY;
  return run.lines.filter(
    ({ kind, at, reduceOnly, purpose }) =>
      kind === 'submit' && reduceOnly !== true && purpose !== 'rescue' && at > from && at < until,
  ).length;
}

export function activeAgainAt(run: DrillRun, from: number): number | null {
  const line = run.lines.find(
    ({ kind, at, to }) => kind === 'modeChanged' && to === 'Active' && at > from,
  );
  return line?.at ?? null;
}

/** Proposals to open that were refused since the trigger. */
export function opensRefused(run: DrillRun): number {
  return linesAfter(run, 'intentRejected').filter(({ intentClass }) => intentClass === 'OPEN')
    .length;
}

import type { Effect, Event } from '@holdfast/core';
import type { State } from '@holdfast/core/step';
import type { LedgerFold, SegmentSource } from '@holdfast/runtime/ledger';
import type { Exchange } from '../exchange/index.ts';
import type { Notice } from '../exchange/notification.ts';

/**
 * One invariant, watched from the outside in every scenario and every fuzz run, without being
 * asked. It sees what happens in order and says so at the first moment that is impossible.
 */
export interface Checker {
  readonly name: string;
  /**
   * Before the core has it.
   * @param aheadMs how far the clock of its process is ahead of the exchange's, in truth.
   */
  readonly onEvent?: (event: Event, state: State, aheadMs: number) => void;
  /** Before it is performed. */
  readonly onEffect?: (effect: Effect, state: State) => void;
  /** A request that would make an order, as it reaches the venue. */
  readonly onPlacement?: (placement: Placement) => void;
  /** What the exchange tells, at the instant it is true there, whoever hears of it. */
  readonly onNotice?: (...notice: Notice) => void;
  /** A process has recovered from `fold` of `ledger`, and nothing else has happened yet. */
  readonly onBoot?: (state: State, fold: LedgerFold, ledger: SegmentSource) => void;
  /** All faults have ceased, and time enough has passed for everything to be put right. */
  readonly atEnd?: (end: WorldEnd) => void;
}

export interface Placement {
  readonly label: string;
  readonly reduceOnly: boolean;
}

export interface WorldEnd {
  readonly state: State;
  readonly fold: LedgerFold;
  /** The bytes behind the fold. */
  readonly ledger: SegmentSource;
  readonly exchange: Exchange;
  readonly now: number;
}

/** What a checker throws: an ordinary error that says which invariant it was. */
export function violation(checker: string, detail: string): Error {
  return Object.assign(new Error(`${checker}: ${detail}`), { checker });
}

/** The checker behind an error; null when it was something else. */
export function checkerOf(error: unknown): string | null {
  if (!(error instanceof Error) || !('checker' in error)) return null;
  return typeof error.checker === 'string' ? error.checker : null;
}

export function demand(holds: boolean, checker: string, detail: () => string): void {
  if (!holds) throw violation(checker, detail());
}

import type { Effect, Event } from '@holdfast/core';
import type { State } from '@holdfast/core/step';
import type { LedgerFold } from '../ledger-fold.ts';
import type { Exchange } from '../exchange/index.ts';

/**
 * One invariant, watched from the outside in every scenario and every fuzz run, without being asked. It sees
 * what happens in order and says so at the first moment that is impossible.
 */
export interface Checker {
  readonly name: string;
  /** Before the core has it. */
  readonly onEvent?: (event: Event, state: State) => void;
  /** Before it is performed. */
  readonly onEffect?: (effect: Effect, state: State) => void;
  /** A request that would make an order, as it reaches the venue. */
  readonly onPlacement?: (placement: Placement) => void;
  /** A process has recovered from `fold`, and nothing else has happened yet. */
  readonly onBoot?: (state: State, fold: LedgerFold) => void;
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
  readonly exchange: Exchange;
  readonly now: number;
}

export class CheckerViolation extends Error {
  override readonly name = 'CheckerViolation';
  readonly checker: string;

  constructor(checker: string, detail: string) {
    super(`${checker}: ${detail}`);
    this.checker = checker;
  }
}

export function demand(holds: boolean, checker: string, detail: () => string): void {
  if (!holds) throw new CheckerViolation(checker, detail());
}

import type { InstrumentName } from '@holdfast/core/values';
import type { Bar } from './bar.ts';
import type { PriceBasis, RuntimeEvent } from './result.ts';

/** What is held, of the one instrument a hooked strategy holds at a time. */
export interface HeldPosition {
  readonly instrument: InstrumentName;
  /** Signed, canonical units. */
  readonly amount: number;
}

export interface BarContext<S> {
  readonly bar: Bar;
  /** Number of the bar, from 0. */
  readonly index: number;
  /** Up to and with `bar`; what comes later is not there. */
  readonly history: readonly Bar[];
  readonly position: HeldPosition | null;
  readonly state: S;
}

export interface EntryDecision {
  readonly reasonCode: string;
  readonly basis: PriceBasis;
  readonly instrument: InstrumentName;
  readonly side: 'buy' | 'sell';
  /** Canonical units. */
  readonly amount: number;
  /** What one is thought to be worth, in the quote currency: the gates ask for the edge. */
  readonly fairPrice: number;
}

/** All of what is held, at the touch. */
export interface ExitDecision {
  readonly reasonCode: string;
  readonly basis: PriceBasis;
}

/** A step that did nothing, and says why: the name stands in the catalog's outcomes. */
export interface NoAction {
  readonly none: string;
}

/** A mark of interest; it moves no position. */
export interface AuxSignal {
  readonly side: 'BUY' | 'SELL';
  readonly reasonCode: string;
  readonly instrument: InstrumentName;
}

/**
 * What stays with a strategy (RM 8.2). A step may answer null; that is a step without a name, and
 * `checkNoSilentPath` fails on it.
 */
export interface DecisionHooks<S> {
  initialState(bars: readonly Bar[]): S;
  entry(context: BarContext<S>): EntryDecision | NoAction | null;
  exit(context: BarContext<S>): ExitDecision | NoAction | null;
  auxiliary(context: BarContext<S>): readonly AuxSignal[];
  /** The one place where its state changes: once for each real event, after the marks of a bar. */
  onFilled(context: BarContext<S>, event: RuntimeEvent): S;
}

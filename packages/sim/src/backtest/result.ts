import type { ReasonLayer } from './reasons.ts';

/** A fill, or a mark without effect (RX-3). What stands behind `trade_id` is ours. */
export interface RuntimeEvent {
  /** UTC day of the bar, `YYYY-MM-DD`. */
  readonly date: string;
  readonly side: 'BUY' | 'SELL';
  readonly kind: 'real' | 'aux';
  /** In the instrument's quote currency; null for a mark where nobody quoted. */
  readonly price: number | null;
  readonly price_basis: PriceBasis;
  readonly reason_code: string;
  readonly reason_family: string;
  readonly reason_layer: ReasonLayer;
  /** Signed amounts held of the instrument, canonical units. */
  readonly position_before: number;
  readonly position_after: number;
  readonly branch: string;
  readonly trade_id: string | null;
  /** Number of the bar, from 0. */
  readonly bar: number;
  readonly instrument: string;
  readonly amount: number;
  /** Paid when positive, in `fee_currency`; 0 for a mark. */
  readonly fee: number;
  readonly fee_currency: string;
}

/** `this_bar`: the quotes the decision saw. `next_bar`: those of the bar after it, or none. */
export type PriceBasis = 'this_bar' | 'next_bar';

/** One instrument's position from flat to flat; a pair is two of them. */
export interface RuntimeTrade {
  readonly trade_id: string;
  readonly entry_date: string;
  /** Mean over the fills that built it, weighted by amount. */
  readonly entry_price: number;
  readonly exit_date: string | null;
  readonly exit_price: number | null;
  readonly bars_held: number;
  /** Gain net of fees over what the entry was worth; null while open. */
  readonly return: number | null;
  readonly entry_reason_layer: ReasonLayer;
  readonly entry_reason_family: string;
  readonly entry_reason_code: string;
  readonly exit_reason_code: string | null;
  /** Of the last real SELL of the run before the entry. */
  readonly last_real_sell_reason_layer: ReasonLayer | null;
  readonly last_real_sell_reason_family: string | null;
  readonly last_real_sell_reason_code: string | null;
  readonly branch: string;
  readonly open: boolean;
  readonly instrument: string;
  /** 1: bought first. */
  readonly direction: 1 | -1;
  readonly entry_bar: number;
  readonly exit_bar: number | null;
}

/** How a bar ended. One row for each, whatever happened in it. */
export interface DailyState {
  readonly date: string;
  readonly bar: number;
  /** `Active`, `ReduceOnly`, `Kill`; `Unknown` while no engine ran. */
  readonly mode: string;
  readonly open_positions: number;
  readonly looks: number;
  readonly proposals: number;
  /** Names of what the last look of each kind came to, joined by `+`. */
  readonly outcome: string;
  readonly branch: string;
}

/** What the looks of a run came to: by name, and those nobody named (RM 8.4, 4). */
export interface LookCounts {
  readonly looks: number;
  readonly outcomes: Readonly<Record<string, number>>;
  readonly unclassified: number;
}

export interface RuntimeResult {
  readonly events: readonly RuntimeEvent[];
  readonly trades: readonly RuntimeTrade[];
  readonly daily: readonly DailyState[];
  /** Codes with their operands, in the order they were met: `no_next_bar:3:BTC-…`. */
  readonly warnings: readonly string[];
  readonly looks: LookCounts;
}

/** Why a run has no result. */
export type RunFaultCode =
  | 'bars_not_ascending'
  /** Two bars are nearer to each other than a look takes. */
  | 'bars_too_close'
  | 'unknown_reason_code'
  /** The strategy threw, babbled or took too long, and was ended. */
  | 'strategy_failed'
  /** A checker of the world saw an invariant broken: a fault of the product. */
  | 'invariant_broken';

export type RunOutcome =
  | { readonly ok: true; readonly result: RuntimeResult }
  | { readonly ok: false; readonly code: RunFaultCode; readonly detail: string };

import type { InstrumentName, Label } from '../values/index.ts';

/**
 * What an intent is to the guard. CLOSE and HEDGE share every rule. Unprovable means OPEN
 * (contract-1 section 5).
 */
export type IntentClass = 'OPEN' | 'CLOSE' | 'HEDGE' | 'CANCEL';

export type Side = 'buy' | 'sell';

export type TimeInForce = 'immediate_or_cancel' | 'good_til_cancelled';

/**
 * One leg as a strategy proposes it: raw decimals in the instrument's own units, before
 * quantization. Every field may be missing or wrong; the gates decide. `null` means "not given".
 */
export interface LegProposal {
  readonly instrument: InstrumentName;
  readonly side: Side;
  /**
   * Canonical amount: coin for options and linear futures, USD for inverse futures and perpetuals.
   */
  readonly quantity: number;
  /** Optional cross-check; must agree with `quantity` (contract-1 section 6.2). */
  readonly contracts: number | null;
  /**
   * The worst price the strategy accepts. Required for CLOSE and HEDGE; for OPEN the pricer may be
   * stricter.
   */
  readonly limitPrice: number | null;
  /** Fair value in the instrument's quote currency. Required for OPEN. */
  readonly fairPrice: number | null;
  /** Edge of the whole leg before fees and slippage, in USD. Required for OPEN. */
  readonly grossEdgeUsd: number | null;
  /**
   * Delta of one unit of the underlying, signed for a long position. `null`: the worst case is
   * reserved.
   */
  readonly delta: number | null;
  /**
   * Venue order type; only `limit` is ever allowed. A plain string so that a wrong one is refused,
   * not unrepresentable.
   */
  readonly orderType: string;
  readonly timeInForce: TimeInForce;
  readonly postOnly: boolean;
  readonly trigger: string | null;
  readonly triggerPrice: number | null;
  readonly linkedOrderType: string | null;
}

export interface IntentProposal {
  /** `Place`, `Close`, `Hedge` or `Cancel`; anything else classifies as OPEN. */
  readonly action: string;
  /** `true` is the only proof of risk reduction; the action's name is not. */
  readonly reduceOnly: boolean | null;
  readonly legs: readonly LegProposal[];
  /** For `Cancel`, and for a placement that replaces a working order. */
  readonly target: Label | null;
}

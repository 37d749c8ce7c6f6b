import { type RiskCause, standingCauses } from '@holdfast/core/guard';
import { CAUSE_REASONS, LATCH_REASONS, MODE_REASONS } from '@holdfast/core/reasons';
import { currentMode, modeDetails, type State } from '@holdfast/core/step';
import { formatE8 } from '@holdfast/core/values';
import { feesUsd, type PositionLine, pnlUsd, positionLines } from '../report/money.ts';
import type { Tally } from '../report/tally.ts';

/** How many orders and refusals a screen has room for; the rest is counted. */
const ORDERS_SHOWN = 8;
const REFUSALS_SHOWN = 5;
const FIGURES_SHOWN = 4;

/** One code in plain words: what it means, and what ends it. */
export interface ReasonLine {
  readonly code: string;
  readonly meaning: string;
  readonly clears: string;
}

export interface OrderLine {
  readonly instrument: string;
  readonly side: string;
  readonly amount: string;
  readonly filled: string;
  readonly price: string;
  readonly state: string;
  readonly strategy: string;
}

/** Everything the screen shows, taken at one moment. */
export interface ViewModel {
  readonly now: number;
  readonly elapsedMs: number;
  readonly mode: string;
  readonly reasons: readonly ReasonLine[];
  /** The figures behind the reasons: value, line, since when, what ends it. */
  readonly figures: readonly string[];
  readonly figuresHidden: number;
  readonly environment: string;
  readonly venue: string;
  readonly endpoint: string;
  readonly http: string | null;
  readonly connected: boolean;
  readonly requestP95Ms: number | null;
  readonly reconnects: number;
  readonly listed: number;
  /** Age of the last market news, ms; null before the first. */
  readonly marketAgeMs: number | null;
  readonly indexes: readonly { readonly underlying: string; readonly usd: number }[];
  readonly positions: readonly PositionLine[];
  readonly pnlUsd: number | null;
  readonly feesUsd: number;
  readonly orders: readonly OrderLine[];
  readonly ordersHidden: number;
  readonly totals: {
    readonly proposed: number;
    readonly refused: number;
    readonly sent: number;
    readonly filled: number;
    readonly fills: number;
  };
  readonly refusals: readonly { readonly at: number; readonly text: string }[];
  readonly ledgerRecords: number;
  readonly ledgerDepth: number;
}

/** What the screen must be told beside the state of the core. */
export interface ViewSources {
  readonly state: State;
  readonly tally: Tally;
  readonly startedAt: number;
  readonly now: number;
  readonly environment: string;
  readonly venue: string;
  readonly endpoint: string;
  readonly http: string | null;
  readonly link: {
    readonly connected: boolean;
    readonly requestP95Ms: number | null;
    readonly reconnects: number;
  };
}

export function viewOf(sources: ViewSources): ViewModel {
  const { state, tally, now, startedAt } = sources;
  const { facts, observations } = state;
  const { environment, venue, endpoint, http, link } = sources;
  const mode = currentMode(state);
  const orders = orderLines(state);
  const figures = modeDetails(state);
  return {
    now,
    elapsedMs: now - startedAt,
    mode: mode.mode,
    reasons: reasonLines(
      mode.reasons,
      observations.latch.reasons,
      standingCauses(observations.riskCauses),
    ),
    figures: figures.slice(0, FIGURES_SHOWN),
    figuresHidden: Math.max(0, figures.length - FIGURES_SHOWN),
    environment,
    venue,
    endpoint,
    http,
    connected: link.connected,
    requestP95Ms: link.requestP95Ms,
    reconnects: link.reconnects,
    listed: observations.listings.size,
    marketAgeMs: observations.marketAt === 0 ? null : Math.max(0, now - observations.marketAt),
    indexes: [...observations.indexes].map(([underlying, { priceE8 }]) => ({
      underlying,
      usd: priceE8 / 100_000_000,
    })),
    positions: positionLines(state, facts),
    pnlUsd: pnlUsd(state, facts),
    feesUsd: feesUsd(facts),
    orders: orders.slice(0, ORDERS_SHOWN),
    ordersHidden: Math.max(0, orders.length - ORDERS_SHOWN),
    totals: {
      proposed: tally.admitted + tally.duplicates + tally.refused,
      refused: tally.refused,
      sent: facts.totals.sent,
      filled: facts.totals.filledOrders,
      fills: facts.totals.fills,
    },
    refusals: tally.lastRefusals.slice(-REFUSALS_SHOWN).toReversed(),
    ledgerRecords: facts.records,
    ledgerDepth: observations.ledger.depth,
  };
}

/** The mode's reasons in contract order, then what they are made of: latch reasons and causes. */
function reasonLines(
  reasons: readonly (keyof typeof MODE_REASONS)[],
  latched: readonly (keyof typeof LATCH_REASONS)[],
  causes: readonly RiskCause[],
): readonly ReasonLine[] {
  const modes = reasons.map((code) => ({ code, ...MODE_REASONS[code] }));
  const latches = latched.map((code) => ({ code, ...LATCH_REASONS[code] }));
  const beneath = causes.map((code) => ({ code, ...CAUSE_REASONS[code] }));
  return [...modes, ...latches, ...beneath].map(({ code, meaning, clears }) => ({
    code,
    meaning,
    clears,
  }));
}

/** Working orders, newest first. */
function orderLines(state: State): readonly OrderLine[] {
  const lines: OrderLine[] = [];
  for (const label of state.facts.working) {
    const order = state.facts.orders.get(label);
    if (order === undefined) continue;
    const { terms } = order;
    lines.push({
      instrument: terms.instrument,
      side: terms.side,
      amount: formatE8(terms.amountE8),
      filled: formatE8(order.filledE8),
      price: formatE8(terms.limitPriceE8),
      state: order.state,
      strategy: terms.strategyId,
    });
  }
  return lines.toReversed();
}

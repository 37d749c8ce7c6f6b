import type { Currency } from '@holdfast/core/values';
import type { Position } from './account.ts';
import {
  marksOf,
  type Marks,
  positionMargin,
  reservedE8,
  type Standing,
  standingOf,
} from './margin.ts';
import { closeValueE8, coinAmountE8 } from './valuation.ts';
import type { Listing, VenueState } from './venue-state.ts';
import { decimal, wireAmount, wirePrice } from './wire.ts';

type Json = Readonly<Record<string, unknown>>;

/**
 * Deribit's lowest tier (phases section 7.2). Told, not enforced: refusals for rate are a fault to
 * inject.
 */
const LIMITS: Json = {
  limits_per_currency: false,
  non_matching_engine: { rate: 20, burst: 100 },
  matching_engine: {
    trading: { total: { rate: 5, burst: 20 } },
    spot: { rate: 5, burst: 20 },
    cancel_all: { rate: 5, burst: 20 },
  },
};

const IDENTITY: Json = {
  id: 1,
  type: 'main',
  username: 'simulated',
  system_name: 'simulated',
  email: 'simulated@localhost',
  login_enabled: true,
  security_keys_enabled: false,
  mmp_enabled: false,
  interuser_transfers_enabled: false,
  self_trading_reject_mode: 'cancel_maker',
  self_trading_extended_to_subaccounts: 'false',
  creation_timestamp: 0,
};

/** `private/get_account_summary`, of one currency. */
export function accountSummary(state: VenueState, currency: Currency, extended: boolean): Json {
  const summary = currencySummary(state, currency);
  return extended ? { ...IDENTITY, ...summary } : summary;
}

/** `private/get_account_summaries`: every currency that was ever funded or traded. */
export function accountSummaries(state: VenueState, extended: boolean): Json {
  const currencies = [...new Set([...state.deposits.keys(), ...state.client.cash.keys()])].sort();
  const summaries = currencies.map((currency) => currencySummary(state, currency));
  return extended ? { ...IDENTITY, summaries } : { summaries };
}

function currencySummary(state: VenueState, currency: Currency): Json {
  const standing = standingOf(state, currency);
  const initialE8 = standing.positionsInitialE8 + standing.ordersInitialE8;
  const availableE8 = Math.max(0, standing.availableE8);
  return {
    currency,
    balance: decimal(standing.cashE8),
    equity: decimal(standing.equityE8),
    margin_balance: decimal(standing.marginBalanceE8),
    available_funds: decimal(availableE8),
    available_withdrawal_funds: decimal(availableE8),
    initial_margin: decimal(initialE8),
    maintenance_margin: decimal(standing.maintenanceE8),
    projected_initial_margin: decimal(initialE8),
    projected_maintenance_margin: decimal(standing.maintenanceE8),
    ...profits(state, currency, standing),
    ...greeks(state, currency),
    margin_model: 'segregated_sm',
    portfolio_margining_enabled: false,
    cross_collateral_enabled: false,
    fee_balance: 0,
    spot_reserve: 0,
    additional_reserve: 0,
    limits: LIMITS,
  };
}

/** One session since the account was opened: no daily settlement is modelled. */
function profits(state: VenueState, currency: Currency, standing: Standing): Json {
  let optionsFloating = 0;
  for (const { position, marks } of openPositions(state, currency)) {
    if (position.instrument.kind !== 'option') continue;
    const value = closeValueE8(position.instrument, position.steps, marks.markE8);
    optionsFloating += value - position.costE8;
  }
  const realised = state.client.realised.get(currency) ?? 0;
  const floating = optionsFloating + standing.futuresProfitE8;
  return {
    options_value: decimal(standing.optionsValueE8),
    options_pl: decimal(optionsFloating),
    options_session_upl: decimal(optionsFloating),
    options_session_rpl: 0,
    futures_pl: decimal(standing.futuresProfitE8),
    futures_session_upl: decimal(standing.futuresProfitE8),
    futures_session_rpl: 0,
    session_upl: decimal(floating),
    session_rpl: decimal(realised),
    total_pl: decimal(floating + realised),
  };
}

function greeks(state: VenueState, currency: Currency): Json {
  let delta = 0;
  let optionsDelta = 0;
  let vega = 0;
  for (const { position, listing, marks } of openPositions(state, currency)) {
    const coins = decimal(coinAmountE8(position.instrument, position.steps, marks.indexE8));
    if (position.instrument.kind !== 'option') delta += coins;
    else {
      const blackDelta = coins * (listing.ticker?.delta ?? 0);
      optionsDelta += blackDelta;
      // Net transaction delta: a premium in coin is itself exposure.
      delta += blackDelta;
      if (position.instrument.quote === 'coin') delta -= coins * decimal(marks.markE8);
      vega += coins * (listing.ticker?.vega ?? 0);
    }
  }
  // Gamma and theta are not in the market data this exchange is fed with.
  return {
    delta_total: delta,
    projected_delta_total: delta,
    options_delta: optionsDelta,
    options_vega: vega,
    options_gamma: 0,
    options_theta: 0,
    options_vega_map: {},
    options_gamma_map: {},
    options_theta_map: {},
  };
}

interface OpenPosition {
  readonly position: Position;
  readonly listing: Listing;
  readonly marks: Marks;
}

function openPositions(state: VenueState, currency: Currency | null): readonly OpenPosition[] {
  const open: OpenPosition[] = [];
  for (const position of state.client.positions.values()) {
    const listing = state.listings.get(position.instrument.name);
    const marks = listing === undefined ? null : marksOf(state, listing);
    if (listing === undefined || marks === null) continue;
    if (currency !== null && position.instrument.settlement !== currency) continue;
    open.push({ position, listing, marks });
  }
  return open;
}

/** `private/get_positions`. `currency` null is every one. */
export function positions(
  state: VenueState,
  currency: Currency | null,
  kind: 'option' | 'future' | null,
): readonly Json[] {
  return openPositions(state, currency)
    .filter(({ position }) => kind === null || kind === kindOf(position))
    .map((open) => toWirePosition(state, open));
}

function kindOf(position: Position): 'option' | 'future' {
  return position.instrument.kind === 'option' ? 'option' : 'future';
}

function toWirePosition(state: VenueState, open: OpenPosition): Json {
  const { position, listing, marks } = open;
  const { instrument, steps, costE8, realisedE8 } = position;
  const margin = positionMargin(instrument, steps, marks);
  const floating = closeValueE8(instrument, steps, marks.markE8) - costE8;
  const coins = decimal(coinAmountE8(instrument, steps, marks.indexE8));
  const isOption = instrument.kind === 'option';
  let reserved = 0;
  for (const order of listing.book.resting()) reserved += reservedE8(state, listing, order);
  return {
    instrument_name: instrument.name,
    kind: kindOf(position),
    direction: steps > 0 ? 'buy' : 'sell',
    size: wireAmount(instrument, steps),
    ...(isOption ? { vega: coins * (listing.ticker?.vega ?? 0) } : { size_currency: coins }),
    average_price: averagePrice(position),
    mark_price: decimal(marks.markE8),
    index_price: decimal(marks.indexE8),
    // The last settlement price: there has been none while an instrument lives, so the mark stands
    // in.
    settlement_price: decimal(marks.markE8),
    delta: isOption ? coins * (listing.ticker?.delta ?? 0) : coins,
    initial_margin: decimal(margin.initialE8),
    maintenance_margin: decimal(margin.maintenanceE8),
    open_orders_margin: decimal(reserved),
    floating_profit_loss: decimal(floating),
    realized_profit_loss: decimal(realisedE8),
    total_profit_loss: decimal(floating + realisedE8),
  };
}

/** Analytics: the price at which the open part was bought or sold, on average. */
function averagePrice({ instrument, steps, costE8 }: Position): number {
  const amount = wireAmount(instrument, steps);
  if (instrument.amountUnit === 'usd') return costE8 === 0 ? 0 : (0 - amount) / decimal(costE8);
  return decimal(costE8) / amount;
}

/** Best bid and ask and the whole book as `public/get_order_book` has them. */
export function orderBook(state: VenueState, listing: Listing, depth: number): Json {
  const { instrument, book, ticker } = listing;
  const rows = (levels: readonly number[]): (readonly [number, number])[] => {
    const result: (readonly [number, number])[] = [];
    for (let at = 0; at < levels.length && at < 2 * depth; at += 2) {
      const steps = levels[at + 1] ?? 0;
      result.push([wirePrice(instrument, levels[at] ?? 0), wireAmount(instrument, steps)]);
    }
    return result;
  };
  const bids = rows(book.bids);
  const asks = rows(book.asks);
  const index = state.indexes.get(instrument.underlying);
  return {
    instrument_name: instrument.name,
    timestamp: state.now,
    state: 'open',
    change_id: book.changeId,
    bids,
    asks,
    best_bid_price: bids[0]?.[0] ?? null,
    best_bid_amount: bids[0]?.[1] ?? 0,
    best_ask_price: asks[0]?.[0] ?? null,
    best_ask_amount: asks[0]?.[1] ?? 0,
    index_price: index === undefined ? null : decimal(index),
    mark_price: ticker === null ? null : decimal(ticker.markPriceE8),
    last_price:
      listing.lastTradeTicks === null ? null : wirePrice(instrument, listing.lastTradeTicks),
    ...(ticker === null ? {} : { underlying_price: decimal(ticker.underlyingPriceE8) }),
    stats: { volume: wireAmount(instrument, listing.tradedSteps), low: null, high: null },
  };
}

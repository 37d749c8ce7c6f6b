import type { Currency } from '@holdfast/core/values';
import { toWireLimits } from './credits.ts';
import { type Standing, standingOf } from './margin.ts';
import { greeksOf } from './option-analytics.ts';
import { openPositions } from './position-report.ts';
import { balanceE8 } from './transaction-log.ts';
import type { Trader } from './trader.ts';
import { closeValueE8, coinAmountE8 } from './valuation.ts';
import type { VenueState } from './venue-state.ts';
import { decimal } from './wire.ts';

type Json = Readonly<Record<string, unknown>>;

function identityOf(trader: Trader): Json {
  return {
    id: trader.number,
    type: 'main',
    username: trader.id,
    system_name: trader.id,
    email: `${trader.id}@localhost`,
    login_enabled: true,
    security_keys_enabled: false,
    mmp_enabled: false,
    interuser_transfers_enabled: false,
    self_trading_reject_mode: trader.selfTrading,
    self_trading_extended_to_subaccounts: 'false',
    creation_timestamp: 0,
  };
}

/** `private/get_account_summary`, of one currency. */
export function accountSummary(
  state: VenueState,
  trader: Trader,
  currency: Currency,
  extended: boolean,
): Json {
  const summary = currencySummary(state, trader, currency);
  return extended ? { ...identityOf(trader), ...summary } : summary;
}

/** `private/get_account_summaries`: every currency that was ever funded or traded. */
export function accountSummaries(state: VenueState, trader: Trader, extended: boolean): Json {
  const { deposits, holdings } = trader;
  const currencies = [...new Set([...deposits.keys(), ...holdings.cash.keys()])].sort();
  const summaries = currencies.map((currency) => currencySummary(state, trader, currency));
  return extended ? { ...identityOf(trader), summaries } : { summaries };
}

function currencySummary(state: VenueState, trader: Trader, currency: Currency): Json {
  const standing = standingOf(state, trader, currency);
  const initialE8 = standing.positionsInitialE8 + standing.ordersInitialE8;
  const availableE8 = Math.max(0, standing.availableE8);
  return {
    currency,
    balance: decimal(balanceE8(trader, currency)),
    equity: decimal(standing.equityE8),
    margin_balance: decimal(standing.marginBalanceE8),
    available_funds: decimal(availableE8),
    available_withdrawal_funds: decimal(availableE8),
    initial_margin: decimal(initialE8),
    maintenance_margin: decimal(standing.maintenanceE8),
    projected_initial_margin: decimal(initialE8),
    projected_maintenance_margin: decimal(standing.maintenanceE8),
    ...profits(state, trader, currency, standing),
    ...greeks(state, trader, currency),
    margin_model: 'segregated_sm',
    portfolio_margining_enabled: false,
    cross_collateral_enabled: false,
    fee_balance: 0,
    spot_reserve: 0,
    additional_reserve: 0,
    limits: toWireLimits(trader.limits),
  };
}

/** Sessions go from one daily settlement to the next; options float from their purchase on. */
function profits(state: VenueState, trader: Trader, currency: Currency, standing: Standing): Json {
  let optionsFloating = 0;
  for (const { position, marks } of openPositions(state, trader, currency)) {
    if (position.instrument.kind !== 'option') continue;
    const value = closeValueE8(position.instrument, position.steps, marks.markE8);
    optionsFloating += value - position.costE8;
  }
  const session = trader.holdings.session.get(currency) ?? { optionsE8: 0, futuresE8: 0 };
  const realised = trader.holdings.realised.get(currency) ?? 0;
  const floating = optionsFloating + standing.futuresProfitE8;
  return {
    options_value: decimal(standing.optionsValueE8),
    options_pl: decimal(optionsFloating + session.optionsE8),
    options_session_upl: decimal(optionsFloating),
    options_session_rpl: decimal(session.optionsE8),
    futures_pl: decimal(standing.futuresProfitE8 + session.futuresE8),
    futures_session_upl: decimal(standing.futuresProfitE8),
    futures_session_rpl: decimal(session.futuresE8),
    session_upl: decimal(floating),
    session_rpl: decimal(session.optionsE8 + session.futuresE8),
    total_pl: decimal(floating + realised),
  };
}

interface Sums {
  delta: number;
  optionsDelta: number;
  gamma: number;
  vega: number;
  theta: number;
}

function greeks(state: VenueState, trader: Trader, currency: Currency): Json {
  const total: Sums = { delta: 0, optionsDelta: 0, gamma: 0, vega: 0, theta: 0 };
  const maps = { gamma: new Map<string, number>(), theta: new Map(), vega: new Map() };
  for (const { position, listing, marks } of openPositions(state, trader, currency)) {
    const { instrument } = position;
    const coins = decimal(coinAmountE8(instrument, position.steps, marks.indexE8));
    if (instrument.kind !== 'option' || listing.ticker === null) {
      total.delta += coins;
      continue;
    }
    const each = greeksOf(listing.ticker, state.now);
    total.optionsDelta += coins * each.delta;
    // Net transaction delta: a premium in coin is itself exposure.
    total.delta += coins * each.delta;
    if (instrument.quote === 'coin') total.delta -= coins * decimal(marks.markE8);
    const index = `${instrument.underlying.toLowerCase()}_usd`;
    for (const name of ['gamma', 'theta', 'vega'] as const) {
      total[name] += coins * each[name];
      maps[name].set(index, Number(maps[name].get(index) ?? 0) + coins * each[name]);
    }
  }
  return {
    delta_total: total.delta,
    projected_delta_total: total.delta,
    options_delta: total.optionsDelta,
    options_vega: total.vega,
    options_gamma: total.gamma,
    options_theta: total.theta,
    options_vega_map: Object.fromEntries(maps.vega),
    options_gamma_map: Object.fromEntries(maps.gamma),
    options_theta_map: Object.fromEntries(maps.theta),
  };
}

import type { PolicyDocument } from './policy-schema.ts';

/**
 * A whole valid policy document as data, for tests to damage. Values of the launch policy (phases
 * section 1.3).
 */
export function policyDocument(): PolicyDocument {
  const environment = (trade_capable: boolean) => ({ trade_capable, purpose: 'test' });
  return {
    policy_id: 'LP-001',
    policy_version: '1.3',
    contract_version_target: '5.2',
    environments: {
      DEV: environment(false),
      STAGING: environment(true),
      PAPER: environment(false),
      LIVE: environment(true),
    },
    stage: 'experiment',
    execution_style: 'Sniper',
    allowed_order_types: ['LIMIT', 'POST_ONLY', 'REDUCE_ONLY'],
    forbidden_order_types: ['MARKET', 'STOP', 'TRIGGER', 'HIDDEN', 'ICEBERG'],
    universe: {
      underlyings: ['BTC', 'ETH'],
      families: ['inverse_option'],
      hedge_only_families: ['linear_perpetual'],
    },
    risk_limits: {
      max_daily_loss_usd: 5000,
      max_weekly_loss_usd: 15000,
      max_drawdown_pct: 10,
      max_gross_notional_usd: 500000,
      max_leverage: 3,
      per_underlying: {
        BTC: { max_delta_abs: 5, max_position_notional_usd: 250000 },
        ETH: { max_delta_abs: 50, max_position_notional_usd: 250000 },
      },
      max_order_size_contracts: 10,
      max_orders_per_second: 5,
      max_orders_per_minute: 100,
      min_order_interval_ms: 200,
      max_gamma_btc_equiv: 1,
      max_vega_usd: 10000,
    },
    exposure: { delta_limit: { BTC: 2, ETH: 20 }, portfolio_delta_usd: 200000 },
    min_edge_usd: 5,
    min_edge_floor_usd: 1,
    expiry_delist_buffer_s: 3600,
    micro_live_caps: {
      max_daily_volume_usd: 10000,
      max_open_positions: 5,
      max_single_order_contracts: 1,
    },
    full_caps: {
      max_daily_volume_usd: 100000,
      max_open_positions: 50,
      max_single_order_contracts: 10,
    },
    monitors: { reference_instruments: { BTC: 'BTC-PERPETUAL', ETH: 'ETH-PERPETUAL' } },
    smile_guard: { butterfly_epsilon: 1e-6, calendar_epsilon: 0.15, grid_steps: 48 },
    containment: { opening_hedge_allowed: false },
    fail_closed: true,
  };
}

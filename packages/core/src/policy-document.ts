import { assert } from './assert.ts';
import { createParser, type Parsed, type Parser, type Violation } from './parse.ts';
import type { Policy, SmileGuardGrid, StageCaps } from './policy.ts';
import { parametersOf } from './policy-defaults.ts';
import { crossViolations } from './policy-rules.ts';
import { type PolicyDocument, PolicyDocumentSchema } from './policy-schema.ts';
import {
  type AmountE8,
  amountE8,
  type CoinE8,
  coinE8,
  currency,
  type Currency,
  instrumentName,
  type MicroUsd,
  microUsd,
} from './values/index.ts';
import { e8FromNumber, parseE6 } from './values/decimal.ts';

export type { Parameters, Policy } from './policy.ts';
export type { ParameterRule } from './policy-defaults.ts';
export { DEFAULT_PARAMETERS, PARAMETER_FIELDS, PARAMETER_RULES } from './policy-defaults.ts';
export type { PolicyRaise } from './policy-raise.ts';
export { policyRaises } from './policy-raise.ts';
export type { PolicyDocument } from './policy-schema.ts';
export { PolicyDocumentSchema } from './policy-schema.ts';

const parseShape = createParser(PolicyDocumentSchema);

/**
 * `config/policy.json` to the exact, frozen policy of the core. Every violation is collected:
 * shape, rules that span keys, and numbers off their grid, which are refused and never rounded
 * (D-3). An absent key with a documented default takes it; one without becomes null and blocks what
 * needs it (AMB-03) - never zero.
 */
export const parsePolicy: Parser<Policy> = (value): Parsed<Policy> => {
  const shape = parseShape(value);
  if (!shape.ok) return shape;
  const exact = createExact();
  const policy = policyOf(shape.value, exact);
  const [first, ...rest] = [...crossViolations(shape.value), ...exact.violations];
  if (first !== undefined) return { ok: false, violations: [first, ...rest] };
  return { ok: true, value: policy };
};

/** Converts decimals to exact integers and remembers those that have none. */
interface Exact {
  readonly violations: readonly Violation[];
  usd(path: string, value: number): MicroUsd;
  coin(path: string, value: number): CoinE8;
  amount(path: string, value: number): AmountE8;
}

function createExact(): Exact {
  const violations: Violation[] = [];
  const take = (path: string, value: number, scaled: number | null, grid: string): number => {
    if (scaled !== null && (scaled !== 0 || value === 0)) return scaled;
    violations.push({ path, rule: 'off_grid', message: `${value} is not a multiple of ${grid}` });
    // Never used: one violation refuses the whole document.
    return 0;
  };
  const e8 = (path: string, value: number): number =>
    take(path, value, e8FromNumber(value), '0.00000001');
  return {
    violations,
    usd: (path, value) => microUsd(take(path, value, parseE6(String(value)), '0.000001 USD')),
    coin: (path, value) => coinE8(e8(path, value)),
    amount: (path, value) => amountE8(e8(path, value)),
  };
}

function policyOf(document: PolicyDocument, exact: Exact): Policy {
  const { universe, exposure } = document;
  const edge = document.min_edge_usd;
  const portfolio = exposure.portfolio_delta_usd;
  return Object.freeze({
    policyId: document.policy_id,
    policyVersion: document.policy_version,
    contractVersionTarget: document.contract_version_target,
    stage: document.stage,
    executionStyle: document.execution_style,
    universe: Object.freeze({
      underlyings: Object.freeze(universe.underlyings.map(currency)),
      families: Object.freeze([...universe.families]),
      hedgeOnlyFamilies: Object.freeze([...universe.hedge_only_families]),
    }),
    limits: limitsOf(document.risk_limits, exact),
    exposure: Object.freeze({
      deltaLimitE8: mapOf(exposure.delta_limit ?? {}, (coin, limit) =>
        exact.coin(`/exposure/delta_limit/${coin}`, limit),
      ),
      portfolioDelta:
        portfolio === undefined ? null : exact.usd('/exposure/portfolio_delta_usd', portfolio),
    }),
    minEdge: edge === undefined ? null : exact.usd('/min_edge_usd', edge),
    minEdgeFloor: exact.usd('/min_edge_floor_usd', document.min_edge_floor_usd ?? 0),
    expiryDelistBufferS: document.expiry_delist_buffer_s ?? null,
    referenceInstruments: mapOf(document.monitors?.reference_instruments ?? {}, (_, name) =>
      instrumentName(name),
    ),
    smileGuard: gridOf(document.smile_guard),
    parameters: parametersOf(document.parameters ?? {}),
    containment: Object.freeze({
      openingHedgeAllowed: document.containment.opening_hedge_allowed,
    }),
    microLiveCaps: capsOf('/micro_live_caps', document.micro_live_caps, exact),
    fullCaps: capsOf('/full_caps', document.full_caps, exact),
  });
}

function gridOf(grid: PolicyDocument['smile_guard']): SmileGuardGrid | null {
  if (grid === undefined) return null;
  return Object.freeze({
    butterflyEpsilon: grid.butterfly_epsilon,
    calendarEpsilon: grid.calendar_epsilon,
    gridSteps: grid.grid_steps,
  });
}

function capsOf(path: string, caps: PolicyDocument['full_caps'], exact: Exact): StageCaps {
  return Object.freeze({
    maxDailyVolume: exact.usd(`${path}/max_daily_volume_usd`, caps.max_daily_volume_usd),
    maxOpenPositions: caps.max_open_positions,
    maxSingleOrderContractsE8: exact.amount(
      `${path}/max_single_order_contracts`,
      caps.max_single_order_contracts,
    ),
  });
}

function limitsOf(limits: PolicyDocument['risk_limits'], exact: Exact): Policy['limits'] {
  const usd = (key: `max_${string}_usd` & keyof typeof limits): MicroUsd =>
    exact.usd(`/risk_limits/${key}`, limits[key]);
  return Object.freeze({
    maxDailyLoss: usd('max_daily_loss_usd'),
    maxWeeklyLoss: usd('max_weekly_loss_usd'),
    maxDrawdownPct: limits.max_drawdown_pct,
    maxGrossNotional: usd('max_gross_notional_usd'),
    maxLeverage: limits.max_leverage ?? null,
    perUnderlying: mapOf(limits.per_underlying, (coin, entry) => {
      const path = `/risk_limits/per_underlying/${coin}`;
      return Object.freeze({
        maxDeltaE8: exact.coin(`${path}/max_delta_abs`, entry.max_delta_abs),
        maxPositionNotional: exact.usd(
          `${path}/max_position_notional_usd`,
          entry.max_position_notional_usd,
        ),
      });
    }),
    maxOrderSizeContractsE8: exact.amount(
      '/risk_limits/max_order_size_contracts',
      limits.max_order_size_contracts,
    ),
    maxOrdersPerSecond: limits.max_orders_per_second,
    maxOrdersPerMinute: limits.max_orders_per_minute,
    minOrderIntervalMs: limits.min_order_interval_ms,
    maxGammaBtcEquiv: limits.max_gamma_btc_equiv,
    maxVega: usd('max_vega_usd'),
  });
}

function mapOf<In, Out>(
  entries: Readonly<Record<string, In>>,
  convert: (coin: string, value: In) => Out,
): ReadonlyMap<Currency, Out> {
  const map = new Map<Currency, Out>();
  for (const [coin, value] of Object.entries(entries)) {
    assert(!map.has(currency(coin)), 'an object has each key once');
    map.set(currency(coin), convert(coin, value));
  }
  return map;
}

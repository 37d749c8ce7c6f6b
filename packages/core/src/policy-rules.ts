import type { Violation } from './parse.ts';
import { PARAMETER_RULES, parametersOf } from './policy-defaults.ts';
import type { Parameters } from './policy.ts';
import { ALLOWABLE_ORDER_TYPES, type PolicyDocument } from './policy-schema.ts';

/** Rules that span keys. Each names the key to change and the rule it breaks. */
export function crossViolations(document: PolicyDocument): readonly Violation[] {
  const violations: Violation[] = [];
  const say = (path: string, rule: string, message: string): void => {
    violations.push({ path, rule, message });
  };
  environmentRules(document, say);
  orderTypeRules(document, say);
  universeRules(document, say);
  limitRules(document, say);
  parameterRules(parametersOf(document.parameters ?? {}), say);
  return violations;
}

type Say = (path: string, rule: string, message: string) => void;

/** Real money exists in one place; the others cannot send (phases sections 1.3 and 1.9). */
function environmentRules({ environments }: PolicyDocument, say: Say): void {
  const wanted = { DEV: false, PAPER: false, LIVE: true } as const;
  for (const [name, capable] of Object.entries(wanted) as ['DEV' | 'PAPER' | 'LIVE', boolean][]) {
    if (environments[name].trade_capable === capable) continue;
    const path = `/environments/${name}/trade_capable`;
    say(path, 'environment_trade_capable', `${name} must be ${capable ? '' : 'not '}trade capable`);
  }
}

function orderTypeRules(document: PolicyDocument, say: Say): void {
  const forbidden: readonly string[] = document.forbidden_order_types;
  for (const [index, type] of document.allowed_order_types.entries()) {
    const path = `/allowed_order_types/${index}`;
    if (!ALLOWABLE_ORDER_TYPES.includes(type)) {
      say(path, 'order_type_never_allowed', `${type} orders do not exist in this build`);
    }
    if (forbidden.includes(type)) {
      say(path, 'order_type_allowed_and_forbidden', `${type} is both allowed and forbidden`);
    }
  }
}

function universeRules(document: PolicyDocument, say: Say): void {
  const { underlyings, families, hedge_only_families: hedges } = document.universe;
  for (const [index, family] of hedges.entries()) {
    if (!families.includes(family)) continue;
    const path = `/universe/hedge_only_families/${index}`;
    say(path, 'family_open_and_hedge_only', `${family} cannot be both opened and hedge-only`);
  }
  const limits = document.risk_limits.per_underlying;
  for (const coin of underlyings) {
    if (Object.hasOwn(limits, coin)) continue;
    const path = `/risk_limits/per_underlying/${coin}`;
    say(path, 'underlying_without_limits', `${coin} may be traded but has no limits`);
  }
  const keyed = [
    ['/risk_limits/per_underlying', limits],
    ['/exposure/delta_limit', document.exposure.delta_limit ?? {}],
    ['/monitors/reference_instruments', document.monitors?.reference_instruments ?? {}],
  ] as const;
  for (const [path, map] of keyed) {
    for (const coin of Object.keys(map)) {
      if (underlyings.includes(coin)) continue;
      say(`${path}/${coin}`, 'underlying_not_in_universe', `${coin} is not in the universe`);
    }
  }
}

function limitRules(document: PolicyDocument, say: Say): void {
  const limits = document.risk_limits;
  const most: Most = (path, value, what, max) => {
    if (value > max) say(path, 'limit_order', `${value} is more than ${what}, ${max}`);
  };
  most(
    '/risk_limits/max_daily_loss_usd',
    limits.max_daily_loss_usd,
    'max_weekly_loss_usd',
    limits.max_weekly_loss_usd,
  );
  most(
    '/risk_limits/max_orders_per_second',
    limits.max_orders_per_second,
    'max_orders_per_minute',
    limits.max_orders_per_minute,
  );
  for (const [coin, entry] of Object.entries(limits.per_underlying)) {
    most(
      `/risk_limits/per_underlying/${coin}/max_position_notional_usd`,
      entry.max_position_notional_usd,
      'max_gross_notional_usd',
      limits.max_gross_notional_usd,
    );
    const skew = document.exposure.delta_limit?.[coin];
    if (skew === undefined) continue;
    most(`/exposure/delta_limit/${coin}`, skew, 'max_delta_abs', entry.max_delta_abs);
  }
  capRules(document, most);
  const { min_edge_usd: edge, min_edge_floor_usd: floor } = document;
  if (edge !== undefined && floor !== undefined) {
    most('/min_edge_floor_usd', floor, 'min_edge_usd', edge);
  }
}

const SINGLE_ORDER = 'max_single_order_contracts';

type Most = (path: string, value: number, what: string, max: number) => void;

/** A smaller stage never may more than a bigger one, and none more than the limit of all orders. */
function capRules(document: PolicyDocument, most: Most): void {
  const { micro_live_caps: micro, full_caps: full, risk_limits: limits } = document;
  const capped = ['max_daily_volume_usd', 'max_open_positions', SINGLE_ORDER] as const;
  for (const key of capped) {
    most(`/micro_live_caps/${key}`, micro[key], `full_caps.${key}`, full[key]);
  }
  const largest = limits.max_order_size_contracts;
  most(`/full_caps/${SINGLE_ORDER}`, full[SINGLE_ORDER], 'max_order_size_contracts', largest);
}

/** Pairs that must rise; the strict ones may not even be equal. */
const ASCENDING: readonly (readonly [
  keyof Parameters,
  keyof Parameters,
  'strictly' | 'or_equal',
])[] = [
  ['feeCacheSoftS', 'feeCacheHardS', 'strictly'],
  ['mmUtilRejectOpens', 'mmUtilReduceonly', 'or_equal'],
  ['mmUtilReduceonly', 'mmUtilKill', 'or_equal'],
  ['diskPauseArchivesPct', 'diskDegradedPct', 'strictly'],
  ['diskDegradedPct', 'diskKillPct', 'strictly'],
  ['spreadMaxBps', 'spreadKillBps', 'strictly'],
  ['depthKillMin', 'depthMin', 'strictly'],
  ['basisReduceonlyBps', 'basisKillBps', 'strictly'],
  ['sviRmseMax', 'sviRmseMaxLowDepth', 'or_equal'],
  ['sviDriftMax', 'sviDriftMaxLowDepth', 'or_equal'],
];

function parameterRules(parameters: Parameters, say: Say): void {
  for (const [low, high, how] of ASCENDING) {
    const [below, above] = [parameters[low], parameters[high]];
    if (how === 'strictly' ? below < above : below <= above) continue;
    const lowKey = PARAMETER_RULES[low].key;
    const highKey = PARAMETER_RULES[high].key;
    const relation = how === 'strictly' ? 'below' : 'at most';
    const message = `${lowKey} ${below} must be ${relation} ${highKey} ${above}`;
    say(`/parameters/${lowKey}`, 'parameter_order', message);
  }
}

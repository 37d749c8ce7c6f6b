/** What each limit of the policy is counted in, what happens at it, and who sees to it. */
import { code } from './table.ts';

export interface LimitMeaning {
  readonly unit: string;
  readonly onBreach: string;
  /** The field of the parsed policy. */
  readonly field: string;
  /** Who acts on it, below packages/core/src; null while it is only read and checked. */
  readonly enforcedBy: string | null;
}

const REFUSED = 'the order is refused';
const LATCHED = 'latched, notify';
const LAUNCH = 'gates/launch-limits.ts';
const LOSSES = 'position/losses.ts';
const GREEKS = 'gates/greeks.ts';
const CAPS = 'gates/stage-caps.ts';
const RATE = 'gates/rate-budget.ts';

const limit = (
  unit: string,
  onBreach: string,
  field: string,
  enforcedBy: string | null,
): LimitMeaning => ({ unit, onBreach, field, enforcedBy });

/** Every limit there is, by its last name; a limit without an entry fails the generator. */
export const LIMIT_MEANINGS: Readonly<Record<string, LimitMeaning>> = {
  max_daily_loss_usd: limit('USD', `REDUCE_ONLY, ${LATCHED}`, 'maxDailyLoss', LOSSES),
  max_weekly_loss_usd: limit('USD', `KILL, ${LATCHED}`, 'maxWeeklyLoss', LOSSES),
  max_drawdown_pct: limit('%', `REDUCE_ONLY, ${LATCHED}`, 'maxDrawdownPct', LOSSES),
  max_gross_notional_usd: limit('USD', REFUSED, 'maxGrossNotional', LAUNCH),
  max_leverage: limit('times equity', REFUSED, 'maxLeverage', LAUNCH),
  max_delta_abs: limit('coin', REFUSED, 'maxDeltaE8', LAUNCH),
  max_position_notional_usd: limit('USD', REFUSED, 'maxPositionNotional', LAUNCH),
  max_order_size_contracts: limit(
    'contracts',
    REFUSED,
    'maxOrderSizeContractsE8',
    'gates/sized.ts',
  ),
  max_orders_per_second: limit('orders', REFUSED, 'maxOrdersPerSecond', RATE),
  max_orders_per_minute: limit('orders', REFUSED, 'maxOrdersPerMinute', RATE),
  min_order_interval_ms: limit('ms', REFUSED, 'minOrderIntervalMs', RATE),
  max_gamma_btc_equiv: limit('BTC equivalent', REFUSED, 'maxGammaBtcEquiv', GREEKS),
  max_vega_usd: limit('USD', REFUSED, 'maxVega', GREEKS),
  max_daily_volume_usd: limit('USD', REFUSED, 'maxDailyVolume', CAPS),
  max_open_positions: limit('instruments', REFUSED, 'maxOpenPositions', CAPS),
  max_single_order_contracts: limit('contracts', REFUSED, 'maxSingleOrderContractsE8', CAPS),
};

const NOT_YET = 'not yet: read and checked, nothing acts on it';

/** `In force` of one limit. */
export function inForce(name: string): string {
  const by = LIMIT_MEANINGS[name]?.enforcedBy ?? null;
  return by === null ? NOT_YET : code(`core/src/${by}`);
}

/** One row per number below `risk_limits`, in the order of the file. */
export function limitRows(policy: Readonly<Record<string, unknown>>): string[][] {
  return leaves(policy['risk_limits'], '').map(([path, value]) => {
    const name = path.split('.').at(-1) ?? path;
    const meaning = LIMIT_MEANINGS[name];
    if (meaning === undefined) throw new Error(`risk_limits.${path}: nobody says what it means`);
    return [code(path), String(value), meaning.unit, meaning.onBreach, inForce(name)];
  });
}

function leaves(value: unknown, path: string): (readonly [string, number])[] {
  if (typeof value === 'number') return [[path, value]];
  if (typeof value !== 'object' || value === null) throw new Error(`${path}: not a number`);
  return Object.entries(value).flatMap(([key, inner]) =>
    leaves(inner, path === '' ? key : `${path}.${key}`),
  );
}

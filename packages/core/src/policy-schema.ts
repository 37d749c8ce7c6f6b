import { type Static, Type } from 'typebox';
import { closed } from './parse.ts';
import { parameterSchemas } from './policy-defaults.ts';

/**
 * A cent of a micro-dollar more than anybody here will ever owe; keeps sums far inside the exact
 * range.
 */
const USD_MAX = 1_000_000_000;

const name = (description: string) => Type.String({ minLength: 1, maxLength: 64, description });
const usd = (description: string) =>
  Type.Number({ exclusiveMinimum: 0, maximum: USD_MAX, description: `${description} USD.` });
const amount = (description: string) =>
  Type.Number({ exclusiveMinimum: 0, maximum: 1_000_000, description });
const count = (maximum: number, description: string) =>
  Type.Number({ minimum: 1, maximum, multipleOf: 1, description });

/** Known by name; `ALLOWABLE_ORDER_TYPES` says which of them a policy may allow at all. */
const ORDER_TYPES = [
  'LIMIT',
  'POST_ONLY',
  'REDUCE_ONLY',
  'MARKET',
  'STOP',
  'TRIGGER',
  'HIDDEN',
  'ICEBERG',
] as const;
export const ALLOWABLE_ORDER_TYPES: readonly string[] = ['LIMIT', 'POST_ONLY', 'REDUCE_ONLY'];

const STAGES = ['experiment', 'paper', 'pilot', 'limited_live'] as const;
const EXECUTION_STYLES = ['Sniper', 'Any'] as const;
const PRODUCT_FAMILIES = [
  'inverse_option',
  'linear_option',
  'inverse_future',
  'linear_future',
  'inverse_perpetual',
  'linear_perpetual',
] as const;

const environment = closed({
  trade_capable: Type.Boolean({ description: 'May a key of this environment place orders?' }),
  purpose: name('What it is for.'),
});

const orderTypes = (description: string) =>
  Type.Array(Type.Enum(ORDER_TYPES), { minItems: 1, uniqueItems: true, description });

const CURRENCY = '^[A-Z]{2,8}$';

const perCurrency = <T extends Parameters<typeof Type.Record>[1]>(value: T, description: string) =>
  Type.Record(Type.String({ pattern: CURRENCY }), value, {
    additionalProperties: false,
    description,
  });

const families = (description: string) =>
  Type.Array(Type.Enum(PRODUCT_FAMILIES), { uniqueItems: true, description });

const riskLimits = closed({
  max_daily_loss_usd: usd('Loss since 00:00 UTC, realised and unrealised.'),
  max_weekly_loss_usd: usd('Loss since Monday 00:00 UTC.'),
  max_drawdown_pct: Type.Number({
    exclusiveMinimum: 0,
    maximum: 100,
    description: 'Fall from the peak of the week. Percent.',
  }),
  max_gross_notional_usd: usd('Open positions and resting OPEN orders, absolute.'),
  max_leverage: Type.Optional(
    Type.Number({
      exclusiveMinimum: 0,
      maximum: 100,
      description: 'Gross notional over equity. No default: absent blocks every OPEN.',
    }),
  ),
  per_underlying: perCurrency(
    closed({
      max_delta_abs: amount('Absolute delta. Coin.'),
      max_position_notional_usd: usd('Absolute notional of what is held.'),
    }),
    'One entry for each underlying of the universe, and no other.',
  ),
  max_order_size_contracts: amount('Largest single order. Contracts.'),
  max_orders_per_second: count(1_000, 'New orders in any second.'),
  max_orders_per_minute: count(10_000, 'New orders in any minute.'),
  min_order_interval_ms: count(60_000, 'Between two new orders. Milliseconds.'),
  max_gamma_btc_equiv: amount('Absolute gamma, BTC equivalent.'),
  max_vega_usd: usd('Absolute vega.'),
});

const exposure = closed({
  delta_limit: Type.Optional(
    perCurrency(
      amount('Coin.'),
      'Delta at which the inventory skew is full and reservations stop. ' +
        'No default: absent blocks OPEN in that underlying.',
    ),
  ),
  portfolio_delta_usd: Type.Optional(
    usd('Delta of everything after correlation. No default: absent blocks OPEN.'),
  ),
});

const stageCaps = (stage: (typeof STAGES)[number]) =>
  closed({
    max_daily_volume_usd: usd(`Traded in a UTC day while the stage is ${stage}.`),
    max_open_positions: count(1_000, `Instruments held while the stage is ${stage}.`),
    max_single_order_contracts: amount(`Largest order while the stage is ${stage}. Contracts.`),
  });

/** `config/policy.json`, before the rules that span keys. */
export const PolicyDocumentSchema = closed({
  policy_id: name('Launch policy this is.'),
  policy_version: name('Its version.'),
  contract_version_target: Type.Literal('5.2', { description: 'The contract it was written for.' }),
  environments: closed({
    DEV: environment,
    STAGING: environment,
    PAPER: environment,
    LIVE: environment,
  }),
  stage: Type.Enum(STAGES, { description: 'Rank on the one ladder (D-19).' }),
  execution_style: Type.Enum(EXECUTION_STYLES, {
    description: 'Sniper: OPEN goes out as IOC limit only.',
  }),
  allowed_order_types: orderTypes('What may be sent. Everything else is forbidden.'),
  forbidden_order_types: orderTypes('Named for the reader; disjoint from the allowed.'),
  universe: closed({
    underlyings: Type.Array(Type.String({ pattern: CURRENCY }), {
      minItems: 1,
      uniqueItems: true,
      description: 'Coins risk may be taken in.',
    }),
    families: families('Product families that may be opened.'),
    hedge_only_families: families('Product families that may only reduce |net delta|.'),
  }),
  risk_limits: riskLimits,
  exposure,
  min_edge_usd: Type.Optional(
    usd('Least edge of an OPEN after fees and slippage. No default: absent blocks OPEN.'),
  ),
  min_edge_floor_usd: Type.Optional(
    Type.Number({
      minimum: 0,
      maximum: USD_MAX,
      description: 'Inventory may not talk the edge below this. USD. Default: 0.',
    }),
  ),
  expiry_delist_buffer_s: Type.Optional(
    count(
      604_800,
      'No OPEN this close to expiry. Seconds. No default: absent blocks OPEN on dated instruments.',
    ),
  ),
  micro_live_caps: stageCaps('pilot'),
  full_caps: stageCaps('limited_live'),
  monitors: Type.Optional(
    closed({
      reference_instruments: Type.Optional(
        perCurrency(
          Type.String({ pattern: '^[A-Z0-9_]+-[A-Z0-9]+$', maxLength: 64 }),
          'The future or perpetual whose book, prices and index the market monitors look at. No ' +
            'default: a coin of the universe without one is ReduceOnly.',
        ),
      ),
    }),
  ),
  smile_guard: Type.Optional(
    closed(
      {
        butterfly_epsilon: Type.Number({
          exclusiveMinimum: 0,
          maximum: 0.0001,
          description: 'How negative a butterfly (part of the forward) or a density may be.',
        }),
        calendar_epsilon: Type.Number({
          exclusiveMinimum: 0,
          maximum: 0.25,
          description: 'Share of its total variance by which a later expiry may have less.',
        }),
        grid_steps: Type.Number({
          minimum: 16,
          maximum: 512,
          multipleOf: 1,
          description: 'Steps from the lowest quoted strike to the highest.',
        }),
      },
      {
        description: 'How finely smile fits are looked at. No default: absent makes none valid.',
      },
    ),
  ),
  containment: closed({
    opening_hedge_allowed: Type.Literal(false, {
      description:
        'A hedge that is not reduce-only needs an approval this build cannot check (D-15).',
    }),
  }),
  parameters: Type.Optional(
    closed(parameterSchemas(), { description: 'Contract values; each has a documented default.' }),
  ),
  fail_closed: Type.Literal(true, { description: 'Says aloud what the code does anyway.' }),
});

export type PolicyDocument = Static<typeof PolicyDocumentSchema>;

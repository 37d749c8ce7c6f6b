/**
 * The critical values of docs/critical_config_keys.md, and for each a world that is whole but for
 * it: once as the gates are given it, once as the core hears it.
 */
import type { Event } from '../src/event.ts';
import { BTC_CALL, bookOf, policyWith } from '../src/gates/context.fixture.ts';
import type { GateContext, Listing } from '../src/gates/gate.ts';
import type { RejectCode } from '../src/gates/reject.ts';
import type { Instrument } from '../src/instrument/instrument.ts';
import type { LegProposal } from '../src/intent/intent.ts';
import type { Policy } from '../src/policy.ts';
import { policyDocument } from '../src/policy-document.fixture.ts';
import type { Desk, Hears, Unstamped } from './desk.ts';

/** What stands in the key's place; undefined: nothing does. */
export type Given = number | undefined;

export interface World {
  /** At the gates alone, where the key is the sole cause. */
  readonly gates?: Partial<GateContext>;
  readonly listing?: Partial<Listing>;
  readonly policy?: Policy | null;
  /** In the core alone: as a document, or as it is heard. */
  readonly document?: string;
  readonly hears?: Hears;
  /** In the core alone, once it is up. */
  readonly ledger?: Desk['ledger'];
  readonly instrument?: Instrument;
  readonly leg?: Partial<LegProposal>;
}

export const VARIANTS = {
  missing: undefined,
  nan: Number.NaN,
  infinity: Number.POSITIVE_INFINITY,
  zero: 0,
  negative: -1,
} as const satisfies Record<string, Given>;

export type Variant = keyof typeof VARIANTS;

/** What is answered where a policy cannot even be read. */
export const REFUSED_DOCUMENT = 'PolicyDocumentRefused';
export type Answer = RejectCode | typeof REFUSED_DOCUMENT | 'admitted';

export interface CriticalKey {
  readonly key: string;
  /** The gates' answer while it is missing. */
  readonly code: RejectCode;
  readonly operands: object;
  /** The core's answer where it is another; `admitted` where it is a value like any other. */
  readonly core?: Partial<Record<Variant, Answer>>;
  /** Variants that can be told apart; of a word or a document only its absence can. */
  readonly variants?: readonly Variant[];
  /** A variant that is believed and should not be, and why that is. */
  readonly gap?: Partial<Record<Variant, string>>;
  readonly world: (given: Given) => World;
}

const instrument = (parts: Readonly<Record<string, Given>>): World => ({
  instrument: { ...BTC_CALL, ...(parts as object) },
});
const leg = (parts: unknown): World => ({ leg: parts as Partial<LegProposal> });
const metadata = (field: string) =>
  ({ code: 'InstrumentMetadataMissing', operands: { field } }) as const;
const edge = (field: string) => ({ code: 'NetEdgeInputMissing', operands: { field } }) as const;

const RAW = new Map<Given, string>([
  [Number.NaN, 'NaN'],
  [Number.POSITIVE_INFINITY, '1e999'],
]);

/** The launch policy with this in the place of one number, as text. */
function document(path: string, given: Given): string {
  const whole = structuredClone(policyDocument()) as Record<string, unknown>;
  const names = path.split('.');
  const last = names.pop() ?? '';
  let part = whole;
  for (const name of names) part = part[name] as Record<string, unknown>;
  if (given === undefined) delete part[last];
  else part[last] = '@';
  return JSON.stringify(whole).replace('"@"', RAW.get(given) ?? String(given));
}

/** A key of the policy: as the gates hold it, and as it is written. */
function limit(parts: Parameters<typeof policyWith>[0], path: string): CriticalKey['world'] {
  return (given) => ({ policy: policyWith(parts), document: document(path, given) });
}

/** The parser holds all of these; where a key may be left out, the gate is what asks for it. */
const REFUSED = {
  nan: REFUSED_DOCUMENT,
  infinity: REFUSED_DOCUMENT,
  zero: REFUSED_DOCUMENT,
  negative: REFUSED_DOCUMENT,
} as const;

const every = (answer: Answer) =>
  ({ missing: answer, nan: answer, infinity: answer, zero: answer, negative: answer }) as const;

/** Another event of this kind, or none; every other one as it is. */
function instead<Kind extends Event['kind']>(
  kind: Kind,
  change: (
    event: Extract<Unstamped<Event>, { kind: Kind }>,
  ) => Extract<Unstamped<Event>, { kind: Kind }> | null,
): Hears {
  return (event) =>
    event.kind === kind ? change(event as Extract<Unstamped<Event>, { kind: Kind }>) : event;
}

/** What the market monitors look at is left alone: the key is asked for by itself. */
const isReference = ({ instrument: name }: { readonly instrument: string }): boolean =>
  name.endsWith('-PERPETUAL');

const METADATA: readonly CriticalKey[] = [
  { key: 'tick_size', ...metadata('tick_size'), world: (v) => instrument({ tickE8: v }) },
  { key: 'amount_step', ...metadata('amount_step'), world: (v) => instrument({ amountStepE8: v }) },
  { key: 'min_amount', ...metadata('min_amount'), world: (v) => instrument({ minAmount: v }) },
  {
    key: 'contract_multiplier',
    ...metadata('contract_multiplier'),
    world: (v) => instrument({ contractMultiplierE8: v }),
  },
  {
    key: 'expiration_timestamp',
    ...metadata('expiration_timestamp'),
    world: (v) => instrument({ expiry: v }),
  },
];

const MARKET: readonly CriticalKey[] = [
  {
    key: 'index_price',
    ...metadata('index_price'),
    // The basis monitor misses it as well, and the mode is asked first.
    core: every('TradingModeForbidsOpen'),
    world: (v) => ({
      gates: { indexPriceE8: () => (v ?? null) as never },
      hears: instead('indexChanged', (event) =>
        v === undefined ? null : { ...event, priceE8: v as never },
      ),
    }),
  },
  {
    key: 'l2_snapshot',
    code: 'LiquidityGateNoL2',
    operands: {},
    variants: ['missing'],
    world: () => ({
      listing: { book: bookOf([], [], { usable: false }) },
      hears: instead('bookChanged', (event) => (isReference(event) ? event : null)),
    }),
  },
  {
    // Nobody gives it: it is walked from the book, and there is none to walk.
    key: 'expected_slippage_usd',
    code: 'ExpectedSlippageTooHigh',
    operands: { slippageBps: null },
    core: { ...every('OpenPermissionLatched'), missing: 'ExpectedSlippageTooHigh' },
    world: (v) => ({
      listing: { book: bookOf([[475, 1_000]], [[v ?? Number.NaN, 1_000]]) },
      hears: instead('bookChanged', (event) =>
        isReference(event) ? event : { ...event, asks: v === undefined ? [] : [v, 1_000] },
      ),
    }),
  },
  {
    key: 'fee_model_cached_at_ts',
    code: 'FeeCacheStale',
    operands: { ageS: null },
    core: every('RiskStateNotHealthy'),
    world: (v) => ({
      gates: { feeModelAgeS: v ?? null },
      hears: instead('accountObserved', (event) => ({
        ...event,
        feeModelCachedAt: (v ?? null) as never,
      })),
    }),
  },
  {
    key: 'mm_util',
    code: 'MarginHeadroomRejectOpens',
    operands: { mmUtil: null },
    core: { ...every('TradingModeForbidsOpen'), zero: 'admitted' },
    world: (v) => ({
      gates: { mmUtil: v ?? null },
      hears: instead('accountObserved', (event) => ({
        ...event,
        currencies: v === undefined ? [] : margins(event.currencies, v),
      })),
    }),
  },
  {
    key: 'equity_usd',
    code: 'InvalidInput',
    operands: { field: 'equity_usd' },
    core: { ...every('TradingModeForbidsOpen'), infinity: 'InvalidInput' },
    world: (v) => ({
      gates: { equity: (v ?? null) as never },
      hears: instead('accountObserved', (event) => ({
        ...event,
        currencies: v === undefined ? [] : equities(event.currencies, v),
      })),
    }),
  },
];

type Currencies = Extract<Event, { kind: 'accountObserved' }>['currencies'];

function margins(currencies: Currencies, value: number): Currencies {
  return currencies.map((each) => ({ ...each, maintenanceMarginE8: value as never }));
}

function equities(currencies: Currencies, value: number): Currencies {
  return currencies.map((each) => ({ ...each, equityE8: value as never }));
}

const PROPOSAL: readonly CriticalKey[] = [
  {
    key: 'gross_edge_usd',
    ...edge('gross_edge_usd'),
    core: { zero: 'NetEdgeTooLow', negative: 'NetEdgeTooLow' },
    world: (v) => leg({ grossEdgeUsd: v ?? null }),
  },
  { key: 'fair_price', ...edge('fair_price'), world: (v) => leg({ fairPrice: v ?? null }) },
  {
    // Nothing, or a rebate, is a fee like any other.
    key: 'fee_usd',
    ...edge('fee_usd'),
    core: { zero: 'admitted', negative: 'admitted' },
    world: (v) => instrument({ takerFeeE8: v }),
  },
  {
    key: 'qty',
    code: 'InvalidInput',
    operands: { field: 'quantity' },
    world: (v) => leg({ quantity: v }),
  },
];

const LIMITS: readonly CriticalKey[] = [
  {
    key: 'min_edge_usd',
    ...edge('min_edge_usd'),
    core: REFUSED,
    world: limit({ minEdge: null }, 'min_edge_usd'),
  },
  {
    // AMB-03: the section's own code.
    key: 'expiry_delist_buffer_s',
    code: 'InstrumentExpiredOrDelisted',
    operands: { instrument: BTC_CALL.name },
    core: REFUSED,
    world: limit({ expiryDelistBufferS: null }, 'expiry_delist_buffer_s'),
  },
  {
    key: 'exposure.delta_limit',
    code: 'InventorySkewDeltaLimitMissing',
    operands: { underlying: 'BTC' },
    core: REFUSED,
    world: limit({ exposure: { deltaLimitE8: new Map() } }, 'exposure.delta_limit.BTC'),
  },
  {
    key: 'exposure.portfolio_delta_usd',
    code: 'GlobalExposureBudgetExceeded',
    operands: { limitUsd: null },
    core: REFUSED,
    world: limit({ exposure: { portfolioDelta: null } }, 'exposure.portfolio_delta_usd'),
  },
  {
    key: 'risk_limits.max_leverage',
    code: 'CriticalConfigMissing',
    operands: { key: 'max_leverage' },
    core: REFUSED,
    world: limit({ limits: { maxLeverage: null } }, 'risk_limits.max_leverage'),
  },
  {
    key: 'risk_limits.per_underlying',
    code: 'CriticalConfigMissing',
    operands: { key: 'max_delta_abs.BTC' },
    core: { ...REFUSED, missing: REFUSED_DOCUMENT },
    world: limit({ limits: { perUnderlying: new Map() } }, 'risk_limits.per_underlying.BTC'),
  },
];

const ABSENT: readonly Variant[] = ['missing'];

const STANDING: readonly CriticalKey[] = [
  {
    key: 'policy',
    code: 'CriticalConfigMissing',
    operands: { key: 'policy' },
    core: every('RiskStateNotHealthy'),
    variants: ABSENT,
    world: () => ({ policy: null, hears: instead('policyOffered', () => null) }),
  },
  {
    key: 'certificate',
    code: 'TradingModeForbidsOpen',
    operands: { reasons: ['REDUCEONLY_F1_CERT_INVALID'] },
    variants: ABSENT,
    world: () => ({
      gates: { mode: { mode: 'ReduceOnly', reasons: ['REDUCEONLY_F1_CERT_INVALID'] } },
      hears: instead('certificateRead', (event) => ({ ...event, certificate: null })),
    }),
  },
  {
    key: 'risk_state',
    code: 'RiskStateNotHealthy',
    operands: { riskState: 'Degraded' },
    variants: ABSENT,
    world: () => ({ gates: { riskState: 'Degraded' }, ledger: 'queue_full' }),
  },
  {
    key: 'ledger',
    code: 'RecordedBeforeDispatchFailed',
    operands: { cause: 'write_failed' },
    core: every('RiskStateNotHealthy'),
    variants: ABSENT,
    world: () => ({
      gates: { ledger: { depth: 0, capacity: 1024, refusal: 'write_failed' } },
      ledger: 'write_failed',
    }),
  },
];

/** In the order of the document. */
export const CRITICAL_KEYS: readonly CriticalKey[] = [
  ...METADATA,
  ...MARKET,
  ...PROPOSAL,
  ...LIMITS,
  ...STANDING,
];

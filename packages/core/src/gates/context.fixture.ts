/**
 * The "all else passing" world of contract-1 section 52, for tests of whatever the gates are asked
 * by: the order below is admitted, and every override is the sole cause of what then happens. Not
 * product code.
 */
import type { Instrument } from '../instrument/instrument.ts';
import { BTC_CALL as LISTED_BTC_CALL } from '../instrument/samples.fixture.ts';
import type { IntentClass, IntentProposal, LegProposal } from '../intent/intent.ts';
import type { Book } from '../market/book.ts';
import type { Parameters, Policy } from '../policy.ts';
import { DEFAULT_PARAMETERS } from '../policy-defaults.ts';
import {
  amountE8,
  coinE8,
  currency,
  groupId,
  instrumentName,
  microUsd,
  monoMs,
  price,
  priceE8,
  quantity,
  strategyId,
} from '../values/index.ts';
import { createCandidate } from './candidate.ts';
import type {
  Candidate,
  ExposureView,
  GateContext,
  Listing,
  RateView,
  TradesView,
} from './gate.ts';

export const NOW = monoMs(1_774_000_000_000);
export const BTC = currency('BTC');
export const ETH = currency('ETH');
export const SOL = currency('SOL');
export const DAY_MS = 86_400_000;
/** 100 000 USD. */
export const INDEX_E8 = priceE8(10_000_000_000_000);

const usd = (value: number) => microUsd(Math.round(value * 1_000_000));
const coin = (value: number) => coinE8(Math.round(value * 100_000_000));

/** Inverse option: priced in BTC, tick 0.0001 and 0.0005 above 0.005, step 0.1. */
export const BTC_CALL: Instrument = Object.freeze<Instrument>({
  ...LISTED_BTC_CALL,
  expiry: monoMs(NOW + 30 * DAY_MS),
});

export const BTC_PUT: Instrument = Object.freeze<Instrument>({
  ...BTC_CALL,
  name: instrumentName('BTC-27MAR26-100000-P'),
  option: { type: 'put', strikeE8: priceE8(10_000_000_000_000) },
});

export const ETH_CALL: Instrument = Object.freeze<Instrument>({
  ...BTC_CALL,
  name: instrumentName('ETH-27MAR26-4000-C'),
  underlying: ETH,
  settlement: ETH,
});

/** Inverse perpetual: sized in USD, contract 10 USD. */
export const BTC_PERPETUAL: Instrument = Object.freeze<Instrument>({
  ...BTC_CALL,
  name: instrumentName('BTC-PERPETUAL'),
  kind: 'perpetual',
  quote: 'usd',
  amountUnit: 'usd',
  tickE8: priceE8(50_000_000),
  tickLadder: [],
  amountStepE8: amountE8(1_000_000_000),
  contractMultiplierE8: amountE8(1_000_000_000),
  expiry: null,
  option: null,
});

/** The same of ETH. */
export const ETH_PERPETUAL: Instrument = Object.freeze<Instrument>({
  ...BTC_PERPETUAL,
  name: instrumentName('ETH-PERPETUAL'),
  underlying: ETH,
  settlement: ETH,
});

/** Linear perpetual: sized in BTC, tick 0.5 and step 1 as in section 52. */
export const BTC_USDC_PERPETUAL: Instrument = Object.freeze<Instrument>({
  ...BTC_PERPETUAL,
  name: instrumentName('BTC_USDC-PERPETUAL'),
  kind: 'linear_future',
  settlement: currency('USDC'),
  amountUnit: 'coin',
  amountStepE8: amountE8(100_000_000),
  contractMultiplierE8: amountE8(100_000_000),
});

/** One order of the fixture is 30 000 USD: it must not be what self-impact trips on. */
const ROOMY_PARAMETERS: Parameters = Object.freeze({
  ...DEFAULT_PARAMETERS,
  selfTradeMinSelfNotionalUsd: 1e9,
  selfTradeNotionalTripUsd: 1e9,
});

/**
 * Launch policy LP-001 with room on every limit; `families` holds every family, so that each can be
 * taken away.
 */
export const POLICY: Policy = Object.freeze<Policy>({
  policyId: 'LP-001',
  policyVersion: '1.2',
  contractVersionTarget: '5.2',
  stage: 'pilot',
  executionStyle: 'Any',
  universe: {
    underlyings: [BTC, ETH],
    families: [
      'inverse_option',
      'linear_option',
      'inverse_future',
      'linear_future',
      'inverse_perpetual',
      'linear_perpetual',
    ],
    hedgeOnlyFamilies: [],
  },
  limits: {
    maxDailyLoss: usd(5000),
    maxWeeklyLoss: usd(15_000),
    maxDrawdownPct: 10,
    maxGrossNotional: usd(50_000_000),
    maxLeverage: 10,
    perUnderlying: new Map([
      [BTC, { maxDeltaE8: coin(100), maxPositionNotional: usd(25_000_000) }],
      [ETH, { maxDeltaE8: coin(1000), maxPositionNotional: usd(25_000_000) }],
    ]),
    maxOrderSizeContractsE8: amountE8(1_000_000_000_000),
    maxOrdersPerSecond: 5,
    maxOrdersPerMinute: 100,
    minOrderIntervalMs: 200,
    maxGammaBtcEquiv: 100,
    maxVega: usd(1_000_000),
  },
  exposure: {
    deltaLimitE8: new Map([
      [BTC, coin(10)],
      [ETH, coin(100)],
    ]),
    portfolioDelta: usd(10_000_000),
  },
  microLiveCaps: {
    maxDailyVolume: usd(10_000_000),
    maxOpenPositions: 100,
    maxSingleOrderContractsE8: amountE8(1_000_000_000_000),
  },
  fullCaps: {
    maxDailyVolume: usd(10_000_000),
    maxOpenPositions: 100,
    maxSingleOrderContractsE8: amountE8(1_000_000_000_000),
  },
  minEdge: usd(10),
  minEdgeFloor: usd(0),
  expiryDelistBufferS: 60,
  referenceInstruments: new Map([
    [BTC, BTC_PERPETUAL.name],
    [ETH, ETH_PERPETUAL.name],
  ]),
  smileGuard: { butterflyEpsilon: 1e-6, calendarEpsilon: 0.15, gridSteps: 48 },
  parameters: ROOMY_PARAMETERS,
  containment: { openingHedgeAllowed: false },
});

/** A policy with some of its parts, limits, exposure budgets or parameters replaced. */
export function policyWith(
  parts: Partial<Omit<Policy, 'limits' | 'exposure' | 'parameters' | 'universe'>> & {
    readonly limits?: Partial<Policy['limits']>;
    readonly exposure?: Partial<Policy['exposure']>;
    readonly parameters?: Partial<Parameters>;
    readonly universe?: Partial<Policy['universe']>;
  },
): Policy {
  return Object.freeze({
    ...POLICY,
    ...parts,
    limits: { ...POLICY.limits, ...parts.limits },
    exposure: { ...POLICY.exposure, ...parts.exposure },
    parameters: { ...ROOMY_PARAMETERS, ...parts.parameters },
    universe: { ...POLICY.universe, ...parts.universe },
  });
}

type Level = readonly [ticks: number, steps: number];

/** A usable book, best level first, as the instrument's ticks and steps. */
export function bookOf(
  bids: readonly Level[],
  asks: readonly Level[],
  parts: Partial<Book> = {},
): Book {
  return {
    instrument: BTC_CALL.name,
    usable: true,
    changeId: 1,
    updatedAt: monoMs(NOW - 100),
    bidCount: bids.length,
    askCount: asks.length,
    bidPrice: (level) => price(bids[level]?.[0] ?? Number.NaN),
    bidQuantity: (level) => quantity(bids[level]?.[1] ?? Number.NaN),
    askPrice: (level) => price(asks[level]?.[0] ?? Number.NaN),
    askQuantity: (level) => quantity(asks[level]?.[1] ?? Number.NaN),
    ...parts,
  };
}

/** 0.0475 bid, 0.048 ask, deep. */
const CALM_BOOK = bookOf([[475, 1000]], [[480, 1000]]);
/** 99 999.5 bid, 100 000.5 ask, deep; for the perpetuals. */
const CALM_PERPETUAL_BOOK = bookOf([[199_999, 1_000_000]], [[200_001, 1_000_000]]);

export function listingOf(parts: Partial<Listing> = {}): Listing {
  const instrument = parts.instrument ?? BTC_CALL;
  return {
    instrument,
    fetchedAt: monoMs(NOW - 10_000),
    book: instrument.kind === 'option' ? CALM_BOOK : CALM_PERPETUAL_BOOK,
    delta: null,
    greeks: { gamma: 0.00002, vega: 100, at: monoMs(NOW - 500) },
    closed: false,
    ...parts,
  };
}

/** Coin deltas and USD notionals as decimals; every underlying not named is flat. */
export interface ExposureParts {
  readonly position?: number;
  readonly current?: Readonly<Record<string, number>>;
  readonly pendingLong?: Readonly<Record<string, number>>;
  readonly pendingShort?: Readonly<Record<string, number>>;
  readonly positionNotional?: Readonly<Record<string, number>>;
  readonly pendingNotional?: Readonly<Record<string, number>>;
  readonly held?: ExposureView['held'];
  readonly pending?: ExposureView['pending'];
}

export function exposureOf(parts: ExposureParts = {}): ExposureView {
  const { current = {}, pendingLong = {}, pendingShort = {} } = parts;
  const { positionNotional = {}, pendingNotional = {} } = parts;
  const named = [current, pendingLong, pendingShort, positionNotional, pendingNotional];
  return {
    positionE8: () => amountE8(coin(parts.position ?? 0)),
    currentDeltaE8: (underlying) => coin(current[underlying] ?? 0),
    pendingLongDeltaE8: (underlying) => coin(pendingLong[underlying] ?? 0),
    pendingShortDeltaE8: (underlying) => coin(pendingShort[underlying] ?? 0),
    positionNotional: (underlying) => usd(positionNotional[underlying] ?? 0),
    pendingNotional: (underlying) => usd(pendingNotional[underlying] ?? 0),
    underlyings: new Set(named.flatMap((part) => Object.keys(part)).map(currency)),
    held: parts.held ?? [],
    pending: parts.pending ?? [],
  };
}

export function rateOf(sentMsAgo: readonly number[] = []): RateView {
  return {
    lastOrderAt: sentMsAgo.length === 0 ? null : monoMs(NOW - Math.min(...sentMsAgo)),
    countWithin: (windowMs) => sentMsAgo.filter((ago) => ago < windowMs).length,
  };
}

/** A fresh feed in which nobody trades. */
const QUIET_TRADES: TradesView = Object.freeze({
  updatedAt: () => monoMs(NOW - 1_000),
  publicNotional: () => usd(0),
  selfNotional: () => ({ gross: usd(0), net: 0 }),
  pausedUntil: () => null,
});

/** Section 52: everything passes. Listings hold every fixture instrument. */
export function contextOf(parts: Partial<GateContext> = {}): GateContext {
  const instruments = [BTC_CALL, BTC_PUT, ETH_CALL, BTC_PERPETUAL, BTC_USDC_PERPETUAL];
  return {
    now: NOW,
    policy: POLICY,
    mode: { mode: 'Active', reasons: [] },
    riskState: 'Healthy',
    latchReasons: [],
    listings: new Map(
      instruments.map((instrument) => [instrument.name, listingOf({ instrument })]),
    ),
    unsupported: new Map(),
    indexPriceE8: () => INDEX_E8,
    mmUtil: 0.1,
    equity: usd(1_000_000),
    loss: (limit) => ({
      limit,
      baseline: usd(1_000_000),
      loss: usd(0),
      allowed: usd(5_000),
      isReached: false,
    }),
    turnover: () => 0,
    feeModelAgeS: 10,
    ledger: { depth: 0, capacity: 1024, refusal: null },
    exposure: exposureOf(),
    requests: { available: 20, reserved: 5 },
    throttled: false,
    trades: QUIET_TRADES,
    rate: rateOf(),
    order: () => undefined,
    isSuspended: () => false,
    isChurning: false,
    churnBlockedMs: () => 0,
    workingClose: () => null,
    ...parts,
  };
}

/** The same with one listing replaced. */
export function contextWithListing(
  listing: Partial<Listing>,
  parts: Partial<GateContext> = {},
): GateContext {
  const context = contextOf(parts);
  const replaced = listingOf(listing);
  const listings = new Map([...context.listings, [replaced.instrument.name, replaced]]);
  return { ...context, listings };
}

/** Buys 0.3 of the call at fair 0.05 with 100 USD of gross edge; limit, IOC, not reduce-only. */
export function legOf(parts: Partial<LegProposal> = {}): LegProposal {
  return {
    instrument: BTC_CALL.name,
    side: 'buy',
    quantity: 0.3,
    contracts: null,
    limitPrice: null,
    fairPrice: 0.05,
    grossEdgeUsd: 100,
    delta: 0.5,
    orderType: 'limit',
    timeInForce: 'immediate_or_cancel',
    postOnly: false,
    trigger: null,
    triggerPrice: null,
    linkedOrderType: null,
    ...parts,
  };
}

export function proposalOf(
  leg: Partial<LegProposal> = {},
  parts: Partial<IntentProposal> = {},
): IntentProposal {
  return { action: 'Place', reduceOnly: false, legs: [legOf(leg)], target: null, ...parts };
}

export const GROUP = groupId('9f1c2d3e-4b5a-4c6d-8e7f-0a1b2c3d4e5f');
export const STRATEGY = strategyId('strangle_btc_low_vol');

/** An OPEN as section 52 has it. */
export function candidateOf(
  leg: Partial<LegProposal> = {},
  parts: Partial<IntentProposal> = {},
): Candidate {
  return candidateAs('OPEN', leg, parts);
}

/**
 * A reduce-only sale of 0.3 with a limit; the context has to hold a position (`exposureOf({
 * position: 1 })`).
 */
export function reducingCandidateOf(
  intentClass: 'CLOSE' | 'HEDGE' = 'CLOSE',
  leg: Partial<LegProposal> = {},
): Candidate {
  const reduction = {
    side: 'sell',
    limitPrice: 0.045,
    fairPrice: null,
    grossEdgeUsd: null,
  } as const;
  return candidateAs(intentClass, { ...reduction, ...leg }, { action: 'Close', reduceOnly: true });
}

function candidateAs(
  intentClass: Exclude<IntentClass, 'CANCEL'>,
  leg: Partial<LegProposal>,
  parts: Partial<IntentProposal>,
): Candidate {
  const proposal = proposalOf(leg, parts);
  return createCandidate({ groupId: GROUP, strategyId: STRATEGY, proposal, intentClass }, 0);
}

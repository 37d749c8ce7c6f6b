import type { AmountE8, CoinE8, Currency, InstrumentName, MicroUsd } from './values/index.ts';

export type LedgerStage = 'experiment' | 'paper' | 'pilot' | 'limited_live';

/** Product families the launch policy can allow; what is not listed is forbidden. */
export type ProductFamily =
  | 'inverse_option'
  | 'linear_option'
  | 'inverse_future'
  | 'linear_future'
  | 'inverse_perpetual'
  | 'linear_perpetual';

/**
 * Every limit, parsed, exact and frozen (`config/policy.json`). `null` marks a safety-critical
 * value that has no default anywhere: the gate that needs it refuses every OPEN (contract-1 section
 * 3, AMB-03).
 */
export interface Policy {
  readonly policyId: string;
  readonly policyVersion: string;
  readonly contractVersionTarget: '5.2';
  readonly stage: LedgerStage;
  readonly executionStyle: 'Sniper' | 'Any';
  readonly universe: {
    readonly underlyings: readonly Currency[];
    readonly families: readonly ProductFamily[];
    /** May only reduce |net delta|, never speculate. */
    readonly hedgeOnlyFamilies: readonly ProductFamily[];
  };
  readonly limits: LaunchLimits;
  readonly exposure: ExposureLimits;
  readonly minEdge: MicroUsd | null;
  readonly minEdgeFloor: MicroUsd;
  readonly expiryDelistBufferS: number | null;
  /**
   * The future or perpetual each coin's market monitors look at (AMB-33). A coin of the universe
   * without one holds the system in ReduceOnly. Always set by the parser.
   */
  readonly referenceInstruments?: ReadonlyMap<Currency, InstrumentName>;
  /**
   * How finely the guard over smile fits looks, which has no default (decision 0024): without it no
   * fit is valid. Always set by the parser.
   */
  readonly smileGuard?: SmileGuardGrid | null;
  readonly parameters: Parameters;
  readonly containment: ContainmentPolicy;
  /** Tighter than `limits`; applies while `stage` is `pilot`. Always set by the parser. */
  readonly microLiveCaps?: StageCaps;
  /** In force while the stage is limited_live. */
  readonly fullCaps?: StageCaps;
}

/** What containment may do beyond reducing (D-15). */
export interface ContainmentPolicy {
  /** A bounded hedge that is not reduce-only, where the reduce-only one came to nothing. */
  readonly openingHedgeAllowed: boolean;
}

/** Caps of one stage with real money (phases section 1.3). */
export interface StageCaps {
  readonly maxDailyVolume: MicroUsd;
  readonly maxOpenPositions: number;
  readonly maxSingleOrderContractsE8: AmountE8;
}

/** Launch policy (phases section 1.3). */
export interface LaunchLimits {
  readonly maxDailyLoss: MicroUsd;
  readonly maxWeeklyLoss: MicroUsd;
  readonly maxDrawdownPct: number;
  readonly maxGrossNotional: MicroUsd;
  readonly maxLeverage: number | null;
  readonly perUnderlying: ReadonlyMap<
    Currency,
    { readonly maxDeltaE8: CoinE8; readonly maxPositionNotional: MicroUsd }
  >;
  readonly maxOrderSizeContractsE8: AmountE8;
  readonly maxOrdersPerSecond: number;
  readonly maxOrdersPerMinute: number;
  readonly minOrderIntervalMs: number;
  readonly maxGammaBtcEquiv: number;
  readonly maxVega: MicroUsd;
}

/** Budgets of contract-1 sections 16 to 18; none has a default. */
export interface ExposureLimits {
  /** `delta_limit` of the inventory skew and of pending reservations, coin at 1e-8. */
  readonly deltaLimitE8: ReadonlyMap<Currency, CoinE8>;
  /** Portfolio delta after correlation, USD. */
  readonly portfolioDelta: MicroUsd | null;
}

/**
 * Appendix A values this build uses; a key absent from the document takes the default given there.
 */
export interface Parameters extends MonitorParameters, SmileParameters {
  readonly sviGuardTripCount: number;
  readonly sviGuardTripWindowS: number;
  readonly rescueCrossSpreadTicks: number;
  readonly closeBufferTicks: number;
  readonly atomicQtyEpsilon: number;
  readonly groupLockMaxWaitMs: number;
  readonly instrumentCacheTtlS: number;
  readonly contractsAmountMatchTolerance: number;
  readonly inventorySkewK: number;
  readonly inventorySkewTickPenaltyMax: number;
  readonly maxSlippageBps: number;
  readonly l2BookSnapshotMaxAgeMs: number;
  readonly mmUtilRejectOpens: number;
  readonly mmUtilReduceonly: number;
  readonly mmUtilKill: number;
  readonly mmUtilMaxAgeMs: number;
  readonly diskUsedMaxAgeMs: number;
  readonly diskPauseArchivesPct: number;
  readonly diskDegradedPct: number;
  readonly diskKillPct: number;
  readonly f1CertFreshnessWindowS: number;
  readonly watchdogKillS: number;
  readonly rateLimitKillMin10028: number;
  readonly emergencyReduceonlyCooldownS: number;
  readonly maxPolicyAgeSec: number;
  readonly positionReconcileEpsilon: number;
  readonly reconcileTradeLookbackSec: number;
  readonly feeCacheSoftS: number;
  readonly feeCacheHardS: number;
  readonly feeStaleBuffer: number;
  readonly cancelOpenBatchMax: number;
  readonly cancelOpenBudgetMs: number;
  readonly staleOrderSec: number;
  readonly timeDriftThresholdMs: number;
  readonly basisPriceMaxAgeMs: number;
  readonly greeksMaxAgeMs: number;
  readonly exchangeHealthStaleS: number;
  readonly wsZombieSilenceMs: number;
  readonly wsZombieActivityWindowMs: number;
  readonly limitsFetchFailuresTripCount: number;
  readonly limitsFetchFailureWindowS: number;
  readonly publicTradeFeedMaxAgeMs: number;
  readonly feedbackLoopWindowS: number;
  readonly feedbackLoopCooldownS: number;
  readonly selfTradeFractionTrip: number;
  readonly selfTradeMinSelfNotionalUsd: number;
  readonly selfTradeNotionalTripUsd: number;
}

/** What a smile fit may do (contract-2 section 9.2). */
export interface SmileParameters {
  readonly sviRmseMax: number;
  readonly sviRmseMaxLowDepth: number;
  readonly sviDriftMax: number;
  readonly sviDriftMaxLowDepth: number;
  readonly sviIvMax: number;
}

/** The grid of the guard over smile fits, and how little on it is nothing. */
export interface SmileGuardGrid {
  /** Part of the forward, and of a density without unit. */
  readonly butterflyEpsilon: number;
  /** Share of the earlier total variance. */
  readonly calendarEpsilon: number;
  readonly gridSteps: number;
}

/** What the monitors of market, network and clock go by. */
export interface MonitorParameters {
  readonly spreadMaxBps: number;
  readonly spreadKillBps: number;
  readonly depthMin: number;
  readonly depthKillMin: number;
  readonly cortexKillWindowS: number;
  readonly spreadDepthCooldownS: number;
  readonly dvolJumpPct: number;
  readonly dvolJumpWindowS: number;
  readonly dvolCooldownS: number;
  readonly cortexBookMaxAgeMs: number;
  readonly cortexDvolMaxAgeMs: number;
  readonly basisReduceonlyBps: number;
  readonly basisReduceonlyWindowS: number;
  readonly basisReduceonlyCooldownS: number;
  readonly basisKillBps: number;
  readonly basisKillWindowS: number;
  readonly bunkerHttpP95MaxMs: number;
  readonly bunkerHttpP95Evaluations: number;
  readonly bunkerJitterThresholdMs: number;
  readonly bunkerTimeoutRateMax: number;
  readonly bunkerExitStableS: number;
  readonly networkMeasuredMaxAgeMs: number;
  readonly clockMeasuredMaxAgeMs: number;
}

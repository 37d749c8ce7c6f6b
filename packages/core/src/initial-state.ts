import { createContainment } from './containment/run.ts';
import type { FeeTier } from './event.ts';
import { createFacts } from './facts.ts';
import { createEmergency } from './guard/emergency.ts';
import { createLatch } from './guard/latch.ts';
import { NO_FINDINGS } from './guard/monitors/finding.ts';
import { createMonitors } from './guard/monitors/monitors.ts';
import { createRiskCauses } from './guard/risk-state.ts';
import { createSessionKill } from './guard/session-kill.ts';
import { DEFAULT_PARAMETERS } from './policy-document.ts';
import { Exposure } from './position/exposure.ts';
import { Reservations } from './position/reservation.ts';
import type { Observations, Session, State } from './state.ts';
import { freshIndexE8 } from './turn/index-price.ts';
import { RateWindow } from './turn/rate-window.ts';
import { RequestBucket } from './turn/request-bucket.ts';
import { type Currency, monoMs, type PriceE8 } from './values/index.ts';

const NEVER = monoMs(0);

/**
 * A fresh process: no facts, everything unknown, latched. Fail-closed without a line of start-up
 * code (D-13).
 */
export function createState(session: Session): State {
  const facts = createFacts();
  const reservations = new Reservations();
  const listings: Observations['listings'] = new Map();
  const indexE8 = (underlying: Currency): PriceE8 | null => freshIndexE8(observations, underlying);
  const observations: Observations = {
    now: NEVER,
    policy: null,
    policyHash: null,
    policyGeneratedAt: null,
    offeredPolicy: null,
    listings,
    metadataAt: new Map(),
    unsupported: new Map(),
    unsupportedOf: new Map(),
    indexes: new Map(),
    volatilityIndexes: new Map(),
    lastTradeSeq: new Map(),
    publicTrades: unheardTrades(),
    venueHealth: { at: null, locked: false, maintenance: [] },
    limitsFailures: [],
    smileTrips: [],
    requests: new RequestBucket(),
    reservations,
    exposure: new Exposure(facts.positions, listings, indexE8, reservations),
    rate: new RateWindow(),
    latch: createLatch(),
    latchedAt: new Map(),
    marketAt: NEVER,
    heardSince: NEVER,
    brokenBooks: new Map(),
    connected: true,
    operatorStop: null,
    pendingCommands: [],
    riskCauses: createRiskCauses(),
    monitors: createMonitors(),
    sessionKill: createSessionKill(),
    emergency: createEmergency(),
    suspended: new Set(),
    losses: unseenLosses(),
    pendingPresences: new Set(),
    ...UNREAD,
    lastMode: 'ReduceOnly',
    ledger: silentLedger(),
    pendingIntents: new Map(),
    pendingAttempts: new Set(),
    pendingTrades: new Set(),
    waived: new Set(),
    readmitted: new Map(),
    unresolved: new Map(),
    leftAt: new Map(),
    canceling: new Map(),
    containment: createContainment(NEVER),
    ...uncomparedVenue(),
    polls: unpolled(),
    lastActivityAt: NEVER,
    guardInputs: unheardInputs(session),
  };
  return { facts, observations, session };
}

/** Readings nobody has made yet. */
const UNREAD = {
  operationsLock: { state: 'free' as const },
  certificate: null,
  mmUtil: null,
  equity: null,
  presence: null,
  feeModelCachedAt: null,
  feeTiers: [] as readonly FeeTier[],
  diskUsed: null,
  diskUsedSecondary: null,
  heartbeatAt: null,
  tickAt: null,
};

/** No word of the ledger yet: it has no room anybody knows of. */
function silentLedger(): Observations['ledger'] {
  return { depth: 0, capacity: 1, refusal: null, stalled: false, probing: false };
}

/** No equity seen, nothing on its way to be recorded. */
function unseenLosses(): Observations['losses'] {
  return {
    pendingMarks: new Set(),
    pendingLatches: new Set(),
    pendingResets: new Set(),
    unrecorded: new Map(),
    peak: null,
  };
}

function unheardTrades(): Observations['publicTrades'] {
  return { feeds: new Map(), flows: new Map(), holes: [], asked: new Map(), pauses: new Map() };
}

/** Nothing has been asked of the venue yet. */
function unpolled(): Observations['polls'] {
  const at = { accountAt: NEVER, instrumentsAt: NEVER, healthAt: NEVER, sweepAt: NEVER };
  return { requestId: 0, account: null, ...at };
}

/** Nor whether it agrees with us. */
function uncomparedVenue(): Pick<Observations, 'reconciliation' | 'accounting'> {
  return { reconciliation: unaskedReconciliation(), accounting: uncomparedAccounting() };
}

function unaskedReconciliation(): Observations['reconciliation'] {
  return {
    startedAt: null,
    requestId: null,
    requestedAt: NEVER,
    nextAt: NEVER,
    clearing: null,
    lastCleanAt: null,
    uncomparedSince: null,
    unsent: [],
    corrections: [],
    correcting: [],
  };
}

function uncomparedAccounting(): Observations['accounting'] {
  return {
    askedAt: NEVER,
    standing: 'unread',
    uncomparedSince: null,
    differences: [],
    waiting: new Map(),
    held: new Map(),
    unwritten: [],
    pending: 0,
  };
}

/** What the guard has heard so far: nothing, and unknown is unsafe. */
function unheardInputs(session: Session): Observations['guardInputs'] {
  return {
    now: NEVER,
    enforcedProfile: session.enforcedProfile,
    policyGeneratedAt: null,
    watchdogHeartbeatAt: null,
    loopTickAt: null,
    riskState: null,
    certificate: null,
    feeModelCachedAt: null,
    mmUtil: null,
    diskUsed: null,
    diskUsedSecondary: null,
    emergencyReduceOnlyActive: null,
    latchReasons: null,
    sessionKillActive: null,
    count10028In5m: null,
    bunkerModeActive: null,
    overrides: { cortex: null, exchangeHealth: null, basis: null, contract: { kind: 'None' } },
    findings: NO_FINDINGS,
    evidenceChain: null,
    parameters: DEFAULT_PARAMETERS,
  };
}

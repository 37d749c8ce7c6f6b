import type { LedgerRecord } from '@holdfast/core/ledger';
import {
  amountE8,
  coinE8,
  currency,
  groupId,
  instrumentName,
  intentHash,
  label,
  microUsd,
  priceE8,
  runId,
  strategyId,
  tradeId,
  venueOrderId,
  wallMs,
} from '@holdfast/core/values';

/** Records as a life of orders makes them; `n` tells one order from another. */
type Of<T extends LedgerRecord['type']> = Extract<LedgerRecord, { type: T }>;

const START = 1_790_000_000_000;
const INSTRUMENT = instrumentName('BTC-27MAR26-100000-C');

const hex = (n: number, digits: number): string => n.toString(16).padStart(digits, '0');

export const sampleLabel = (n: number) => label(`s4:abcdef12:${hex(n, 12)}:0:${hex(n, 16)}`);

const sampleGroup = (n: number) => groupId(`6f1e3f3e-7b8a-4b44-9a52-${hex(n, 12)}`);

export function sampleIntent(n: number, reduceOnly = false): Of<'intentRecorded'> {
  return {
    type: 'intentRecorded',
    at: wallMs(START + n),
    terms: {
      label: sampleLabel(n),
      intentHash: intentHash(hex(n, 16)),
      groupId: sampleGroup(n),
      legIndex: 0,
      strategyId: strategyId('covered-call'),
      intentClass: reduceOnly ? 'CLOSE' : 'OPEN',
      instrument: INSTRUMENT,
      side: 'buy',
      amountE8: amountE8(10_000_000),
      limitPriceE8: priceE8(4_650_000),
      timeInForce: 'immediate_or_cancel',
      postOnly: false,
      reduceOnly,
    },
    deltaE8: coinE8(5_000_000),
    notional: microUsd(9_712_340_000),
    context: {
      tradingMode: 'Active',
      policyHash: '9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08',
      bookAgeMs: 12,
      bestBidE8: priceE8(4_550_000),
      bestAskE8: priceE8(4_650_000),
      indexPriceE8: priceE8(9_712_345_000_000),
      fairPriceE8: priceE8(4_750_000),
      grossEdge: microUsd(3_400_000),
      fee: microUsd(1_200_000),
      expectedSlippage: microUsd(120_000),
      minEdge: microUsd(1_000_000),
      slippageBps: 1.25,
      marginUtilization: 0.1234,
      currentDeltaE8: coinE8(50_000_000),
      pendingDeltaE8: coinE8(-25_000_000),
    },
  };
}

export function sampleSending(n: number): Of<'orderSending'> {
  return { type: 'orderSending', at: wallMs(START + n), label: sampleLabel(n) };
}

export function sampleAck(n: number): Of<'orderAcked'> {
  return {
    type: 'orderAcked',
    at: wallMs(START + n + 20),
    label: sampleLabel(n),
    venueOrderId: venueOrderId(`ETH-${349_223 + n}`),
    source: 'reply',
  };
}

export function sampleFill(n: number): Of<'fillRecorded'> {
  return {
    type: 'fillRecorded',
    at: wallMs(START + n + 21),
    tradeId: tradeId(`ETH-${34_066 + n}`),
    label: sampleLabel(n),
    venueOrderId: venueOrderId(`ETH-${349_223 + n}`),
    strategyId: strategyId('covered-call'),
    instrument: INSTRUMENT,
    side: 'buy',
    amountE8: amountE8(10_000_000),
    priceE8: priceE8(4_650_000),
    feeE8: coinE8(3_000),
    feeCurrency: currency('BTC'),
    cashE8: coinE8(-465_000),
    indexPriceE8: priceE8(9_712_345_000_000),
    tradedAt: wallMs(START + n + 19),
    source: 'feed',
  };
}

/** At least one of every type, with every null, sign and odd character a field may have. */
export const EVERY_RECORD: readonly LedgerRecord[] = [
  {
    type: 'sessionStarted',
    at: wallMs(START),
    runId: runId('01994f3e-7b8a-7b44-9a52-08c6a5f0aa11'),
    epoch: 1,
    buildId: '8cc37fb0c2a14d0f8a5a3c1de4f2b7a6915e3d20',
    runtimeConfigHash: '4e07408562bedb8b60ce05c1decfe3ad16b72230967de01f640b7e4729b49fce',
    contractVersion: '5.2',
  },
  {
    type: 'policyActivated',
    at: wallMs(START + 1),
    policyId: 'launch',
    policyVersion: '1',
    policyHash: '9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08',
  },
  {
    type: 'latchSet',
    at: wallMs(START + 2),
    reasons: ['RESTART_RECONCILE_REQUIRED', 'WS_BOOK_GAP_RECONCILE_REQUIRED'],
  },
  {
    type: 'latchCleared',
    at: wallMs(START + 3),
    reasons: ['RESTART_RECONCILE_REQUIRED'],
    openOrders: 0,
    positions: 2,
    trades: 17,
  },
  sampleIntent(1),
  sampleSending(1),
  sampleAck(1),
  sampleFill(1),
  {
    ...sampleIntent(2, true),
    context: {
      ...sampleIntent(2).context,
      tradingMode: 'ReduceOnly',
      bestBidE8: null,
      bestAskE8: null,
      indexPriceE8: null,
      fairPriceE8: null,
      grossEdge: null,
      minEdge: null,
      marginUtilization: null,
      bookAgeMs: 0.125,
      slippageBps: -1e-7,
    },
  },
  {
    type: 'orderAbandoned',
    at: wallMs(START + 4),
    label: sampleLabel(2),
    cause: 'mode_fell_before_dispatch',
  },
  {
    type: 'orderClosed',
    at: wallMs(START + 5),
    label: sampleLabel(3),
    outcome: 'Failed',
    cause: 'venue_reject',
    venueCode: 10_009,
    source: 'reply',
  },
  {
    type: 'orderClosed',
    at: wallMs(START + 6),
    label: sampleLabel(4),
    outcome: 'Canceled',
    cause: 'canceled_by_us',
    venueCode: null,
    source: 'reconciliation',
  },
  { ...sampleFill(5), label: null, venueOrderId: null, strategyId: null, side: 'sell' },
  {
    type: 'settlementRecorded',
    at: wallMs(START + 7),
    settlementId: tradeId('settlement-BTC-27MAR26-100000-C'),
    instrument: INSTRUMENT,
    amountE8: amountE8(-10_000_000),
    settlementPriceE8: priceE8(1),
    indexPriceE8: priceE8(9_712_345_678_901),
    cashE8: coinE8(-1),
    currency: currency('BTC'),
  },
  {
    type: 'operatorCommandRecorded',
    at: wallMs(START + 8),
    command: 'kill',
    reason: 'venue says "maintenance" – größer als erwartet 🛑\n\u0001',
    operator: '',
    modeReasons: ['KILL_WATCHDOG_HEARTBEAT_STALE', 'REDUCEONLY_POLICY_STALE'],
  },
  { type: 'instrumentClosed', at: wallMs(START + 9), instrument: INSTRUMENT },
  {
    type: 'anomalyRecorded',
    at: wallMs(START + 10),
    anomaly: 'fill_without_order',
    label: null,
    instrument: INSTRUMENT,
  },
  {
    type: 'anomalyRecorded',
    at: wallMs(START + 11),
    anomaly: 'ack_before_send',
    label: sampleLabel(1),
    instrument: null,
  },
  { type: 'ledgerProbed', at: wallMs(START + 12) },
];

/** What a launch policy's losses, and somebody who watches, leave behind. */
export const LOSS_RECORDS: readonly LedgerRecord[] = [
  {
    type: 'equityMarked',
    at: wallMs(START + 13),
    mark: 'day_start',
    period: wallMs(START - (START % 86_400_000)),
    equity: microUsd(100_000_000_000),
  },
  {
    type: 'equityMarked',
    at: wallMs(START + 14),
    mark: 'week_peak',
    period: wallMs(0),
    equity: microUsd(-1),
  },
  {
    type: 'lossLatched',
    at: wallMs(START + 15),
    limit: 'daily_loss',
    baseline: microUsd(100_000_000_000),
    equity: microUsd(94_999_999_999),
    allowed: microUsd(5_000_000_000),
  },
  {
    type: 'lossLatchReset',
    at: wallMs(START + 16),
    limit: 'daily_loss',
    operator: 'ana',
    reason: 'angeschaut – in Ordnung',
    approval: '9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08',
    approvers: ['ben', 'cleo'],
  },
  {
    type: 'presenceRecorded',
    at: wallMs(START + 17),
    person: 'ana',
    until: wallMs(START + 3_600_017),
    statement: '9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08',
  },
];

/** What the comparison with the venue's account leaves behind. */
export const CASH_RECORDS: readonly LedgerRecord[] = [
  {
    type: 'cashBegun',
    at: wallMs(START + 30),
    currency: currency('BTC'),
    rowId: 61_288,
    rowAt: wallMs(START + 29),
    balanceE8: coinE8(300_317_813_712),
    halfSeen: [instrumentName('BTC-PERPETUAL')],
  },
  {
    type: 'cashRecorded',
    at: wallMs(START + 31),
    currency: currency('BTC'),
    rowId: 61_289,
    rowAt: wallMs(START + 30),
    cause: 'trade',
    instrument: INSTRUMENT,
    tradeId: tradeId('28349'),
    changeE8: coinE8(-10_759_000),
    feeE8: coinE8(0),
    fundingE8: coinE8(0),
    balanceE8: coinE8(300_307_054_712),
    valueE8: coinE8(0),
  },
  {
    type: 'cashRecorded',
    at: wallMs(START + 32),
    currency: currency('BTC'),
    rowId: 61_311,
    rowAt: wallMs(START + 31),
    cause: 'settlement',
    instrument: instrumentName('BTC-PERPETUAL'),
    tradeId: null,
    changeE8: coinE8(215_706),
    feeE8: coinE8(0),
    fundingE8: coinE8(1_243),
    balanceE8: coinE8(300_307_270_418),
    valueE8: coinE8(-2_933_966),
  },
  {
    type: 'cashMismatched',
    at: wallMs(START + 33),
    currency: currency('BTC'),
    rowId: 61_312,
    fault: 'fee',
    instrument: INSTRUMENT,
    tradeId: tradeId('28350'),
    expectedE8: coinE8(3_000),
    toldE8: coinE8(4_000),
  },
  {
    type: 'cashAcknowledged',
    at: wallMs(START + 34),
    currency: currency('BTC'),
    rowId: 61_312,
    operator: 'ana',
    reason: 'the venue corrected its fee',
  },
];

/** What a group of two legs leaves behind, to the event of having stood naked. */
export const GROUP_RECORDS: readonly LedgerRecord[] = [
  {
    type: 'groupRecorded',
    at: wallMs(START + 18),
    groupId: sampleGroup(6),
    strategyId: strategyId('covered-call'),
    structure: 'BTC:call:buy:week|BTC:perpetual:sell',
    first: {
      label: sampleLabel(6),
      instrument: INSTRUMENT,
      side: 'buy',
      amountE8: amountE8(10_000_000),
      unit: 'coin',
    },
    second: {
      label: sampleLabel(7),
      instrument: instrumentName('BTC-PERPETUAL'),
      side: 'sell',
      amountE8: amountE8(1_000_000_000),
      unit: 'usd',
    },
  },
  {
    type: 'groupStateChanged',
    at: wallMs(START + 19),
    groupId: sampleGroup(6),
    state: 'MixedFailed',
    cause: 'leg_failed',
  },
  {
    type: 'containmentPlanned',
    at: wallMs(START + 20),
    parentGroupId: sampleGroup(6),
    groupId: sampleGroup(8),
    purpose: 'rescue',
    round: 0,
    attempt: 2,
    legIndex: 1,
    label: sampleLabel(8),
  },
  {
    type: 'containmentPlanned',
    at: wallMs(START + 21),
    parentGroupId: sampleGroup(6),
    groupId: sampleGroup(9),
    purpose: 'hedge',
    round: 1,
    attempt: 1,
    legIndex: 0,
    label: sampleLabel(9),
  },
  {
    type: 'groupStateChanged',
    at: wallMs(START + 22),
    groupId: sampleGroup(6),
    state: 'Flattened',
    cause: 'hedged',
  },
  {
    type: 'atomicNakedEventRecorded',
    at: wallMs(START + 23),
    groupId: sampleGroup(6),
    strategyId: strategyId('covered-call'),
    incidentAt: wallMs(START + 19),
    exposureBefore: microUsd(9_712_340_000),
    exposureAfter: microUsd(-1),
    timeToDeltaNeutralMs: 4,
    closeAttempts: 3,
    hedgeUsed: true,
    cause: 'hedge_fallback',
    tradingMode: 'ReduceOnly',
    evidenceChain: null,
  },
  {
    type: 'atomicNakedEventRecorded',
    at: wallMs(START + 24),
    groupId: sampleGroup(6),
    strategyId: strategyId('covered-call'),
    incidentAt: wallMs(START + 23),
    exposureBefore: microUsd(0),
    exposureAfter: microUsd(0),
    timeToDeltaNeutralMs: 0,
    closeAttempts: 0,
    hedgeUsed: false,
    cause: 'kill_containment',
    tradingMode: 'Kill',
    evidenceChain: 'RED',
  },
];

/** What is taken over by the emergency close leaves behind. */
export const REDUCTION_RECORDS: readonly LedgerRecord[] = [
  {
    type: 'reductionTakenOver',
    at: wallMs(START + 24),
    groupId: sampleGroup(10),
    strategyId: strategyId('covered-call'),
    instrument: INSTRUMENT,
    side: 'sell',
    amountE8: amountE8(30_000_000),
    cause: 'ExpectedSlippageTooHigh',
  },
  {
    type: 'reductionTakenOver',
    at: wallMs(START + 25),
    groupId: sampleGroup(11),
    strategyId: strategyId('operator'),
    instrument: instrumentName('BTC-PERPETUAL'),
    side: 'buy',
    amountE8: amountE8(1_000_000_000),
    cause: 'close_out',
  },
];

/** One of each type at least. */
export const ALL_RECORDS: readonly LedgerRecord[] = [
  ...EVERY_RECORD,
  ...LOSS_RECORDS,
  ...GROUP_RECORDS,
  ...CASH_RECORDS,
  ...REDUCTION_RECORDS,
];

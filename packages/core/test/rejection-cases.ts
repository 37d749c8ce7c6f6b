/**
 * P1-C: every code the core can refuse with, each provoked in a desk that trades, with what the
 * desk was before and after. Run as a program it prints the results.
 */
import { BTC, BTC_CALL, BTC_PUT, ETH, legOf, policyWith } from '../src/gates/context.fixture.ts';
import type { Reject, RejectCode } from '../src/gates/reject.ts';
import type { IntentProposal, LegProposal } from '../src/intent/intent.ts';
import { coinE8, instrumentName, microUsd, monoMs, type Label } from '../src/values/index.ts';
import { Desk, type DeskOptions, T0 } from './desk.ts';
import { answer, CALL_LEG, last, proposePair, PUT_LEG, refuse } from './group-desk.ts';
import { type Footprint, footprintOf } from './footprint.ts';

interface Case {
  readonly code: RejectCode;
  readonly cause: string;
  readonly desk?: DeskOptions;
  /** Before it is up. */
  readonly account?: (desk: Desk) => void;
  /** Once it trades; what it leads to is on record before the refusal is looked at. */
  readonly prepare?: (desk: Desk) => void;
  readonly leg?: Partial<LegProposal>;
  readonly parts?: Partial<IntentProposal> | ((desk: Desk) => Partial<IntentProposal>);
}

export interface Rejection {
  readonly code: RejectCode;
  readonly cause: string;
  readonly reject: Reject | null;
  readonly intent_id: string | null;
  readonly gate_trace: readonly string[];
  readonly before: Footprint;
  readonly after: Footprint;
}

const GROUP = '9f1c2d3e-4b5a-4c6d-8e7f-0a1b2c3d4e5f';
const within = (policy: Parameters<typeof policyWith>[0]): DeskOptions => ({
  policy: policyWith(policy),
});

function trade(desk: Desk): void {
  desk.propose();
  desk.fill(desk.submits[0], 'T1');
  desk.tick(1_000);
}

/** A reduction rests over what is held. */
function protect(desk: Desk): void {
  trade(desk);
  const rests = { side: 'sell', limitPrice: 0.06, timeInForce: 'good_til_cancelled' } as const;
  desk.propose(rests, { action: 'Close', reduceOnly: true });
  desk.rest(desk.submits[1]);
  desk.tick(1_000);
}

/** A pair whose second leg is refused each time, and that is flattened each time. */
function churn(desk: Desk): void {
  for (let nth = 0; nth < 3; nth += 1) {
    proposePair(desk);
    const [call, put] = desk.submits.slice(-2);
    answer(desk, call, 1);
    desk.now += 1;
    // What is missing got too dear to be rescued.
    desk.quote(BTC_PUT, [475, 1_000], [900, 1_000]);
    refuse(desk, put);
    answer(desk, last(desk), 1);
    desk.tick(1_000);
  }
}

const resting = (desk: Desk): Label => [...desk.state.facts.working][0] ?? ('' as Label);

const PROPOSALS: readonly Case[] = [
  { code: 'TooSmallAfterQuantization', cause: '0.01 of a step of 0.1', leg: { quantity: 0.01 } },
  {
    code: 'InstrumentMetadataMissing',
    cause: 'an instrument nobody listed',
    leg: { instrument: instrumentName('BTC-1JAN30-1-C') },
  },
  {
    code: 'InstrumentKindUnsupported',
    cause: 'a spot pair',
    leg: { instrument: instrumentName('BTC_USDC') },
  },
  { code: 'NetEdgeTooLow', cause: 'an edge of 1 USD', leg: { grossEdgeUsd: 1 } },
  { code: 'NetEdgeInputMissing', cause: 'no edge given', leg: { grossEdgeUsd: null } },
  { code: 'ContractsAmountMismatch', cause: '5 contracts for 0.3 BTC', leg: { contracts: 5 } },
  { code: 'OrderTypeMarketForbidden', cause: 'a market order', leg: { orderType: 'market' } },
  { code: 'OrderTypeStopForbidden', cause: 'a stop', leg: { orderType: 'stop_limit' } },
  {
    code: 'LinkedOrderTypeForbidden',
    cause: 'a linked order',
    leg: { linkedOrderType: 'one_triggers_other' },
  },
  {
    code: 'PostOnlyWouldCross',
    cause: 'post-only above the ask',
    leg: { postOnly: true, limitPrice: 0.05, timeInForce: 'good_til_cancelled' },
  },
  { code: 'InvalidInput', cause: 'a quantity that is no number', leg: { quantity: Number.NaN } },
  {
    code: 'PendingExposureBudgetExceeded',
    cause: '12.5 BTC of delta where 10 are allowed',
    leg: { quantity: 25, grossEdgeUsd: 10_000 },
  },
  {
    code: 'GroupLegsUnsupported',
    cause: 'a group of two legs',
    parts: { legs: [legOf(), legOf()] },
  },
  {
    code: 'ReplaceUnsupported',
    cause: 'a replacement',
    prepare: protect,
    parts: (desk) => ({ target: resting(desk) }),
  },
  {
    code: 'CancelTargetUnknown',
    cause: 'a cancel of an order nobody knows',
    parts: { action: 'Cancel', legs: [], target: 's4:nttrxjr6:9f1c2d3e4b5a:0:0' as Label },
  },
  {
    code: 'SequenceNotReady',
    cause: 'a hedge before the close it corrects has ended',
    prepare: (desk) => {
      trade(desk);
      desk.proposeClose(0.1);
      desk.tick(1_000);
    },
    leg: { side: 'sell', limitPrice: 0.0475 },
    parts: { action: 'Hedge', reduceOnly: true },
  },
  {
    code: 'ChurnBreakerActive',
    cause: 'a pair that was flattened three times',
    prepare: churn,
    parts: { legs: [CALL_LEG, PUT_LEG] },
  },
  {
    code: 'RiskIncreasingCancelReplaceForbidden',
    cause: 'a cancel of what protects a position',
    prepare: protect,
    parts: (desk) => ({ action: 'Cancel', legs: [], target: resting(desk) }),
  },
];

const MARKETS: readonly Case[] = [
  {
    code: 'LiquidityGateNoL2',
    cause: 'a book older than it may be',
    prepare: (desk) => {
      desk.quote(BTC_PUT, [], []);
      desk.now += 1_001;
      desk.quote(BTC_CALL);
    },
    leg: { instrument: BTC_PUT.name },
  },
  {
    code: 'ExpectedSlippageTooHigh',
    cause: 'one step at the ask, the rest far behind it',
    prepare: (desk) => desk.quote(BTC_CALL, [475, 1_000], [480, 1, 500, 1_000]),
  },
  {
    code: 'InstrumentExpiredOrDelisted',
    cause: 'less than the buffer to expiry',
    desk: {
      instruments: [{ ...BTC_CALL, expiry: monoMs(T0 + 50_000) }, BTC_PUT],
    },
  },
  {
    code: 'MarginHeadroomRejectOpens',
    cause: '75 % of the margin in use',
    account: (desk) => {
      desk.account.maintenanceE8 = 750_000_000;
    },
  },
  {
    code: 'RateLimitBrownout',
    cause: 'the venue takes one request at a time, and that is kept for reductions',
    account: (desk) => {
      const budget = { ratePerSecond: 1, burst: 1 };
      desk.account.limits = { matching: budget, nonMatching: budget };
    },
  },
];

const POLICIES: readonly Case[] = [
  {
    code: 'CriticalConfigMissing',
    cause: 'a policy without a leverage limit',
    desk: within({ limits: { maxLeverage: null } }),
  },
  {
    code: 'PolicyLimitExceeded',
    cause: 'a second order within the minimum interval',
    prepare: (desk) => desk.propose(),
  },
  {
    code: 'ExecutionStyleViolation',
    cause: 'an order that rests, under a policy that lets none',
    desk: within({ executionStyle: 'Sniper' }),
    leg: { timeInForce: 'good_til_cancelled' },
  },
  {
    code: 'InstrumentNotAllowed',
    cause: 'an underlying the policy does not list',
    desk: within({ universe: { underlyings: [ETH] } }),
  },
  {
    code: 'InventorySkewDeltaLimitMissing',
    cause: 'a policy without a delta limit',
    desk: within({ exposure: { deltaLimitE8: new Map() } }),
  },
  {
    code: 'GlobalExposureBudgetExceeded',
    cause: '15 000 USD of delta where 10 000 are allowed',
    desk: within({ exposure: { portfolioDelta: microUsd(10_000_000_000) } }),
  },
  {
    code: 'InventorySkew',
    cause: 'an edge that is enough for nobody who leans this way',
    desk: within({ exposure: { deltaLimitE8: new Map([[BTC, coinE8(50_000_000)]]) } }),
    prepare: trade,
    leg: { grossEdgeUsd: 20 },
  },
];

const STATES: readonly Case[] = [
  {
    code: 'FeedbackLoopGuardActive',
    cause: '30 000 USD of our own in the last second, where 20 000 are allowed',
    desk: within({ parameters: { selfTradeNotionalTripUsd: 20_000 } }),
    prepare: trade,
  },
  {
    code: 'TradingModeForbidsOpen',
    cause: 'an operator has stopped it',
    prepare: (desk) => {
      desk.post({ kind: 'operatorCommanded', command: 'kill', reason: 'case', operator: 'ana' });
    },
  },
  {
    code: 'OpenPermissionLatched',
    cause: 'a gap in a book',
    prepare: (desk) => {
      const gap = { changeId: 9, prevChangeId: 8, bids: [], asks: [] };
      desk.post({ kind: 'bookChanged', instrument: BTC_CALL.name, ...gap });
    },
  },
  {
    code: 'RiskStateNotHealthy',
    cause: 'a ledger that refused a record',
    prepare: (desk) => {
      desk.ledger = 'write_failed';
      desk.propose();
      desk.now += 1_000;
      desk.feed();
    },
  },
  {
    code: 'RecordedBeforeDispatchFailed',
    cause: 'a ledger without room for one more record',
    prepare: (desk) => desk.post({ kind: 'ledgerMeasured', depth: 1_024, capacity: 1_024 }),
  },
  {
    code: 'LossMeasureUnknown',
    cause: 'a new day whose first reading is not on record yet',
    desk: { loses: ['equityMarked'] },
  },
  {
    code: 'GreeksUnknown',
    cause: 'an option the venue tells no gamma of',
    prepare: (desk) => desk.tell(BTC_CALL, { gamma: null }),
  },
  {
    code: 'StrategySuspended',
    cause: 'a strategy that threw',
    prepare: (desk) => {
      const strategyId = 'strangle_btc_low_vol' as never;
      desk.post({ kind: 'strategyFailed', strategyId, message: 'boom' });
    },
  },
];

const CASES: readonly Case[] = [...PROPOSALS, ...MARKETS, ...POLICIES, ...STATES];

/** Codes no event can provoke in the core today, and why. */
export const NOT_PROVOKED: Readonly<Partial<Record<RejectCode, string>>> = {
  EmergencyCloseNoPrice: 'no intent is refused with it: it is what containment says of itself',
  EvidenceChainNotGreen: 'nothing refuses with it yet: it is of the GOP profile',
  ApprovalRequired: 'nothing refuses with it yet: it is of the network control plane',
  LabelTooLong: 'every id that can reach the core makes a label of 43 characters',
  FeeCacheStale: 'rates too old degrade the risk state, which is asked first',
};

export function rejections(): Rejection[] {
  return CASES.map((each) => {
    const desk = new Desk(each.desk);
    each.account?.(desk);
    desk.boot();
    each.prepare?.(desk);
    const before = footprintOf(desk);
    const said = desk.decisions.length;
    const parts = typeof each.parts === 'function' ? each.parts(desk) : each.parts;
    desk.propose(each.leg, parts, GROUP);
    const after = footprintOf(desk);
    const refusal = desk.decisions.slice(said).find((one) => one.kind === 'intentRejected');
    return {
      code: each.code,
      cause: each.cause,
      reject: refusal?.reject ?? null,
      intent_id: refusal?.intentId ?? null,
      gate_trace: refusal?.gateTrace ?? [],
      before,
      after,
    };
  });
}

if (import.meta.main) process.stdout.write(JSON.stringify(rejections()));

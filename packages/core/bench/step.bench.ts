/**
 * What one decision costs: a book event, then an intent through every gate, to its effects. Refused
 * (by the last gates it can be refused by) and admitted (recorded, sent, filled and closed, so that
 * the state stays as a long run's). Rates per second, and the last tenth of a million events
 * against the first: flat means no leak.
 */
import type { Effect, Event } from '../src/index.ts';
import { agreeingCash } from '../test/agreeing-cash.ts';
import {
  BTC_CALL,
  BTC_PERPETUAL,
  ETH_PERPETUAL,
  POLICY,
  policyWith,
  proposalOf,
} from '../src/gates/context.fixture.ts';
import { mintReceipt } from '../src/ledger/receipt.ts';
import type { LedgerRecord } from '../src/ledger/record.ts';
import { createState, resume, type State, step } from '../src/step.ts';
import { currentMode } from '../src/turn/mode.ts';
import {
  amountE8,
  coinE8,
  currency,
  groupId,
  microUsd,
  monoMs,
  priceE8,
  runId,
  strategyId,
  tradeId,
  venueOrderId,
  wallMs,
} from '../src/values/index.ts';

export interface BenchResult {
  readonly name: string;
  readonly value: number;
  readonly unit: string;
  readonly target: string;
  readonly pass: boolean;
}

const EVENTS = Number(process.env.N ?? 1_000_000);
const TARGET_PER_SECOND = 100_000;
const T0 = 1_774_000_000_000;
const STRATEGY = strategyId('bench');
/** Room for a million orders here as well. */
const UNBOUNDED = { ratePerSecond: 1e9, burst: 1e9 };
const IDENTITY = { buildId: 'b', runtimeConfigHash: 'c', contractVersion: '5.2' };

const WIDE_CAPS = {
  maxDailyVolume: microUsd(Number.MAX_SAFE_INTEGER),
  maxOpenPositions: 100,
  maxSingleOrderContractsE8: POLICY.limits.maxOrderSizeContractsE8,
};

/**
 * Room for a million orders: the rates and the exposure of a real policy would refuse them, which
 * is the point of it.
 */
const WIDE = policyWith({
  microLiveCaps: WIDE_CAPS,
  fullCaps: WIDE_CAPS,
  limits: {
    maxOrdersPerSecond: 1e9,
    maxOrdersPerMinute: 1e9,
    minOrderIntervalMs: 0,
  },
  parameters: {
    // With 50 orders a second, as many fills in the window as the rate of a real policy lets be.
    feedbackLoopWindowS: 1,
    selfTradeMinSelfNotionalUsd: 1e12,
    selfTradeNotionalTripUsd: 1e12,
  },
});

const REFERENCES = [BTC_PERPETUAL, ETH_PERPETUAL];

class Rig {
  readonly state: State;
  now = T0;
  #sequence = 0;
  #changeId = 1;
  #trades = 0;
  readonly #later: Effect[] = [];

  constructor() {
    this.state = createState({
      ...IDENTITY,
      runId: runId('bench'),
      enforcedProfile: 'CSP',
      realMoney: false,
      needsSupervisor: false,
      settleMs: 0,
      tickIntervalMs: 1_000,
      reconcileIntervalMs: 10_000,
    });
    this.perform(resume(this.state, monoMs(this.now), 1));
    this.refresh();
    for (let round = 0; round < 10; round += 1) {
      this.now += 1_000;
      this.refresh();
    }
    if (currentMode(this.state).mode !== 'Active') throw new Error('the rig is not Active');
  }

  refresh(): void {
    const at = monoMs(this.now);
    this.send({ kind: 'policyOffered', at, policy: WIDE, hash: 'p', generatedAt: at });
    this.send({ kind: 'heartbeatObserved', at });
    this.send({ kind: 'diskMeasured', at, used: 0.5, secondary: 0.5 });
    const generatedAt = wallMs(this.now - 1);
    this.send({
      kind: 'certificateRead',
      at,
      certificate: { ...IDENTITY, status: 'PASS', generatedAt },
    });
    this.calm();
    this.snapshot();
    this.send({ kind: 'ticked', at });
  }

  /** What the monitors look at: network, clock, and the market of each coin. */
  calm(): void {
    const at = monoMs(this.now);
    const network = { httpP95Ms: 5, timeoutRate: 0, lastMessageAt: at };
    this.send({ kind: 'networkMeasured', at, ...network });
    this.send({ kind: 'clockMeasured', at, driftMs: 0, sampledAt: at, chrony: 'absent' });
    for (const { name: instrument, underlying, tickE8 } of REFERENCES) {
      const ticks = underlying === currency('BTC') ? 200_000 : 8_000;
      const price = priceE8(ticks * tickE8);
      this.send({ kind: 'indexChanged', at, underlying, priceE8: price });
      this.send({ kind: 'volatilityIndexChanged', at, underlying, value: 50 });
      const prices = { markPriceE8: price, underlyingPriceE8: price };
      const untold = { delta: null, vega: null, gamma: null, bestBidE8: null, bestAskE8: null };
      this.send({ kind: 'tickerChanged', at, instrument, ...prices, ...untold });
      this.send({
        kind: 'bookChanged',
        at,
        instrument,
        changeId: this.now,
        prevChangeId: null,
        bids: [ticks - 1, 100_000],
        asks: [ticks + 1, 100_000],
      });
    }
    const underlyingPriceE8 = priceE8(10_000_000_000_000);
    const untold = { bestBidE8: null, bestAskE8: null };
    const greeks = { delta: 0.5, vega: 100, gamma: 1e-5 };
    const markPriceE8 = priceE8(4_750_000);
    const option = { instrument: BTC_CALL.name, markPriceE8, underlyingPriceE8 };
    this.send({ kind: 'tickerChanged', at, ...option, ...greeks, ...untold });
  }

  snapshot(): void {
    const at = monoMs(this.now);
    this.#changeId += 1;
    this.send({
      kind: 'bookChanged',
      at,
      instrument: BTC_CALL.name,
      changeId: this.#changeId,
      prevChangeId: null,
      bids: [475, 1_000, 470, 2_000],
      asks: [480, 1_000, 485, 2_000],
    });
  }

  change(): void {
    const at = monoMs(this.now);
    const prevChangeId = this.#changeId;
    this.#changeId += 1;
    const size = 1_000 + (this.#changeId & 7);
    const change = { kind: 'bookChanged', at, instrument: BTC_CALL.name, prevChangeId } as const;
    this.send({ ...change, changeId: this.#changeId, bids: [475, size], asks: [480, size] });
  }

  send(event: Event): void {
    this.perform(step(this.state, event).effects);
  }

  /** Decides now; what follows from it waits for `settle`, outside the measured time. */
  decide(event: Event): void {
    for (const effect of step(this.state, event).effects) this.#later.push(effect);
  }

  settle(): void {
    this.perform(this.#later.splice(0));
  }

  /** One decision and all its consequences, without the cost of a disk or a venue. */
  perform(effects: readonly Effect[]): void {
    for (const effect of effects) {
      if (effect.kind === 'append') this.record(effect.records);
      else if (effect.kind === 'submit') this.answer(effect.order.terms);
      else if (effect.kind === 'fetch') this.fetch(effect);
    }
  }

  record(records: readonly LedgerRecord[]): void {
    const first = this.#sequence + 1;
    this.#sequence += records.length;
    const sending = new Set(
      records.flatMap((each) => (each.type === 'orderSending' ? [each.label] : [])),
    );
    const receipt = mintReceipt(1, first, this.#sequence, sending);
    this.send({ kind: 'recorded', at: monoMs(this.now), records, receipt });
  }

  answer(terms: Extract<Effect, { kind: 'submit' }>['order']['terms']): void {
    this.#trades += 1;
    this.send({
      kind: 'fillObserved',
      at: monoMs(this.now),
      source: 'reply',
      fill: {
        tradeId: tradeId(`BTC-${this.#trades}`),
        label: terms.label,
        venueOrderId: venueOrderId('V'),
        instrument: terms.instrument,
        side: terms.side,
        amountE8: terms.amountE8,
        priceE8: terms.limitPriceE8,
        feeE8: coinE8(9_000),
        feeCurrency: currency('BTC'),
        indexPriceE8: priceE8(10_000_000_000_000),
        tradedAt: wallMs(this.now),
      },
    });
  }

  fetch(fetch: Extract<Effect, { kind: 'fetch' }>): void {
    const at = monoMs(this.now);
    if (fetch.what === 'instruments') {
      for (const code of ['BTC', 'ETH']) {
        const instruments = [BTC_CALL, ...REFERENCES].filter((each) => each.underlying === code);
        this.send({
          kind: 'instrumentsListed',
          at,
          currency: currency(code),
          instruments,
          unsupported: [],
        });
      }
    }
    if (fetch.what === 'account') {
      const zero = coinE8(0);
      this.send({
        kind: 'accountObserved',
        at,
        currencies: [
          {
            currency: currency('BTC'),
            equityE8: coinE8(1e12),
            initialMarginE8: zero,
            maintenanceMarginE8: zero,
            fees: [],
          },
        ],
        feeModelCachedAt: wallMs(this.now),
        limits: { matching: UNBOUNDED, nonMatching: UNBOUNDED },
      });
    }
    if (fetch.what === 'health') {
      this.send({ kind: 'venueHealthObserved', at, maintenance: [], locked: false });
    }
    // Nobody else trades: a quiet market proves that it is only quiet.
    if (fetch.what === 'latest_trades' || fetch.what === 'missed_trades') {
      const answer = { requestId: fetch.requestId, trades: [], isComplete: true };
      this.send({ kind: 'publicTradesObserved', at, ...answer });
    }
    if (fetch.what === 'reconciliation') {
      this.now += 1;
      const positions = [...this.state.facts.positions.values()];
      this.send({
        kind: 'venueSnapshotObserved',
        at: monoMs(this.now),
        requestId: fetch.requestId,
        openOrders: [],
        positions: positions.map(({ instrument, amountE8: amount }) => ({
          instrument,
          amountE8: amountE8(amount),
        })),
        trades: [],
        settlements: [],
        cash: agreeingCash(this.state),
      });
    }
  }
}

/** Orders in flight at a time, and the time between batches: 50 a second, in steps of ten. */
const BATCH = 10;
const BATCH_MS = 200;
const EVENTS_A_SECOND = (BATCH * 1_000) / BATCH_MS;

/**
 * Rates of each tenth of the run, per second. Decisions are made in batches; recording, sending and
 * filling them is part of the run but not of the measured time.
 */
function measure(rig: Rig, decide: (index: number) => void): number[] {
  const tenth = EVENTS / 10;
  const rates: number[] = [];
  for (let part = 0; part < 10; part += 1) {
    let spent = 0;
    for (let from = 0; from < tenth; from += BATCH) {
      rig.now += BATCH_MS;
      if (from % EVENTS_A_SECOND === 0) rig.refresh();
      const started = performance.now();
      for (let index = from; index < from + BATCH; index += 1) {
        rig.change();
        decide(part * tenth + index);
      }
      spent += performance.now() - started;
      rig.settle();
    }
    rates.push((tenth / spent) * 1_000);
  }
  return rates;
}

function proposals(): {
  readonly refused: ReturnType<typeof proposalOf>;
  readonly buy: ReturnType<typeof proposalOf>;
  readonly close: ReturnType<typeof proposalOf>;
} {
  const minEdgeUsd = Number(POLICY.minEdge ?? 0) / 1_000_000;
  return {
    refused: proposalOf({ grossEdgeUsd: minEdgeUsd }),
    buy: proposalOf(),
    close: proposalOf({ side: 'sell', limitPrice: 0.0475 }, { action: 'Close', reduceOnly: true }),
  };
}

function results(name: string, rates: readonly number[]): BenchResult[] {
  const slowest = Math.min(...rates);
  const flatness = (rates.at(-1) ?? 0) / (rates[1] ?? 1);
  return [
    {
      name: `${name}, slowest tenth`,
      value: Math.round(slowest),
      unit: '/s',
      target: `>= ${TARGET_PER_SECOND}`,
      pass: slowest >= TARGET_PER_SECOND,
    },
    {
      name: `${name}, last tenth / second tenth`,
      value: Number(flatness.toFixed(2)),
      unit: 'x',
      target: '>= 0.8',
      pass: flatness >= 0.8,
    },
  ];
}

export function run(): Promise<BenchResult[]> {
  const { refused, buy, close } = proposals();
  const base = { kind: 'intentProposed', strategyId: STRATEGY } as const;
  const propose = (rig: Rig, index: number, proposal: typeof buy): void => {
    const id = groupId(`00000000-0000-4000-8000-${String(index).padStart(12, '0')}`);
    rig.decide({ ...base, at: monoMs(rig.now), groupId: id, proposal });
  };
  const refusing = new Rig();
  const refusedRates = measure(refusing, (index) => propose(refusing, index, refused));
  const admitting = new Rig();
  const admittedRates = measure(admitting, (index) =>
    propose(admitting, index, (index / BATCH) % 2 < 1 ? buy : close),
  );
  const { totals } = admitting.state.facts;
  if (totals.filledOrders !== EVENTS)
    throw new Error(`admitted ${totals.filledOrders} of ${EVENTS}`);
  if (refusing.state.facts.totals.intents !== 0) throw new Error('a refusal was recorded');
  return Promise.resolve([
    ...results('book event + refused intent', refusedRates),
    ...results('book event + admitted intent', admittedRates),
  ]);
}

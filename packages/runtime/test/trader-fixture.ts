/** The whole runtime on the paper venue, with good news from every producer. For tests. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Effect, Event, Policy } from '@holdfast/core';
import type { IntentProposal } from '@holdfast/core/intent';
import { parsePolicy } from '@holdfast/core/policy';
import { currentMode, type State } from '@holdfast/core/step';
import { groupId, instrumentName, monoMs, runId, strategyId, wallMs } from '@holdfast/core/values';
import { createClock } from '../src/clock.ts';
import type { Clock, Documents, OpenLedger, Telemetry } from '../src/ports.ts';
import type { OpenTape } from '../src/replay/index.ts';
import { type Runtime, start, type StartOptions } from '../src/start.ts';
import { PaperVenue } from './paper-venue.ts';

const IDENTITY = { buildId: 'b', runtimeConfigHash: 'c', contractVersion: '5.2' } as const;
const STRATEGY = strategyId('drill');

/** The launch policy with room for a few dozen small orders, resting or not. */
function roomyPolicy(): Policy {
  const path = join(import.meta.dirname, '..', '..', '..', 'config', 'policy.json');
  const document = JSON.parse(readFileSync(path, 'utf8'));
  document.execution_style = 'Any';
  document.exposure = { delta_limit: { BTC: 100, ETH: 100 }, portfolio_delta_usd: 50_000_000 };
  for (const coin of ['BTC', 'ETH']) {
    document.risk_limits.per_underlying[coin] = {
      max_delta_abs: 200,
      max_position_notional_usd: 50_000_000,
    };
  }
  document.risk_limits.max_gross_notional_usd = 50_000_000;
  document.parameters = {
    ...document.parameters,
    self_trade_min_self_notional_usd: 1e9,
    self_trade_notional_trip_usd: 1e9,
  };
  const parsed = parsePolicy(document);
  if (!parsed.ok) throw new Error(JSON.stringify(parsed.violations));
  return parsed.value;
}

export interface TraderOptions {
  readonly runId: string;
  readonly openLedger: OpenLedger;
  readonly telemetry: Telemetry;
  readonly journal: string | null;
  readonly needsSupervisor?: boolean;
  /** What the producer finds on every tick; left out, a good one. */
  readonly certificate?: Documents['certificate'];
  readonly onPlaced?: () => void;
  readonly openTape?: OpenTape;
  readonly onEvent?: (event: Event) => void;
  readonly onEffect?: (effect: Effect) => void;
}

export interface Trader {
  readonly runtime: Runtime;
  readonly venue: PaperVenue;
  mode(): string;
  /** Active, with a market to trade in. */
  isReady(): boolean;
  /** A buy of 0.1, in a new group unless one is given. */
  propose(group: string, parts?: Partial<IntentProposal['legs'][number]>): void;
  stop(): Promise<void>;
}

/** Everything a runtime needs to know, as it would be on a good day. */
function goodDay(
  clock: Clock,
): Pick<
  StartOptions,
  'clock' | 'disk' | 'documents' | 'intervals' | 'mintGroupId' | 'strategies' | 'timeDaemon'
> {
  const policy = roomyPolicy();
  return {
    clock,
    disk: {
      measure: (done) => done({ used: 0.5, secondary: 0.5 }),
      close: () => Promise.resolve(),
    },
    documents: {
      certificate: () => ({
        ...IDENTITY,
        status: 'PASS',
        generatedAt: wallMs(clock.now() - 1_000),
      }),
      policy: () => ({ policy, hash: 'roomy' }),
      operationsLock: () => ({ state: 'free' }),
    },
    mintGroupId: () => groupId('00000000-0000-4000-8000-000000000000'),
    timeDaemon: { ask: (done) => done('absent') },
    strategies: [],
    intervals: { consultMs: 1_000, diskMs: 1_000, policyMs: 1_000, heartbeatMs: 500 },
  };
}

const SESSION = {
  ...IDENTITY,
  enforcedProfile: 'CSP',
  realMoney: false,
  needsSupervisor: false,
  settleMs: 0,
  tickIntervalMs: 10,
  reconcileIntervalMs: 200,
} as const;

export async function startTrader(options: TraderOptions): Promise<Trader> {
  const clock = createClock();
  let state: State | null = null;
  let venue: PaperVenue | null = null;
  const mode = (): string => (state === null ? 'none' : currentMode(state).mode);
  const { journal, onPlaced, openLedger, telemetry, certificate } = options;
  const good = goodDay(clock);
  const runtime = await start({
    ...good,
    documents: { ...good.documents, ...(certificate === undefined ? {} : { certificate }) },
    session: {
      ...SESSION,
      runId: runId(options.runId),
      needsSupervisor: options.needsSupervisor ?? false,
    },
    openLedger,
    telemetry,
    inboxCapacity: 4_096,
    connect: (post) => {
      const heard = onPlaced === undefined ? {} : { onPlaced };
      venue = new PaperVenue({ clock, post, journal, mode, ...heard });
      return { transport: venue.transport, venue: venue.venue, gauge: venue.gauge };
    },
    onRecovered: (recovered) => {
      state = recovered;
    },
    onFatal: (error) => {
      throw error;
    },
    ...(options.openTape === undefined ? {} : { openTape: options.openTape }),
    ...(options.onEvent === undefined ? {} : { onEvent: options.onEvent }),
    ...(options.onEffect === undefined ? {} : { onEffect: options.onEffect }),
  });
  if (venue === null) throw new Error('nothing was connected');
  return traderOf(runtime, venue, clock, mode);
}

function traderOf(runtime: Runtime, venue: PaperVenue, clock: Clock, mode: () => string): Trader {
  const { observations } = runtime.state;
  const quotes = setInterval(() => venue.quote(), 20);
  quotes.unref();
  return {
    runtime,
    venue,
    mode,
    isReady: () =>
      mode() === 'Active' &&
      observations.equity !== null &&
      [...observations.listings.values()].some(
        ({ book, greeks }) => book.usable && greeks !== null,
      ) &&
      [...observations.publicTrades.feeds.values()].some((feed) => feed.updatedAt !== null),
    propose(group, parts = {}) {
      runtime.post({
        kind: 'intentProposed',
        at: monoMs(clock.now()),
        strategyId: STRATEGY,
        groupId: groupId(group),
        proposal: buyOf(parts),
      });
    },
    async stop() {
      clearInterval(quotes);
      await runtime.stop();
      venue.close();
    },
  };
}

function buyOf(parts: Partial<IntentProposal['legs'][number]>): IntentProposal {
  return {
    action: 'Place',
    reduceOnly: false,
    target: null,
    legs: [
      {
        instrument: instrumentName('BTC-27MAR26-100000-C'),
        side: 'buy',
        quantity: 0.1,
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
      },
    ],
  };
}

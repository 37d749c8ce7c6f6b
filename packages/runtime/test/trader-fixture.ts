/** The whole runtime on the paper venue, with good news from every producer. For tests. */
import { readFileSync } from 'node:fs';
import type { Effect, Event, Policy } from '@holdfast/core';
import type { IntentProposal } from '@holdfast/core/intent';
import { parsePolicy } from '@holdfast/core/policy';
import { currentMode, type State } from '@holdfast/core/step';
import { groupId, instrumentName, monoMs, runId, strategyId, wallMs } from '@holdfast/core/values';
import { createClock } from '../src/clock.ts';
import type { OpenLedger, Telemetry } from '../src/ports.ts';
import { type Runtime, start } from '../src/start.ts';
import { PaperVenue } from './paper-venue.ts';

const IDENTITY = { buildId: 'b', runtimeConfigHash: 'c', contractVersion: '5.2' } as const;
const STRATEGY = strategyId('drill');

/** The launch policy with room for a few dozen small orders, resting or not. */
function roomyPolicy(): Policy {
  const path = new URL('../../../config/policy.json', import.meta.url);
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
  const parsed = parsePolicy(document);
  if (!parsed.ok) throw new Error(JSON.stringify(parsed.violations));
  return parsed.value;
}

export interface TraderOptions {
  readonly runId: string;
  readonly openLedger: OpenLedger;
  readonly telemetry: Telemetry;
  readonly journal: string | null;
  readonly inboxCapacity?: number;
  readonly onPlaced?: () => void;
  readonly onEvent?: (event: Event) => void;
  readonly onEffect?: (effect: Effect) => void;
  readonly onFatal?: (error: Error) => void;
}

export interface Trader {
  readonly runtime: Runtime;
  readonly venue: PaperVenue;
  mode(): string;
  /** A buy of 0.1, in a new group unless one is given. */
  propose(group: string, parts?: Partial<IntentProposal['legs'][number]>): void;
  stop(): Promise<void>;
}

export async function startTrader(options: TraderOptions): Promise<Trader> {
  const policy = roomyPolicy();
  const clock = createClock();
  let state: State | null = null;
  let venue: PaperVenue | null = null;
  const mode = (): string => (state === null ? 'none' : currentMode(state).mode);
  const runtime = await start({
    session: {
      ...IDENTITY,
      runId: runId(options.runId),
      enforcedProfile: 'CSP',
      toleratesUnlinked: true,
      settleMs: 0,
      tickIntervalMs: 10,
      reconcileIntervalMs: 200,
    },
    clock,
    openLedger: options.openLedger,
    connect: (post) => {
      const { journal, onPlaced } = options;
      const made = new PaperVenue({
        clock,
        post,
        journal,
        mode,
        ...(onPlaced === undefined ? {} : { onPlaced }),
      });
      venue = made;
      return { transport: made.transport, venue: made.venue };
    },
    telemetry: options.telemetry,
    disk: {
      measure: (done) => done({ used: 0.5, secondary: 0.5 }),
      close: () => Promise.resolve(),
    },
    documents: {
      certificate: () => {
        const generatedAt = wallMs(clock.now() - 1_000);
        return { ...IDENTITY, status: 'PASS', generatedAt };
      },
      policy: () => ({ policy, hash: 'roomy' }),
    },
    mintGroupId: () => groupId('00000000-0000-4000-8000-000000000000'),
    strategies: [],
    intervals: { consultMs: 1_000, diskMs: 1_000, policyMs: 1_000, heartbeatMs: 500 },
    inboxCapacity: options.inboxCapacity ?? 4_096,
    onRecovered: (recovered) => {
      state = recovered;
    },
    onFatal: (error) => {
      if (options.onFatal === undefined) throw error;
      options.onFatal(error);
    },
    ...(options.onEvent === undefined ? {} : { onEvent: options.onEvent }),
    ...(options.onEffect === undefined ? {} : { onEffect: options.onEffect }),
  });
  if (venue === null) throw new Error('nothing was connected');
  const connected: PaperVenue = venue;
  const quotes = setInterval(() => connected.quote(), 20);
  quotes.unref();
  return {
    runtime,
    venue: connected,
    mode,
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
      connected.close();
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

import { randomUUID } from 'node:crypto';
import { dirname, join } from 'node:path';
import type { Decision, InvariantViolation } from '@holdfast/core';
import type { Strategy } from '@holdfast/core/strategy';
import { coinE8, currency, groupId, monoMs, runId } from '@holdfast/core/values';
import type { Configuration } from '@holdfast/runtime/config';
import { openDecisionLog } from '@holdfast/runtime/decision-log';
import { openFileLedger } from '@holdfast/runtime/ledger';
import type { DiskProbe, OpenLedger, Telemetry } from '@holdfast/runtime/ports';
import { type Runtime, start, type StartOptions } from '@holdfast/runtime/start';
import { createDiskProbe } from '@holdfast/runtime/telemetry';
import { Exchange } from '../exchange/index.ts';
import { connectInProcess, type InProcessVenue } from '../in-process-venue.ts';
import { type ChainPlayer, createChainPlayer } from '../market/chain-player.ts';
import type { MarketSource } from '../market/market.ts';
import { createSizeModel } from '../market/size-model.ts';
import { Network, PERFECT_NETWORK } from '../network.ts';
import { createPrng, type Prng } from '../prng.ts';
import { uuidMinter } from '../uuid.ts';
import { VirtualClock } from '../virtual-clock.ts';
import { fileDocuments } from './documents.ts';
import { drive, type DriveOptions, settled } from './drive.ts';
import { createTally, type Tally } from './tally.ts';

/** The runtime is up this long before the first quote, to reconcile an empty account. */
const LEAD_MS = 5_000;
/**
 * What the account begins with; enough that the launch policy, and not the money, is what limits.
 */
const DEPOSITS = [
  { currency: 'BTC', coinE8: 1_000_000_000 },
  { currency: 'ETH', coinE8: 20_000_000_000 },
] as const;

/** Half of `max_policy_age_sec` would do; five tries fit in it. */
const POLICY_INTERVAL_MS = 60_000;
const HEARTBEAT_INTERVAL_MS = 1_000;
/** A whole chain published twice. */
const INBOX_CAPACITY = 65_536;

export interface DayOptions {
  readonly root: string;
  readonly configuration: Configuration;
  readonly policyPath: string;
  readonly runtimePath: string;
  readonly buildId: string;
  readonly market: MarketSource;
  /** Epoch ms of the first and the last snapshot. */
  readonly span: { readonly from: number; readonly to: number };
  readonly windowMs: number;
  readonly seed: string;
  readonly ledgerFolder: string;
  readonly strategies: readonly Strategy<unknown>[];
  /** Real time to spread the market over, ms; null: as fast as it goes. */
  readonly forMs: number | null;
  readonly onDecision: (decision: Decision) => void;
  readonly onSnapshot: (day: RunningDay) => void;
  readonly isInterrupted: () => boolean;
}

/** A day as seen while it runs and when it is over. */
export interface RunningDay {
  readonly options: DayOptions;
  readonly startedAt: number;
  readonly clock: VirtualClock;
  readonly exchange: Exchange;
  readonly tally: Tally;
  readonly player: ChainPlayer;
  readonly runtime: Runtime;
  readonly fatal: InvariantViolation | null;
}

/**
 * The main job on the built-in venue: market, strategy, gates, durable ledger, exchange, fills,
 * positions. The ledger is real and on disk; the market's clock is virtual and stands still while
 * the disk works.
 */
export async function runDay(options: DayOptions): Promise<RunningDay> {
  const stage = setStage(options);
  const disk = countingProbe(createDiskProbe(options.ledgerFolder));
  const log = await openDecisionLog({
    path: join(dirname(options.ledgerFolder), 'decisions.jsonl'),
    runId: stage.session.runId,
    capacity: options.configuration.runtime.decision_log.queue_capacity,
  });
  const tally = createTally(stage.startedAt, (decision, at) => {
    log.report(decision, at);
    options.onDecision(decision);
  });
  const telemetry: Telemetry = {
    report: (decision, at) => tally.report(decision, at),
    backlog: () => log.telemetry(),
  };
  const runtime = await startRuntime(options, stage, telemetry, disk.probe);
  const day = (): RunningDay => ({ options, ...stage, tally, runtime, fatal: stage.fatal() });
  const isWaiting = (): boolean => runtime.ledger.telemetry().depth > 0 || disk.isPending();
  const tell = everySnapshot(stage.player, () => options.onSnapshot(day()));
  stage.player.start();
  await drive({
    clock: stage.clock,
    isWaiting,
    isOver: () => {
      tell();
      return stage.isOver() || stage.fatal() !== null || options.isInterrupted();
    },
    pace: paceOf(options),
  });
  await settled(isWaiting);
  cancelWorking(runtime, stage.clock);
  await settled(isWaiting);
  await runtime.stop();
  await log.close();
  return day();
}

/** Everything around the trader, and what ends the day. */
interface Stage {
  readonly session: StartOptions['session'];
  readonly clock: VirtualClock;
  readonly startedAt: number;
  readonly prng: Prng;
  readonly exchange: Exchange;
  readonly player: ChainPlayer;
  readonly connect: StartOptions['connect'];
  readonly onFatal: (error: InvariantViolation) => void;
  fatal(): InvariantViolation | null;
  isOver(): boolean;
}

function setStage(options: DayOptions): Stage {
  const clock = new VirtualClock(options.span.from - LEAD_MS);
  const prng = createPrng(options.seed);
  let venue: InProcessVenue | null = null;
  let fatal: InvariantViolation | null = null;
  let over = false;
  const exchange = new Exchange({
    deposits: new Map(DEPOSITS.map((each) => [currency(each.currency), coinE8(each.coinE8)])),
    onNotification: (...notice) => venue?.hear(...notice),
  });
  const player = createChainPlayer({
    clock,
    exchange,
    source: options.market,
    sizes: createSizeModel(prng.fork('sizes')),
    prng: prng.fork('player'),
    windowMs: options.windowMs,
    onEnd: () => {
      over = true;
    },
  });
  const network = new Network(clock, prng.fork('network'), PERFECT_NETWORK);
  const currencies = DEPOSITS.map((each) => each.currency);
  return {
    session: sessionOf(options),
    clock,
    startedAt: clock.now(),
    prng,
    exchange,
    player,
    connect: (post) => {
      venue = connectInProcess({ exchange, network, clock, currencies, post });
      return venue;
    },
    onFatal: (error) => {
      fatal = error;
    },
    fatal: () => fatal,
    isOver: () => over,
  };
}

function startRuntime(
  options: DayOptions,
  stage: Stage,
  telemetry: Telemetry,
  disk: DiskProbe,
): Promise<Runtime> {
  const { clock, prng, session, connect, onFatal } = stage;
  const { runtime } = options.configuration;
  return start({
    session,
    clock,
    connect,
    onFatal,
    telemetry,
    disk,
    openLedger: ledgerOf(options, session.runId, clock),
    documents: fileDocuments({
      root: options.root,
      policyPath: options.policyPath,
      runtimePath: options.runtimePath,
      environment: runtime.environment,
      venue: runtime.venue,
      clock,
    }),
    mintGroupId: uuidMinter(prng.fork('groups')),
    strategies: options.strategies,
    intervals: {
      consultMs: runtime.loop.consult_interval_ms,
      diskMs: runtime.disk.probe_interval_ms,
      policyMs: POLICY_INTERVAL_MS,
      heartbeatMs: HEARTBEAT_INTERVAL_MS,
    },
    inboxCapacity: INBOX_CAPACITY,
  });
}

function paceOf({ forMs, span, windowMs }: DayOptions): DriveOptions['pace'] {
  return forMs === null ? null : { realMs: forMs, untilMs: span.to + windowMs };
}

function sessionOf(options: DayOptions): Parameters<typeof start>[0]['session'] {
  const { runtime, runtimeConfigHash } = options.configuration;
  return {
    runId: runId(randomUUID()),
    buildId: options.buildId,
    runtimeConfigHash,
    contractVersion: '5.2',
    enforcedProfile: runtime.enforced_profile,
    toleratesUnlinked: runtime.environment === 'dev' && runtime.venue === 'simulated',
    settleMs: 0,
    tickIntervalMs: runtime.loop.tick_interval_ms,
    reconcileIntervalMs: runtime.loop.reconcile_interval_ms,
  };
}

function ledgerOf(options: DayOptions, run: string, clock: VirtualClock): OpenLedger {
  const { ledger } = options.configuration.runtime;
  return (post, onRecord) =>
    openFileLedger({
      folder: options.ledgerFolder,
      post,
      clock,
      runId: run,
      queueCapacity: ledger.queue_capacity,
      commitDeadlineMs: ledger.commit_deadline_ms,
      segmentBytes: ledger.segment_bytes,
      onRecord,
    });
}

function countingProbe(probe: DiskProbe): { readonly probe: DiskProbe; isPending(): boolean } {
  let pending = 0;
  return {
    probe: {
      measure(done) {
        pending += 1;
        probe.measure((measurement) => {
          pending -= 1;
          done(measurement);
        });
      },
      close: () => probe.close(),
    },
    isPending: () => pending > 0,
  };
}

function everySnapshot(player: ChainPlayer, tell: () => void): () => void {
  let told = 0;
  return () => {
    const { snapshots } = player.report();
    if (snapshots === told) return;
    told = snapshots;
    tell();
  };
}

/** Nothing of ours stays at the venue when the day is over. */
function cancelWorking(runtime: Runtime, clock: VirtualClock): void {
  const { facts } = runtime.state;
  for (const label of facts.working) {
    const order = facts.orders.get(label);
    if (order === undefined) continue;
    runtime.post({
      kind: 'intentProposed',
      at: monoMs(clock.now()),
      strategyId: order.terms.strategyId,
      groupId: groupId(randomUUID()),
      proposal: { action: 'Cancel', reduceOnly: null, legs: [], target: label },
    });
  }
}

import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import type { Decision, InvariantViolation } from '@holdfast/core';
import type { State } from '@holdfast/core/step';
import type { Strategy } from '@holdfast/core/strategy';
import { coinE8, currency, groupId, runId } from '@holdfast/core/values';
import type { Configuration } from '@holdfast/runtime/config';
import { openFileLedger } from '@holdfast/runtime/ledger';
import type { DiskProbe, OpenLedger } from '@holdfast/runtime/ports';
import { type Runtime, start } from '@holdfast/runtime/start';
import { createDiskProbe } from '@holdfast/runtime/telemetry';
import { Exchange } from '../exchange/index.ts';
import { connectInProcess, type InProcessVenue } from '../in-process-venue.ts';
import { type ChainPlayer, createChainPlayer } from '../market/chain-player.ts';
import type { MarketSource } from '../market/market.ts';
import { createSizeModel } from '../market/size-model.ts';
import { Network, PERFECT_NETWORK } from '../network.ts';
import { createPrng, type Prng } from '../prng.ts';
import { VirtualClock } from '../virtual-clock.ts';
import { fileDocuments } from './documents.ts';
import { drive, settled } from './drive.ts';
import { createTally, type Tally } from './tally.ts';

/** The runtime is up this long before the first quote, to reconcile an empty account. */
const LEAD_MS = 5_000;
/** What the account begins with; enough that the launch policy, and not the money, is what limits. */
const DEPOSITS = [
  { currency: 'BTC', coinE8: 1_000_000_000 },
  { currency: 'ETH', coinE8: 20_000_000_000 },
] as const;

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
 * The main job on the built-in venue: market, strategy, gates, durable ledger, exchange, fills, positions. The
 * ledger is real and on disk; the market's clock is virtual and stands still while the disk works.
 */
export async function runDay(options: DayOptions): Promise<RunningDay> {
  const clock = new VirtualClock(options.span.from - LEAD_MS);
  const startedAt = clock.now();
  const prng = createPrng(options.seed);
  const tally = createTally(startedAt, options.onDecision);
  let venue: InProcessVenue | null = null;
  const exchange = new Exchange({
    deposits: new Map(DEPOSITS.map((each) => [currency(each.currency), coinE8(each.coinE8)])),
    onNotification: (...notice) => venue?.hear(...notice),
  });
  let over = false;
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
  let fatal: InvariantViolation | null = null;
  const disk = countingProbe(createDiskProbe(options.ledgerFolder));
  const runtime = await start({
    session: sessionOf(options),
    clock,
    openLedger: ledgerOf(options, clock),
    connect: (post) => {
      const network = new Network(clock, prng.fork('network'), PERFECT_NETWORK);
      const currencies = DEPOSITS.map((each) => each.currency);
      venue = connectInProcess({ exchange, network, clock, currencies, post });
      return venue;
    },
    telemetry: tally,
    disk: disk.probe,
    documents: fileDocuments({
      root: options.root,
      policyPath: options.policyPath,
      runtimePath: options.runtimePath,
      environment: options.configuration.runtime.environment,
      venue: options.configuration.runtime.venue,
      clock,
    }),
    mintGroupId: minter(prng.fork('groups')),
    strategies: options.strategies,
    intervals: intervalsOf(options),
    inboxCapacity: 65_536,
    onFatal: (error) => {
      fatal = error;
    },
  });
  player.start();
  const isWaiting = (): boolean => runtime.ledger.telemetry().depth > 0 || disk.isPending();
  const day = (): RunningDay => ({
    options,
    startedAt,
    clock,
    exchange,
    tally,
    player,
    runtime,
    fatal,
  });
  const tellEvery = everySnapshot(player, () => options.onSnapshot(day()));
  await drive({
    clock,
    isWaiting,
    isOver: () => {
      tellEvery();
      return over || fatal !== null || options.isInterrupted();
    },
    pace:
      options.forMs === null
        ? null
        : { realMs: options.forMs, untilMs: options.span.to + options.windowMs },
  });
  await settled(isWaiting);
  cancelWorking(runtime.state, runtime, clock);
  await settled(isWaiting);
  await runtime.stop();
  return day();
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

function ledgerOf(options: DayOptions, clock: VirtualClock): OpenLedger {
  const { ledger } = options.configuration.runtime;
  return (post, onRecord) =>
    openFileLedger({
      folder: options.ledgerFolder,
      post,
      clock,
      runId: 'day',
      queueCapacity: ledger.queue_capacity,
      commitDeadlineMs: ledger.commit_deadline_ms,
      segmentBytes: ledger.segment_bytes,
      onRecord,
    });
}

function intervalsOf(options: DayOptions): Parameters<typeof start>[0]['intervals'] {
  const { disk, loop } = options.configuration.runtime;
  return {
    consultMs: loop.consult_interval_ms,
    diskMs: disk.probe_interval_ms,
    policyMs: 60_000,
    heartbeatMs: 1_000,
  };
}

/** UUIDs of version 4 from the run's seed: the same run has the same orders. */
function minter(prng: Prng): () => ReturnType<typeof groupId> {
  const hex = (value: number, digits: number): string =>
    value.toString(16).padStart(digits, '0').slice(0, digits);
  return () => {
    const words = [prng.uint32(), prng.uint32(), prng.uint32(), prng.uint32()] as const;
    const second = hex(words[1], 8);
    const third = hex(words[2], 8);
    const variant = '89ab'[words[2] >>> 30] ?? '8';
    return groupId(
      `${hex(words[0], 8)}-${second.slice(0, 4)}-4${second.slice(5)}-` +
        `${variant}${third.slice(1, 4)}-${third.slice(4)}${hex(words[3], 8)}`,
    );
  };
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
function cancelWorking(state: State, runtime: Runtime, clock: VirtualClock): void {
  for (const label of state.facts.working) {
    runtime.post({
      kind: 'intentProposed',
      at: clock.now() as never,
      strategyId: state.facts.orders.get(label)?.terms.strategyId as never,
      groupId: groupId(randomUUID()),
      proposal: { action: 'Cancel', reduceOnly: null, legs: [], target: label },
    });
  }
}

export function ledgerFolderOf(root: string, name: string): string {
  return join(root, 'artifacts', 'day', name, 'ledger');
}

import { randomUUID } from 'node:crypto';
import { hedgesOfCoins } from '@holdfast/core/instrument';
import type { StatusTelemetry } from '@holdfast/core/status';
import { type GroupId, groupId, type RunId, wallMs } from '@holdfast/core/values';
import { connectDeribit, type DeribitLink } from '@holdfast/deribit/venue';
import { CONTRACT_VERSION } from '@holdfast/core/guard';
import { ENVIRONMENT_RULES } from '../config/environments.ts';
import type { Trust } from '../control/attested.ts';
import { plannedRules, type Profile, supportedProfiles } from '../config/profiles.ts';
import { openFileLedger } from '../ledger/index.ts';
import { hostOf, isLoopbackHost } from '../loopback.ts';
import type { Clock, OpenLedger, Post } from '../ports.ts';
import type { Runtime, StartOptions } from '../start.ts';
import { trustRootsPathOf } from '../proof/index.ts';
import { createByteAccounting } from '../telemetry/byte-accounting.ts';
import { createTimeDaemon } from '../telemetry/chrony.ts';
import { createDiskProbe } from '../telemetry/disk.ts';
import { fileDocuments } from './documents.ts';
import type { EngineOptions } from './engine.ts';
import type { Recorders } from './recorders.ts';

/** Half of `max_policy_age_sec` would do; five tries fit in it. */
const POLICY_INTERVAL_MS = 60_000;
/** A whole chain's snapshots, twice. */
const INBOX_CAPACITY = 65_536;

/** The real ports of one engine, all but the venue. */
export function portsOf(
  options: EngineOptions,
  runId: RunId,
  recorders: Recorders,
): Omit<StartOptions, 'session' | 'connect' | 'onFatal'> {
  const { root, configuration, clock, folder, endpoint, env } = options;
  const { policyPath, runtimePath, certificatePath } = options;
  const { runtime } = configuration;
  return {
    clock,
    openLedger: ledgerOf(options, runId),
    ...(recorders.openTape === null ? {} : { openTape: recorders.openTape }),
    telemetry: recorders.telemetry,
    disk: createDiskProbe(
      folder.ledger,
      createByteAccounting({
        folder: folder.path,
        budgetBytes: runtime.disk.budget_bytes,
        counters: [() => recorders.bytes()],
      }),
    ),
    documents: fileDocuments({
      root,
      policyPath,
      runtimePath,
      certificatePath,
      environment: runtime.environment,
      venue: runtime.venue,
      endpoint,
      env,
      clock,
    }),
    timeDaemon: createTimeDaemon(),
    mintGroupId: (): GroupId => groupId(randomUUID()),
    strategies: options.strategies,
    intervals: {
      consultMs: runtime.loop.consult_interval_ms,
      diskMs: runtime.disk.probe_interval_ms,
      policyMs: POLICY_INTERVAL_MS,
      heartbeatMs: null,
    },
    inboxCapacity: INBOX_CAPACITY,
  };
}

function ledgerOf({ configuration, folder, clock }: EngineOptions, runId: RunId): OpenLedger {
  const { ledger } = configuration.runtime;
  return (post, onRecord) =>
    openFileLedger({
      folder: folder.ledger,
      post,
      clock,
      runId,
      queueCapacity: ledger.queue_capacity,
      commitDeadlineMs: ledger.commit_deadline_ms,
      segmentBytes: ledger.segment_bytes,
      onRecord,
    });
}

export function sessionOf(options: EngineOptions, runId: RunId): StartOptions['session'] {
  const { configuration, buildId, endpoint } = options;
  const { runtime, runtimeConfigHash } = configuration;
  const isLoopback = isLoopbackHost(hostOf(endpoint) ?? '');
  return {
    runId,
    buildId,
    runtimeConfigHash,
    contractVersion: CONTRACT_VERSION,
    enforcedProfile: runtime.enforced_profile,
    realMoney: !(runtime.environment === 'dev' && runtime.venue === 'simulated' && isLoopback),
    needsSupervisor: ENVIRONMENT_RULES[runtime.environment].needsSupervisor,
    settleMs: runtime.connection.settle_ms,
    tickIntervalMs: runtime.loop.tick_interval_ms,
    reconcileIntervalMs: runtime.loop.reconcile_interval_ms,
  };
}

/** Whose signatures this engine acts on. */
export function trustOf(options: EngineOptions, runId: RunId): Trust {
  const { root, configuration, endpoint } = options;
  const { environment, venue } = configuration.runtime;
  const isLoopback = isLoopbackHost(hostOf(endpoint) ?? '');
  return {
    environment,
    runId,
    trustRootsPath: trustRootsPathOf(root, environment),
    acceptsDevelopmentKeys: environment === 'dev' && venue === 'simulated' && isLoopback,
    now: () => Date.now(),
  };
}

export function connect(options: EngineOptions, post: Post, recorders: Recorders): DeribitLink {
  const { configuration, endpoint, credentials, clock } = options;
  return connectDeribit({
    url: endpoint,
    credentials,
    currencies: configuration.policy.universe.underlyings,
    clock,
    post,
    jitter: () => Math.random(),
    onWire: (message) => recorders.wire.write(message),
    marketInterval: '100ms',
    references: [...(configuration.policy.referenceInstruments?.values() ?? [])],
    hedges: hedgesOfCoins(configuration.policy.universe.underlyings),
  });
}

/** What it may claim, told once: no file can change what a running process says of itself. */
export function profilesOf({ root, linked }: EngineOptions): readonly Profile[] {
  return supportedProfiles(linked, linked.length === 0 ? null : plannedRules(root));
}

export function telemetryOf(
  runtime: Runtime,
  link: DeribitLink,
  clock: Clock,
  supported: readonly Profile[],
): StatusTelemetry {
  const { depth, capacity, enqueueFailures } = runtime.ledger.telemetry();
  const { requestP95Ms, lastMessageAt, count429In5m } = link.telemetry();
  return {
    now: wallMs(clock.now()),
    ledger: { depth, capacity, enqueueFailures },
    requestP95Ms,
    lastMessageAt: lastMessageAt === null ? null : wallMs(lastMessageAt),
    count429In5m,
    supportedProfiles: supported,
  };
}

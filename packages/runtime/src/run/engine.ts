import { randomUUID } from 'node:crypto';
import { assert, type Decision, type InvariantViolation } from '@holdfast/core';
import { standingCauses } from '@holdfast/core/guard';
import { DEFAULT_PARAMETERS } from '@holdfast/core/policy';
import { describe, type StatusDocument, UNMAPPED } from '@holdfast/core/status';
import type { Strategy } from '@holdfast/core/strategy';
import { createSmileMemory } from '@holdfast/core/market';
import { viewFor } from '@holdfast/core/view';
import { monoMs, type RunId, runId as toRunId, strategyId } from '@holdfast/core/values';
import type { DeribitLink } from '@holdfast/deribit/venue';
import type { Trouble } from '../cli/io.ts';
import type { Configuration, Environ } from '../config/index.ts';
import type { LinkedProfile } from '../config/profiles.ts';
import { every } from '../every.ts';
import { describeOpenFault, openFaultOf } from '../ledger/index.ts';
import { sampleMarket } from '../market-log.ts';
import type { Clock, RpcTransport } from '../ports.ts';
import type { Tally } from '../report/tally.ts';
import { type Runtime, start, type StartOptions } from '../start.ts';
import { type ViewModel, viewOf } from '../view/model.ts';
import { type AccountClaim, claimAccount, describeHolder } from './account-claim.ts';
import { connect, portsOf, profilesOf, sessionOf, telemetryOf, trustOf } from './composition.ts';
import { type DoorOptions, type Doors, openDoors } from './doors.ts';
import { type RunFolder, writeAbout } from './folder.ts';
import { openRecorders, type Recorders } from './recorders.ts';
import { createStatusBoard, type StatusBoard } from './status-board.ts';

export interface EngineOptions {
  readonly root: string;
  readonly folder: RunFolder;
  readonly configuration: Configuration;
  readonly policyPath: string;
  readonly runtimePath: string;
  readonly certificatePath: string;
  readonly buildId: string;
  readonly env: Environ;
  readonly endpoint: string;
  readonly credentials: { readonly clientId: string; readonly clientSecret: string } | null;
  readonly clock: Clock;
  readonly strategies: readonly Strategy<unknown>[];
  /** What this build enforces beyond core safety: said by the composition root, not by a file. */
  readonly linked: readonly LinkedProfile[];
  readonly onEffect?: StartOptions['onEffect'];
  readonly onEvent?: StartOptions['onEvent'];
}

export interface Engine {
  readonly runId: string;
  readonly runtime: Runtime;
  readonly clock: Clock;
  readonly tally: Tally;
  readonly transport: RpcTransport;
  readonly violation: () => InvariantViolation | null;
  /** Resolves when an invariant broke: nothing more is processed. */
  readonly failed: Promise<void>;
  view(): ViewModel;
  /**
   * Writes what was accepted, lets go of everything, and logs out. With an order of ours that may
   * still rest the connection is cut instead: a logout would leave it at the venue, a cut has the
   * venue cancel it (D-18).
   */
  stop(): Promise<void>;
}

export type EngineStart =
  | { readonly ok: true; readonly engine: Engine }
  | { readonly ok: false; readonly trouble: Trouble };

/** Decisions that change what the status says: it is not left to the next tick. */
const SHOWN_AT_ONCE: ReadonlySet<Decision['kind']> = new Set([
  'modeChanged',
  'riskStateChanged',
  'latchSet',
  'latchCleared',
]);

/**
 * Puts one engine together and starts it: logs, ledger, recovery, loop; then the connection, whose
 * answers are events; then the doors through which it is watched and stopped.
 */
export async function startEngine(options: EngineOptions): Promise<EngineStart> {
  const { configuration, folder, clock, credentials, endpoint } = options;
  const [runId, fate] = [toRunId(randomUUID()), createFate()];
  // What beats and shows must exist before the loop that does, and needs the loop to be opened.
  const doors: { opened: Doors | null } = { opened: null };
  const board: { made: StatusBoard | null } = { made: null };
  const recorders = await openRecorders({
    folder,
    runId,
    startedAt: clock.now(),
    decisionCapacity: configuration.runtime.decision_log.queue_capacity,
    tapeBytesMax: configuration.runtime.event_tape.max_bytes,
    secrets: credentials === null ? [] : [credentials.clientSecret],
    onSaid: (decision, at) => {
      doors.opened?.tell(decision, at);
      if (SHOWN_AT_ONCE.has(decision.kind)) board.made?.refreshSoon();
    },
  });
  const started = await startLoop(options, runId, recorders, fate, () => {
    doors.opened?.beat();
    board.made?.refreshSoon();
  });
  if (!started.ok) {
    await recorders.close();
    return started;
  }
  const { runtime, link } = started;
  const claim = claimOf(options, runId);
  if (!claim.taken) {
    await runtime.stop();
    await recorders.close();
    return no(endpoint, 'account_in_use', describeHolder(claim.holder));
  }
  try {
    const supported = profilesOf(options);
    board.made = createStatusBoard({
      describe: () => describe(runtime.state, telemetryOf(runtime, link, clock, supported)),
      now: () => clock.now(),
      publish: (text) => doors.opened?.publish(text),
      onSnapshot: (status) => noteStatus(recorders, runtime, status, clock.now()),
      onUnsound: unsoundTeller(runtime, clock),
    });
    const offered = doorOptions(options, runId, runtime, link, recorders, fate, board.made);
    doors.opened = await openDoors(offered);
    void fate.failed.then(() => doors.opened?.stopped());
    writeAbout(folder, aboutOf(options, runId, doors.opened));
  } catch (error) {
    await doors.opened?.close();
    await runtime.stop();
    claim.release();
    await recorders.close();
    return no(folder.path, 'door_not_opened', error instanceof Error ? error.message : 'unknown');
  }
  recordMarket(options, runtime, recorders);
  link.open();
  return {
    ok: true,
    engine: engineOf(options, runId, runtime, link, doors.opened, recorders, fate, claim.release),
  };
}

const MARKET_EVERY_MS = 60_000;
/** Whose eyes the market is seen with: a strategy that proposes nothing. */
const OBSERVER = strategyId('market-log');

/** The market of each coin, as a strategy would see it, for whoever judges decisions later. */
function recordMarket(
  { clock, configuration }: EngineOptions,
  { state, isRunning }: Runtime,
  { market }: Recorders,
): void {
  const { universe, referenceInstruments = new Map() } = configuration.policy;
  const smiles = createSmileMemory();
  every(clock, MARKET_EVERY_MS, isRunning, () => {
    const view = viewFor(state, OBSERVER, smiles);
    market.write(sampleMarket(view, universe.underlyings, referenceInstruments), clock.now());
  });
}

/** For log and report: which reasons and alerts stood, from when until when. */
function noteStatus(
  { tally, log }: Recorders,
  { state }: Runtime,
  status: StatusDocument,
  at: number,
): void {
  const { policy, riskCauses } = state.observations;
  tally.reasons.saw(status, standingCauses(riskCauses), at);
  const { maxPolicyAgeSec, diskPauseArchivesPct } = policy?.parameters ?? DEFAULT_PARAMETERS;
  const inputs = { status, maxPolicyAgeSec, diskPauseArchivesPct };
  for (const alert of tally.alerts.saw(inputs, at)) {
    log.write(alert.state === 'quiet' ? 'info' : 'warn', 'alert', alert);
  }
}

/** Without a key there is no account, and nothing to claim. */
function claimOf({ endpoint, credentials }: EngineOptions, runId: RunId): AccountClaim {
  if (credentials === null) return { taken: true, release: () => undefined };
  return claimAccount({ endpoint, clientId: credentials.clientId, runId, now: Date.now() });
}

type LoopStart =
  | { readonly ok: true; readonly runtime: Runtime; readonly link: DeribitLink }
  | Extract<EngineStart, { ok: false }>;

async function startLoop(
  options: EngineOptions,
  runId: RunId,
  recorders: Recorders,
  fate: Fate,
  beat: () => void,
): Promise<LoopStart> {
  const venue: { link: DeribitLink | null } = { link: null };
  try {
    const runtime = await start({
      ...portsOf(options, runId, recorders),
      session: sessionOf(options, runId),
      connect: (post) => {
        const link = connect(options, post, recorders);
        venue.link = link;
        return {
          transport: link.transport,
          venue: { ...link.venue, reconnect: () => link.drop() },
          gauge: link,
        };
      },
      onEvent: (event) => {
        recorders.heard(event);
        options.onEvent?.(event);
      },
      onEffect: (effect) => {
        // The last thing a tick asks for: the turn behind it is complete (AMB-50).
        if (effect.kind === 'wake') beat();
        options.onEffect?.(effect);
      },
      onFatal: fate.fail,
    });
    assert(venue.link !== null, 'the runtime connects before it is started');
    return { ok: true, runtime, link: venue.link };
  } catch (error) {
    const fault = openFaultOf(error);
    if (fault === null) throw error;
    return no(options.folder.ledger, fault.code, describeOpenFault(fault));
  }
}

function doorOptions(
  options: EngineOptions,
  runId: RunId,
  runtime: Runtime,
  link: DeribitLink,
  recorders: Recorders,
  fate: Fate,
  board: StatusBoard,
): DoorOptions {
  const { configuration, folder, clock, buildId, root } = options;
  return {
    runtime,
    clock,
    tally: recorders.tally,
    document: configuration.runtime,
    folder,
    root,
    runId,
    buildId,
    isRunning: () => fate.violation() === null,
    board,
    metrics: () =>
      recorders.metrics({
        status: board.current(),
        link: link.telemetry(),
        ledger: runtime.ledger.telemetry(),
        now: clock.now(),
      }),
    trust: trustOf(options, runId),
    onWatchdog: recorders.onWatchdog,
    onHttp: recorders.onHttp,
  };
}

/** Whether an invariant has broken, and who wants to hear of it. */
interface Fate {
  readonly failed: Promise<void>;
  readonly fail: (error: InvariantViolation) => void;
  readonly violation: () => InvariantViolation | null;
}

function createFate(): Fate {
  let violation: InvariantViolation | null = null;
  let tell: () => void = () => undefined;
  const failed = new Promise<void>((done) => {
    tell = done;
  });
  return {
    failed,
    fail: (error) => {
      violation = error;
      tell();
    },
    violation: () => violation,
  };
}

function no(place: string, rule: string, detail: string): Extract<EngineStart, { ok: false }> {
  return { ok: false, trouble: { place, rule, detail } };
}

function engineOf(
  options: EngineOptions,
  runId: string,
  runtime: Runtime,
  link: DeribitLink,
  doors: Doors,
  recorders: Recorders,
  fate: Fate,
  releaseAccount: () => void,
): Engine {
  const { clock, configuration, endpoint } = options;
  const { environment, venue } = configuration.runtime;
  const startedAt = clock.now();
  return {
    runId,
    runtime,
    clock,
    tally: recorders.tally,
    transport: link.transport,
    failed: fate.failed,
    violation: fate.violation,
    view: () =>
      viewOf({
        state: runtime.state,
        tally: recorders.tally,
        startedAt,
        now: clock.now(),
        environment,
        venue,
        endpoint,
        http: doors.http,
        link: link.telemetry(),
      }),
    async stop() {
      // The watchdog before the loop that beats; the loop before the session, whose end would
      // otherwise be recorded as one that was lost.
      await doors.close();
      await runtime.stop();
      await (mayRest(runtime, fate) ? link.abandon() : link.close());
      releaseAccount();
      await recorders.close();
    },
  };
}

/** After a broken invariant nobody knows what rests. */
function mayRest({ state }: Runtime, fate: Fate): boolean {
  return fate.violation() !== null || state.facts.working.size > 0;
}

function aboutOf(
  { configuration, endpoint, buildId, credentials }: EngineOptions,
  runId: string,
  { http }: Doors,
): Parameters<typeof writeAbout>[1] {
  const { environment, venue } = configuration.runtime;
  return {
    run_id: runId,
    pid: process.pid,
    started: new Date().toISOString(),
    environment,
    venue,
    endpoint,
    http,
    build_id: buildId,
    key_id: credentials?.clientId ?? null,
  };
}

/** What nobody could read is a broken contract of ours, and the core ends trading by it. */
function unsoundTeller({ post }: Runtime, clock: Clock): (rule: string) => void {
  return (subject) =>
    post({ kind: 'faultObserved', at: monoMs(clock.now()), fault: UNMAPPED, subject });
}

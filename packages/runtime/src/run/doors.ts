import { resolve } from 'node:path';
import { assert, type Decision } from '@holdfast/core';
import { CONTRACT_VERSION } from '@holdfast/core/guard';
import { monoMs } from '@holdfast/core/values';
import type { RuntimeDocument } from '../config/index.ts';
import type { Trust } from '../control/attested.ts';
import { takeEndpointCall } from '../control/emergency.ts';
import type { Engine } from '../control/engine.ts';
import { type Control, startControl } from '../control/server.ts';
import { type HttpNews, type HttpServer, startHttp } from '../http/server.ts';
import { streamEventOf } from '../http/stream-event.ts';
import type { Clock } from '../ports.ts';
import type { Tally } from '../report/tally.ts';
import type { Runtime } from '../start.ts';
import { startWatchdog, type Watchdog, type WatchdogNews } from '../watchdog/watchdog.ts';
import type { RunFolder } from './folder.ts';
import type { StatusBoard } from './status-board.ts';

export interface DoorOptions {
  readonly runtime: Runtime;
  readonly clock: Clock;
  readonly tally: Tally;
  readonly document: RuntimeDocument;
  readonly folder: RunFolder;
  readonly runId: string;
  readonly buildId: string;
  /** What file names in the configuration are relative to. */
  readonly root: string;
  readonly isRunning: () => boolean;
  readonly board: StatusBoard;
  readonly metrics: () => Promise<string>;
  readonly trust: Trust;
  readonly onWatchdog: (news: WatchdogNews) => void;
  readonly onHttp: (news: HttpNews) => void;
}

/** Through which an engine is watched and stopped: control socket, watchdog, network port. */
export interface Doors {
  readonly http: string | null;
  /** A tick of the loop is complete. */
  beat(): void;
  /** A new status, as text. */
  publish(status: string): void;
  /** What was decided, for those who listen. */
  tell(decision: Decision, at: number): void;
  /** The loop has stopped on a broken invariant. */
  stopped(): void;
  close(): Promise<void>;
}

/** Rejects with one sentence when one cannot be opened: what nobody can stop must not run. */
export async function openDoors(options: DoorOptions): Promise<Doors> {
  const { runtime, clock, document, folder } = options;
  const health = healthOf(options);
  const engine = engineSide(options);
  let control: Control | null = null;
  let http: HttpServer | null = null;
  try {
    control = await startControl({
      path: folder.control,
      sources: { ...engine, status: () => statusOf(options), health, trust: options.trust },
    });
    http = await openHttp(options, engine, plain(health()));
  } catch (error) {
    await http?.close();
    await control?.close();
    throw error;
  }
  const opened = { control, http };
  let told = 0;
  const watchdog: Watchdog = startWatchdog({
    controlPath: folder.control,
    logPath: folder.watchdog,
    silenceMs: document.watchdog.silence_ms,
    killAfterMs: document.watchdog.kill_after_ms,
    onHeartbeat: () => runtime.post({ kind: 'heartbeatObserved', at: monoMs(clock.now()) }),
    onNews: options.onWatchdog,
  });
  return {
    http: http?.url ?? null,
    beat: () => watchdog.beat(),
    publish: (status) => opened.http?.publish(status),
    tell(decision, at) {
      const event = streamEventOf(decision, at, told + 1);
      if (event === null) return;
      told = event.sequence;
      opened.http?.tell(event);
    },
    stopped: () => opened.http?.stopped(),
    async close() {
      await watchdog.close();
      await Promise.all([opened.control?.close(), opened.http?.close()]);
    },
  };
}

/** Whoever commands sees in the next status what became of it. */
function engineSide({ runtime, clock, isRunning, board }: DoorOptions): Engine {
  return {
    state: runtime.state,
    post(event) {
      runtime.post(event);
      if (isRunning()) board.refresh();
    },
    now: () => clock.now(),
    isRunning,
  };
}

/** A loop that has stopped has no mode: whoever asks is answered that nobody can tell. */
function statusOf({ board, isRunning }: DoorOptions): object {
  assert(isRunning(), 'the engine has stopped on a broken invariant');
  return board.current();
}

async function openHttp(
  options: DoorOptions,
  engine: Engine,
  health: object,
): Promise<HttpServer | null> {
  const { document, root, runId, board } = options;
  const { http, environment, watchdog } = document;
  if (http === 'none') return null;
  const { host, port, tls, tokens } = http;
  const server = await startHttp({
    host,
    port,
    tls:
      tls === 'none'
        ? 'none'
        : { certificate: resolve(root, tls.certificate), key: resolve(root, tls.key) },
    tokensPath: resolve(root, tokens),
    isReadingOpen: environment === 'dev',
    runId,
    health,
    staleAfterMs: watchdog.silence_ms,
    sources: {
      metrics: options.metrics,
      reduceOnly: (call) => takeEndpointCall(engine, call),
    },
    onNews: options.onHttp,
  });
  server.publish(JSON.stringify(board.current()));
  return server;
}

interface FullHealth {
  readonly ok: true;
  readonly build_id: string;
  readonly contract_version: string;
  readonly run_id: string;
  readonly last_transition_reason: string;
  readonly last_transition_ts: string;
  /** Since when the first reason of the mode, or the state, has been what it is. */
  readonly since_code: string;
  readonly since_ts: string;
}

function healthOf({ tally, clock, runId, buildId, board }: DoorOptions): () => FullHealth {
  const startedAt = clock.now();
  return () => {
    const last = tally.lastTransition;
    const since = board.since();
    return {
      ok: true,
      build_id: buildId,
      contract_version: CONTRACT_VERSION,
      run_id: runId,
      last_transition_reason:
        last === null ? 'started' : [`${last.from} to ${last.to}`, ...last.reasons].join(' '),
      last_transition_ts: new Date(last?.at ?? startedAt).toISOString(),
      since_code: since.code,
      since_ts: new Date(since.at).toISOString(),
    };
  };
}

/** What the port tells of it: the three keys of the contract. */
function plain({
  ok,
  build_id,
  contract_version,
}: FullHealth): Pick<FullHealth, 'ok' | 'build_id' | 'contract_version'> {
  return { ok, build_id, contract_version };
}

import { CONTRACT_VERSION } from '@holdfast/core/guard';
import { monoMs } from '@holdfast/core/values';
import type { RuntimeDocument } from '../config/index.ts';
import type { Trust } from '../control/attested.ts';
import { type Control, startControl } from '../control/server.ts';
import { type HttpServer, startHttp } from '../http/server.ts';
import type { Clock } from '../ports.ts';
import type { Tally } from '../report/tally.ts';
import type { Runtime } from '../start.ts';
import { startWatchdog, type Watchdog, type WatchdogNews } from '../watchdog/watchdog.ts';
import type { RunFolder } from './folder.ts';

export interface DoorOptions {
  readonly runtime: Runtime;
  readonly clock: Clock;
  readonly tally: Tally;
  readonly document: RuntimeDocument;
  readonly folder: RunFolder;
  readonly runId: string;
  readonly buildId: string;
  readonly isRunning: () => boolean;
  /** `/api/v1/status`. */
  readonly status: () => object;
  readonly metrics: () => Promise<string>;
  readonly trust: Trust;
  readonly onWatchdog: (news: WatchdogNews) => void;
}

/** Through which an engine is watched and stopped: control socket, watchdog, read-only port. */
export interface Doors {
  readonly http: string | null;
  /** A tick of the loop is complete. */
  beat(): void;
  close(): Promise<void>;
}

/** Rejects with one sentence when one cannot be opened: what nobody can stop must not run. */
export async function openDoors(options: DoorOptions): Promise<Doors> {
  const { runtime, clock, document, folder, isRunning, status, metrics } = options;
  const health = healthOf(options);
  let control: Control | null = null;
  let http: HttpServer | null = null;
  try {
    control = await startControl({
      path: folder.control,
      sources: {
        state: runtime.state,
        post: runtime.post,
        now: () => clock.now(),
        isRunning,
        status,
        health,
        trust: options.trust,
      },
    });
    http =
      document.http === 'none'
        ? null
        : await startHttp({
            ...document.http,
            sources: { status, health: () => plain(health()), metrics },
          });
  } catch (error) {
    await http?.close();
    await control?.close();
    throw error;
  }
  const opened = { control, http };
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
    async close() {
      await watchdog.close();
      await Promise.all([opened.control?.close(), opened.http?.close()]);
    },
  };
}

interface FullHealth {
  readonly ok: true;
  readonly build_id: string;
  readonly contract_version: string;
  readonly run_id: string;
  readonly last_transition_reason: string;
  readonly last_transition_ts: string;
}

function healthOf({ tally, clock, runId, buildId }: DoorOptions): () => FullHealth {
  const startedAt = clock.now();
  return () => {
    const last = tally.lastTransition;
    return {
      ok: true,
      build_id: buildId,
      contract_version: CONTRACT_VERSION,
      run_id: runId,
      last_transition_reason:
        last === null ? 'started' : [`${last.from} to ${last.to}`, ...last.reasons].join(' '),
      last_transition_ts: new Date(last?.at ?? startedAt).toISOString(),
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

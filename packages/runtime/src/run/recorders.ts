import type { Decision, Event } from '@holdfast/core';
import type { LinkTelemetry } from '@holdfast/deribit/venue';
import { createAfterwards } from '../afterwards.ts';
import { openDecisionLog } from '../decision-log.ts';
import type { HttpNews } from '../http/server.ts';
import { type MarketLog, openMarketLog } from '../market-log.ts';
import type { Telemetry } from '../ports.ts';
import { EventTape } from '../replay/event-tape.ts';
import type { OpenTape } from '../replay/open-tape.ts';
import { bytesOfTapes, tapePath } from '../replay/run-tapes.ts';
import { Tally } from '../report/tally.ts';
import { openRunLog, type RunLog } from '../telemetry/log.ts';
import { createMetrics, type Metrics } from '../telemetry/metrics.ts';
import type { WatchdogNews } from '../watchdog/watchdog.ts';
import { openWireLog, type WireLog } from '../wire-log.ts';
import type { RunFolder } from './folder.ts';

const WIRE_LOG_CAPACITY = 8_192;

/** Where what is said and seen goes: the logs, tape, tally and metrics. */
export interface Recorders {
  readonly telemetry: Telemetry;
  readonly tally: Tally;
  readonly wire: WireLog;
  readonly market: MarketLog;
  readonly log: RunLog;
  /** Null where the configuration wants none. */
  readonly openTape: OpenTape | null;
  /** Sees every event before the core does. */
  readonly heard: (event: Event) => void;
  readonly onWatchdog: (news: WatchdogNews) => void;
  readonly onHttp: (news: HttpNews) => void;
  /** Prometheus text of now. */
  metrics(now: MetricSources): Promise<string>;
  /** Bytes these have written, for the accounting of the disk. */
  bytes(): number;
  close(): Promise<void>;
}

export interface MetricSources {
  readonly status: object;
  readonly link: LinkTelemetry;
  readonly ledger: { readonly records: number; readonly writeErrors: number };
  readonly now: number;
}

export interface RecorderOptions {
  readonly folder: RunFolder;
  readonly runId: string;
  readonly startedAt: number;
  readonly decisionCapacity: number;
  /** What the tapes of the folder may fill; 0 for none. */
  readonly tapeBytesMax: number;
  /** Values that must never be written. */
  readonly secrets: readonly string[];
  /** What was decided, once the turn is over. */
  readonly onSaid: (decision: Decision, at: number) => void;
}

/** Rejects when a file cannot be opened: an engine that cannot say what it does must not run. */
export async function openRecorders(options: RecorderOptions): Promise<Recorders> {
  const { folder, runId, startedAt, decisionCapacity, tapeBytesMax, secrets, onSaid } = options;
  const decisions = await openDecisionLog({
    path: folder.decisions,
    runId,
    capacity: decisionCapacity,
  });
  const wire = await openWireLog(folder.wire, runId, WIRE_LOG_CAPACITY);
  const market = await openMarketLog(folder.market, runId);
  const log = await openRunLog({ path: folder.log, runId, secrets });
  const tapes = tapesOf(folder, tapeBytesMax, log);
  const metrics = createMetrics(runId);
  const afterwards = createAfterwards<Said>(({ decision, at }) => {
    decisions.report(decision, at);
    log.report(decision);
    metrics.observeDecision(decision);
    onSaid(decision, at);
  });
  const tally = new Tally(startedAt, (decision, at) => afterwards.add({ decision, at }));
  return {
    tally,
    wire,
    market,
    log,
    openTape: tapeBytesMax === 0 ? null : tapes.open,
    telemetry: {
      report: (decision, at) => tally.report(decision, at),
      backlog: () => decisions.telemetry(),
    },
    heard: (event) => metrics.observeEvent(event),
    onWatchdog: (news) => {
      metrics.observeWatchdog(news);
      log.write(news.kind === 'given_up' ? 'error' : 'info', 'watchdog', news);
    },
    onHttp: (news) => log.write('error', 'http', news),
    async metrics(sources) {
      observeAll(metrics, sources, tally);
      metrics.observeLost('decision_log', decisions.telemetry().dropped);
      metrics.observeLost('wire_log', wire.dropped);
      metrics.observeLost('market_log', market.dropped);
      metrics.observeLost('run_log', log.telemetry().dropped);
      metrics.observeLost('event_tape', tapes.lost());
      return await metrics.text();
    },
    bytes: () =>
      decisions.bytes + wire.bytes + market.bytes + log.telemetry().bytes + tapes.bytes(),
    async close() {
      afterwards.finish();
      metrics.close();
      await Promise.all([decisions.close(), wire.close(), market.close(), log.close()]);
    },
  };
}

/** The tape of this process, beside those that earlier ones left in the folder. */
function tapesOf(
  folder: RunFolder,
  bytesMax: number,
  log: RunLog,
): { readonly open: OpenTape; bytes(): number; lost(): number } {
  let tape: EventTape | null = null;
  return {
    async open(opening) {
      tape = await EventTape.open({
        path: tapePath(folder.path, opening.epoch, opening.session.runId),
        maxBytes: bytesMax - bytesOfTapes(folder.path),
        opening,
        onGap: (gap) => log.write('warn', 'event_tape_gap', gap),
      });
      return tape;
    },
    bytes: () => tape?.bytes ?? 0,
    lost: () => tape?.lost ?? 0,
  };
}

/** One decision, and when it was said. */
interface Said {
  readonly decision: Decision;
  readonly at: number;
}

function observeAll(
  metrics: Metrics,
  { status, link, ledger, now }: MetricSources,
  tally: Tally,
): void {
  metrics.observeStatus(status);
  metrics.observeLink(link);
  metrics.observeLedger(ledger);
  metrics.observeModeSeconds(tally.modeSeconds(now));
  metrics.observeAlerts(tally.alerts.standing);
}

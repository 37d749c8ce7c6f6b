import { type IntervalHistogram, monitorEventLoopDelay } from 'node:perf_hooks';
import type { Decision, Event } from '@holdfast/core';
import { Counter, Gauge, Registry } from 'prom-client';
import type { Alert, AlertState } from './alert-book.ts';
import { boundedLabel } from './bounded-labels.ts';

/**
 * Numbers of one run for Prometheus. `run_id` is a constant label of every series. `intent_id` is
 * none: a label for each intent is a series for each, without end; the log line and the decision
 * carry it. The contract's names (contract-1 section 2.5) stand behind `holdfast_`, because a
 * Prometheus name cannot start with a digit as `429_count_5m` does. What nothing produces yet is
 * not exported.
 */
export interface Metrics {
  observeDecision(decision: Decision): void;
  observeEvent(event: Event): void;
  /** Numbers of a status document, by the contract's names; null or absent ones are left out. */
  observeStatus(status: object): void;
  /** Seconds spent in each mode so far. */
  observeModeSeconds(seconds: Readonly<Record<string, number>>): void;
  /** One series for each alert and state, 1 for the one it is in. */
  observeAlerts(alerts: readonly Alert[]): void;
  observeLink(link: LinkNumbers): void;
  observeLedger(ledger: LedgerNumbers): void;
  observeWatchdog(news: { readonly kind: string }): void;
  /** Lines a bounded output lost since the process began, by its name. */
  observeLost(output: string, lost: number): void;
  text(): Promise<string>;
  close(): void;
}

export interface LinkNumbers {
  readonly connected: boolean;
  readonly reconnects: number;
  readonly requestsIn60s: number;
  readonly timeoutsIn60s: number;
  readonly messages: number;
  readonly bytes: number;
  readonly pending: number;
  readonly driftMs: number | null;
  readonly faults: Readonly<Record<string, number>>;
}

export interface LedgerNumbers {
  readonly records: number;
  readonly writeErrors: number;
}

/** Names a label may have that come from outside: fault names, news. */
const NAMES_MAX = 64;

/** What of the status is a number worth a series, and what it is. */
const STATUS_GAUGES = {
  wal_queue_depth: 'Records waiting for the disk.',
  wal_queue_capacity: 'Records that may wait.',
  wal_queue_enqueue_failures: 'Records refused because too many waited; never falls.',
  deribit_http_p95_ms: '95th percentile of request times, last 30 s.',
  ws_event_lag_ms: 'Age of the last message of the exchange.',
  '429_count_5m': 'Requests refused for their rate in five minutes.',
  '10028_count_5m': 'Sessions ended for their rate in five minutes.',
  atomic_naked_events_24h: 'Legs left alone in a day.',
  mm_util: 'Maintenance margin over equity, worst currency.',
  disk_used_pct: 'Share of the disk in use, worst opinion.',
  disk_used_pct_secondary: 'The second worst opinion.',
  loop_tick_last_ts_ms: 'Last completed tick, epoch ms.',
  policy_age_sec: 'Age of the policy.',
} as const;

const MODES = ['Active', 'ReduceOnly', 'Kill'] as const;

export function createMetrics(runId: string): Metrics {
  const registry = new Registry();
  registry.setDefaultLabels({ run_id: runId });
  const delay = monitorEventLoopDelay({ resolution: 1 });
  delay.enable();
  const observeLink = linkGauges(registry);
  const observeStatus = statusGauges(registry);
  const records = gauge(registry, 'ledger_records', 'Records this ledger holds.');
  const writeErrors = gauge(registry, 'wal_write_errors', 'Writes that failed; never falls.');
  const watchdog = counter(registry, 'watchdog_news_total', 'Of the watchdog process.', ['kind']);
  const kindOf = boundedLabel(NAMES_MAX);
  const lost = gauge(registry, 'output_lost', 'Lines an output lost; never falls.', ['output']);
  const outputOf = boundedLabel(NAMES_MAX);
  const spent = gauge(registry, 'trading_mode_seconds', 'Seconds in each mode.', ['mode']);
  loopGauge(registry, delay);
  return {
    observeDecision: decisionCounters(registry),
    observeEvent: eventCounters(registry),
    observeStatus,
    observeModeSeconds(seconds) {
      for (const mode of MODES) spent.set({ mode }, seconds[mode] ?? 0);
    },
    observeAlerts: alertGauge(registry),
    observeLink,
    observeLedger(ledger) {
      records.set(ledger.records);
      writeErrors.set(ledger.writeErrors);
    },
    observeWatchdog: ({ kind }) => watchdog.inc({ kind: kindOf(kind) }),
    observeLost: (output, count) => lost.set({ output: outputOf(output) }, count),
    text: () => registry.metrics(),
    close: () => delay.disable(),
  };
}

function decisionCounters(registry: Registry): Metrics['observeDecision'] {
  const decisions = counter(registry, 'decisions_total', 'What the core said.', ['kind']);
  const rejected = counter(registry, 'intents_rejected_total', 'Refused intents.', ['code']);
  const faults = counter(registry, 'faults_total', 'Trouble the core was told of.', ['fault']);
  const faultOf = boundedLabel(NAMES_MAX);
  return (decision) => {
    decisions.inc({ kind: decision.kind });
    if (decision.kind === 'intentRejected') rejected.inc({ code: decision.reject.code });
    if (decision.kind === 'fault') faults.inc({ fault: faultOf(decision.fault) });
  };
}

function eventCounters(registry: Registry): Metrics['observeEvent'] {
  const proposed = counter(registry, 'intents_proposed_total', 'What strategies proposed.');
  const sent = counter(registry, 'orders_sending_total', 'Durable markers of a sending.');
  const orders = counter(registry, 'order_reports_total', 'What the exchange said.', ['state']);
  const fills = counter(registry, 'fills_total', 'Fills recorded, each trade once.');
  const failed = counter(registry, 'dispatch_failed_total', 'Sends without an order.', ['outcome']);
  const commands = counter(registry, 'operator_commands_total', 'Commands.', ['command']);
  const smiles = counter(registry, 'svi_guard_trips', 'Smile fits refused: drift, no numbers.');
  const free = counter(registry, 'svi_arb_guard_trips', 'Smile fits refused: free money.');
  return (event) => {
    if (event.kind === 'intentProposed') proposed.inc();
    else if (event.kind === 'orderReported') orders.inc({ state: event.state });
    else if (event.kind === 'dispatchFailed') failed.inc({ outcome: event.outcome });
    else if (event.kind === 'operatorCommanded') commands.inc({ command: event.command });
    else if (event.kind === 'smileGuardTripped') {
      (event.trip === 'arbitrage' ? free : smiles).inc();
    } else if (event.kind === 'recorded') {
      for (const { type } of event.records) {
        if (type === 'orderSending') sent.inc();
        else if (type === 'fillRecorded') fills.inc();
      }
    }
  };
}

function linkGauges(registry: Registry): Metrics['observeLink'] {
  const of = (name: string, help: string) => gauge(registry, name, help);
  const connected = of('session_ready', '1 while orders can be sent.');
  const reconnects = of('session_reconnects', 'Sockets after the first; never falls.');
  const timeouts = of('request_timeout_rate', 'Share of requests of 60 s without an answer.');
  const messages = of('ws_messages', 'Messages of the exchange; never falls.');
  const bytes = of('ws_bytes', 'Their bytes; never falls.');
  const pending = of('requests_pending', 'Requests without an answer yet.');
  const drift = of('clock_drift_ms', 'Our clock minus that of the exchange.');
  const faults = gauge(registry, 'link_faults', 'By name; never falls.', ['fault']);
  const faultOf = boundedLabel(NAMES_MAX);
  return (link) => {
    connected.set(link.connected ? 1 : 0);
    reconnects.set(link.reconnects);
    if (link.requestsIn60s > 0) timeouts.set(link.timeoutsIn60s / link.requestsIn60s);
    messages.set(link.messages);
    bytes.set(link.bytes);
    pending.set(link.pending);
    if (link.driftMs === null) drift.remove();
    else drift.set(link.driftMs);
    for (const [fault, count] of Object.entries(link.faults)) {
      faults.set({ fault: faultOf(fault) }, count);
    }
  };
}

function statusGauges(registry: Registry): Metrics['observeStatus'] {
  const mode = gauge(registry, 'trading_mode', '1 for the mode it is.', ['mode']);
  const latched = gauge(registry, 'open_permission_blocked_latch', '1 while nothing opens.');
  const numbers = Object.entries(STATUS_GAUGES).map(
    ([name, help]) => [name, gauge(registry, name, help)] as const,
  );
  return (status) => {
    const document = status as Readonly<Record<string, unknown>>;
    for (const name of MODES) {
      mode.set({ mode: name }, document['trading_mode'] === name ? 1 : 0);
    }
    // Unknown is latched.
    latched.set(document['open_permission_blocked_latch'] === false ? 0 : 1);
    for (const [name, series] of numbers) {
      const value = document[name];
      if (typeof value === 'number' && Number.isFinite(value)) series.set(value);
      else series.remove();
    }
  };
}

const ALERT_STATES: readonly AlertState[] = ['quiet', 'raised', 'unknown', 'not_linked'];

function alertGauge(registry: Registry): Metrics['observeAlerts'] {
  const help = 'The minimum alert set; 1 for the state it is in.';
  const series = gauge(registry, 'alert', help, ['alert', 'state']);
  return (alerts) => {
    for (const { name, state } of alerts) {
      for (const each of ALERT_STATES) {
        series.set({ alert: name, state: each }, each === state ? 1 : 0);
      }
    }
  };
}

/** Of the time since the last answer, so that a stall is seen once and not for ever. */
function loopGauge(registry: Registry, delay: IntervalHistogram): void {
  const p99 = new Gauge({
    name: 'holdfast_event_loop_delay_p99_ms',
    help: '99th percentile of event loop delay since the last scrape, less the 1 ms of its timer.',
    registers: [registry],
    collect() {
      p99.set(Math.max(0, delay.percentile(99) / 1e6 - 1));
      delay.reset();
    },
  });
}

function counter(registry: Registry, name: string, help: string, labelNames: string[] = []) {
  return new Counter({ name: `holdfast_${name}`, help, labelNames, registers: [registry] });
}

function gauge(registry: Registry, name: string, help: string, labelNames: string[] = []) {
  const made = new Gauge({ name: `holdfast_${name}`, help, labelNames, registers: [registry] });
  // The library starts a series without labels at 0; what nobody has measured yet is not 0.
  if (labelNames.length === 0) made.remove();
  return made;
}

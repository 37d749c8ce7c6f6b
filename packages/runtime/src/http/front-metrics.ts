import { Counter, Gauge, Registry } from 'prom-client';

/** Counted where it happens, in the thread of the port. */
export interface FrontMetrics {
  observeCall(path: string, status: number): void;
  observeRefusal(reason: string): void;
  observeStreamEnd(reason: string): void;
  text(streams: number): Promise<string>;
}

/** Names of phases section 3.2, by path. */
const CALLS: Readonly<Record<string, string>> = {
  '/api/v1/status': 'http_status_calls_total',
  '/api/v1/health': 'http_health_calls_total',
  '/api/v1/events': 'http_events_calls_total',
  '/api/v1/emergency/reduce_only': 'http_emergency_reduce_only_calls_total',
};

export function createFrontMetrics(runId: string): FrontMetrics {
  const registry = new Registry();
  registry.setDefaultLabels({ run_id: runId });
  const registers = [registry];
  const calls = new Map(
    Object.entries(CALLS).map(([path, name]) => {
      const help = `Calls of ${path}, by status.`;
      const labelNames = ['code'];
      return [path, new Counter({ name: `holdfast_${name}`, help, labelNames, registers })];
    }),
  );
  const refused = new Counter({
    name: 'holdfast_http_refused_total',
    help: 'Requests that were refused before they were read, by reason.',
    labelNames: ['reason'],
    registers,
  });
  const ended = new Counter({
    name: 'holdfast_http_streams_ended_total',
    help: 'Event streams that we ended, by reason.',
    labelNames: ['reason'],
    registers,
  });
  const open = new Gauge({
    name: 'holdfast_http_streams',
    help: 'Event streams that are open.',
    registers,
  });
  return {
    observeCall: (path, status) => calls.get(path)?.inc({ code: status }),
    observeRefusal: (reason) => refused.inc({ reason }),
    observeStreamEnd: (reason) => ended.inc({ reason }),
    async text(streams) {
      open.set(streams);
      return await registry.metrics();
    },
  };
}

import type { Decision } from '@holdfast/core';
import { pino } from 'pino';
import { redact, scrubber } from './redact.ts';
import { RotatingFile } from './rotating-file.ts';
import { type LogLevel, levelOf } from './severity.ts';

export interface RunLogOptions {
  readonly path: string;
  readonly runId: string;
  /** Values that must never be written, in whatever field they turn up. */
  readonly secrets: readonly string[];
  readonly minimum?: LogLevel;
  readonly capacity?: number;
  readonly maxBytes?: number;
  readonly keep?: number;
}

/**
 * The structured log of one run: a line of JSON each, with `ts`, `level`, `run_id` and `event`, and
 * `intent_id` where it is about one. For people; the decision log is for proofs. Never blocks and
 * never throws: what does not fit is dropped, counted, and said in the file.
 */
export interface RunLog {
  /** A decision of the core, as loud as its reasons are severe. */
  report(decision: Decision): void;
  write(level: LogLevel, event: string, fields?: object): void;
  telemetry(): RunLogTelemetry;
  /** Waits for what was accepted. */
  close(): Promise<void>;
}

export interface RunLogTelemetry {
  readonly depth: number;
  readonly dropped: number;
  /** Written by this process. */
  readonly bytes: number;
}

const CAPACITY = 4_096;
const MAX_BYTES = 16 << 20;
const KEEP = 4;

/** Rejects when the file cannot be opened. */
export async function openRunLog(options: RunLogOptions): Promise<RunLog> {
  const { path, runId, secrets, minimum = 'info' } = options;
  const file = await RotatingFile.open({
    path,
    capacity: options.capacity ?? CAPACITY,
    maxBytes: options.maxBytes ?? MAX_BYTES,
    keep: options.keep ?? KEEP,
    notice: (dropped) =>
      JSON.stringify({
        level: 'warn',
        ts: Date.now(),
        run_id: runId,
        event: 'linesDropped',
        dropped,
      }),
  });
  const scrub = scrubber(secrets);
  const logger = pino(
    {
      level: minimum,
      base: { run_id: runId },
      timestamp: () => `,"ts":${Date.now()}`,
      formatters: { level: (label) => ({ level: label }) },
    },
    { write: (line) => file.write(scrub(line)) },
  );
  const write: RunLog['write'] = (level, event, fields = {}) => {
    logger[level]({ event, ...(redact(fields) as object) });
  };
  return {
    write,
    report: (decision) => write(levelOf(decision), decision.kind, fieldsOf(decision)),
    telemetry: () => ({ depth: file.depth, dropped: file.dropped, bytes: file.bytes }),
    close: () => file.close(),
  };
}

/** What of a decision a person reads; its whole context is in the decision log. */
function fieldsOf(decision: Decision): object {
  const { kind: _kind, at, ...rest } = decision;
  const fields: Record<string, unknown> = { core_ts_ms: at };
  for (const [name, value] of Object.entries(rest)) {
    if (LEFT_OUT.has(name)) continue;
    fields[SPELLED[name] ?? name] = value;
  }
  return fields;
}

/** Long, and kept whole elsewhere. */
const LEFT_OUT = new Set(['context', 'answers', 'gateTrace']);

/** As they are called on the wire and in every report. */
const SPELLED: Readonly<Record<string, string>> = {
  intentId: 'intent_id',
  groupId: 'group_id',
  strategyId: 'strategy_id',
  intentClass: 'intent_class',
  riskState: 'risk_state',
};

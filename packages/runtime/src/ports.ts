import type {
  ClockMeasured,
  Decision,
  Effect,
  Event,
  LedgerRecord,
  Policy,
  WallMs,
} from '@holdfast/core';
import type { Certificate, OperationsLock } from '@holdfast/core/guard';
import type { GroupId } from '@holdfast/core/values';
import type { LinkMeasurement } from '@holdfast/deribit/venue';

export type { RpcAnswer, RpcTransport } from '@holdfast/deribit/protocol';

/** The single writer's door: every answer of every port comes back through here as an event. */
export type Post = (event: Event) => void;

/** Monotonic-epoch time and timers. The simulator winds its own. */
export interface Clock {
  /** Milliseconds, aligned to the epoch once and never going back (contract-1 section 3). */
  now(): number;
  /** Runs `action` once, at or after `at`. */
  wake(at: number, action: () => void): void;
  /**
   * Milliseconds of processor time this thread has had. Left out where time is wound by hand: there
   * nobody takes the processor away, and `now` says the same.
   */
  worked?(): number;
}

/**
 * Durable, append-only. `append` never blocks and never throws: it answers with `recorded`,
 * `appendRefused` or, past the commit deadline, `ledgerStalled`. Batches become durable in order,
 * each whole or not at all as far as `recorded` is concerned.
 */
export interface Ledger {
  append(records: readonly LedgerRecord[]): void;
  telemetry(): LedgerTelemetry;
  /** Waits for what was accepted, then lets go of the lock. */
  close(): Promise<void>;
}

export interface LedgerTelemetry {
  readonly depth: number;
  readonly capacity: number;
  readonly enqueueFailures: number;
  readonly writeErrors: number;
  readonly records: number;
}

/** What recovery found before the first append of this process. */
export interface LedgerRecovery {
  readonly records: number;
  /** Hash of the last of them, as hex; all zeros for none. */
  readonly head: string;
  /**
   * Bytes of a torn tail that were set aside, with the file they went to; null when the end was
   * clean.
   */
  readonly tornTail: { readonly bytes: number; readonly setAsideAs: string } | null;
}

/** Questions to the venue; the answers are events that carry the request id. */
export interface Venue {
  fetch(request: Extract<Effect, { kind: 'fetch' }>): void;
  /** Drops a connection that has gone dead and opens a new one; left out where there is none. */
  reconnect?(): void;
}

/** What the connection has measured of itself; asked once a second. */
export interface LinkGauge {
  measure(): LinkMeasurement;
}

/** What the machine's own time keeping says of our clock; `silent` where it says nothing usable. */
export type ChronyReading = ClockMeasured['chrony'];

export interface TimeDaemon {
  /** Never blocks; `done` is called exactly once. */
  ask(done: (reading: ChronyReading) => void): void;
}

/**
 * What the core wants said, and what people and machines read beside it. Never folded into facts.
 */
export interface Telemetry {
  report(decision: Decision, at: WallMs): void;
  /** How full its bounded queue is; left out where nothing is queued. */
  backlog?(): OutputBacklog;
}

/** `dropped` counts from the start of the process and never falls. */
export interface OutputBacklog {
  readonly depth: number;
  readonly capacity: number;
  readonly dropped: number;
}

/**
 * Opens the ledger: every record of the past, in order, to `onRecord`; then the lock, the epoch,
 * the writer.
 */
export type OpenLedger = (
  post: Post,
  onRecord: (record: LedgerRecord) => void,
) => Promise<OpenedLedger>;

export interface OpenedLedger {
  readonly ledger: Ledger;
  readonly recovery: LedgerRecovery;
  /** This process's fencing epoch (D-27). */
  readonly epoch: number;
}

/**
 * Shares in [0, 1] of the ledger's disk in use: one opinion and an independent one; null where
 * there is none.
 */
export interface DiskMeasurement {
  readonly used: number | null;
  readonly secondary: number | null;
}

export interface DiskProbe {
  /** Never blocks; `done` is called exactly once. */
  measure(done: (measurement: DiskMeasurement) => void): void;
  close(): Promise<void>;
}

/**
 * Where the certificate and the policy come from. Read anew every time; nothing here remembers a
 * last good.
 */
export interface Documents {
  certificate(): Certificate | null;
  /** Null when the document is gone or no longer parses: its age then takes OPEN away. */
  policy(): { readonly policy: Policy; readonly hash: string } | null;
  /** What an operation that touches trading left for us to read; it can only tighten (D-2). */
  operationsLock(): OperationsLock;
}

/** The only source of randomness: a UUID for each new group, minted once and recorded (D-4). */
export type MintGroupId = () => GroupId;

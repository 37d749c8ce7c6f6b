import { randomUUID } from 'node:crypto';
import type { Event, InvariantViolation } from '@holdfast/core';
import type { State } from '@holdfast/core/step';
import type { Strategy } from '@holdfast/core/strategy';
import { groupId, monoMs, runId as toRunId } from '@holdfast/core/values';
import { connectDeribit, type DeribitLink } from '@holdfast/deribit/venue';
import type { Configuration, Environ } from '../config/index.ts';
import { openDecisionLog } from '../decision-log.ts';
import { openFileLedger } from '../ledger/index.ts';
import type { Clock, OpenLedger, RpcTransport, Telemetry } from '../ports.ts';
import { createTally, type Tally } from '../report/tally.ts';
import { type Runtime, start } from '../start.ts';
import { createDiskProbe } from '../telemetry/disk.ts';
import { type ViewModel, viewOf } from '../view/model.ts';
import { openWireLog } from '../wire-log.ts';
import { fileDocuments } from './documents.ts';
import { isLoopback } from './endpoint.ts';
import type { RunFolder } from './folder.ts';

/** Half of `max_policy_age_sec` would do; five tries fit in it. */
const POLICY_INTERVAL_MS = 60_000;
/** A whole chain's snapshots, twice. */
const INBOX_CAPACITY = 65_536;
const WIRE_LOG_CAPACITY = 8_192;

export interface EngineOptions {
  readonly root: string;
  readonly folder: RunFolder;
  readonly configuration: Configuration;
  readonly policyPath: string;
  readonly runtimePath: string;
  readonly buildId: string;
  readonly env: Environ;
  readonly endpoint: string;
  readonly credentials: { readonly clientId: string; readonly clientSecret: string } | null;
  readonly clock: Clock;
  readonly strategies: readonly Strategy<unknown>[];
}

export interface Engine {
  readonly runId: string;
  readonly runtime: Runtime;
  readonly clock: Clock;
  readonly tally: Tally;
  readonly transport: RpcTransport;
  readonly violation: InvariantViolation | null;
  /** Resolves when an invariant broke: nothing more is processed. */
  readonly failed: Promise<void>;
  view(): ViewModel;
  /** Logs out, writes what was accepted, lets go of everything. */
  stop(): Promise<void>;
}

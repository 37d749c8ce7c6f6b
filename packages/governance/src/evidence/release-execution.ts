/** Where the release router sent a decision, and why, as the entry keeps it (section 1.5). */
import { assert } from '@holdfast/core';
import type { Stage } from '../promotion/stage.ts';
import type { DriftDecision } from './drift-gate.ts';

export type Route = 'paper' | 'pilot' | 'live';

export interface ReleaseAudit {
  readonly declared_stage: Stage | null;
  readonly audit_stage: Stage | null;
  readonly gaps: readonly string[];
  readonly enforced: boolean;
  readonly updated_at: string;
}

export interface Routing {
  readonly stage: Stage;
  readonly route: Route;
  readonly forced: boolean;
  /** All of them, the weightiest first. */
  readonly reasons: readonly string[];
  /** The route that was wanted, where another was taken. */
  readonly overridden?: Route;
  readonly audit?: ReleaseAudit;
  readonly driftSeverity?: DriftDecision['severity'];
}

/** `metadata.release_execution`. */
export interface ReleaseExecution {
  readonly stage: Stage;
  readonly route: Route;
  readonly forced: boolean;
  readonly forced_reason?: string;
  readonly forced_reasons?: readonly string[];
  readonly overridden?: Route;
  readonly audit?: ReleaseAudit;
  readonly drift_severity?: DriftDecision['severity'];
}

/** A force without a reason is kept, and counts as `unspecified`. */
export function releaseExecution(routing: Routing): ReleaseExecution {
  const { stage, route, forced, reasons, overridden, audit, driftSeverity } = routing;
  assert(forced || reasons.length === 0, 'a route with reasons to force it is forced');
  const [first] = reasons;
  return {
    stage,
    route,
    forced,
    ...(first === undefined ? {} : { forced_reason: first, forced_reasons: reasons }),
    ...(overridden === undefined ? {} : { overridden }),
    ...(audit === undefined ? {} : { audit }),
    ...(driftSeverity === undefined ? {} : { drift_severity: driftSeverity }),
  };
}

import type { Parameters } from '../policy.ts';
import type { MonoMs, WallMs } from '../values/index.ts';
import type { CertificateState } from './certificate.ts';
import type { OpenPermissionReasonCode } from './codes.ts';
import type { RiskState } from './mode.ts';
import type { MonitorFinding } from './monitors/finding.ts';

/**
 * A value and when it was taken, replaced together so that they are never of two updates
 * (contract-1 section 30.1).
 */
export interface Reading<T> {
  readonly value: T;
  readonly at: MonoMs;
}

export type SafetyOverride =
  | { readonly kind: 'None' }
  | { readonly kind: 'ForceReduceOnly' }
  | { readonly kind: 'ForceKill' };

/**
 * What each monitor asks for; the worst of them holds, whoever spoke last (contract-1 section 40).
 * Each is named, so that one nobody has heard cannot hide behind the others. `null`: unheard.
 */
export interface SafetyOverrides {
  readonly cortex: SafetyOverride | null;
  readonly exchangeHealth: SafetyOverride | null;
  readonly basis: SafetyOverride | null;
  /** No monitor: what this build makes of itself once it has broken its own contract. */
  readonly contract: SafetyOverride;
}

/**
 * One coherent snapshot, taken once per evaluation. `null` is missing or unparseable, and blocks
 * OPEN.
 */
export interface GuardInputs {
  readonly now: MonoMs;
  readonly enforcedProfile: 'CSP' | 'GOP' | 'FULL' | null;
  readonly policyGeneratedAt: MonoMs | null;
  readonly watchdogHeartbeatAt: MonoMs | null;
  readonly loopTickAt: MonoMs | null;
  readonly riskState: RiskState | null;
  readonly certificate: CertificateState | null;
  readonly feeModelCachedAt: WallMs | null;
  /** maintenance margin / equity, worst currency. May exceed 1. */
  readonly mmUtil: Reading<number> | null;
  readonly diskUsed: Reading<number> | null;
  readonly diskUsedSecondary: Reading<number> | null;
  readonly emergencyReduceOnlyActive: boolean | null;
  readonly latchReasons: readonly OpenPermissionReasonCode[] | null;
  readonly sessionKillActive: boolean | null;
  readonly count10028In5m: number | null;
  readonly bunkerModeActive: boolean | null;
  /** Together `cortex_override`. */
  readonly overrides: SafetyOverrides;
  /** What the monitors see that is not as it should be, for the reader; decides nothing. */
  readonly findings: readonly MonitorFinding[];
  /** GOP only; ignored under CSP. */
  readonly evidenceChain: 'GREEN' | 'RED' | null;
  readonly parameters: Parameters;
}

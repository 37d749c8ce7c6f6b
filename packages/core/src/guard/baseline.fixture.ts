import { monoMs, wallMs } from '../values/index.ts';
import { DEFAULT_PARAMETERS } from '../policy-defaults.ts';
import type { Certificate, RuntimeIdentity } from './certificate.ts';
import { CONTRACT_VERSION } from './certificate.ts';
import type { GuardInputs, SafetyOverrides } from './inputs.ts';

/** T of contract-1 section 52. */
export const BASELINE_NOW = monoMs(1_800_000_000_000);

export const BASELINE_IDENTITY: RuntimeIdentity = Object.freeze({
  buildId: '0123456789abcdef0123456789abcdef01234567',
  runtimeConfigHash: 'c0ffee',
  contractVersion: CONTRACT_VERSION,
});

export const BASELINE_CERTIFICATE: Certificate = Object.freeze({
  status: 'PASS',
  generatedAt: wallMs(BASELINE_NOW - 1_000),
  ...BASELINE_IDENTITY,
});

const NONE = Object.freeze({ kind: 'None' } as const);

const NO_OVERRIDES: SafetyOverrides = Object.freeze({
  cortex: NONE,
  exchangeHealth: NONE,
  contract: NONE,
  basis: NONE,
});

/** Every producer quiet but those named. */
export function overrides(changes: Partial<SafetyOverrides>): SafetyOverrides {
  return { ...NO_OVERRIDES, ...changes };
}

/**
 * "All else passing" (contract-1 section 52): mode Active, no reason. For tests of guards and gates
 * only.
 */
export function baselineInputs(changes: Partial<GuardInputs> = {}): GuardInputs {
  return {
    now: BASELINE_NOW,
    enforcedProfile: 'CSP',
    policyGeneratedAt: before(1_000),
    watchdogHeartbeatAt: before(100),
    loopTickAt: before(100),
    riskState: 'Healthy',
    certificate: 'PASS',
    feeModelCachedAt: wallMs(BASELINE_NOW - 10_000),
    mmUtil: { value: 0.1, at: before(1_000) },
    diskUsed: { value: 0.5, at: before(1_000) },
    diskUsedSecondary: { value: 0.5, at: before(1_000) },
    emergencyReduceOnlyActive: false,
    latchReasons: [],
    sessionKillActive: false,
    count10028In5m: 0,
    bunkerModeActive: false,
    overrides: NO_OVERRIDES,
    findings: [],
    evidenceChain: null,
    parameters: DEFAULT_PARAMETERS,
    ...changes,
  };
}

/** `ms` before the baseline's now. */
export function before(ms: number): typeof BASELINE_NOW {
  return monoMs(BASELINE_NOW - ms);
}

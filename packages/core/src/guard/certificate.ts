import type { MonoMs, WallMs } from '../values/index.ts';
import { ageMs, wallMs } from '../values/index.ts';

/** The exact string both sides must say (contract-1 section 1.1). */
export const CONTRACT_VERSION = '5.2';

/**
 * What `artifacts/F1_CERT.json` says, once its signature was checked against the trust roots
 * (contract-1 section 31).
 */
export interface Certificate {
  readonly status: 'PASS' | 'FAIL' | 'UNKNOWN';
  readonly generatedAt: WallMs;
  readonly buildId: string;
  readonly runtimeConfigHash: string;
  readonly contractVersion: string;
}

/** What this process is; the certificate must say the same. */
export interface RuntimeIdentity {
  readonly buildId: string;
  readonly runtimeConfigHash: string;
  readonly contractVersion: string;
}

export type CertificateState = 'PASS' | 'FAIL' | 'STALE' | 'MISSING' | 'INVALID';

/**
 * Judged anew every tick: no last-good, no grace (AT-021). Several faults at once show the first of
 * MISSING, INVALID, FAIL, STALE; an unknown status and a timestamp in the future are INVALID
 * (AMB-25).
 * @param windowS freshness in seconds; exactly at it is still fresh.
 */
export function certificateState(
  certificate: Certificate | null,
  identity: RuntimeIdentity,
  now: MonoMs | WallMs,
  windowS: number,
): CertificateState {
  if (certificate === null || !Number.isFinite(certificate.generatedAt)) return 'MISSING';
  if (!isBound(certificate, identity)) return 'INVALID';
  if (certificate.status !== 'PASS' && certificate.status !== 'FAIL') return 'INVALID';
  const age = ageMs(now, certificate.generatedAt);
  if (age === null) return 'INVALID';
  if (certificate.status === 'FAIL') return 'FAIL';
  return age <= windowS * 1000 ? 'PASS' : 'STALE';
}

/** An empty name is no identity: two unknown builds are not the same build. */
function isBound(certificate: Certificate, identity: RuntimeIdentity): boolean {
  return (
    certificate.buildId !== '' &&
    certificate.buildId === identity.buildId &&
    certificate.runtimeConfigHash !== '' &&
    certificate.runtimeConfigHash === identity.runtimeConfigHash &&
    certificate.contractVersion === CONTRACT_VERSION &&
    identity.contractVersion === CONTRACT_VERSION
  );
}

/**
 * `f1_cert_expires_at`: epoch ms, null when there is no certificate or no readable timestamp in it.
 */
export function certificateExpiresAt(
  certificate: Certificate | null,
  windowS: number,
): WallMs | null {
  if (certificate === null || !Number.isFinite(certificate.generatedAt)) return null;
  return wallMs(certificate.generatedAt + windowS * 1000);
}

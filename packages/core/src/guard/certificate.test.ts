import { describe, expect, it } from 'vitest';
import { monoMs, wallMs } from '../values/index.ts';
import {
  BASELINE_CERTIFICATE as PASSING,
  BASELINE_IDENTITY as US,
  BASELINE_NOW as T,
  baselineInputs,
} from './baseline.fixture.ts';
import { type Certificate, certificateExpiresAt, certificateState } from './certificate.ts';
import { resolveMode } from './resolve.ts';

const WINDOW_S = 86_400;
const DAY_MS = 86_400_000;

function stateOf(changes: Partial<Certificate>, now = T): string {
  return certificateState({ ...PASSING, ...changes }, US, now, WINDOW_S);
}

function modeWith(certificate: Certificate | null, now = T): string {
  const state = certificateState(certificate, US, now, WINDOW_S);
  return resolveMode(baselineInputs({ certificate: state })).mode;
}

describe('certificate', () => {
  it('AT-012 certificate 5.2 and runtime 5.2 compare equal', () => {
    expect(stateOf({ contractVersion: '5.2' })).toBe('PASS');
    expect(modeWith(PASSING)).toBe('Active');
  });

  it.each([
    { buildId: 'another' },
    { runtimeConfigHash: 'another' },
    { contractVersion: '5.1' },
    { contractVersion: 'v5.2' },
    { contractVersion: '5.20' },
  ])('AT-020 PASS bound to another runtime (%j) is INVALID and ReduceOnly', (changes) => {
    expect(stateOf(changes)).toBe('INVALID');
    expect(modeWith({ ...PASSING, ...changes })).toBe('ReduceOnly');
  });

  it('a runtime that does not know itself is certified by nothing', () => {
    const nobody = { ...US, buildId: '' };
    const blank = { ...PASSING, buildId: '' };
    expect(certificateState(blank, nobody, T, WINDOW_S)).toBe('INVALID');
    const unconfigured = { ...US, runtimeConfigHash: '' };
    const hashless = { ...PASSING, runtimeConfigHash: '' };
    expect(certificateState(hashless, unconfigured, T, WINDOW_S)).toBe('INVALID');
    const other = { ...US, contractVersion: '5.3' };
    expect(certificateState({ ...PASSING, contractVersion: '5.3' }, other, T, WINDOW_S)).toBe(
      'INVALID',
    );
  });

  it('a runtime of another contract is not certified by one of ours', () => {
    const other = { ...US, contractVersion: '5.1' };
    expect(certificateState(PASSING, other, T, WINDOW_S)).toBe('INVALID');
    expect(certificateState(PASSING, US, T, WINDOW_S)).toBe('PASS');
  });

  it('AT-021 what was valid and then is gone, old or FAIL is ReduceOnly at once', () => {
    expect(modeWith(PASSING)).toBe('Active');
    expect(modeWith(null)).toBe('ReduceOnly');
    expect(modeWith({ ...PASSING, status: 'FAIL' })).toBe('ReduceOnly');
    expect(modeWith(PASSING, monoMs(PASSING.generatedAt + DAY_MS + 1))).toBe('ReduceOnly');
    expect(modeWith(PASSING)).toBe('Active');
  });

  it('AT-294 at 86 400 000 ms it is fresh, one later it is STALE', () => {
    const { generatedAt } = PASSING;
    expect(stateOf({}, monoMs(generatedAt + DAY_MS))).toBe('PASS');
    expect(stateOf({}, monoMs(generatedAt + DAY_MS + 1))).toBe('STALE');
    expect(modeWith(PASSING, monoMs(generatedAt + DAY_MS + 1))).toBe('ReduceOnly');
  });

  it('one second after a PASS it passes and expires a window later', () => {
    const generatedAt = wallMs(T - 1_000);
    expect(stateOf({ generatedAt })).toBe('PASS');
    expect(certificateExpiresAt({ ...PASSING, generatedAt }, WINDOW_S)).toBe(generatedAt + DAY_MS);
  });

  it('missing is MISSING, and expires at null', () => {
    expect(certificateState(null, US, T, WINDOW_S)).toBe('MISSING');
    expect(certificateExpiresAt(null, WINDOW_S)).toBeNull();
    expect(stateOf({ generatedAt: wallMs(Number.NaN) })).toBe('MISSING');
    const unreadable = { ...PASSING, generatedAt: wallMs(Number.NaN) };
    expect(certificateExpiresAt(unreadable, WINDOW_S)).toBeNull();
  });

  it('AT-410 a field it does not bind makes no difference', () => {
    const withHash: Certificate & { policy_hash_at_cert_time: string } = {
      ...PASSING,
      policy_hash_at_cert_time: 'a policy long gone',
    };
    expect(modeWith(withHash)).toBe('Active');
  });

  it('shows the first of MISSING, INVALID, FAIL, STALE (AMB-25)', () => {
    const old = { generatedAt: wallMs(T - DAY_MS - 1) };
    expect(stateOf({ ...old })).toBe('STALE');
    expect(stateOf({ ...old, status: 'FAIL' })).toBe('FAIL');
    expect(stateOf({ ...old, status: 'FAIL', buildId: 'x' })).toBe('INVALID');
    expect(stateOf({ status: 'UNKNOWN' })).toBe('INVALID');
    expect(stateOf({ generatedAt: wallMs(T + 1) })).toBe('INVALID');
    expect(stateOf({ generatedAt: wallMs(T + 1), status: 'FAIL' })).toBe('INVALID');
  });
});

import { describe, expect, it } from 'vitest';
import { monoMs } from '../values/index.ts';
import { baselineInputs } from './baseline.fixture.ts';
import { callEmergency, createEmergency, isEmergencyActive, noteReconciled } from './emergency.ts';
import { resolveMode } from './resolve.ts';

const COOLDOWN_S = 300;
const at = (ms: number) => monoMs(1_000_000_000 + ms);

describe('emergency reduce-only', () => {
  it('AT-132 holds ReduceOnly until the cooldown from the call is over', () => {
    const emergency = createEmergency();
    const judge = (ms: number) =>
      resolveMode(
        baselineInputs({
          emergencyReduceOnlyActive: isEmergencyActive(emergency, at(ms), COOLDOWN_S),
        }),
      );
    expect(judge(0).mode).toBe('Active');
    callEmergency(emergency, at(0), false);
    for (const ms of [0, 1, 299_999]) {
      expect(judge(ms)).toEqual({
        mode: 'ReduceOnly',
        reasons: ['REDUCEONLY_EMERGENCY_REDUCEONLY_ACTIVE'],
      });
    }
    expect(judge(300_000).mode).toBe('Active');
  });

  it('nobody has called for holds nothing, however early it is asked', () => {
    expect(isEmergencyActive(createEmergency(), monoMs(0), COOLDOWN_S)).toBe(false);
  });

  it('a new call restarts the cooldown', () => {
    const emergency = createEmergency();
    callEmergency(emergency, at(0), false);
    callEmergency(emergency, at(200_000), false);
    expect(isEmergencyActive(emergency, at(300_000), COOLDOWN_S)).toBe(true);
    expect(isEmergencyActive(emergency, at(500_000), COOLDOWN_S)).toBe(false);
  });

  it('where the caller asks for it, time alone is not enough', () => {
    const emergency = createEmergency();
    callEmergency(emergency, at(0), true);
    expect(isEmergencyActive(emergency, at(10_000_000), COOLDOWN_S)).toBe(true);
    noteReconciled(emergency, at(0));
    expect(isEmergencyActive(emergency, at(10_000_000), COOLDOWN_S)).toBe(true);
    noteReconciled(emergency, at(1));
    expect(isEmergencyActive(emergency, at(299_999), COOLDOWN_S)).toBe(true);
    expect(isEmergencyActive(emergency, at(300_000), COOLDOWN_S)).toBe(false);
  });

  it('a later call without the demand does not withdraw it', () => {
    const emergency = createEmergency();
    callEmergency(emergency, at(0), true);
    callEmergency(emergency, at(1), false);
    expect(isEmergencyActive(emergency, at(10_000_000), COOLDOWN_S)).toBe(true);
  });

  it('a call stamped later than now holds', () => {
    const emergency = createEmergency();
    callEmergency(emergency, at(1_000), false);
    expect(isEmergencyActive(emergency, at(0), COOLDOWN_S)).toBe(true);
  });
});

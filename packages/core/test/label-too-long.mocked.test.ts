/** A label that the venue would not take (contract-1 section 11, AMB-07). */
import { beforeEach, expect, it, vi } from 'vitest';
import type { buildLabel as BuildLabel } from '../src/intent/label.ts';
import { currentRiskState } from '../src/guard/risk-state.ts';
import { currentMode } from '../src/turn/mode.ts';
import { Desk } from './desk.ts';

const strategyPart = vi.hoisted(() => ({ length: 8 }));

// Parts that are derived have one length each, so only a broken derivation can be too long.
vi.mock('../src/intent/label.ts', async (importOriginal) => {
  const original = await importOriginal<{
    readonly buildLabel: typeof BuildLabel;
    readonly assembleLabel: (parts: object) => ReturnType<typeof BuildLabel>;
  }>();
  const buildLabel: typeof BuildLabel = (identity) => {
    const built = original.buildLabel(identity);
    if (!built.ok || strategyPart.length === 8) return built;
    const [, , gid12, legIndex, ih16] = built.label.split(':');
    const sid8 = 'a'.repeat(strategyPart.length);
    return original.assembleLabel({ sid8, gid12, legIndex: Number(legIndex), ih16 });
  };
  return { ...original, buildLabel };
});

beforeEach(() => {
  strategyPart.length = 8;
});

it('AT-041 a label of 65 characters stops the intent before dispatch and degrades', () => {
  const desk = new Desk().boot();
  const records = desk.records.length;
  strategyPart.length = 30;
  desk.propose();
  expect(desk.refusals).toEqual(['LabelTooLong']);
  expect(desk.submits).toEqual([]);
  expect(desk.records).toHaveLength(records);
  expect(currentRiskState(desk.state.observations.riskCauses)).toBe('Degraded');
  expect(currentMode(desk.state)).toMatchObject({
    mode: 'ReduceOnly',
    reasons: ['REDUCEONLY_RISKSTATE_DEGRADED'],
  });
});

it('AT-041 a label of 64 characters goes out whole and degrades nothing', () => {
  const desk = new Desk().boot();
  strategyPart.length = 29;
  desk.propose();
  expect(desk.refusals).toEqual([]);
  expect(desk.submits.map(({ order }) => order.terms.label.length)).toEqual([64]);
  expect(desk.mode).toBe('Active');
});

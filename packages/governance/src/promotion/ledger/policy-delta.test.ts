import { describe, expect, it } from 'vitest';
import { isEmptyDelta, readPolicyDelta } from './policy-delta.ts';

const EMPTY = { risk_config: {}, router_guardrails: {}, notes: [], metadata: {} };
const REGIME_ONLY =
  'policy_delta with only a regime changes nothing: ' +
  'it needs risk_config, router_guardrails, notes or metadata';

describe('a policy delta', () => {
  it.each([
    [{ risk_config: { max_leverage: 6 } }, { ...EMPTY, risk_config: { max_leverage: 6 } }],
    [
      { router_guardrails: { requires_diary: true } },
      { ...EMPTY, router_guardrails: { requires_diary: true } },
    ],
    [{ metadata: { ticket: 'GOV-1' } }, { ...EMPTY, metadata: { ticket: 'GOV-1' } }],
    [{ notes: [' cut ', '', '  '] }, { ...EMPTY, notes: ['cut'] }],
    [
      { notes: ['a'], regime: 'balanced', regime_confidence: ' 0.8 ' },
      { ...EMPTY, notes: ['a'], regime: 'balanced', regime_confidence: 0.8 },
    ],
    [
      { notes: ['a'], regime_confidence: 0.5 },
      { ...EMPTY, notes: ['a'], regime_confidence: 0.5 },
    ],
    [{}, null],
    [{ notes: [' '], risk_config: null }, null],
  ])('%j is read as %j', (value, delta) => {
    expect(readPolicyDelta(value)).toEqual({ ok: true, delta });
  });

  it.each([
    [{ regime: 'balanced' }],
    [{ regime_confidence: 0.8 }],
    [{ regime: 'balanced', regime_confidence: 0.8, notes: [' '] }],
  ])('L-22 G-20 %j is refused and not dropped', (value) => {
    expect(readPolicyDelta(value)).toEqual({
      ok: false,
      code: 'policy_delta_regime_only',
      detail: REGIME_ONLY,
    });
  });

  it.each([null, 'x', 1, ['x']])('%j is no mapping', (value) => {
    expect(readPolicyDelta(value)).toEqual({
      ok: false,
      code: 'policy_delta_malformed',
      detail: 'policy_delta must be a mapping or PolicyDelta instance',
    });
  });

  it.each([
    [{ risk_confg: {} }, '/risk_confg'],
    [{ risk_config: [] }, '/risk_config'],
    [{ notes: 'a' }, '/notes'],
    [{ notes: [1] }, '/notes/0'],
    [{ notes: ['a'], regime_confidence: 'high' }, '/regime_confidence'],
    [{ notes: ['a'], regime_confidence: ' ' }, '/regime_confidence'],
    [{ notes: ['a'], regime_confidence: 'Infinity' }, '/regime_confidence'],
    [{ metadata: { deep: [[[[[[1]]]]]] } }, '/metadata'],
  ])('%j is malformed at %s', (value, place) => {
    const read = readPolicyDelta(value);
    expect(read).toMatchObject({ ok: false, code: 'policy_delta_malformed' });
    expect(!read.ok && read.detail).toContain(`policy_delta${place}`);
  });

  it('is empty where nothing but a regime is in it', () => {
    expect(isEmptyDelta({ ...EMPTY, regime: 'x' })).toBe(true);
    expect(isEmptyDelta({ ...EMPTY, notes: ['a'] })).toBe(false);
    for (const key of ['risk_config', 'router_guardrails', 'metadata']) {
      expect(isEmptyDelta({ ...EMPTY, [key]: { a: 1 } })).toBe(false);
    }
  });
});

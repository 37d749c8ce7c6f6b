import { hash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { CODE, NOW } from './ledger.fixture.ts';
import type { EvidenceFinding } from './evidence.ts';
import { type Configuration, configHash, hasTraceability, traceabilityOf } from './traceability.ts';

const CONFIGURATION: Configuration = {
  stage: 'paper',
  threshold_overrides: { warn_notional_limit: 10 },
  policy_delta: null,
  metadata: { policy_hash: 'p' },
};
const traced = (finding: EvidenceFinding | null, change: object = {}) =>
  traceabilityOf({
    policyId: 'alpha',
    tacticId: 'grid',
    evidenceId: 'dd-1',
    configuration: CONFIGURATION,
    findings: new Map(finding === null ? [] : [['dd-1', finding]]),
    codeHash: CODE,
    diaryPath: null,
    now: NOW,
    ...change,
  })['traceability'];

describe('the hash of a configuration', () => {
  it('is that of its parts, and of no earlier traceability', () => {
    const own = configHash(CONFIGURATION);
    const text =
      '{"metadata":{"policy_hash":"p"},"policy_delta":null,"stage":"paper",' +
      '"threshold_overrides":{"warn_notional_limit":10}}';
    expect(own).toBe(hash('sha256', text, 'hex'));
    const metadata = { ...CONFIGURATION.metadata, traceability: { code_hash: 'x' } };
    expect(configHash({ ...CONFIGURATION, metadata })).toBe(own);
    const delta = { risk_config: {}, router_guardrails: {}, notes: ['a'], metadata: {} };
    for (const change of [
      { stage: 'pilot' },
      { threshold_overrides: { warn_notional_limit: 11 } },
      { policy_delta: delta },
      { metadata: {} },
    ] as const) {
      expect(configHash({ ...CONFIGURATION, ...change })).not.toBe(own);
    }
  });
});

describe('traceability', () => {
  it('names code, configuration and the entry with its hash', () => {
    const found = { found: 'resolved', stage: 'experiment', hash: 'e'.repeat(64) } as const;
    expect(traced(found, { diaryPath: 'diary.json' })).toEqual({
      policy_id: 'alpha',
      tactic_id: 'grid',
      stage: 'paper',
      evidence_id: 'dd-1',
      code_hash: CODE,
      config_hash: configHash(CONFIGURATION),
      generated_at: '2026-03-01T10:00:00.000Z',
      diary_slice: {
        entry_id: 'dd-1',
        stage: 'experiment',
        diary_path: 'diary.json',
        status: 'ok',
        entry: { entry_id: 'dd-1', hash: 'e'.repeat(64) },
      },
    });
    const old = { ...found, found: 'too_old' } as const;
    expect(traced(old)).toMatchObject({ diary_slice: { status: 'ok', stage: 'experiment' } });
  });

  it.each([
    [null, 'missing_entry'],
    [{ found: 'missing' }, 'missing_entry'],
    [{ found: 'policy_mismatch' }, 'missing_entry'],
    [{ found: 'unavailable' }, 'store_unavailable'],
  ] as const)('of %j says %s', (finding, status) => {
    expect(traced(finding, { codeHash: null })).toMatchObject({
      code_hash: 'unknown',
      diary_slice: { entry_id: 'dd-1', stage: null, status },
    });
    expect(traced(finding)).not.toHaveProperty('diary_slice.entry');
    expect(traced(finding)).not.toHaveProperty('diary_slice.diary_path');
  });

  it('is seen where somebody hands it in', () => {
    expect(hasTraceability({ traceability: null })).toBe(true);
    expect(hasTraceability({ trace: 1 })).toBe(false);
  });
});

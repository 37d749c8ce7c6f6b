import { describe, expect, it } from 'vitest';
import { baselineInputs, overrides } from './baseline.fixture.ts';
import type { SafetyOverrides } from './inputs.ts';
import { worstOverride } from './overrides.ts';
import { resolveMode } from './resolve.ts';

const KILL = { kind: 'ForceKill' } as const;
const REDUCE = { kind: 'ForceReduceOnly' } as const;

function judge(given: Partial<SafetyOverrides>): readonly string[] {
  const inputs = baselineInputs({ overrides: overrides(given) });
  const { mode, reasons } = resolveMode(inputs);
  return [mode, ...reasons];
}

describe('cortex_override', () => {
  it('AT-418 the most severe of the monitors wins, whichever of them says it', () => {
    for (const [strict, mild] of [
      ['cortex', 'exchangeHealth'],
      ['exchangeHealth', 'cortex'],
      ['basis', 'exchangeHealth'],
    ] as const) {
      expect(judge({ [strict]: KILL, [mild]: REDUCE })).toEqual(['Kill', 'KILL_CORTEX_FORCE_KILL']);
    }
    expect(judge({ cortex: REDUCE, exchangeHealth: REDUCE })).toEqual([
      'ReduceOnly',
      'REDUCEONLY_CORTEX_FORCE_REDUCE_ONLY',
    ]);
    expect(judge({})).toEqual(['Active']);
  });

  it('unheard is ReduceOnly and a missing input; one that kills is heard all the same', () => {
    expect(judge({ cortex: null, exchangeHealth: REDUCE })).toEqual([
      'ReduceOnly',
      'REDUCEONLY_CORTEX_FORCE_REDUCE_ONLY',
      'REDUCEONLY_INPUT_MISSING_OR_STALE',
    ]);
    expect(judge({ cortex: null, basis: KILL })).toEqual(['Kill', 'KILL_CORTEX_FORCE_KILL']);
  });

  it('is nothing while nobody says anything', () => {
    const unheard = {
      cortex: null,
      exchangeHealth: null,
      basis: null,
      contract: { kind: 'None' } as const,
    };
    expect(worstOverride(unheard)).toBe('None');
  });
});

import { describe, expect, it } from 'vitest';
import { nextStep, SEQUENCES, type StepProgress } from './sequencer.ts';

const kindOf = (
  of: Parameters<typeof nextStep>[0],
  progress: readonly StepProgress[],
  risk: Parameters<typeof nextStep>[2] = 'Degraded',
) => nextStep(of, progress, risk)?.kind ?? null;

describe('the sequencer', () => {
  it('hedges after a close only when the close has ended and what is left is measured', () => {
    expect(kindOf('close', [])).toBe('close');
    expect(kindOf('close', ['working'])).toBeNull();
    expect(kindOf('close', ['done'])).toBe('measure');
    expect(kindOf('close', ['exhausted', 'done'])).toBe('hedge');
    expect(kindOf('close', ['done', 'done', 'working'])).toBeNull();
  });

  it('repairs by flattening first, and hedges only where that was not enough', () => {
    expect(kindOf('repair', [])).toBe('flatten');
    expect(kindOf('repair', ['working'])).toBeNull();
    expect(kindOf('repair', ['done'])).toBeNull();
    expect(kindOf('repair', ['exhausted'])).toBe('hedge');
    expect(kindOf('repair', ['exhausted', 'done'])).toBeNull();
  });

  it('AT-229 raises exposure in a healthy system alone, and reduces it in any', () => {
    for (const risk of ['Degraded', 'Maintenance', 'Kill'] as const) {
      expect(kindOf('open', [], risk)).toBeNull();
      expect(kindOf('close', [], risk)).toBe('close');
      expect(kindOf('repair', [], risk)).toBe('flatten');
      expect(kindOf('repair', ['exhausted'], risk)).toBe('hedge');
    }
    expect(kindOf('open', [], 'Healthy')).toBe('open_legs');
    expect(kindOf('open', ['working'], 'Healthy')).toBeNull();
    expect(kindOf('open', ['done', 'done'], 'Degraded')).toBe('hedge');
  });

  it('measures between a step and the hedge of what it left, and hedges last', () => {
    const said = Object.entries(SEQUENCES).map(
      ([kind, steps]) => `${kind}: ${steps.map((step) => `${step.kind} ${step.after}`).join(', ')}`,
    );
    expect(said).toEqual([
      'open: open_legs ended, measure ended, hedge ended',
      'close: close ended, measure ended, hedge ended',
      'repair: flatten ended, hedge exhausted',
    ]);
  });

  it('has no step that raises exposure but the opening legs', () => {
    const raising = Object.values(SEQUENCES)
      .flat()
      .filter(({ raisesExposure }) => raisesExposure);
    expect(raising.map(({ kind }) => kind)).toEqual(['open_legs']);
  });
});

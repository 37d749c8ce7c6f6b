import type { GuardInputs, SafetyOverride, SafetyOverrides } from './inputs.ts';

/** The producers of `cortex_override`, in the order they are shown (contract-1 section 40). */
export const OVERRIDE_PRODUCERS = [
  'cortex',
  'exchangeHealth',
  'basis',
  'contract',
] as const satisfies readonly (keyof SafetyOverrides)[];

/** The most severe of what was said; who has not been heard says nothing here. */
export function worstOverride(overrides: SafetyOverrides): SafetyOverride['kind'] {
  let worst: SafetyOverride['kind'] = 'None';
  for (const producer of OVERRIDE_PRODUCERS) {
    const override = overrides[producer];
    if (override === null) continue;
    if (override.kind === 'ForceKill') return 'ForceKill';
    if (override.kind === 'ForceReduceOnly') worst = 'ForceReduceOnly';
  }
  return worst;
}

/** A producer without a reading asks for ReduceOnly, and is a missing input (section 30). */
export function isAnyProducerUnheard(inputs: GuardInputs): boolean {
  for (const producer of OVERRIDE_PRODUCERS) {
    if (inputs.overrides[producer] === null) return true;
  }
  return false;
}

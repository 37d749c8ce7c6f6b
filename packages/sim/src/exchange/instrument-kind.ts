import type { Instrument } from '@holdfast/core/instrument';
import type { Params } from './venue-error.ts';

/** Deribit's `kind`. */
export function kindOf(instrument: Instrument): 'option' | 'future' {
  return instrument.kind === 'option' ? 'option' : 'future';
}

/** Whether a call's `kind` lets an instrument through; absent and `any` let all. */
export function isWantedKind(instrument: Instrument, { kind }: Params): boolean {
  return kind === undefined || kind === 'any' || kind === kindOf(instrument);
}

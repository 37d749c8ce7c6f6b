import { PromotionIntegrityError } from '../guard/failure.ts';
import type { RegistryRefusal, RegistryRefusalCode } from './decide.ts';

export type RegistryErrorCode =
  | RegistryRefusalCode
  /** The chain holds what could not happen; nothing is decided on it. */
  | 'registry_chain_broken'
  /** Others wrote all the time. */
  | 'registry_busy'
  /** The table cannot be opened, read or written. */
  | 'table_unavailable'
  /** A database that this program did not make. */
  | 'table_foreign';

/** The guard's refusals stand in it as their cause, a `PromotionIntegrityError` (G-27). */
export class StrategyRegistryError extends Error {
  override readonly name = 'StrategyRegistryError';
  readonly code: RegistryErrorCode;

  constructor(code: RegistryErrorCode, message: string, cause?: unknown) {
    super(message, cause === undefined ? {} : { cause });
    this.code = code;
  }
}

export function errorOf({ code, detail, refusal }: RegistryRefusal): StrategyRegistryError {
  if (refusal === null) return new StrategyRegistryError(code, `${code} ${detail}`);
  return new StrategyRegistryError(code, detail, new PromotionIntegrityError(refusal));
}

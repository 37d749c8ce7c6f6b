import { e8FromNumber } from '@holdfast/core/values';
import type { Static, TSchema } from 'typebox';
import { Compile } from 'typebox/compile';

/**
 * A message that is not what Deribit documents. `path` is a JSON pointer into its data, empty for
 * the whole.
 */
export interface WireFault {
  readonly ok: false;
  readonly fault: `malformed_${string}`;
  readonly path: string;
  /**
   * `schema`: wrong type or missing; `off_grid`: no exact number at 1e-8 (D-3); `contradiction`:
   * fields that exclude each other.
   */
  readonly rule: 'schema' | 'off_grid' | 'contradiction';
}

export type Read<T> = { readonly ok: true; readonly value: T } | WireFault;

type FaultAt = (path: string, rule: WireFault['rule']) => WireFault;

/**
 * A total reader of one kind of message: the schema first, then what a schema cannot say. Unknown
 * fields are tolerated; nothing is rounded or defaulted on the way.
 *
 * @param what names the faults: `book` gives `malformed_book`.
 */
export function createReader<S extends TSchema, T>(
  what: string,
  schema: S,
  read: (message: Static<S>, faultAt: FaultAt) => T | WireFault,
): (data: unknown) => Read<T> {
  const validator = Compile(schema);
  const faultAt: FaultAt = (path, rule) => ({ ok: false, fault: `malformed_${what}`, path, rule });
  return (data) => {
    if (!validator.Check(data)) return faultAt(firstPath(validator.Errors(data)), 'schema');
    const value = read(data, faultAt);
    return isWireFault(value) ? value : { ok: true, value };
  };
}

export function isWireFault(value: unknown): value is WireFault {
  return typeof value === 'object' && value !== null && 'ok' in value && value.ok === false;
}

/** A price or an amount that has to be there and positive; null when it is not, or off the grid. */
export function positiveE8(value: number): number | null {
  const e8 = e8FromNumber(value);
  return e8 === null || e8 <= 0 ? null : e8;
}

/** As `positiveE8`, where 0 is a value: the mark of a worthless option. */
export function unsignedE8(value: number): number | null {
  const e8 = e8FromNumber(value);
  return e8 === null || e8 < 0 ? null : e8;
}

/** Deribit writes 0 or null where there is no price. */
export function optionalE8(value: number | null | undefined): number | null {
  return value === null || value === undefined ? null : positiveE8(value);
}

function firstPath(errors: readonly { readonly instancePath: string; params: object }[]): string {
  const [first] = errors;
  if (first === undefined) return '';
  const missing =
    'requiredProperties' in first.params && Array.isArray(first.params.requiredProperties)
      ? `/${String(first.params.requiredProperties[0])}`
      : '';
  return first.instancePath + missing;
}

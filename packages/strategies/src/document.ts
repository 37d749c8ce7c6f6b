/** One broken rule of a parameter document; `path` is a JSON pointer. */
export interface DocumentFault {
  readonly path: string;
  readonly rule: string;
  readonly message: string;
}

export type Parsed<T> =
  | { readonly ok: true; readonly value: T }
  | { readonly ok: false; readonly faults: readonly DocumentFault[] };

/** What a number may be: above zero (`min` exclusive where it is zero), at most `max`. */
export interface NumberRule {
  readonly min: number;
  readonly isOpenBelow: boolean;
  readonly max: number;
  readonly isWhole: boolean;
}

export type NumberRules<T> = { readonly [Key in keyof T]: NumberRule };

export const milliseconds = (max: number): NumberRule => range(1, max, true);
export const whole = (max: number): NumberRule => range(1, max, true);
export const amount = (max: number): NumberRule => ({ ...range(0, max, false), isOpenBelow: true });
/** Of something whole; never all of it, and never nothing. */
export const fraction: NumberRule = Object.freeze({ ...range(0, 1, false), isOpenBelow: true });

function range(min: number, max: number, isWhole: boolean): NumberRule {
  return { min, isOpenBelow: false, max, isWhole };
}

/** A plain object, else null. */
export function parseObject(value: unknown): Readonly<Record<string, unknown>> | null {
  const isObject = typeof value === 'object' && value !== null && !Array.isArray(value);
  return isObject ? (value as Record<string, unknown>) : null;
}

/**
 * Every number of `rules` and no other key but `nested`, each within its range. Nothing is thrown
 * and nothing assumed; the values are only to be used where there is no fault.
 */
export function parseNumbers<T extends Readonly<Record<keyof T, number>>>(
  value: unknown,
  rules: NumberRules<T>,
  path: string,
  nested: readonly string[] = [],
): { readonly values: T; readonly faults: readonly DocumentFault[] } {
  const given = parseObject(value);
  const names = Object.keys(rules) as (keyof T & string)[];
  const values = Object.fromEntries(names.map((name) => [name, Number.NaN])) as Record<
    keyof T & string,
    number
  >;
  if (given === null) {
    const message = 'is missing or not an object';
    return { values: values as T, faults: [{ path, rule: 'not_an_object', message }] };
  }
  const faults: DocumentFault[] = [];
  for (const name of names) {
    const key = snakeCase(name);
    const found = given[key];
    const message = Object.hasOwn(given, key) ? wrong(found, rules[name]) : 'is missing';
    if (message === null) values[name] = found as number;
    else faults.push({ path: `${path}/${key}`, rule: 'not_in_range', message });
  }
  const allowed = new Set([...names.map(snakeCase), ...nested]);
  for (const key of Object.keys(given)) {
    if (allowed.has(key)) continue;
    faults.push({ path: `${path}/${key}`, rule: 'unknown_key', message: 'is not a parameter' });
  }
  return { values: values as T, faults };
}

/** Why a value is not within its rule, or null. */
function wrong(value: unknown, { min, isOpenBelow, max, isWhole }: NumberRule): string | null {
  if (typeof value !== 'number' || !Number.isFinite(value)) return 'is not a number';
  if (isWhole && !Number.isSafeInteger(value)) return `${value} is not whole`;
  const isBelow = isOpenBelow ? value <= min : value < min;
  if (isBelow || value > max)
    return `${value} is not ${isOpenBelow ? 'above' : 'from'} ${min} to ${max}`;
  return null;
}

/** `openExpiryMsMin` as `open_expiry_ms_min`. */
function snakeCase(name: string): string {
  return name.replaceAll(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
}

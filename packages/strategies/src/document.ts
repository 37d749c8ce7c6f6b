/** One broken rule of a parameter document; `path` is a JSON pointer. */
export interface DocumentFault {
  readonly path: string;
  readonly rule: string;
  readonly message: string;
}

export type Parsed<T> =
  | { readonly ok: true; readonly value: T }
  | { readonly ok: false; readonly faults: readonly DocumentFault[] };

/** What a number may be: from `min` (above it, where that is open) to `max`; and what it means. */
export interface NumberRule {
  readonly min: number;
  readonly isOpenBelow: boolean;
  readonly max: number;
  readonly isWhole: boolean;
  readonly meaning: string;
}

export type NumberRules<T> = { readonly [Key in keyof T]: NumberRule };

export function whole(max: number, meaning: string): NumberRule {
  return { min: 1, isOpenBelow: false, max, isWhole: true, meaning };
}

export const milliseconds = (max: number, meaning: string): NumberRule =>
  whole(max, `${meaning} Milliseconds.`);

export function amount(max: number, meaning: string): NumberRule {
  return { min: 0, isOpenBelow: true, max, isWhole: false, meaning };
}

/** Of something whole: more than nothing of it. */
export const fraction = (meaning: string): NumberRule => amount(1, meaning);

/** One key of a document as a reader looks it up. */
export interface ParameterKey {
  readonly key: string;
  /** In words. */
  readonly value: string;
  readonly meaning: string;
}

/** The keys of `rules`, each behind `path`. */
export function keysOf<T>(rules: NumberRules<T>, path: string): readonly ParameterKey[] {
  const names = Object.keys(rules) as (keyof T & string)[];
  return names.map((name) => {
    const rule: NumberRule = rules[name];
    const kind = rule.isWhole ? 'whole number' : 'number';
    const value = `${kind}, ${rule.isOpenBelow ? 'above' : 'from'} ${rule.min} to ${rule.max}`;
    return { key: `${path}${snakeCase(name)}`, value, meaning: rule.meaning };
  });
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

import { type Static, type TObject, type TProperties, type TSchema, Type } from 'typebox';
import { Compile } from 'typebox/compile';
import { Settings } from 'typebox/system';
import { assert } from './assert.ts';
import { type JsonFault, type JsonValue, type Place, pointer, readJson } from './strict-json.ts';

export type { JsonRead, JsonValue, Place } from './strict-json.ts';
export { pointer, readJson } from './strict-json.ts';

/** More than any document here has fields; the library would stop at eight. */
export const VIOLATIONS_MAX = 512;
Settings.Set({ maxErrors: VIOLATIONS_MAX });

/** One broken rule. `path` is a JSON pointer, empty for the root. */
export interface Violation {
  readonly path: string;
  readonly rule: string;
  readonly message: string;
}

export type Parsed<T> =
  | { readonly ok: true; readonly value: T }
  | { readonly ok: false; readonly violations: readonly [Violation, ...Violation[]] };

export type Parser<T> = (value: unknown) => Parsed<T>;

/** An object that refuses keys it does not name. The only object a parser may contain. */
export function closed<P extends TProperties>(
  properties: P,
  options: { readonly description?: string } = {},
): TObject<P> {
  return Type.Object(properties, { ...options, additionalProperties: false });
}

/**
 * A total parser: it never throws and never stops at the first violation. Unknown keys and
 * non-finite numbers are refused; the value is passed through as it is, never repaired or
 * defaulted.
 */
export function createParser<S extends TSchema>(schema: S): Parser<Static<S>> {
  assert(isClosed(schema), 'a parser may only contain closed objects and typed values');
  const validator = Compile(schema);
  return (value) => {
    if (validator.Check(value)) return { ok: true, value };
    const [first, ...rest] = violationsOf(validator.Errors(value));
    assert(first !== undefined, 'a refused value has at least one violation');
    return { ok: false, violations: [first, ...rest] };
  };
}

/** A violation with the line and column it was read at. */
export interface PlacedViolation extends Violation {
  readonly place: Place;
}

export type ParsedText<T> =
  | { readonly ok: true; readonly value: T; readonly json: JsonValue }
  | { readonly ok: false; readonly violations: readonly [PlacedViolation, ...PlacedViolation[]] };

/** Strict JSON text to a checked value. Numbers that a double would round are violations (D-3). */
export function parseText<T>(text: string, parser: Parser<T>): ParsedText<T> {
  const read = readJson(text);
  if (!read.ok) {
    const [first, ...rest] = read.faults;
    return { ok: false, violations: [placedFault(first), ...rest.map(placedFault)] };
  }
  const violations: PlacedViolation[] = [];
  for (const [path, token] of read.inexact) {
    const message = `${token} has more digits than can be kept exactly`;
    violations.push({ path, rule: 'number_not_exact', message, place: read.place(path) });
  }
  const parsed = parser(read.value);
  if (!parsed.ok) {
    for (const item of parsed.violations) {
      violations.push({ ...item, place: read.place(item.path) });
    }
  }
  const [first, ...rest] = violations;
  if (first !== undefined) return { ok: false, violations: [first, ...rest] };
  assert(parsed.ok, 'no violation means a parsed value');
  return { ok: true, value: parsed.value, json: read.value };
}

function placedFault(fault: JsonFault): PlacedViolation {
  return { path: fault.path, rule: fault.rule, message: fault.message, place: fault.place };
}

interface LibraryError {
  readonly keyword: string;
  readonly schemaPath: string;
  readonly instancePath: string;
  readonly params: object;
  readonly message: string;
}

const UNION_BRANCH = /\/anyOf\/\d/;

/** The library's errors in our words: one per key, without the noise of union branches. */
function violationsOf(errors: readonly LibraryError[]): Violation[] {
  const violations: Violation[] = [];
  for (const error of errors) {
    const { keyword, instancePath, params, message } = error;
    if (keyword === 'boolean' || UNION_BRANCH.test(error.schemaPath)) continue;
    if (keyword === 'additionalProperties' && 'additionalProperties' in params) {
      for (const key of params.additionalProperties as readonly string[]) {
        const path = pointer(instancePath, key);
        violations.push({ path, rule: 'unknown_key', message: `unknown key ${quote(key)}` });
      }
    } else if (keyword === 'required' && 'requiredProperties' in params) {
      for (const key of params.requiredProperties as readonly string[]) {
        const path = pointer(instancePath, key);
        violations.push({ path, rule: 'missing_key', message: `missing key ${quote(key)}` });
      }
    } else {
      const choices = 'allowedValues' in params ? `: ${JSON.stringify(params.allowedValues)}` : '';
      violations.push({ path: instancePath, rule: keyword, message: `${message}${choices}` });
    }
  }
  return violations;
}

function quote(key: string): string {
  return JSON.stringify(key);
}

/**
 * Every object closed, nothing of unknown type: what the schema does not name cannot get through.
 */
function isClosed(schema: unknown): boolean {
  if (typeof schema !== 'object' || schema === null) return true;
  if (Array.isArray(schema)) return schema.every(isClosed);
  const node = schema as Record<string, unknown>;
  if (node['type'] === 'object' && node['additionalProperties'] !== false) return false;
  const typed = ['type', 'const', 'enum', 'anyOf'].some((key) => key in node);
  if (!typed) return false;
  if (node['type'] === 'array' && !isClosed(node['items'] ?? {})) return false;
  const maps = [node['properties'], node['patternProperties']];
  for (const map of maps) {
    if (typeof map === 'object' && map !== null && !Object.values(map).every(isClosed))
      return false;
  }
  return isClosed(node['anyOf']);
}

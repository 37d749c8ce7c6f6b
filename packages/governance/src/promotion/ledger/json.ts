/** Free fields of a record: any JSON, but not deeper than a reader can take in at once. */
import type { JsonValue } from '@holdfast/core/parse';
import { type TSchema, Type } from 'typebox';

export type JsonMap = Readonly<Record<string, JsonValue>>;

/** Metadata with traceability in it is four levels deep. */
const DEPTH_MAX = 5;
const SCALAR = Type.Union([Type.Null(), Type.Boolean(), Type.Number(), Type.String()]);

const mapOf = (value: TSchema): TSchema =>
  Type.Record(Type.String(), value, { additionalProperties: false });

function jsonOf(depth: number): TSchema {
  if (depth === 0) return SCALAR;
  const inner = jsonOf(depth - 1);
  return Type.Union([SCALAR, Type.Array(inner), mapOf(inner)]);
}

export const JsonMapSchema = Type.Unsafe<JsonMap>(mapOf(jsonOf(DEPTH_MAX)));

export const name = Type.String({ minLength: 1, maxLength: 200, pattern: '^\\S(.*\\S)?$' });
/** A reason, a cause: what a person wrote. */
export const prose = Type.String({ minLength: 1, maxLength: 4_000, pattern: '\\S' });
export const sha256 = Type.String({ pattern: '^[0-9a-f]{64}$' });

export const isMap = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

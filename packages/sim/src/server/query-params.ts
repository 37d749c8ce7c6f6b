import type { TSchema } from 'typebox';

type Schema = Readonly<Record<string, unknown>>;

/**
 * A query string's params, each typed by the method's own schema: text becomes a number or a
 * boolean only where one is asked for. What cannot be read as its type stays text, and is refused
 * by the schema.
 * @returns null for a name that comes twice where no list is taken.
 */
export function readQuery(query: URLSearchParams, params: TSchema): Record<string, unknown> | null {
  const read: Record<string, unknown> = {};
  for (const name of new Set(query.keys())) {
    const values = query.getAll(name);
    const schemas = fieldSchemas(params as Schema, name);
    if (schemas.some((schema) => schema['type'] === 'array')) read[name] = listOf(values);
    else if (values.length > 1) return null;
    else read[name] = typed(values[0] ?? '', schemas);
  }
  return read;
}

/** The schemas a field has, in every alternative of the params and of the field. */
function fieldSchemas(params: Schema, name: string): readonly Schema[] {
  return alternatives(params).flatMap((alternative) => {
    const fields = alternative['properties'];
    if (!isSchema(fields)) return [];
    const field = fields[name];
    return isSchema(field) ? alternatives(field) : [];
  });
}

function alternatives(schema: Schema): readonly Schema[] {
  const any = schema['anyOf'];
  return Array.isArray(any) ? any.filter(isSchema).flatMap(alternatives) : [schema];
}

function typed(text: string, schemas: readonly Schema[]): unknown {
  if (schemas.some(takesNumber) && /^-?\d+(\.\d+)?([eE][+-]?\d+)?$/.test(text)) return Number(text);
  if (schemas.some(({ type }) => type === 'boolean')) {
    if (text === 'true') return true;
    if (text === 'false') return false;
  }
  return text;
}

function takesNumber(schema: Schema): boolean {
  if (schema['type'] === 'number' || schema['type'] === 'integer') return true;
  const values = schema['enum'];
  return Array.isArray(values) && values.some((value) => typeof value === 'number');
}

/** `["a","b"]` in one value, or a value for each element. */
function listOf(values: readonly string[]): unknown {
  const [only, ...more] = values;
  if (more.length > 0 || only === undefined || !only.startsWith('[')) return values;
  try {
    return JSON.parse(only);
  } catch {
    return values;
  }
}

function isSchema(value: unknown): value is Schema {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

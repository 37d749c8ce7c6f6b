/**
 * What is wrong with the shape of a declaration. A choice between kinds tells the parser's caller
 * only that none fits; here the kind that was meant is asked.
 */
import { createParser, type Parser, pointer, type Violation } from '@holdfast/core/parse';
import type { TSchema } from 'typebox';
import { parseDeclaration } from './declaration.ts';
import { GateSchema } from './gate.ts';
import { StepSchema } from './step.ts';

const ACTIONS = variantsOf(StepSchema.properties.action);
const GATES = variantsOf(GateSchema);

type Variants = ReadonlyMap<string, { readonly schema: TSchema; parser: Parser<unknown> | null }>;

function variantsOf(union: { readonly anyOf: readonly TSchema[] }): Variants {
  return new Map(
    union.anyOf.map((schema) => {
      const { properties } = schema as unknown as {
        readonly properties: { readonly kind: { readonly const: string } };
      };
      return [properties.kind.const, { schema, parser: null }];
    }),
  );
}

/** Everything wrong with its shape; empty where it is a declaration. */
export function violationsOf(value: unknown): readonly Violation[] {
  const parsed = parseDeclaration(value);
  return parsed.ok ? [] : parsed.violations.flatMap((each) => explain(value, each));
}

function explain(value: unknown, violation: Violation): readonly Violation[] {
  const variants = violation.rule === 'anyOf' ? choiceAt(violation.path) : null;
  if (variants === null) return [violation];
  const chosen = valueAt(value, violation.path);
  const kind = isObject(chosen) ? chosen['kind'] : undefined;
  const variant = typeof kind === 'string' ? variants.get(kind) : undefined;
  if (variant === undefined) {
    const known = [...variants.keys()].join(', ');
    const path = isObject(chosen) ? pointer(violation.path, 'kind') : violation.path;
    return [{ path, rule: 'kind_unknown', message: `its kind is one of ${known}` }];
  }
  variant.parser ??= createParser(variant.schema);
  const parsed = variant.parser(chosen);
  if (parsed.ok) return [violation];
  return parsed.violations.flatMap((each) =>
    explain(value, { ...each, path: `${violation.path}${each.path}` }),
  );
}

function choiceAt(path: string): Variants | null {
  if (/^\/steps\/\d+\/(action|rollback\/\d+)$/.test(path)) return ACTIONS;
  const isGate = /^(\/steps\/\d+)?\/verification\/\d+$/.test(path) || path.endsWith('/gate');
  return isGate ? GATES : null;
}

/** Pointers of a schema violation name existing parts by keys that need no unescaping. */
function valueAt(value: unknown, path: string): unknown {
  let at = value;
  for (const key of path.split('/').slice(1)) {
    if (Array.isArray(at)) at = at[Number(key)];
    else at = isObject(at) ? at[key] : undefined;
  }
  return at;
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

import type { OpenApi, Schema } from './openapi.fixture.ts';

/** One place where our schema and the document's do not agree. */
export interface Disagreement {
  readonly path: string;
  readonly what: 'not_documented' | 'other_type' | 'other_values' | 'may_be_absent';
  readonly detail: string;
}

/**
 * Every field our schema names, against the document's schema of the same message. A field we
 * require and the document does not promise is `may_be_absent`.
 */
export function disagreements(api: OpenApi, ours: Schema, theirs: Schema): Disagreement[] {
  const found: Disagreement[] = [];
  compare(api, ours, theirs, '', found);
  return found;
}

function compare(
  api: OpenApi,
  ours: Schema,
  theirs: Schema,
  path: string,
  found: Disagreement[],
): void {
  const branches = ours['anyOf'] as readonly Schema[] | undefined;
  if (branches?.every((branch) => branch['const'] !== undefined) === true) {
    const values = branches.map((branch) => branch['const']);
    compare(api, { enum: values }, theirs, path, found);
    return;
  }
  if (branches !== undefined) {
    const tries = branches.map((branch) => disagreements(api, branch, theirs));
    const [best = []] = tries.toSorted((a, b) => weight(a) - weight(b));
    for (const each of best) found.push({ ...each, path: path + each.path });
    return;
  }
  const doc = flat(api, theirs);
  // Our `Unknown` reads nothing, and a blank in the document says nothing.
  if (Object.keys(ours).every((key) => key.startsWith('~')) || typesOf(doc).size === 0) return;
  const type = ours['const'] === undefined ? typeOf(ours) : typeof ours['const'];
  const types = typesOf(doc);
  if (!types.has(type) && !(type === 'number' && types.has('integer'))) {
    const detail = `ours ${type}, theirs ${[...types].join(' or ')}`;
    found.push({ path, what: 'other_type', detail });
    return;
  }
  if (type === 'object') compareFields(api, ours, doc, path, found);
  if (type === 'array') compareItems(api, ours, doc, path, found);
  compareValues(ours, doc, path, found);
}

/** A branch of another type is no branch for this. */
function weight(found: readonly Disagreement[]): number {
  return found.some(({ path, what }) => path === '' && what === 'other_type')
    ? 1_000
    : found.length;
}

function compareFields(
  api: OpenApi,
  ours: Schema,
  doc: Schema,
  path: string,
  found: Disagreement[],
): void {
  const documented = (doc['properties'] ?? {}) as Record<string, Schema>;
  const promised = (doc['required'] ?? []) as readonly string[];
  const required = (ours['required'] ?? []) as readonly string[];
  for (const [name, schema] of Object.entries((ours['properties'] ?? {}) as Schema)) {
    const here = `${path}/${name}`;
    const counterpart = documented[name];
    if (counterpart === undefined) {
      found.push({ path: here, what: 'not_documented', detail: 'no such field' });
      continue;
    }
    if (required.includes(name) && !promised.includes(name)) {
      found.push({ path: here, what: 'may_be_absent', detail: 'required by us, not by them' });
    }
    compare(api, schema as Schema, counterpart, here, found);
  }
}

function compareItems(
  api: OpenApi,
  ours: Schema,
  doc: Schema,
  path: string,
  found: Disagreement[],
): void {
  const items = doc['items'] as Schema | undefined;
  const mine = ours['items'] as Schema | readonly Schema[] | undefined;
  if (items === undefined || mine === undefined || Array.isArray(mine)) return;
  compare(api, mine as Schema, items, `${path}/*`, found);
}

/** Whatever they may say, we have to know; what they never say, we may not wait for. */
function compareValues(ours: Schema, doc: Schema, path: string, found: Disagreement[]): void {
  const theirs = doc['enum'] as readonly unknown[] | undefined;
  const mine = (ours['enum'] ?? (ours['const'] === undefined ? undefined : [ours['const']])) as
    | readonly unknown[]
    | undefined;
  if (theirs === undefined || mine === undefined) return;
  const missing = theirs.filter((value) => !mine.includes(value));
  const invented = mine.filter((value) => !theirs.includes(value));
  if (missing.length + invented.length === 0) return;
  const detail = `unknown to us: ${missing.join()}; unknown to them: ${invented.join()}`;
  found.push({ path, what: 'other_values', detail });
}

function typeOf(schema: Schema): string {
  if (typeof schema['type'] === 'string') return schema['type'];
  const [value] = (schema['enum'] ?? []) as readonly unknown[];
  return value === undefined ? 'unknown' : typeof value;
}

/** Every type a documented value may have; `flat` has left alternatives in `oneOf`. */
function typesOf(doc: Schema): Set<string> {
  const branches = (doc['oneOf'] ?? doc['anyOf']) as readonly Schema[] | undefined;
  const types = new Set((branches ?? [doc]).map(typeOf).filter((type) => type !== 'unknown'));
  if (doc['nullable'] === true) types.add('null');
  return types;
}

/** References followed, parts of `allOf` put together. */
function flat(api: OpenApi, schema: Schema): Schema {
  const here = api.resolve(schema);
  const parts = here['allOf'] as readonly Schema[] | undefined;
  if (parts === undefined) {
    return here['properties'] === undefined ? here : { type: 'object', ...here };
  }
  const all = parts.map((part) => flat(api, part));
  return {
    type: 'object',
    properties: Object.assign({}, ...all.map((part) => part['properties'] ?? {})) as Schema,
    required: all.flatMap((part) => (part['required'] ?? []) as readonly string[]),
  };
}

/**
 * Declarations that come with the project (`config/ops/declarations`), whole but for their
 * parameters. A template declares nothing: filled, it is a declaration like any other.
 */
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { closed, createParser, type JsonValue, pointer } from '@holdfast/core/parse';
import { type Static, Type } from 'typebox';
import type { Fault, FaultCode } from './fault.ts';
import { placeholderFaults } from './placeholder.ts';
import { faultAt, inOrder } from './place.ts';
import { readText } from './read.ts';
import { readYaml } from './strict-yaml.ts';

const FOLDER = join('config', 'ops', 'declarations');
const ENDING = '.yaml';
const NAME = '^[A-Z][A-Z0-9_]{0,63}$';

/** Filled by whoever makes the declaration, and by nobody's word. */
export const OWN_NAMES = ['PROJECT', 'NODE', 'OPERATION_ID', 'REQUESTED_BY'] as const;
export type OwnName = (typeof OWN_NAMES)[number];

/** What `ops new` says by itself. */
const NEW_SAYS: readonly string[] = [
  'schema',
  'operation_id',
  'environment',
  'host',
  'requested_by',
  'expires_at',
];

const ParameterSchema = closed({
  /** What it is, for whoever has to say it. */
  is: Type.String({ minLength: 1, maxLength: 300 }),
  type: Type.Enum(['string', 'integer'] as const),
  default: Type.Optional(Type.Union([Type.String({ minLength: 1 }), Type.Integer()])),
});
export type Parameter = Static<typeof ParameterSchema>;

const parseHead = createParser(
  closed({
    schema: Type.Literal('holdfast.operation-template.v1'),
    title: Type.String({ minLength: 1, maxLength: 200 }),
    parameters: Type.Record(Type.String({ pattern: NAME }), ParameterSchema, {
      additionalProperties: false,
    }),
  }),
);

export type JsonMap = { readonly [key: string]: JsonValue };

export interface Template {
  readonly title: string;
  readonly parameters: ReadonlyMap<string, Parameter>;
  /** Everything of a declaration but what `ops new` says; placeholders still in it. */
  readonly declaration: JsonMap;
}

export type TemplateRead =
  | { readonly ok: true; readonly template: Template }
  | { readonly ok: false; readonly faults: readonly Fault[] };

/** The file behind a name that stands alone; anything else is a path already. */
export function shippedPath(project: string, name: string): string | null {
  return /^[a-z0-9-]+$/.test(name) ? join(project, FOLDER, `${name}${ENDING}`) : null;
}

/** The names that may stand alone, in their order. */
export function shippedNames(project: string): readonly string[] {
  try {
    return readdirSync(join(project, FOLDER))
      .filter((file) => file.endsWith(ENDING))
      .map((file) => file.slice(0, -ENDING.length))
      .sort();
  } catch {
    return [];
  }
}

export function readTemplateFile(path: string): TemplateRead {
  const text = readText(path);
  if (typeof text === 'string') return readTemplate(text);
  return { ok: false, faults: [{ ...text, code: 'template_unreadable' }] };
}

/** Total: a template, or everything that is wrong with it. */
export function readTemplate(text: string): TemplateRead {
  const read = readYaml(text);
  if (!read.ok) {
    const faults = read.faults.map(({ rule, path, message, place }) =>
      faultAt('template_unreadable', rule, path, `line ${place.line}: ${message}`),
    );
    return { ok: false, faults };
  }
  const whole = isMap(read.value) ? read.value : {};
  const { declaration, ...head } = whole;
  const parsed = parseHead(head);
  const faults: Fault[] = parsed.ok
    ? []
    : parsed.violations.map(({ path, message }) => malformed(path, message));
  if (!isMap(declaration)) {
    faults.push(malformed('/declaration', 'it holds what is declared, as a map'));
  } else {
    faults.push(...saidTwice(declaration), ...inexact(read.inexact));
    if (parsed.ok) faults.push(...unmatched(parsed.value.parameters, declaration));
  }
  if (!parsed.ok || !isMap(declaration) || faults.length > 0) {
    const placed = inOrder(faults).map((fault) => {
      const { line, column } = read.place(fault.place);
      return { ...fault, message: `line ${line}, column ${column}: ${fault.message}` };
    });
    return { ok: false, faults: placed };
  }
  const { title, parameters } = parsed.value;
  return {
    ok: true,
    template: { title, parameters: new Map(Object.entries(parameters)), declaration },
  };
}

/** Parameters that fill nothing or cannot, and placeholders that nothing fills. */
function unmatched(
  parameters: Readonly<Record<string, Parameter>>,
  declaration: JsonMap,
): readonly Fault[] {
  const used = placeholdersIn(declaration, '/declaration');
  const known = new Set<string>([...Object.keys(parameters), ...OWN_NAMES]);
  const open = used
    .filter(({ name }) => !known.has(name))
    .map(({ name, place }) => {
      const message = `<${name}> is no parameter, and nothing fills it`;
      return faultAt('placeholder_unresolved', `<${name}>`, place, message);
    });
  const names = new Set(used.map(({ name }) => name));
  return [
    ...open,
    ...Object.entries(parameters).flatMap(([name, parameter]) => {
      const place = pointer('/parameters', name);
      if (OWN_NAMES.some((own) => own === name)) {
        return [malformed(place, 'this name is filled by itself, and is no parameter')];
      }
      if (!names.has(name)) return [malformed(place, 'it fills nothing of the declaration')];
      const wrong = parameter.default === undefined ? null : unfit(parameter, parameter.default);
      return wrong === null ? [] : [malformed(`${place}/default`, wrong)];
    }),
  ];
}

/** Why a value is not of the parameter's type; null where it is. */
export function unfit({ type }: Parameter, value: string | number): string | null {
  if (typeof value === 'number') return type === 'integer' ? null : 'it is a number, and no text';
  if (type === 'integer') return 'it is no whole number';
  if (/\p{C}/u.test(value)) return 'it holds a character that cannot be seen';
  const [open] = placeholderFaults(value);
  return open === undefined ? null : open.message;
}

const PLACEHOLDER = /<([A-Z][A-Z0-9_]*)>/g;

interface Used {
  readonly name: string;
  readonly place: string;
}

function placeholdersIn(value: JsonValue, place: string): readonly Used[] {
  if (typeof value === 'string') {
    return [...value.matchAll(PLACEHOLDER)].map(([, name = '']) => ({ name, place }));
  }
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([key, each]) => placeholdersIn(each, pointer(place, key)));
}

/**
 * One pass over the values as they were read: what is put in is never looked at again, and no sign
 * of YAML in it means anything. A text that is one placeholder becomes the value itself.
 */
export function fillIn(value: JsonValue, values: ReadonlyMap<string, string | number>): JsonValue {
  if (typeof value === 'string') {
    const [, only] = /^<([A-Z][A-Z0-9_]*)>$/.exec(value) ?? [];
    if (only !== undefined) return values.get(only) ?? value;
    return value.replaceAll(PLACEHOLDER, (whole, name: string) =>
      String(values.get(name) ?? whole),
    );
  }
  if (typeof value !== 'object' || value === null) return value;
  if (isList(value)) return value.map((each) => fillIn(each, values));
  return Object.fromEntries(
    Object.entries(value).map(([key, each]) => [key, fillIn(each, values)]),
  );
}

function saidTwice(declaration: JsonMap): readonly Fault[] {
  return NEW_SAYS.filter((field) => Object.hasOwn(declaration, field)).map((field) =>
    malformed(pointer('/declaration', field), 'whoever makes the declaration says this'),
  );
}

function inexact(tokens: ReadonlyMap<string, string>): readonly Fault[] {
  return [...tokens].map(([path, token]) =>
    malformed(path, `${token} has more digits than can be kept exactly`),
  );
}

function malformed(place: string, message: string): Fault {
  const code: FaultCode = 'template_malformed';
  return faultAt(code, place, place, message);
}

function isList(value: JsonValue): value is readonly JsonValue[] {
  return Array.isArray(value);
}

function isMap(value: JsonValue | undefined): value is JsonMap {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

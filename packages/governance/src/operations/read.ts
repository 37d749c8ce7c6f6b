/** The text of a declaration: a checked value with its digest, or everything that is wrong. */
import { extname } from 'node:path';
import { readJson } from '@holdfast/core/parse';
import { canonicalJson } from '@holdfast/core/proof';
import { digestIfAny, readBounded } from '@holdfast/runtime/proof';
import {
  type Declaration,
  MANDATORY_FIELDS,
  type MandatoryField,
  parseDeclaration,
  RISK_CLASSES,
} from './declaration.ts';
import type { Fault } from './fault.ts';
import { violationsOf } from './malformed.ts';
import { faultAt, inOrder } from './place.ts';
import { readYaml, type TextRead } from './strict-yaml.ts';

/** UTF-8 takes at most four bytes for what the readers count as one or two. */
const FILE_BYTES_MAX = 4 << 20;

export type DeclarationRead =
  | {
      readonly ok: true;
      readonly declaration: Declaration;
      /** SHA-256 of its canonical JSON, in hex: what approvals and records bind to. */
      readonly digest: string;
      /** The same fault with line and column of its place in the text. */
      locate(fault: Fault): Fault;
    }
  | { readonly ok: false; readonly faults: readonly [Fault, ...Fault[]] };

/**
 * Total: every text gives a declaration or at least one fault.
 * @param format what the text is; without it, text that begins with `{` is JSON.
 * @param firstLine the line of its file that the text begins at.
 */
export function readDeclaration(
  text: string,
  format: 'json' | 'yaml' | null = null,
  firstLine = 1,
): DeclarationRead {
  const chosen = format ?? (text.trimStart().startsWith('{') ? 'json' : 'yaml');
  const read: TextRead = chosen === 'json' ? readJson(text) : readYaml(text);
  const place = (line: number, column: number): string =>
    `line ${line + firstLine - 1}, column ${column}`;
  if (!read.ok) {
    return failed(
      read.faults.map((each) => {
        const message = `${place(each.place.line, each.place.column)}: ${each.message}`;
        return faultAt('declaration_unreadable', each.rule, each.path, message);
      }),
    );
  }
  const locate = (fault: Fault): Fault => {
    const { line, column } = read.place(fault.place);
    return { ...fault, message: `${place(line, column)}: ${fault.message}` };
  };
  const faults = inOrder(shapeFaults(read.value, read.inexact));
  if (faults.length > 0) return failed(faults.map(locate));
  const parsed = parseDeclaration(read.value);
  const digest = parsed.ok ? digestIfAny(parsed.value) : null;
  if (!parsed.ok || digest === null) {
    return failed([faultAt('declaration_malformed', '', '', 'it has no canonical form')]);
  }
  return { ok: true, declaration: parsed.value, digest, locate };
}

/** The same of a file: `.json` and `.yaml` by its name, anything else by what it holds. */
export function readDeclarationFile(path: string): DeclarationRead {
  const text = readText(path);
  if (typeof text !== 'string') return failed([text]);
  const ending = extname(path).toLowerCase();
  if (ending === '.json') return readDeclaration(text, 'json');
  return readDeclaration(text, ending === '.yaml' || ending === '.yml' ? 'yaml' : null);
}

/** A whole file as UTF-8, within the bounds of a declaration. */
export function readText(path: string): string | Fault {
  const file = readBounded(path, FILE_BYTES_MAX);
  if (!file.ok) return faultAt('declaration_unreadable', file.fault, '', file.detail);
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(file.bytes);
  } catch {
    return faultAt('declaration_unreadable', 'not_utf8', '', `${path} is not UTF-8`);
  }
}

function failed(faults: readonly Fault[]): DeclarationRead {
  const [first, ...rest] = faults;
  const none = faultAt('declaration_unreadable', '', '', 'it cannot be read');
  return { ok: false, faults: [first ?? none, ...rest] };
}

function shapeFaults(value: unknown, inexact: ReadonlyMap<string, string>): readonly Fault[] {
  const missing = isMap(value) ? missingFields(value) : [];
  const faults = missing.map((field) =>
    faultAt(
      'declaration_missing_field',
      field,
      `/${field}`,
      `${field} is mandatory and may not be blank`,
    ),
  );
  const classFault = isMap(value) ? riskClassFault(value['RISK_CLASS']) : null;
  const told = new Set(missing.map((field) => `/${field}`));
  if (classFault !== null && !told.has('/RISK_CLASS')) {
    faults.push(classFault);
    told.add('/RISK_CLASS');
  }
  for (const { path, message } of violationsOf(value)) {
    const field = path.split('/', 2).join('/');
    if (!told.has(field)) faults.push(faultAt('declaration_malformed', path, path, message));
  }
  for (const [path, token] of inexact) {
    const message = `${token} has more digits than can be kept exactly`;
    faults.push(faultAt('declaration_malformed', path, path, message));
  }
  const canonical = canonicalJson(value);
  if (!canonical.ok) {
    const message = `it has no canonical form: ${canonical.rule}`;
    faults.push(faultAt('declaration_malformed', canonical.path, canonical.path, message));
  }
  return faults;
}

function missingFields(value: Readonly<Record<string, unknown>>): readonly MandatoryField[] {
  return MANDATORY_FIELDS.filter((field) => !Object.hasOwn(value, field) || isBlank(value[field]));
}

/** An empty list is there, and says that nothing may be touched; a list of blanks says nothing. */
function isBlank(value: unknown): boolean {
  if (value === null || value === undefined) return true;
  if (typeof value === 'string') return value.replaceAll(/[\p{C}\p{Z}\s]/gu, '') === '';
  return Array.isArray(value) && value.length > 0 && value.every(isBlank);
}

function riskClassFault(value: unknown): Fault | null {
  if (RISK_CLASSES.some((each) => each === value)) return null;
  const shown = typeof value === 'string' ? value : JSON.stringify(value);
  const message = `the class is one of ${RISK_CLASSES.join(', ')}, spelled so`;
  return faultAt('risk_class_invalid', shown ?? '', '/RISK_CLASS', message);
}

function isMap(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

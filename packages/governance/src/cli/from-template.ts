/** `ops new --from`: a whole declaration from a shipped template, or from one of your own. */
import { hostname } from 'node:os';
import { resolve } from 'node:path';
import { stringify } from 'yaml';
import { DECLARATION_SCHEMA } from '../operations/declaration.ts';
import { lintDeclaration } from '../operations/lint.ts';
import { readDeclaration } from '../operations/read.ts';
import { EXIT_CODES, type ExitCode } from '../operations/run/exit-code.ts';
import {
  OWN_NAMES,
  readTemplateFile,
  shippedNames,
  shippedPath,
  type Template,
} from '../operations/shipped.ts';
import { fillTemplate, readValues, type Values } from '../operations/shipped-values.ts';
import { allocateId } from '../operations/signoff/ledger.ts';
import { DAY_MS, type NewRequest } from './declare.ts';
import { type Io, refuse, tellFaults } from './io.ts';
import { lintRulesOf, type Workplace } from './workplace.ts';

export interface FromRequest extends NewRequest {
  /** Name of a shipped template, or a file. */
  readonly from: string;
  /** `NAME=VALUE`, each. */
  readonly set: readonly string[];
}

/** An id is taken last: before that, the whole declaration is made and judged under another. */
export function newFrom(place: Workplace, cwd: string, request: FromRequest, io: Io): ExitCode {
  const { environment, requestedBy, from } = request;
  const read = readTemplateFile(shippedPath(place.root, from) ?? resolve(cwd, from));
  if (!read.ok) return tellFaults(io, read.faults);
  const said = readValues(read.template, request.set);
  if (!said.ok) return tellFaults(io, said.faults);
  const now = place.clock();
  const textFor = (id: string): string =>
    textOf({ place, request, now, id }, read.template, said.values);
  const day = new Date(now).toISOString().slice(0, 10);
  const judged = readDeclaration(textFor(`OPS-${day}-001`), 'yaml');
  if (!judged.ok) return tellFaults(io, judged.faults);
  const rules = lintRulesOf(place);
  if (!rules.ok) return tellFaults(io, rules.faults);
  const faults = lintDeclaration(judged.declaration, rules.rules);
  if (faults.length > 0) return tellFaults(io, faults);
  const id = allocateId(place.root, { environment, requestedBy, now });
  if (!id.ok) return refuse(io, EXIT_CODES.integrity_violation, id.code, id.detail);
  io.out(textFor(id.value).trimEnd());
  return EXIT_CODES.ok;
}

interface Making {
  readonly place: Workplace;
  readonly request: FromRequest;
  readonly now: number;
  readonly id: string;
}

function textOf({ place, request, now, id }: Making, template: Template, values: Values): string {
  const { environment, requestedBy } = request;
  const own = {
    PROJECT: place.root,
    NODE: process.execPath,
    OPERATION_ID: id,
    REQUESTED_BY: requestedBy,
  };
  const declaration = {
    schema: DECLARATION_SCHEMA,
    operation_id: id,
    environment,
    host: hostname(),
    requested_by: requestedBy,
    expires_at: new Date(now + DAY_MS).toISOString(),
    ...fillTemplate(template, values, own),
  };
  return stringify(declaration, { lineWidth: 0 });
}

/** The shipped templates, each with what it needs to be told. */
export function listTemplates(place: Workplace, io: Io): ExitCode {
  let code: ExitCode = EXIT_CODES.ok;
  for (const name of shippedNames(place.root)) {
    const read = readTemplateFile(shippedPath(place.root, name) ?? name);
    if (!read.ok) {
      io.err(`${name}:`);
      code = tellFaults(io, read.faults);
      continue;
    }
    io.out(`${name}  ${read.template.title}`);
    for (const [parameter, { is, type, default: given }] of read.template.parameters) {
      const otherwise = given === undefined ? '' : `, ${given} unless said`;
      io.out(`  ${parameter}  ${is} (${type}${otherwise})`);
    }
  }
  io.out(`filled by itself: ${OWN_NAMES.join(', ')}`);
  return code;
}

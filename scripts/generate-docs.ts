/**
 * Writes `docs/generated/*` from the code. `--check` writes nothing and fails when a file
 * differs, so that a document that repeats the code cannot drift from it.
 */
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { pathToFileURL } from 'node:url';
import { CEILINGS, RISK_CAUSES, type RiskCause } from '../packages/core/src/guard/index.ts';
import { PolicyDocumentSchema } from '../packages/core/src/policy-document.ts';
import { PaperRunSchema } from '../packages/core/src/proof/index.ts';
import {
  CAUSE_REASONS,
  LATCH_REASONS,
  MODE_REASONS,
  type Reason,
  REJECT_REASONS,
} from '../packages/core/src/reasons.ts';
import { StatusSchema } from '../packages/core/src/status.ts';
import { openApiDocument } from '../packages/runtime/src/http/openapi.ts';
import { ALERT_RULES } from '../packages/runtime/src/telemetry/alert-rules.ts';
import {
  ENVIRONMENT_VARIABLES,
  RuntimeDocumentSchema,
} from '../packages/runtime/src/config/index.ts';
import { ScenarioSchema } from '../packages/sim/src/scenario/schema.ts';
import { modeLadder } from './mode-ladder.ts';
import {
  CHEAP_OPTION_KEYS,
  STRANGLE_KEYS,
  VERTICAL_KEYS,
} from '../packages/strategies/src/main.ts';
import { policyDocuments } from './policy-documents.ts';
import { scenarioMatrix } from './scenario-matrix.ts';

const COMMAND = 'node scripts/generate-docs.ts';
const ROOT = join(import.meta.dirname, '..');
const BANNER = `<!-- Written by \`${COMMAND}\`. Do not edit. -->`;

/** Its generator is a plugin of the server, and starts like one. */
const OPEN_API = await openApiDocument();

/** Governance may be deleted, and its documents are not written then. */
const OPERATIONS_DOOR = join(ROOT, 'packages/governance/src/operations/index.ts');
const OPERATION_SCHEMA = existsSync(OPERATIONS_DOOR) ? await operationSchema() : null;

export interface GeneratedDocument {
  /** Relative to the project. */
  readonly path: string;
  readonly text: string;
}

/** Every generated document, in the order they are written. */
export function generatedDocuments(): readonly GeneratedDocument[] {
  return [
    { path: 'docs/generated/reason-codes.md', text: reasonCodes() },
    modeLadder(ROOT, BANNER),
    { path: 'docs/generated/alerts.md', text: alerts() },
    { path: 'docs/generated/config-keys.md', text: configKeys() },
    { path: 'docs/generated/scenario.schema.json', text: scenarioSchema() },
    { path: 'docs/generated/status.schema.json', text: statusSchema() },
    { path: 'docs/generated/paper-run.schema.json', text: paperRunSchema() },
    {
      path: 'docs/generated/openapi.json',
      text: `${JSON.stringify(OPEN_API, null, 2)}\n`,
    },
    ...(OPERATION_SCHEMA === null
      ? []
      : [{ path: 'docs/generated/operation.schema.json', text: OPERATION_SCHEMA }]),
    ...policyDocuments(ROOT),
    ...scenarioMatrix(ROOT, BANNER),
  ];
}

/** Paths that are missing or say something else than the code. */
export function driftedDocuments(root: string): readonly string[] {
  return generatedDocuments()
    .filter(({ path, text }) => read(join(root, path)) !== text)
    .map(({ path }) => path);
}

function read(path: string): string | null {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return null;
  }
}

function table(header: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]): string =>
    `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`;
  return [line(header), line(header.map(() => '---')), ...rows.map(line)].join('\n');
}

const code = (text: string): string => `\`${text}\``;

function reasonRows(
  reasons: Readonly<Record<string, Reason>>,
  more: (name: string) => readonly string[] = () => [],
): readonly (readonly string[])[] {
  return Object.entries(reasons).map(([name, reason]) => [
    code(name),
    ...more(name),
    reason.severity,
    reason.meaning,
    reason.clears,
  ]);
}

function reasonCodes(): string {
  const tail = ['Severity', 'Meaning', 'Clears'];
  const axis = (name: string): readonly string[] => {
    const ceiling = CEILINGS.find((entry) => entry.code === name);
    return [ceiling === undefined ? '' : `${ceiling.axis} ${ceiling.level}`];
  };
  const state = (name: string): readonly string[] => [RISK_CAUSES[name as RiskCause].state];
  return [
    BANNER,
    '# Reason codes',
    'What each code means and how it clears. Mode reasons stand in the order they are reported.',
    '## Trading mode',
    table(['Code', 'Axis', ...tail], reasonRows(MODE_REASONS, axis)),
    '## Open permission',
    table(['Code', ...tail], reasonRows(LATCH_REASONS)),
    '## Risk state',
    table(['Cause', 'State', ...tail], reasonRows(CAUSE_REASONS, state)),
    '## Refused intents',
    table(['Code', ...tail], reasonRows(REJECT_REASONS)),
    '',
  ].join('\n\n');
}

function alerts(): string {
  const rows = ALERT_RULES.map(({ name, condition, read: look }) => [
    code(name),
    condition,
    look === null ? 'no: its figure comes with governance' : 'yes',
  ]);
  return [
    BANNER,
    '# Alerts',
    'The minimum set. Each rise and fall is a line `alert` in the log of the run, each stretch a ' +
      'line of its report, and `holdfast_alert{alert, state}` the state of now. A figure that ' +
      'cannot be read is `unknown`, and one that is not linked `not_linked`: neither is ever ' +
      '`quiet`.',
    table(['Alert', 'Raised', 'Linked'], rows),
    '',
  ].join('\n\n');
}

/** JSON Schema, as far as our documents use it. */
interface SchemaNode {
  readonly type?: string;
  readonly description?: string;
  readonly properties?: Readonly<Record<string, SchemaNode>>;
  readonly patternProperties?: Readonly<Record<string, SchemaNode>>;
  readonly required?: readonly string[] | undefined;
  readonly items?: SchemaNode;
  readonly anyOf?: readonly SchemaNode[];
  readonly enum?: readonly unknown[];
  readonly const?: unknown;
  readonly minimum?: number;
  readonly exclusiveMinimum?: number;
  readonly maximum?: number;
  readonly exclusiveMaximum?: number;
  readonly multipleOf?: number;
}

function rule(node: SchemaNode): string {
  if ('const' in node) return `exactly ${JSON.stringify(node.const)}`;
  if (node.enum !== undefined) return node.enum.map((value) => code(String(value))).join(', ');
  if (node.anyOf !== undefined) return node.anyOf.map(rule).join(' or ');
  if (node.properties !== undefined) return `{ ${Object.keys(node.properties).join(', ')} }`;
  if (node.type === 'array') return `list of ${node.items === undefined ? '?' : rule(node.items)}`;
  if (node.type !== 'number') return node.type ?? '';
  const kind = node.multipleOf === 1 ? 'whole number' : 'number';
  const bounds = [
    node.minimum === undefined ? '' : `>= ${node.minimum}`,
    node.exclusiveMinimum === undefined ? '' : `> ${node.exclusiveMinimum}`,
    node.maximum === undefined ? '' : `<= ${node.maximum}`,
    node.exclusiveMaximum === undefined ? '' : `< ${node.exclusiveMaximum}`,
  ];
  return [kind, ...bounds.filter((bound) => bound !== '')].join(' ');
}

/** One row per key that holds a value; objects only lend their name. */
function keyRows(node: SchemaNode, path: string, isRequired: boolean): readonly string[][] {
  const children: readonly (readonly [string, SchemaNode, boolean])[] = [
    ...Object.entries(node.properties ?? {}).map(
      ([key, child]) => [key, child, node.required?.includes(key) ?? false] as const,
    ),
    ...Object.values(node.patternProperties ?? {}).map((child) => ['<coin>', child, true] as const),
  ];
  const own = [code(path), rule(node), isRequired ? 'yes' : 'no', node.description ?? ''];
  if (children.length === 0) {
    // A choice may be an object: its keys are needed where it is chosen.
    const chosen = (node.anyOf ?? []).filter(({ properties }) => properties !== undefined);
    return [own, ...chosen.flatMap((each) => keyRows(each, path, false))];
  }
  return children.flatMap(([key, child, required]) =>
    keyRows(child, path === '' ? key : `${path}.${key}`, required && (isRequired || path === '')),
  );
}

function configKeys(): string {
  const header = ['Key', 'Value', 'Required', 'Meaning'];
  const variables = Object.values(ENVIRONMENT_VARIABLES).map(({ name, meaning }) => [
    code(name),
    meaning,
  ]);
  return [
    BANNER,
    '# Configuration keys',
    'Three kinds of document. A key not listed here is refused; none switches a guard off.',
    '## `config/policy.json`',
    'Limits. Hashed and certified; changing one is a release.',
    table(header, keyRows(PolicyDocumentSchema, '', true)),
    '## `config/runtime/<environment>.json`',
    'Places and sizes, one file per environment. Hashed and certified.',
    table(header, keyRows(RuntimeDocumentSchema, '', true)),
    '## `config/strategies/<strategy>.json`',
    'Parameters of one strategy, one file each, read where a runtime document names it. Every key' +
      ' is required. `strategy` names the strategy, `version` the set of numbers.',
    '### `cheap-option.json`',
    strategyTable(CHEAP_OPTION_KEYS),
    '### `strangle-btc-low-vol.json`',
    strategyTable(STRANGLE_KEYS),
    '### `vertical-surface.json`',
    strategyTable(VERTICAL_KEYS),
    '## Environment variables',
    'Secrets come from here and nowhere else; they are never hashed and never logged.',
    table(['Variable', 'Meaning'], variables),
    '',
  ].join('\n\n');
}

function strategyTable(keys: typeof CHEAP_OPTION_KEYS): string {
  return table(
    ['Key', 'Value', 'Meaning'],
    keys.map(({ key, value, meaning }) => [code(key), value, meaning]),
  );
}

/** JSON Schema of a scenario file, for editors and for people. */
function scenarioSchema(): string {
  const $schema = 'https://json-schema.org/draft/2020-12/schema';
  const title = 'A Holdfast scenario';
  return `${JSON.stringify({ $schema, title, ...ScenarioSchema }, null, 2)}\n`;
}

/** The published form of what `/api/v1/status` answers. */
function statusSchema(): string {
  const $schema = 'https://json-schema.org/draft/2020-12/schema';
  const title = 'Status of a Holdfast engine';
  return `${JSON.stringify({ $schema, title, ...StatusSchema }, null, 2)}\n`;
}

/** The published form of `paper-run.json`. */
function paperRunSchema(): string {
  const $schema = 'https://json-schema.org/draft/2020-12/schema';
  const title = 'One run on a paper venue of Holdfast';
  return `${JSON.stringify({ $schema, title, ...PaperRunSchema }, null, 2)}\n`;
}

/** The published form of what `holdfast ops` reads. */
async function operationSchema(): Promise<string> {
  const door = (await import(pathToFileURL(OPERATIONS_DOOR).href)) as {
    operationSchema(): string;
  };
  return door.operationSchema();
}

function main(): number {
  if (process.argv.includes('--check')) {
    const drifted = driftedDocuments(ROOT);
    for (const path of drifted) console.error(`${path} differs from the code: run ${COMMAND}`);
    return drifted.length === 0 ? 0 : 1;
  }
  for (const { path, text } of generatedDocuments()) {
    const target = join(ROOT, path);
    mkdirSync(dirname(target), { recursive: true });
    writeFileSync(target, text);
    console.log(`wrote ${relative(process.cwd(), target)}`);
  }
  return 0;
}

if (import.meta.main) process.exitCode = main();

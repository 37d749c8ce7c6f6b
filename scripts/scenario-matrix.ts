/**
 * `scenarios/README.md`: what each failure of the matrices is proved by, from
 * `scenarios/matrix.json` and the citations in `docs/contract/rules.json`.
 */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { code, table } from './policy-documents/table.ts';
import type { Rule } from './trace/rules.ts';

const README = 'scenarios/README.md';
const MATRIX = 'scenarios/matrix.json';
const RULES = 'docs/contract/rules.json';

/** One kind of trouble, and what is proved of it. */
export interface MatrixRow {
  readonly id: string;
  readonly what: string;
  readonly rules: readonly string[];
  /** Files that prove it beside those that cite its rules. */
  readonly proofs?: readonly string[];
  /** Why nothing can be proved yet. */
  readonly notBuilt?: string;
}

const PARTS = {
  drills: ['The chaos drills', 'Drill', 'What must hold'],
  guards: ['What trips, and what holds', 'Guard', 'Between the two'],
  complaints: ['What users of existing systems suffer', 'Complaint', 'What holds here'],
  crash: ['The crash matrix', 'Row', 'The process dies, or a fault comes'],
  reconciliation: ['The reconciliation matrix', 'Row', 'What asks for it'],
  freshness: ['Readings that grow old', 'Row', 'Reading'],
} as const;

type Matrix = Readonly<Record<keyof typeof PARTS, readonly MatrixRow[]>>;

export interface MatrixDocument {
  readonly path: string;
  readonly text: string;
}

/** The document as it must be. @throws where a row is neither proved nor said to be not built. */
export function scenarioMatrix(root: string, banner: string): readonly MatrixDocument[] {
  const read = (path: string): string => readFileSync(join(root, path), 'utf8');
  const matrix: Matrix = JSON.parse(read(MATRIX));
  const rules: readonly Rule[] = JSON.parse(read(RULES));
  const isFile = (path: string): boolean => existsSync(join(root, path));
  const faults = Object.values(matrix).flatMap((rows) =>
    rows.flatMap((row) => faultsOf(row, rules, isFile)),
  );
  if (faults.length > 0) throw new Error(`${MATRIX}: ${faults.join('; ')}`);
  const parts = Object.entries(PARTS).map(([part, [title, ...header]]) => {
    const rows = matrix[part as keyof typeof PARTS].map((row) => cellsOf(row, rules));
    return `## ${title}\n\n${table([...header, 'Rules', 'Proof'], rows)}\n`;
  });
  return [{ path: README, text: [banner, INTRODUCTION, ...parts].join('\n') }];
}

const INTRODUCTION = `
# Scenarios

Each file tells one story: what happens, when, and what must hold at the decisive moments. The
engine, the client, the protocol and the exchange are the real ones; network, disk and time are
simulated, and the same seed gives the same bytes. \`npm run drill -- <name>\` plays one,
\`npm run drill -- --all\` every one; what a file may say is in
\`docs/generated/scenario.schema.json\`. In every story the checkers watch, without being asked.

| Folder | Stories of |
| --- | --- |
| \`drills\` | crashes, stops by the operator, refusals |
| \`stress\` | a network, a disk or a venue that misbehaves while the process lives |
| \`complaints\` | what users of existing systems suffer |
| \`regressions\` | every bug found here, with its table |
`;

/** What is wrong with a row, in words. */
export function faultsOf(
  row: MatrixRow,
  rules: readonly Rule[],
  isFile: (path: string) => boolean,
): readonly string[] {
  const { id, proofs = [], notBuilt } = row;
  const known = new Map(rules.map((rule) => [rule.id, rule]));
  const unknown = row.rules.filter((rule) => !known.has(rule));
  const missing = proofs.filter((path) => !isFile(path));
  const unproved = row.rules.filter((rule) => known.get(rule)?.tests.length === 0);
  const isProved = proofs.length > 0 || row.rules.length > unproved.length;
  return [
    ...unknown.map((rule) => `${id}: ${rule} is no rule of the contract`),
    ...missing.map((path) => `${id}: ${path} is no file`),
    ...(notBuilt === undefined ? unproved.map((rule) => `${id}: nothing cites ${rule}`) : []),
    ...(notBuilt === undefined && !isProved ? [`${id}: nothing proves it`] : []),
    ...(notBuilt !== undefined && isProved
      ? [`${id}: it is proved, and said not to be built`]
      : []),
  ];
}

function cellsOf(row: MatrixRow, rules: readonly Rule[]): readonly string[] {
  const { id, what, proofs = [], notBuilt } = row;
  const citing = rules.filter((rule) => row.rules.includes(rule.id)).flatMap(({ tests }) => tests);
  const paths = new Set([...proofs, ...citing.map((test) => test.split(': ')[0] ?? '')]);
  const proof = [...paths].toSorted().map((path) => code(path.replace(/^scenarios\//, '')));
  const said = notBuilt === undefined ? proof.join(', ') : `— ${notBuilt}`;
  const proves = row.rules.length > 0 ? row.rules : rulesCitedIn(proofs, rules);
  return [id, what, proves.join(' '), said];
}

function rulesCitedIn(paths: readonly string[], rules: readonly Rule[]): readonly string[] {
  const isCited = (test: string): boolean => paths.some((path) => test.startsWith(`${path}: `));
  return rules.filter(({ tests }) => tests.some(isCited)).map(({ id }) => id);
}

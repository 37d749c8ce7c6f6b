/**
 * `docs/generated/mode-ladder.md`: everything that may lower the mode, what it reads, who raises
 * it, and what ends it; read from the lists and the sources that decide.
 */
import {
  CEILINGS,
  RISK_CAUSES,
  resolveTriple,
  type RiskCause,
} from '../packages/core/src/guard/index.ts';
import {
  CAUSE_REASONS,
  LATCH_REASONS,
  MODE_REASONS,
  type Reason,
} from '../packages/core/src/reasons.ts';
import { code, table } from './policy-documents/table.ts';
import {
  child,
  children,
  isTestSide,
  loadSources,
  type Node,
  type Source,
  text,
  walk,
} from './tidy/source.ts';

const PATH = 'docs/generated/mode-ladder.md';
const GUARD = 'packages/core/src/guard/';
const SNAPSHOT = 'packages/core/src/turn/mode.ts';
/** They name codes to list, explain or show them, and set none. */
const NAMERS = /^packages\/core\/src\/(guard\/(codes|risk-state|ceilings|explain)|reasons|status)/;
const NOTHING = 'nothing yet';

/** @param banner the line that says who writes the file. */
export function modeLadder(root: string, banner: string): { path: string; text: string } {
  const sources = loadSources(root).filter(
    ({ path }) => path.startsWith('packages/core/src/') && !isTestSide(path),
  );
  const inputs = inputsOf(sources);
  const page = [
    banner,
    '# The mode ladder',
    'The mode is computed at every tick and before every dispatch, and stored nowhere. Each entry' +
      ' holds one axis down to one level while it holds; the triple of the axes gives the mode.' +
      ' All reasons of the resulting tier are shown, in this order.',
    '## What the axes make of each other',
    table(['Capital', 'Market', 'System', 'Mode'], triples()),
    '## What holds the mode down',
    table(
      ['Code', 'Axis', 'Level', 'Trips when', 'Reads', 'Parameters', 'Clears by', 'Clears'],
      ceilingRows(sources, inputs),
    ),
    '## Where the inputs come from',
    `The snapshot of ${code(SNAPSHOT)}. Where it says ${code(NOTHING)}, nothing produces it.`,
    table(
      ['Input', 'Taken from'],
      [...inputs].map(([name, from]) => [code(name), from]),
    ),
    '## What makes the risk state less than healthy',
    table(['Cause', 'State', 'Trips when', 'Raised in', 'Clears by', 'Clears'], causeRows(sources)),
    '## What keeps opening latched',
    table(['Code', 'Trips when', 'Set in', 'Clears by', 'Clears'], latchRows(sources)),
    '',
  ].join('\n\n');
  return { path: PATH, text: page };
}

function triples(): string[][] {
  const rows: string[][] = [];
  for (const capital of ['SAFE', 'WARNING', 'CRITICAL'] as const) {
    for (const market of ['STABLE', 'STRESSED', 'BROKEN'] as const) {
      for (const system of ['HEALTHY', 'DEGRADED', 'FAILING'] as const) {
        rows.push([capital, market, system, resolveTriple(capital, market, system)]);
      }
    }
  }
  return rows;
}

const endsBy = ({ by, needsPerson }: Reason): string =>
  needsPerson === true ? `${by}, after a person acted` : by;

/** Every input of the guard, and the expression its snapshot takes it from. */
function inputsOf(sources: readonly Source[]): ReadonlyMap<string, string> {
  const inputs = new Map<string, string>();
  const declared = sources.find(({ path }) => path === `${GUARD}inputs.ts`);
  walkAll(declared, (node) => {
    if (node.type !== 'TSInterfaceDeclaration') return;
    if (text(child(node, 'id'), 'name') !== 'GuardInputs') return;
    const body = child(node, 'body');
    for (const member of body === null ? [] : children(body, 'body')) {
      inputs.set(text(child(member, 'key'), 'name') ?? '', NOTHING);
    }
  });
  const snapshot = sources.find(({ path }) => path === SNAPSHOT);
  walkAll(snapshot, (node) => {
    const [left, right] = [child(node, 'left'), child(node, 'right')];
    if (node.type !== 'AssignmentExpression' || left === null || right === null) return;
    if (text(child(left, 'object'), 'name') !== 'inputs') return;
    const from = snapshot?.text.slice(right.start, right.end).replace(/\s+/g, ' ') ?? '';
    inputs.set(text(child(left, 'property'), 'name') ?? '', code(from));
  });
  return inputs;
}

function walkAll(source: Source | undefined, visit: (node: Node) => void): void {
  if (source === undefined) throw new Error('a file the mode ladder is read from is gone');
  walk(source.program, visit);
}

/** Above this, the list is no help: it is the table of inputs. */
const READ_MAX = 6;

function ceilingRows(sources: readonly Source[], inputs: ReadonlyMap<string, string>): string[][] {
  const named = namedNodes(sources);
  const tests = ceilingTests(sources);
  return CEILINGS.map(({ code: name, axis, level }) => {
    const { reads, parameters } = readBy(tests.get(name), named, inputs);
    const reason = MODE_REASONS[name];
    const list = reads.length > READ_MAX ? 'every critical input' : reads.map(code).join(', ');
    const clears = [endsBy(reason), reason.clears];
    return [
      code(name),
      axis,
      level,
      reason.meaning,
      list,
      parameters.map(code).join(', '),
      ...clears,
    ];
  });
}

/** By code: the node that says when the ceiling holds. */
function ceilingTests(sources: readonly Source[]): ReadonlyMap<string, Node> {
  const tests = new Map<string, Node>();
  walkAll(
    sources.find(({ path }) => path === `${GUARD}ceilings.ts`),
    (node) => {
      if (node.type !== 'ObjectExpression') return;
      const value = (key: string): Node | null => {
        const property = children(node, 'properties').find(
          (each) => text(child(each, 'key'), 'name') === key,
        );
        return property === undefined ? null : child(property, 'value');
      };
      const [name, holds] = [text(value('code'), 'value'), value('holds')];
      if (name !== null && holds !== null) tests.set(name, holds);
    },
  );
  return tests;
}

/** Functions and constants of the guard, by name. */
function namedNodes(sources: readonly Source[]): ReadonlyMap<string, Node> {
  const named = new Map<string, Node>();
  for (const { path, program } of sources) {
    if (!path.startsWith(GUARD)) continue;
    walk(program, (node, parents) => {
      const isTop = parents.every(({ type }) =>
        ['Program', 'ExportNamedDeclaration', 'VariableDeclaration'].includes(type),
      );
      if (!isTop || !/^(FunctionDeclaration|VariableDeclarator)$/.test(node.type)) return;
      named.set(text(child(node, 'id'), 'name') ?? '', node);
    });
  }
  return named;
}

interface Read {
  readonly reads: readonly string[];
  readonly parameters: readonly string[];
}

/** The inputs and limits an expression looks at, through the functions it calls. */
function readBy(
  start: Node | undefined,
  named: ReadonlyMap<string, Node>,
  inputs: ReadonlyMap<string, string>,
): Read {
  const reads = new Set<string>();
  const parameters = new Set<string>();
  const seen = new Set<Node>();
  const queue = start === undefined ? [] : [start];
  for (let node = queue.pop(); node !== undefined; node = queue.pop()) {
    if (seen.has(node)) continue;
    seen.add(node);
    walk(node, (inner) => {
      if (text(child(inner, 'object'), 'name') === 'parameters') {
        parameters.add(text(child(inner, 'property'), 'name') ?? '');
      }
      if (inner.type !== 'Identifier') return;
      const name = text(inner, 'name') ?? '';
      if (inputs.has(name)) reads.add(name);
      const further = named.get(name);
      if (further !== undefined) queue.push(further);
    });
  }
  for (const each of ['now', 'parameters']) reads.delete(each);
  return { reads: [...reads].sort(), parameters: [...parameters].sort() };
}

function causeRows(sources: readonly Source[]): string[][] {
  return (Object.keys(RISK_CAUSES) as RiskCause[]).map((cause) => {
    const reason = CAUSE_REASONS[cause];
    const { state } = RISK_CAUSES[cause];
    const where = namedIn(sources, cause);
    return [code(cause), state, reason.meaning, where, endsBy(reason), reason.clears];
  });
}

function latchRows(sources: readonly Source[]): string[][] {
  return Object.entries(LATCH_REASONS).map(([name, reason]) => [
    code(name),
    reason.meaning,
    namedIn(sources, name),
    endsBy(reason),
    reason.clears,
  ]);
}

/** Files of the core that name a code to set it. */
function namedIn(sources: readonly Source[], name: string): string {
  const files = sources.filter(({ path, program }) => {
    if (NAMERS.test(path)) return false;
    const found = { yes: false };
    walk(program, (node) => {
      if (node.type === 'Literal' && text(node, 'value') === name) found.yes = true;
    });
    return found.yes;
  });
  const short = files.map(({ path }) => code(path.replace('packages/core/src/', '')));
  return short.join(', ') || NOTHING;
}

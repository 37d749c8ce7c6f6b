/**
 * How a file is named, how long it may be, and which constructs the house does without
 * (ARCHITECTURE §9).
 */
import { child, children, isTestSide, text, walk } from './source.ts';
import type { Finding, Node, Source } from './source.ts';

const FILE_LINES = 400;
const TEST_FILE_LINES = 600;
const FUNCTION_LINES = 60;
const COLUMNS = 100;

const FORBIDDEN_NAMES = ['utils', 'helpers', 'common', 'misc', 'manager', 'types'];
const ENDINGS = '.test .prop.test .wire.test .soak.test .mocked.test .contract .fixture .bench';
const STEM = /^[a-z][a-z0-9]*(-[a-z0-9]+)*/;
const ENDING = /(\.(((prop|wire|soak|mocked)\.)?test|contract|fixture|bench|config|d))?$/;
const FILE_NAME = new RegExp(STEM.source + ENDING.source);

export function checkNames(sources: readonly Source[]): Finding[] {
  const found: Finding[] = [];
  for (const { path } of sources) {
    const parts = path.split('/').map((part) => part.replace(/\.(ts|js)$/, ''));
    const file = parts.at(-1) ?? '';
    if (!FILE_NAME.test(file)) {
      found.push({
        file: path,
        line: 1,
        rule: `'${file}' is not a kebab-case name`,
        fix: `lower case and hyphens; endings ${ENDINGS}`,
      });
    }
    const vague = parts.find((part) => FORBIDDEN_NAMES.includes(part.split('.')[0] ?? ''));
    if (vague === undefined) continue;
    found.push({
      file: path,
      line: 1,
      rule: `'${vague}' says nothing about its content`,
      fix: 'name the file by the noun it defines, and split it if it defines several',
    });
  }
  return found;
}

export function checkSizes(sources: readonly Source[]): Finding[] {
  const found: Finding[] = [];
  for (const source of sources) {
    const test = isTestSide(source.path);
    const most = test ? TEST_FILE_LINES : FILE_LINES;
    const { path: file, lines } = source;
    if (lines.length > most) {
      found.push({
        file,
        line: most + 1,
        rule: `${lines.length} lines, ${most} are allowed (rule 7)`,
        fix: 'find the second idea in the file and give it a file of its own',
      });
    }
    const wide = lines.flatMap((line, index) => (line.length > COLUMNS ? [index + 1] : []));
    if (wide[0] !== undefined) {
      found.push({
        file,
        line: wide[0],
        rule: `${wide.length} line(s) over ${COLUMNS} columns (rule 7): ${wide.join(' ')}`,
        fix: 'run `npm run fix`; wrap comments and long strings by hand',
      });
    }
    found.push(...longFunctions(source, test));
  }
  return found;
}

const FUNCTIONS = new Set(['FunctionDeclaration', 'FunctionExpression', 'ArrowFunctionExpression']);
const SUITE_WORDS = new Set(['describe', 'it', 'test']);

function longFunctions(source: Source, test: boolean): Finding[] {
  const found: Finding[] = [];
  walk(source.program, (node) => {
    if (!FUNCTIONS.has(node.type)) return;
    const first = source.lineOf(node.start);
    const lines = source.lineOf(node.end) - first + 1;
    if (lines <= FUNCTION_LINES || (test && holdsTests(node))) return;
    found.push({
      file: source.path,
      line: first,
      rule: `a function of ${lines} lines, ${FUNCTION_LINES} are allowed (rule 7)`,
      fix: 'name its parts and make each a function; a table often replaces a long switch',
    });
  });
  return found;
}

/** A suite is a list of tests, each with its own bound, and may be as long as its file. */
function holdsTests(fn: Node): boolean {
  const body = child(fn, 'body');
  return (body === null ? [] : children(body, 'body')).some((statement) => {
    const call = child(statement, 'expression');
    return call !== null && SUITE_WORDS.has(rootName(call));
  });
}

/** The first name of `it.each(rows)('title')` and the like. */
export function rootName(node: Node): string {
  const next =
    child(node, 'callee') ??
    child(node, 'tag') ??
    child(node, 'object') ??
    child(node, 'expression');
  return next === null ? (text(node, 'name') ?? '') : rootName(next);
}

const NOT_RUN = new Set(['skip', 'only', 'todo', 'fails']);
const NOT_RUN_CALLS = new Set(['xit', 'xtest', 'xdescribe', 'fit', 'fdescribe']);
const UNFINISHED = /\b(TODO|FIXME|XXX|HACK)\b/;

export function checkConstructs(sources: readonly Source[]): Finding[] {
  const found: Finding[] = [];
  for (const source of sources) {
    const add = (line: number, rule: string, fix: string): void => {
      found.push({ file: source.path, line, rule, fix });
    };
    for (const message of source.errors) add(1, `does not parse: ${message}`, 'mend the syntax');
    for (const { value, line } of source.comments) {
      const word = UNFINISHED.exec(value)?.[0];
      if (word !== undefined) add(line, `'${word}' in a comment`, 'finish it, or leave it out');
    }
    walk(source.program, (node, parents) => {
      const fault = constructFault(source.path, node, parents);
      if (fault !== null) add(source.lineOf(node.start), fault.rule, fault.fix);
    });
  }
  return found;
}

type Fault = Pick<Finding, 'rule' | 'fix'> | null;

function constructFault(path: string, node: Node, parents: readonly Node[]): Fault {
  switch (node.type) {
    case 'ExportDefaultDeclaration':
      if (/(^|\/)vitest\.config\.ts$/.test(path)) return null;
      return { rule: 'a default export has no name', fix: 'export it by name' };
    case 'TSEnumDeclaration':
      return { rule: 'no enum (not erasable)', fix: 'use a union of string literals' };
    case 'TSModuleDeclaration':
      return { rule: 'no namespace (not erasable)', fix: 'a file is a namespace' };
    case 'Decorator':
      return { rule: 'no decorators', fix: 'call the function' };
    case 'ClassDeclaration':
    case 'ClassExpression': {
      const above = child(node, 'superClass');
      // What is thrown has to be an error.
      if (above === null || text(above, 'name') === 'Error') return null;
      return { rule: 'no inheritance', fix: 'write functions over data, or hold the other object' };
    }
    case 'MemberExpression': {
      const name = text(child(node, 'property'), 'name') ?? '';
      if (!isTestFile(path) || !NOT_RUN.has(name) || !SUITE_WORDS.has(rootName(node))) return null;
      return { rule: `a test marked .${name} proves nothing`, fix: 'mend the test or remove it' };
    }
    case 'CallExpression': {
      const name = text(child(node, 'callee'), 'name') ?? '';
      if (!isTestFile(path) || !NOT_RUN_CALLS.has(name)) return null;
      return { rule: `${name}() proves nothing`, fix: 'mend the test or remove it' };
    }
    case 'Property': {
      const name = text(child(node, 'key'), 'name') ?? '';
      const call = parents.at(-2);
      const option = call?.type === 'CallExpression' && SUITE_WORDS.has(rootName(call));
      if (!isTestFile(path) || !option || !NOT_RUN.has(name)) return null;
      return { rule: `a test with { ${name} } proves nothing`, fix: 'mend the test or remove it' };
    }
    default:
      return null;
  }
}

const isTestFile = (path: string): boolean => isTestSide(path);

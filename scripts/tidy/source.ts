/**
 * The sources as a parser sees them, so that no check is fooled by a comment or a string.
 * Everything in this folder is a pure function from sources to findings; reading the disk happens
 * here only.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { join, posix } from 'node:path';
import { parseSync, visitorKeys } from 'oxc-parser';

/** One thing wrong: where, which rule of the house, and what to do about it. */
export interface Finding {
  readonly file: string;
  readonly line: number;
  readonly rule: string;
  readonly fix: string;
}

/** A syntax node; its other fields are read through `child`, `children` and `text`. */
export interface Node {
  readonly type: string;
  readonly start: number;
  readonly end: number;
}

/** One mention of another module: `type` when only types cross, `url` for a worker's entry. */
export interface Mention {
  readonly specifier: string;
  readonly line: number;
  readonly kind: 'value' | 'type' | 'dynamic' | 'url';
}

export interface Source {
  /** Path from the root of the repository, with forward slashes. */
  readonly path: string;
  readonly text: string;
  readonly lines: readonly string[];
  readonly program: Node;
  readonly comments: readonly { readonly value: string; readonly line: number }[];
  readonly mentions: readonly Mention[];
  /** Empty for a file that parses. */
  readonly errors: readonly string[];
  lineOf(offset: number): number;
}

const isNode = (value: unknown): value is Node =>
  typeof value === 'object' && value !== null && 'type' in value && 'start' in value;

export function child(node: Node, key: string): Node | null {
  const value: unknown = Reflect.get(node, key);
  return isNode(value) ? value : null;
}

export function children(node: Node, key: string): readonly Node[] {
  const value: unknown = Reflect.get(node, key);
  return Array.isArray(value) ? value.filter(isNode) : [];
}

export function text(node: Node | null, key: string): string | null {
  const value: unknown = node === null ? null : Reflect.get(node, key);
  return typeof value === 'string' ? value : null;
}

/** Depth first, parents before children; `parents` runs from the root to the node's own parent. */
export function walk(root: Node, visit: (node: Node, parents: readonly Node[]) => void): void {
  const parents: Node[] = [];
  const enter = (node: Node): void => {
    visit(node, parents);
    parents.push(node);
    for (const key of visitorKeys[node.type] ?? []) {
      const value: unknown = Reflect.get(node, key);
      if (Array.isArray(value)) value.filter(isNode).forEach(enter);
      else if (isNode(value)) enter(value);
    }
    parents.pop();
  };
  enter(root);
}

/** Parses one file. A file that does not parse keeps its errors and yields an empty program. */
export function parseSource(path: string, content: string): Source {
  const starts = [0];
  for (let i = 0; i < content.length; i += 1) if (content[i] === '\n') starts.push(i + 1);
  const lineOf = (offset: number): number => {
    let low = 0;
    let high = starts.length - 1;
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if ((starts[middle] ?? 0) <= offset) low = middle;
      else high = middle - 1;
    }
    return low + 1;
  };
  const parsed = parseSync(path, content, { lang: path.endsWith('.js') ? 'js' : 'ts' });
  const program: Node = parsed.program;
  const lines = content.split('\n');
  if (lines.at(-1) === '') lines.pop();
  return {
    path,
    text: content,
    lines,
    program,
    comments: parsed.comments.map(({ value, start }) => ({ value, line: lineOf(start) })),
    mentions: mentionsOf(program, lineOf),
    errors: parsed.errors.map((error) => error.message),
    lineOf,
  };
}

const STATIC = new Set(['ImportDeclaration', 'ExportNamedDeclaration', 'ExportAllDeclaration']);

/** `import type …`, `export type …`, or braces in which every single name is a type. */
function isTypeOnly(node: Node): boolean {
  const says = (part: Node): boolean =>
    (text(part, 'importKind') ?? text(part, 'exportKind')) === 'type';
  const names = children(node, 'specifiers');
  return says(node) || (names.length > 0 && names.every(says));
}

function mentionsOf(program: Node, lineOf: (offset: number) => number): Mention[] {
  const found: Mention[] = [];
  const add = (kind: Mention['kind'], node: Node, source: Node | null): void => {
    const specifier = text(source, 'value');
    if (specifier !== null) found.push({ kind, specifier, line: lineOf(node.start) });
  };
  walk(program, (node) => {
    if (STATIC.has(node.type)) {
      add(isTypeOnly(node) ? 'type' : 'value', node, child(node, 'source'));
    }
    if (node.type === 'ImportExpression') add('dynamic', node, child(node, 'source'));
    if (node.type === 'TSImportType') add('type', node, child(node, 'source'));
    // `new URL('./x.ts', import.meta.url)` is how a worker names its own entry.
    if (node.type === 'NewExpression' && text(child(node, 'callee'), 'name') === 'URL') {
      const [target, base] = children(node, 'arguments');
      if (target !== undefined && base?.type === 'MemberExpression') add('url', node, target);
    }
  });
  return found;
}

/** The file a relative specifier means, as a path from the root of the repository. */
export function resolveRelative(from: string, specifier: string): string {
  return posix.normalize(posix.join(posix.dirname(from), specifier));
}

/** `packages/<name>/…` → `name`; anything else → null. */
export function packageOf(path: string): string | null {
  return /^packages\/([^/]+)\//.exec(path)?.[1] ?? null;
}

/**
 * Tests, benches, fixtures and port contracts: they may see Node and the development dependencies.
 */
export function isTestSide(path: string): boolean {
  return (
    /\.(test|contract|fixture|bench)\.ts$/.test(path) ||
    /^packages\/[^/]+\/(test|bench)\//.test(path)
  );
}

const UNREAD = new Set(['node_modules', '.git', 'artifacts', 'coverage', '.stryker-tmp']);

/** Every file below `folder`, as sorted paths from `root`, dependencies and outputs left out. */
export function listFiles(root: string, folder = ''): string[] {
  const found: string[] = [];
  for (const entry of readdirSync(join(root, folder), { withFileTypes: true })) {
    if (UNREAD.has(entry.name)) continue;
    const path = folder === '' ? entry.name : `${folder}/${entry.name}`;
    if (entry.isDirectory()) found.push(...listFiles(root, path));
    else if (entry.isFile()) found.push(path);
  }
  return found.sort();
}

/** The TypeScript of the packages and scripts, the launcher and the two root configurations. */
export function loadSources(root: string): Source[] {
  return listFiles(root)
    .filter((path) => /^((packages|scripts|bin)\/.*|[^/]+)\.(ts|js)$/.test(path))
    .map((path) => parseSource(path, readFileSync(join(root, path), 'utf8')));
}

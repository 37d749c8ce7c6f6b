/**
 * Which test cites which rule: titles of tests and `rules:` of scenarios, read from the sources.
 */
import { parse } from 'yaml';
import { rootName } from '../tidy/shape.ts';
import { children, parseSource, text, walk } from '../tidy/source.ts';
import type { Node } from '../tidy/source.ts';

/** One test that says which rules it proves. */
export interface Citation {
  readonly rule: string;
  /** `path: title`, as it stands in rules.json. */
  readonly test: string;
}

/** A scenario that cannot be read, or whose `rules` are not a list of rule numbers. */
export interface Unreadable {
  readonly path: string;
  readonly fault: string;
}

const RULE = /^(?:AT-\d+|P\d+-[A-Z]\d?)(?![\w-])/;

/** The rule numbers a title starts with: `AT-016 AT-017 market orders are refused`. */
export function leadingRules(title: string): string[] {
  const rules: string[] = [];
  let rest = title.trimStart();
  for (let hit = RULE.exec(rest); hit !== null; hit = RULE.exec(rest)) {
    rules.push(hit[0]);
    rest = rest.slice(hit[0].length).replace(/^[\s,;:/]+/, '');
  }
  return rules;
}

const SUITE_WORDS = new Set(['it', 'test', 'describe']);

/** Titles of `it`, `test` and `describe`, through `.each`, `.prop` and other modifiers. */
export function citationsOfTests(path: string, content: string): Citation[] {
  const found: Citation[] = [];
  walk(parseSource(path, content).program, (node) => {
    if (node.type !== 'CallExpression' || !SUITE_WORDS.has(rootName(node))) return;
    const title = titleOf(children(node, 'arguments')[0]);
    if (title === null) return;
    for (const rule of leadingRules(title)) found.push({ rule, test: `${path}: ${title}` });
  });
  return found;
}

/** A plain title, or a template with `…` where a value goes. */
function titleOf(node: Node | undefined): string | null {
  if (node?.type === 'Literal') return text(node, 'value');
  if (node?.type !== 'TemplateLiteral') return null;
  const parts = children(node, 'quasis').map((part) => cooked(part));
  return parts.join('…');
}

function cooked(part: Node): string {
  const value: unknown = Reflect.get(part, 'value');
  if (typeof value !== 'object' || value === null || !('cooked' in value)) return '';
  return typeof value.cooked === 'string' ? value.cooked : '';
}

/** `rules:` of one scenario file. A scenario without the key cites nothing. */
export function citationsOfScenario(
  path: string,
  content: string,
): readonly Citation[] | Unreadable {
  let document: unknown;
  try {
    document = parse(content);
  } catch (error) {
    return { path, fault: error instanceof Error ? error.message : String(error) };
  }
  if (typeof document !== 'object' || document === null) return { path, fault: 'not a mapping' };
  const rules: unknown = Reflect.get(document, 'rules') ?? [];
  const title: unknown = Reflect.get(document, 'scenario');
  if (typeof title !== 'string') return { path, fault: 'no `scenario:` title' };
  if (!Array.isArray(rules)) return { path, fault: '`rules:` is not a list' };
  const citations: Citation[] = [];
  for (const rule of rules) {
    if (typeof rule !== 'string') return { path, fault: `'${String(rule)}' is not a rule number` };
    citations.push({ rule, test: `${path}: ${title}` });
  }
  return citations;
}

/** Rule numbers a document mentions, each once. */
export function rulesMentioned(content: string): string[] {
  return [...new Set(content.match(/\b(?:AT-\d+|P\d-[A-Z]\d?)\b/g))];
}

/** Files whose titles are searched for rules. */
export function isTestFile(path: string): boolean {
  return (
    /^packages\/[^/]+\/src\/.+\.test\.ts$/.test(path) ||
    /^packages\/[^/]+\/test\/.+\.ts$/.test(path) ||
    /^scripts\/[^/]+\.test\.ts$/.test(path)
  );
}

/** Scenario files; each is one test. */
export function isScenario(path: string): boolean {
  return /^scenarios\/.+\.ya?ml$/.test(path);
}

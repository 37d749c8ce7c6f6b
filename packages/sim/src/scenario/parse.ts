import { createParser } from '@holdfast/core/parse';
import { type Document, isMap, isNode, isScalar, LineCounter, parseDocument } from 'yaml';
import { durationMs, type ScenarioDocument, ScenarioSchema, type ScenarioStep } from './schema.ts';

/** One thing wrong with a scenario file; line and column from one. */
export interface ScenarioViolation {
  readonly line: number;
  readonly column: number;
  /** JSON pointer; empty for the root or for text that is no YAML. */
  readonly path: string;
  readonly rule: string;
  readonly message: string;
}

export type ParsedScenario =
  | { readonly ok: true; readonly scenario: ScenarioDocument }
  | { readonly ok: false; readonly violations: readonly ScenarioViolation[] };

const parser = createParser(ScenarioSchema);

/** Total: every violation is listed, each where it stands. Nothing is repaired or defaulted. */
export function parseScenario(text: string): ParsedScenario {
  const lines = new LineCounter();
  const document = parseDocument(text, {
    lineCounter: lines,
    prettyErrors: false,
    uniqueKeys: true,
    version: '1.2',
    schema: 'core',
  });
  const faults = [...document.errors, ...document.warnings].map(({ code, message, pos }) => {
    const { line, col } = lines.linePos(pos[0]);
    return { line, column: col, path: '', rule: code.toLowerCase(), message };
  });
  if (faults.length > 0) return { ok: false, violations: faults };
  const place = (path: string): { line: number; column: number } => {
    const { line, col } = lines.linePos(offsetOf(document, path));
    return { line, column: col };
  };
  const read = valueOf(document);
  if (!read.ok) {
    return { ok: false, violations: [{ line: 1, column: 1, path: '', ...read.fault }] };
  }
  const parsed = parser(read.value);
  const broken = parsed.ok ? storyFaults(parsed.value) : parsed.violations;
  if (parsed.ok && broken.length === 0) return { ok: true, scenario: parsed.value };
  const violations = broken.map((each) => ({ ...place(each.path), ...each }));
  return { ok: false, violations };
}

/** An alias says something again; a few tell a story, and many are no story. */
const ALIASES_MAX = 50;

type Read =
  | { readonly ok: true; readonly value: unknown }
  | { readonly ok: false; readonly fault: { readonly rule: string; readonly message: string } };

function valueOf(document: Document): Read {
  try {
    return { ok: true, value: document.toJS({ maxAliasCount: ALIASES_MAX }) };
  } catch (error) {
    if (!(error instanceof ReferenceError)) throw error;
    return { ok: false, fault: { rule: 'aliases', message: error.message } };
  }
}

interface StoryFault {
  readonly path: string;
  readonly rule: string;
  readonly message: string;
}

/** What a schema cannot say. */
function storyFaults({ when = [], then = [] }: ScenarioDocument): readonly StoryFault[] {
  const faults: StoryFault[] = [];
  let before = 0;
  for (const [index, step] of when.entries()) {
    const path = `/when/${index}`;
    if (actionsOf(step).length !== 1) {
      faults.push({ path, rule: 'one_action', message: 'a step is `at` and exactly one action' });
    }
    for (const key of ONE_OF) {
      const action = step[key];
      if (action === undefined || Object.keys(action).length === 1) continue;
      faults.push({ path: `${path}/${key}`, rule: 'one_action', message: 'exactly one key' });
    }
    const at = durationMs(step.at);
    if (at < before) {
      faults.push({ path: `${path}/at`, rule: 'in_order', message: 'steps stand in their order' });
    }
    before = at;
  }
  for (const [index, expectation] of then.entries()) {
    const { at, after, within } = expectation;
    const times = [at !== undefined, within !== undefined, expectation.finally === true];
    const path = `/then/${index}`;
    if (times.filter(Boolean).length !== 1 || (after !== undefined) !== (within !== undefined)) {
      const message = 'exactly one of `at`, `after` with `within`, and `finally`';
      faults.push({ path, rule: 'one_time', message });
    }
    const from = durationMs(after ?? '0ms');
    const until = from + durationMs(within ?? '0ms');
    const disturbed = [...when, ...then].some(
      (each) => each.at !== undefined && durationMs(each.at) > from && durationMs(each.at) < until,
    );
    if (disturbed) {
      const message = 'something else of the story happens while this is waited for';
      faults.push({ path: `${path}/within`, rule: 'one_at_a_time', message });
    }
    if (Object.keys(expectation).every((key) => TIMES.has(key))) {
      faults.push({ path, rule: 'expects_something', message: 'nothing is expected' });
    }
  }
  return faults;
}

/** Actions that are one of several, and say which by their only key. */
const ONE_OF = ['cancel', 'venue', 'trader', 'line'] as const;

const TIMES: ReadonlySet<string> = new Set(['at', 'after', 'within', 'finally']);

export function actionsOf(step: ScenarioStep): readonly string[] {
  return Object.keys(step).filter((key) => key !== 'at');
}

/** Where the value at a JSON pointer begins; its key when it is one, else its nearest ancestor. */
function offsetOf(document: Document, path: string): number {
  let node: unknown = document.contents;
  let offset = isNode(node) ? (node.range?.[0] ?? 0) : 0;
  for (const part of path.split('/').slice(1)) {
    const key = part.replaceAll('~1', '/').replaceAll('~0', '~');
    if (isMap(node)) {
      const pair = node.items.find(({ key: each }) => isScalar(each) && String(each.value) === key);
      if (pair === undefined) return offset;
      if (isScalar(pair.key)) offset = pair.key.range?.[0] ?? offset;
      node = pair.value;
    } else if (isNode(node) && 'items' in node && Array.isArray(node.items)) {
      node = node.items[Number(key)];
      if (isNode(node)) offset = node.range?.[0] ?? offset;
    } else return offset;
  }
  return offset;
}

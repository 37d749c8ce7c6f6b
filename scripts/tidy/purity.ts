/**
 * What makes core and strategies replayable: no clock, no chance, no I/O, no exception (rules 1 and
 * 6).
 */
import { child, children, isTestSide, packageOf, text, walk } from './source.ts';
import type { Finding, Node, Source } from './source.ts';

const NO_TIMER = 'emit a `wake` effect and act on the event it brings';
const NO_IO = 'emit an effect; the runtime acts and answers with an event';

/** A global of the language or the platform, and what a pure function does instead. */
const BANNED: Readonly<Record<string, string>> = {
  Date: 'take the time from the event (`at`) and civil dates from values/time.ts',
  performance: 'take the time from the event (`at`)',
  process: 'take the setting as an argument or from the policy',
  globalThis: 'name what you need; a global object hides what a function depends on',
  crypto: 'hash with the pure functions of core/proof and core/intent; randomness is the shell’s',
  console: 'emit a `report` effect',
  fetch: NO_IO,
  setTimeout: NO_TIMER,
  setInterval: NO_TIMER,
  setImmediate: NO_TIMER,
  queueMicrotask: NO_TIMER,
  Intl: 'write the text from the parts; a locale differs from host to host',
};

const BANNED_MATH: Readonly<Record<string, string>> = {
  random: 'take the random number from an event; the same events must give the same bytes',
  pow: 'multiply, or use powerOfTen of core/values; pow differs by one ulp between versions (D-28)',
};

export function checkPurity(sources: readonly Source[]): Finding[] {
  const found: Finding[] = [];
  for (const source of sources) {
    const home = packageOf(source.path);
    if ((home !== 'core' && home !== 'strategies') || isTestSide(source.path)) continue;
    const own = declaredNames(source.program);
    walk(source.program, (node, parents) => {
      const fault = faultOf(node, parents.at(-1), own);
      if (fault === null) return;
      // The one throw of the house is the assertion itself.
      if (fault.rule === NO_THROW && source.path === 'packages/core/src/assert.ts') return;
      found.push({ file: source.path, line: source.lineOf(node.start), ...fault });
    });
  }
  return found;
}

const NO_THROW = '`throw` has no place in a decision (rule 6)';

type Fault = Pick<Finding, 'rule' | 'fix'> | null;

function faultOf(node: Node, parent: Node | undefined, own: ReadonlySet<string>): Fault {
  const banned = (what: string, fix: string): Fault => ({
    rule: `\`${what}\` has no place in a decision (rule 1)`,
    fix,
  });
  switch (node.type) {
    case 'Identifier': {
      const name = text(node, 'name') ?? '';
      if (parent !== undefined && !isReference(node, parent)) return null;
      if (name === 'Math' && !own.has(name)) return mathFault(node, parent, banned);
      const fix = Object.hasOwn(BANNED, name) ? BANNED[name] : undefined;
      return fix === undefined || own.has(name) ? null : banned(name, fix);
    }
    case 'ImportExpression':
      return banned('import()', 'import statically: what is linked must be known before the run');
    case 'BinaryExpression':
    case 'AssignmentExpression': {
      const power = text(node, 'operator')?.startsWith('**') === true;
      return power ? banned('**', BANNED_MATH['pow'] ?? '') : null;
    }
    case 'ThrowStatement':
      return {
        rule: NO_THROW,
        fix: 'return a Verdict or a code; for the impossible call assert()',
      };
    case 'TryStatement':
      return {
        rule: '`try` has no place in a decision (rule 6)',
        fix: 'check before; trouble arrives as an event, nonsense must crash',
      };
    default:
      return null;
  }
}

function mathFault(
  node: Node,
  parent: Node | undefined,
  banned: (what: string, fix: string) => Fault,
): Fault {
  const plain = parent?.type === 'MemberExpression' && child(parent, 'object') === node;
  if (!plain || Reflect.get(parent, 'computed') === true) {
    return banned('Math as a value', 'call the function as Math.name, so that it can be seen');
  }
  const name = text(child(parent, 'property'), 'name') ?? '';
  const fix = Object.hasOwn(BANNED_MATH, name) ? BANNED_MATH[name] : undefined;
  return fix === undefined ? null : banned(`Math.${name}`, fix);
}

/** False for the names of properties, members and labels, which only look like variables. */
function isReference(node: Node, parent: Node): boolean {
  const computed = Reflect.get(parent, 'computed') === true;
  if (parent.type === 'MemberExpression') return computed || child(parent, 'property') !== node;
  if (parent.type === 'Property' && Reflect.get(parent, 'shorthand') === true) {
    return child(parent, 'value') === node;
  }
  if (parent.type === 'TSQualifiedName') return child(parent, 'left') === node;
  if (['ImportSpecifier', 'ExportSpecifier', 'LabeledStatement'].includes(parent.type))
    return false;
  return computed || child(parent, 'key') !== node;
}

/** Names this file declares anywhere: they are its own and not the platform's. */
function declaredNames(program: Node): ReadonlySet<string> {
  const names = new Set<string>();
  const bind = (pattern: Node | null): void => {
    if (pattern === null) return;
    const name = pattern.type === 'Identifier' ? text(pattern, 'name') : null;
    if (name !== null) names.add(name);
    for (const part of children(pattern, 'properties')) bind(child(part, 'value') ?? part);
    for (const part of children(pattern, 'elements')) bind(part);
    bind(child(pattern, 'left'));
    bind(child(pattern, 'argument'));
  };
  walk(program, (node) => {
    if (node.type === 'VariableDeclarator' || node.type.endsWith('Declaration')) {
      bind(child(node, 'id'));
    }
    if (node.type.startsWith('Import')) bind(child(node, 'local'));
    for (const parameter of children(node, 'params')) bind(parameter);
  });
  return names;
}

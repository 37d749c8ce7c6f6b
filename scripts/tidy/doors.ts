/** Doors and what must stay behind them: the chokepoint, dead files, and `index.ts`. */
import { child, children, isTestSide, packageOf, resolveRelative, text, walk } from './source.ts';
import type { Finding, Source } from './source.ts';
import type { Manifests } from './imports.ts';

const DISPATCH = 'packages/runtime/src/dispatch.ts';
const ORDER_CLIENT = 'packages/deribit/src/order-client.ts';
const ORDER_REQUEST = 'packages/deribit/src/protocol/order-request.ts';
/**
 * Methods that can put an order on the book, or change one. Cancels cannot add risk by themselves.
 */
const PLACING = /^private\/(buy|sell|edit|edit_by_label|mass_quote|create_combo|close_position)$/;
/** Files that may spell such a method: the encoder, and the pretended exchange that receives it. */
const MAY_SPELL = [ORDER_CLIENT, ORDER_REQUEST];
/** The table of every method's params, scope and cost: it names them and sends nothing. */
const METHOD_TABLE = 'packages/deribit/src/protocol/methods.ts';
const RECEIPT = 'packages/core/src/ledger/receipt.ts';
/** Where a process begins; not every package has each. */
const PROGRAMS = ['./src/cli.ts', './src/exchange-cli.ts', './src/main.ts'];

/**
 * P1-A: one file holds the order client, no door leads to either, and nobody spells an order by
 * hand.
 */
export function checkChokepoint(sources: readonly Source[], manifests: Manifests): Finding[] {
  const found: Finding[] = [];
  for (const target of Object.values(manifests['runtime']?.exports ?? {})) {
    if (resolveRelative('packages/runtime/package.json', target) !== DISPATCH) continue;
    found.push({
      file: 'packages/runtime/package.json',
      line: 1,
      rule: 'dispatch.ts is behind no door (P1-A)',
      fix: 'drop it from "exports"; start() is the door, and composes dispatch itself',
    });
  }
  for (const source of sources) {
    if (isTestSide(source.path)) continue;
    found.push(...guardedMentions(source), ...spelledOrders(source));
  }
  return found;
}

function guardedMentions(source: Source): Finding[] {
  const found: Finding[] = [];
  const exported = new Set(exportedFrom(source));
  for (const { specifier, line, kind } of source.mentions) {
    if (!specifier.startsWith('.')) {
      if (specifier === '@holdfast/deribit/order-client' && exported.has(specifier)) {
        found.push(leak(source.path, line, 'the order client'));
      }
      continue;
    }
    const target = resolveRelative(source.path, specifier);
    if (target === ORDER_CLIENT) {
      found.push({
        file: source.path,
        line,
        rule: 'no file of deribit imports the order client (P1-A)',
        fix: 'its door ./order-client is its only way out; put what you share into protocol/',
      });
    }
    if (target === ORDER_REQUEST && kind !== 'type' && !MAY_SPELL.includes(source.path)) {
      found.push({
        file: source.path,
        line,
        rule: 'the order encoder is for the order client alone (P1-A)',
        fix: 'encoder and transport make a second way out; export its types at most',
      });
    }
    if (target === DISPATCH && exported.has(specifier)) {
      found.push(leak(source.path, line, 'dispatch.ts'));
    }
  }
  return found;
}

const leak = (file: string, line: number, what: string): Finding => ({
  file,
  line,
  rule: `${what} is re-exported (P1-A)`,
  fix: 'use it where it is imported; only start.ts composes the dispatch, and nobody passes it on',
});

/**
 * Rule 2: inside core a receipt is a type. Its mint has one door, and that door names its guests.
 */
export function checkReceiptMint(sources: readonly Source[]): Finding[] {
  const found: Finding[] = [];
  for (const source of sources) {
    if (packageOf(source.path) !== 'core' || isTestSide(source.path)) continue;
    for (const { specifier, line, kind } of source.mentions) {
      if (kind === 'type' || resolveRelative(source.path, specifier) !== RECEIPT) continue;
      found.push({
        file: source.path,
        line,
        rule: 'core takes receipts and never mints one (rule 2)',
        fix: 'write `import type` or `export type`; a ledger mints, through ./ledger-receipt',
      });
    }
  }
  return found;
}

/** Specifiers whose names this file hands on, by `export … from` or by import and export. */
function exportedFrom(source: Source): string[] {
  const handed: string[] = [];
  const imported = new Map<string, string>();
  for (const node of children(source.program, 'body')) {
    const specifier = text(child(node, 'source'), 'value');
    if (node.type === 'ImportDeclaration' && specifier !== null) {
      for (const entry of children(node, 'specifiers')) {
        const local = text(child(entry, 'local'), 'name');
        if (local !== null) imported.set(local, specifier);
      }
    } else if (node.type.startsWith('Export') && specifier !== null) handed.push(specifier);
    else if (node.type === 'ExportNamedDeclaration') {
      for (const entry of children(node, 'specifiers')) {
        const origin = imported.get(text(child(entry, 'local'), 'name') ?? '');
        if (origin !== undefined) handed.push(origin);
      }
    }
  }
  return handed;
}

function spelledOrders(source: Source): Finding[] {
  const home = packageOf(source.path);
  if (home === null || home === 'sim' || source.path === METHOD_TABLE) return [];
  if (MAY_SPELL.includes(source.path)) return [];
  const found: Finding[] = [];
  walk(source.program, (node) => {
    const value = node.type === 'Literal' ? text(node, 'value') : null;
    if (value === null || !PLACING.test(value)) return;
    found.push({
      file: source.path,
      line: source.lineOf(node.start),
      rule: `'${value}' is spelled outside the order client (P1-A)`,
      fix: 'emit a `submit` effect; only order-client.ts speaks of orders to the venue',
    });
  });
  return found;
}

/** A source file that no door, command or main program reaches through imports. */
export function checkDeadFiles(sources: readonly Source[], manifests: Manifests): Finding[] {
  const byPath = new Map(sources.map((source) => [source.path, source]));
  const reached = new Set<string>();
  const queue: string[] = [];
  for (const [name, manifest] of Object.entries(manifests)) {
    if (name === '') continue;
    const entries = [...Object.values(manifest.exports ?? {}), ...PROGRAMS];
    queue.push(...entries.map((entry) => resolveRelative(`packages/${name}/package.json`, entry)));
  }
  for (let path = queue.pop(); path !== undefined; path = queue.pop()) {
    const source = byPath.get(path);
    if (source === undefined || reached.has(path)) continue;
    reached.add(path);
    for (const { specifier } of source.mentions) {
      if (specifier.startsWith('.')) queue.push(resolveRelative(path, specifier));
    }
  }
  return sources
    .filter(({ path }) => /^packages\/[^/]+\/src\//.test(path))
    .filter(({ path }) => !isTestSide(path) && !reached.has(path))
    .map(({ path }) => ({
      file: path,
      line: 1,
      rule: 'no door, cli.ts or main.ts reaches this file',
      fix: 'import it where it belongs or delete it; test support is named x.fixture.ts',
    }));
}

/** `index.ts` is a door: it passes names on, each by name, and does nothing else. */
export function checkIndexFiles(sources: readonly Source[]): Finding[] {
  const found: Finding[] = [];
  for (const source of sources) {
    if (!source.path.endsWith('/index.ts')) continue;
    for (const node of children(source.program, 'body')) {
      const named = node.type === 'ExportNamedDeclaration' && child(node, 'source') !== null;
      if (named) continue;
      found.push({
        file: source.path,
        line: source.lineOf(node.start),
        rule: 'index.ts only re-exports, by name',
        fix: "write `export { a } from './file.ts'`, and give code a file with its own name",
      });
    }
  }
  return found;
}

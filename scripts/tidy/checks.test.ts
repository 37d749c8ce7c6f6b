/** Every check has been seen to fail: each gets one file that breaks it and one that does not. */
import { describe, expect, it } from 'vitest';
import { checkConfigDocumented, checkWords } from './documents.ts';
import { checkChokepoint, checkDeadFiles, checkIndexFiles, checkReceiptMint } from './doors.ts';
import { checkImports } from './imports.ts';
import type { Manifests } from './imports.ts';
import { checkLayers } from './layers.ts';
import { checkPurity } from './purity.ts';
import { checkConstructs, checkNames, checkSizes } from './shape.ts';
import { parseSource } from './source.ts';
import type { Finding, Source } from './source.ts';

const MANIFESTS: Manifests = {
  '': { name: 'holdfast', devDependencies: { vitest: '1', 'fast-check': '1' } },
  core: {
    name: '@holdfast/core',
    exports: { './strategy': './src/strategy.ts', './values': './src/values/index.ts' },
    dependencies: { typebox: '1' },
  },
  strategies: {
    name: '@holdfast/strategies',
    exports: { '.': './src/main.ts' },
    dependencies: { '@holdfast/core': '1' },
  },
  deribit: {
    name: '@holdfast/deribit',
    exports: { './protocol': './src/protocol/index.ts', './order-client': './src/order-client.ts' },
    dependencies: { '@holdfast/core': '1' },
  },
  runtime: {
    name: '@holdfast/runtime',
    exports: {
      './start': './src/start.ts',
      './ledger': './src/ledger/index.ts',
      './certify': './src/certify.ts',
    },
    dependencies: { '@holdfast/core': '1', '@holdfast/deribit': '1' },
  },
  sim: {
    name: '@holdfast/sim',
    dependencies: { '@holdfast/core': '1', '@holdfast/runtime': '1' },
  },
};

/** Line numbers say which lines of the snippet were caught, and that no other was. */
const lines = (found: readonly Finding[]): number[] => found.map((finding) => finding.line);
const file = (path: string, ...content: string[]): Source[] => [
  parseSource(path, content.join('\n')),
];

describe('imports', () => {
  const caught = (path: string, specifier: string): string[] =>
    checkImports(file(path, `import { x } from '${specifier}';`), MANIFESTS).map(
      ({ rule }) => rule,
    );

  it.each([
    ['packages/core/src/a.ts', '@holdfast/deribit/protocol'],
    ['packages/core/src/a.ts', '@holdfast/core/values'],
    ['packages/core/src/a.ts', 'ws'],
    ['packages/core/src/a.ts', 'node:fs'],
    ['packages/core/src/a.ts', 'fs'],
    ['packages/core/src/a.ts', '../../runtime/src/loop.ts'],
    ['packages/core/src/a.ts', './b'],
    ['packages/core/src/a.ts', '../../../fixtures/golden/v1/ledger'],
    ['packages/sim/src/a.ts', '@holdfast/runtime/certify'],
    ['packages/strategies/src/a.ts', '@holdfast/core/values'],
    ['packages/strategies/src/a.ts', 'typebox'],
    ['packages/deribit/src/protocol/a.ts', 'node:net'],
    ['packages/deribit/src/connection.ts', 'ws'],
    ['packages/runtime/src/loop.ts', '@holdfast/deribit/order-client'],
    ['packages/runtime/src/loop.ts', '@holdfast/deribit/connection'],
    ['packages/runtime/src/loop.ts', '@holdfast/strategies'],
    ['packages/runtime/src/loop.ts', 'lodash'],
    ['packages/runtime/src/loop.ts', 'vitest'],
    ['packages/sim/src/exchange/matching.ts', '@holdfast/deribit/order-client'],
    ['packages/sim/test/wire/place.test.ts', '@holdfast/deribit/order-client'],
    ['packages/runtime/src/perform.ts', '@holdfast/core/ledger-receipt'],
    ['packages/core/src/a.test.ts', 'lodash'],
    ['scripts/certify.ts', '../packages/core/src/step.ts'],
    ['scripts/certify.ts', 'lodash'],
  ])('%s may not import %s', (path, specifier) => {
    expect(caught(path, specifier)).toHaveLength(1);
  });

  it.each([
    ['packages/core/src/a.ts', './b.ts'],
    ['packages/core/src/a.ts', 'typebox'],
    ['packages/core/src/a.test.ts', 'vitest'],
    ['packages/core/src/a.test.ts', 'node:crypto'],
    ['packages/core/test/a.test.ts', '@holdfast/core/values'],
    ['packages/core/test/a.test.ts', '../../../fixtures/golden/v1/ledger'],
    ['packages/sim/src/world.ts', '@holdfast/runtime/start'],
    ['packages/sim/src/world.ts', '@holdfast/runtime/ledger'],
    ['packages/strategies/src/a.ts', '@holdfast/core/strategy'],
    ['packages/strategies/test/a.test.ts', '@holdfast/core/values'],
    ['packages/runtime/src/dispatch.ts', '@holdfast/deribit/order-client'],
    ['packages/runtime/src/loop.ts', 'node:fs'],
    ['scripts/certify.ts', '@holdfast/core/values'],
    ['scripts/certify.ts', '../bin/pinned-node.js'],
    ['scripts/certify.ts', '../packages/runtime/src/start.ts'],
  ])('%s may import %s', (path, specifier) => {
    expect(caught(path, specifier)).toEqual([]);
  });

  it('are seen in every form, and not in strings and comments', () => {
    const found = checkImports(
      file(
        'packages/core/src/a.ts',
        "export * from 'one';",
        "export { x } from 'two';",
        "type T = import('three').T;",
        "const late = import('four');",
        "// import 'five';",
        'const text = "import x from \'six\';";',
      ),
      MANIFESTS,
    );
    expect(lines(found)).toEqual([1, 2, 3, 4]);
  });
});

describe('the chokepoint', () => {
  const caught = (path: string, ...content: string[]): number[] =>
    lines(checkChokepoint(file(path, ...content), MANIFESTS));

  it('catches dispatch behind a door', () => {
    const runtime = { name: '@holdfast/runtime', exports: { './dispatch': './src/dispatch.ts' } };
    expect(checkChokepoint([], { runtime })).toHaveLength(1);
    expect(checkChokepoint([], MANIFESTS)).toEqual([]);
  });

  it('catches a hand-on of dispatch or the order client, in either form', () => {
    const loop = 'packages/runtime/src/loop.ts';
    expect(caught(loop, "export { createDispatch } from './dispatch.ts';")).toEqual([1]);
    expect(caught(loop, "import { d } from './dispatch.ts';", 'export { d as e };')).toEqual([1]);
    expect(
      caught(
        'packages/runtime/src/dispatch.ts',
        "import { c } from '@holdfast/deribit/order-client';",
        'export { c };',
      ),
    ).toEqual([1]);
    expect(caught(loop, "import { d } from './dispatch.ts';", 'export { e };')).toEqual([]);
  });

  it('catches a second user of the order client or its encoder inside deribit', () => {
    const index = 'packages/deribit/src/protocol/index.ts';
    expect(caught(index, "export { encodeOrder } from './order-request.ts';")).toEqual([1]);
    expect(caught(index, "export type { OrderParams } from './order-request.ts';")).toEqual([]);
    expect(caught('packages/deribit/src/a.ts', "import './order-client.ts';")).toEqual([1]);
  });

  it('catches an order spelled by hand, and not a comment about one', () => {
    const path = 'packages/runtime/src/producers.ts';
    expect(caught(path, "call('private/buy', {});", '// private/sell')).toEqual([1]);
    expect(caught('packages/deribit/src/order-client.ts', "call('private/buy', {});")).toEqual([]);
  });

  it('catches a mint of receipts inside core', () => {
    const mint = "import { mintReceipt } from './ledger/receipt.ts';";
    const type = "import { type LedgerReceipt } from './ledger/receipt.ts';";
    expect(lines(checkReceiptMint(file('packages/core/src/step.ts', mint)))).toEqual([1]);
    expect(checkReceiptMint(file('packages/core/src/step.ts', type))).toEqual([]);
    expect(checkReceiptMint(file('packages/core/src/step.test.ts', mint))).toEqual([]);
  });
});

describe('layers', () => {
  const caught = (path: string, specifier: string): number[] =>
    lines(checkLayers(file(`packages/core/src/${path}`, `import { x } from '${specifier}';`)));

  it.each([
    ['values/price.ts', '../instrument/instrument.ts'],
    ['market/book.ts', '../order/order.ts'],
    ['ledger/record.ts', '../guard/ceilings.ts'],
    ['gates/gates.ts', '../state.ts'],
    ['guard/guard.ts', '../turn/mode.ts'],
    ['policy-document.ts', './gates/gate.ts'],
    ['event.ts', './step.ts'],
    ['effect.ts', './state.ts'],
    ['attic/thing.ts', '../values/index.ts'],
  ])('%s may not import %s', (path, specifier) => {
    expect(caught(path, specifier)).toEqual([1]);
  });

  it.each([
    ['gates/gates.ts', '../guard/guard.ts'],
    ['ledger/record.ts', '../guard/codes.ts'],
    ['apply.ts', './state.ts'],
    ['turn/intent.ts', '../state.ts'],
    ['gates/gates.test.ts', '../state.ts'],
  ])('%s may import %s', (path, specifier) => {
    expect(caught(path, specifier)).toEqual([]);
  });
});

describe('dead files and doors', () => {
  it('finds the file nothing reaches, also when a test or another dead file imports it', () => {
    const sources = [
      ...file('packages/core/src/strategy.ts', "export { a } from './alive.ts';"),
      ...file('packages/core/src/alive.ts', "new Worker(new URL('./w.ts', import.meta.url));"),
      ...file('packages/core/src/w.ts', 'export const w = 1;'),
      ...file('packages/core/src/dead.ts', "export { b } from './deader.ts';"),
      ...file('packages/core/src/deader.ts', 'export const b = 1;'),
      ...file('packages/core/src/dead.test.ts', "import { b } from './dead.ts';"),
    ];
    const found = checkDeadFiles(sources, MANIFESTS).map((finding) => finding.file);
    expect(found).toEqual(['packages/core/src/dead.ts', 'packages/core/src/deader.ts']);
  });

  it('keeps index files to named re-exports', () => {
    const found = checkIndexFiles(
      file(
        'packages/core/src/values/index.ts',
        "export { a } from './a.ts';",
        "export * from './b.ts';",
        'export const c = 1;',
        "import './d.ts';",
      ),
    );
    expect(lines(found)).toEqual([2, 3, 4]);
  });
});

describe('purity', () => {
  const caught = (...content: string[]): number[] =>
    lines(checkPurity(file('packages/core/src/a.ts', ...content)));

  it.each([
    'Date.now();',
    'const at = new Date();',
    'Math.random();',
    'Math.pow(2, 3);',
    'const { random } = Math;',
    "Math['pow'](2, 3);",
    'const eight = 2 ** 3;',
    'let x = 2; x **= 3;',
    'process.exit(1);',
    'performance.now();',
    'setTimeout(f, 1);',
    'crypto.randomUUID();',
    'console.log(1);',
    "fetch('x');",
    "const m = import('./m.ts');",
    'globalThis.Date;',
    'const now = { Date };',
    'const now = [Date];',
    "throw new Error('x');",
    'try { f(); } finally { g(); }',
  ])('catches %s', (line) => {
    expect(caught(line)).toEqual([1]);
  });

  it.each([
    '// Date.now()',
    "const text = 'Date.now() ** 2';",
    'const text = `Math.random`;',
    'event.Date;',
    'const row = { process: 1, console: 2 };',
    'interface Row { performance: number; fetch(): void }',
    'Math.floor(1.5);',
    'function run(process: number): number { return process; }',
    'const { crypto } = row; crypto.id;',
    "import { performance } from './performance.ts'; performance.mean;",
  ])('passes %s', (line) => {
    expect(caught(line)).toEqual([]);
  });

  it('binds core and strategies, except their tests and the assertion', () => {
    const clock = 'Date.now();';
    expect(lines(checkPurity(file('packages/strategies/src/a.ts', clock)))).toEqual([1]);
    expect(checkPurity(file('packages/runtime/src/a.ts', clock))).toEqual([]);
    expect(checkPurity(file('packages/core/src/a.test.ts', clock))).toEqual([]);
    expect(checkPurity(file('packages/core/src/assert.ts', "throw new Error('x');"))).toEqual([]);
  });
});

describe('shape', () => {
  it.each(['utils.ts', 'Price.ts', 'order_book.ts', 'types.ts', 'misc/a.ts', 'manager.test.ts'])(
    'refuses the name %s',
    (name) => {
      expect(checkNames(file(`packages/core/src/${name}`))).toHaveLength(1);
    },
  );

  it.each(['black76.ts', 'strict-json.prop.test.ts', 'ledger.contract.ts', 'type-name.ts'])(
    'takes the name %s',
    (name) => {
      expect(checkNames(file(`packages/core/src/${name}`))).toEqual([]);
    },
  );

  const long = (length: number): string[] => Array.from({ length }, () => '  f();');

  it('bounds files at 400 lines, tests at 600', () => {
    const { length } = checkSizes(file('packages/core/src/a.ts', ...long(401)));
    expect(length).toBe(1);
    expect(checkSizes(file('packages/core/src/a.ts', ...long(400)))).toEqual([]);
    expect(checkSizes(file('packages/core/src/a.test.ts', ...long(600)))).toEqual([]);
    expect(checkSizes(file('packages/core/src/a.test.ts', ...long(601)))).toHaveLength(1);
  });

  it('bounds functions at 60 lines, and a suite only through its tests', () => {
    const fn = (inner: number): string[] => ['function g() {', ...long(inner), '}'];
    expect(lines(checkSizes(file('packages/core/src/a.ts', ...fn(59))))).toEqual([1]);
    expect(checkSizes(file('packages/core/src/a.ts', ...fn(58)))).toEqual([]);
    const suite = ["describe('a', () => {", '  it(f);', ...long(80), '});'];
    expect(checkSizes(file('packages/core/src/a.test.ts', ...suite))).toEqual([]);
    const test = ["it('a', () => {", ...long(80), '});'];
    expect(lines(checkSizes(file('packages/core/src/a.test.ts', ...test)))).toEqual([1]);
  });

  it('bounds lines at 100 columns', () => {
    const wide = (columns: number): string => `//${'x'.repeat(columns - 2)}`;
    expect(lines(checkSizes(file('packages/core/src/a.ts', 'f();', wide(101))))).toEqual([2]);
    expect(checkSizes(file('packages/core/src/a.ts', wide(100)))).toEqual([]);
  });

  const marker = ['TO', 'DO'].join('');
  it.each([
    'export default 1;',
    'enum Side { Buy }',
    'namespace Side { export const a = 1; }',
    'class Book extends Map {}',
    '@sealed class Book {}',
    `// ${marker}: later`,
    "it.skip('a', f);",
    "describe.only('a', f);",
    "it.todo('a');",
    "it.each(rows).only('a', f);",
    "test('a', { skip: true }, f);",
    "xit('a', f);",
    'const = 1;',
  ])('catches %s', (line) => {
    expect(lines(checkConstructs(file('packages/core/src/a.test.ts', line)))).toEqual([1]);
  });

  it.each([
    'export class InvariantViolation extends Error {}',
    'export class StoreError extends Error {}',
    `const text = '${marker}';`,
    'cursor.skip(2);',
    "// it.skip('a')",
    "it('skips what it has', () => { read({ skip: 1 }); });",
  ])('passes %s', (line) => {
    expect(checkConstructs(file('packages/core/src/a.test.ts', line))).toEqual([]);
  });
});

describe('documents', () => {
  const host = ['registry', 'npmjs', 'org'].join('.');
  const path = ['', 'work', 'main'].join('/');

  it('finds hosts and machine paths', () => {
    const text = ['fine', `see https://${host}`, `cd ${path}`, './docs/work/main', ''].join('\n');
    expect(lines(checkWords([{ path: 'README.md', text }]))).toEqual([2, 3]);
  });

  it('finds a metric under a name it does not have, and lets the true one pass', () => {
    const text = ['429', '10028'].flatMap((code) => [`${code}_count_5m`, `x ${code}_count > 0`]);
    expect(lines(checkWords([{ path: 'docs/a.md', text: text.join('\n') }]))).toEqual([2, 4]);
  });

  it('finds an unnamed configuration file and an undocumented key', () => {
    const config = { path: 'config/a.json', text: '{\n"x": { "y": 1 },\n"list": [{ "z": 2 }]\n}' };
    const docs = (text: string): Finding[] =>
      checkConfigDocumented([config], [{ path: 'docs/a.md', text }]);
    expect(docs('nothing')).toHaveLength(3);
    expect(lines(docs('`config/a.json` and `x.y`'))).toEqual([3]);
    expect(docs('`config/a.json`, `x.y` and `list.z`')).toEqual([]);
    expect(docs('`config/<name>.json`, `<any>.y` and `list.z`')).toEqual([]);
    expect(docs('`config/<name>.json`, `y` and `list.<any>.z`')).toHaveLength(2);
  });
});

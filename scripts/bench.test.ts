import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { figureOf, formatTable, runBench } from './bench.ts';

let root = '';
beforeAll(() => {
  root = mkdtempSync(join(tmpdir(), 'bench-'));
});
afterAll(() => rmSync(root, { recursive: true }));

const figure = { name: 'append', value: 12.5, unit: 'us', target: 'at most 20', pass: true };

it('runs a bench and keeps its figures', async () => {
  writeFileSync(
    join(root, 'good.mjs'),
    `export const run = async () => [${JSON.stringify(figure)}];`,
  );
  expect(await runBench(root, 'good.mjs')).toEqual({
    file: 'good.mjs',
    figures: [figure],
    fault: null,
  });
});

it('reports whatever goes wrong in a bench and goes on', async () => {
  writeFileSync(join(root, 'throws.mjs'), "export const run = () => { throw new Error('no'); };");
  writeFileSync(join(root, 'silent.mjs'), 'export const other = 1;');
  writeFileSync(join(root, 'odd.mjs'), 'export const run = () => [{ name: 1 }];');
  expect(await runBench(root, 'throws.mjs')).toMatchObject({ fault: 'no' });
  expect(await runBench(root, 'silent.mjs')).toMatchObject({ fault: 'exports no run()' });
  expect(await runBench(root, 'odd.mjs')).toMatchObject({ fault: 'a row is no figure' });
});

it('shows the target, also one given as a bound, and what missed it', () => {
  const bound = {
    ...figure,
    target: undefined,
    bound: { kind: 'at least', value: 7 },
    pass: false,
  };
  const read = figureOf(bound);
  expect(read).toMatchObject({ target: 'at least 7', pass: false });
  expect(figureOf({ ...figure, value: '12' })).toBeNull();
  const table = formatTable([
    { file: 'a', figures: [figure, ...(read ? [read] : [])], fault: null },
  ]);
  expect(table).toMatch(/append +12\.5 {2}us +at most 20 +ok\n/);
  expect(table).toMatch(/at least 7 +MISSED$/);
});

import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { readStrategyDocuments } from './strategies.ts';

const ROOT = resolve(import.meta.dirname, '../../../..');
const folder = mkdtempSync(join(tmpdir(), 'holdfast-strategies-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function rules(...texts: readonly string[]): readonly string[] {
  const paths = texts.map((text, index) => {
    writeFileSync(join(folder, `${index}.json`), text);
    return `${index}.json`;
  });
  const read = readStrategyDocuments(folder, paths);
  return read.ok ? [] : read.troubles.map(({ place, rule }) => `${place.trim()} ${rule}`);
}

it('the published document is read and named by its hash', () => {
  const read = readStrategyDocuments(ROOT, ['config/strategies/cheap-option.json']);
  expect(read.ok && read.documents.map(({ hash }) => hash)).toEqual([
    expect.stringMatching(/^[0-9a-f]{64}$/),
  ]);
});

it('white space and the order of keys do not change the hash', () => {
  writeFileSync(join(folder, 'a.json'), '{"b":1,"a":{"d":2,"c":3}}');
  writeFileSync(join(folder, 'b.json'), '{ "a": { "c": 3, "d": 2 },\n "b": 1 }');
  const read = readStrategyDocuments(folder, ['a.json', 'b.json']);
  const hashes = read.ok ? read.documents.map(({ hash }) => hash) : [];
  expect(hashes).toHaveLength(2);
  expect(new Set(hashes).size).toBe(1);
});

it('everything that is wrong is said at once, with its place', () => {
  expect(rules('{"a":1,"a":2}', '{', '{}')).toEqual([
    expect.stringMatching(/^0\.json/),
    expect.stringMatching(/^1\.json/),
  ]);
  expect(readStrategyDocuments(folder, ['none.json'])).toMatchObject({
    ok: false,
    troubles: [{ place: 'none.json', rule: 'file_unreadable' }],
  });
});

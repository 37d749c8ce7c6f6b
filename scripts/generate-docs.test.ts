import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { expect, it } from 'vitest';
import { driftedDocuments, generatedDocuments } from './generate-docs.ts';

it('the generated documents say what the code says', () => {
  const drifted = driftedDocuments(join(import.meta.dirname, '..'));
  expect(drifted, 'run: node scripts/generate-docs.ts').toEqual([]);
});

it('a missing and a changed document are noticed', () => {
  const folder = mkdtempSync(join(tmpdir(), 'holdfast-docs-'));
  try {
    const documents = generatedDocuments();
    const [, second] = documents;
    if (second === undefined) throw new Error('two documents expected');
    expect(driftedDocuments(folder)).toEqual(documents.map(({ path }) => path));
    for (const { path, text } of documents) {
      mkdirSync(dirname(join(folder, path)), { recursive: true });
      writeFileSync(join(folder, path), text);
    }
    expect(driftedDocuments(folder)).toEqual([]);
    writeFileSync(join(folder, second.path), `${second.text}x`);
    expect(driftedDocuments(folder)).toEqual([second.path]);
  } finally {
    rmSync(folder, { recursive: true });
  }
});

/** Tests about the code. Each failure names the file, the rule and the fix. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { checkConfigDocumented, checkWords } from './tidy/documents.ts';
import type { Document } from './tidy/documents.ts';
import {
  checkChokepoint,
  checkDeadFiles,
  checkIndexFiles,
  checkReceiptMint,
} from './tidy/doors.ts';
import { checkImports } from './tidy/imports.ts';
import type { Manifest, Manifests } from './tidy/imports.ts';
import { checkLayers } from './tidy/layers.ts';
import { checkPurity } from './tidy/purity.ts';
import { checkConstructs, checkNames, checkSizes } from './tidy/shape.ts';
import { isTestSide, listFiles, loadSources } from './tidy/source.ts';
import type { Finding } from './tidy/source.ts';

const ROOT = join(import.meta.dirname, '..');
const FILES = listFiles(ROOT);
const SOURCES = loadSources(ROOT);

function readManifest(path: string): Manifest & { readonly workspaces?: readonly string[] } {
  return JSON.parse(readFileSync(join(ROOT, path), 'utf8'));
}

const ROOT_MANIFEST = readManifest('package.json');
const MANIFESTS: Manifests = {
  '': ROOT_MANIFEST,
  ...Object.fromEntries(
    FILES.filter((path) => /^packages\/[^/]+\/package\.json$/.test(path)).map((path) => [
      path.split('/')[1] ?? '',
      readManifest(path),
    ]),
  ),
};

const PROSE = /\.(md|ts|js|json|ya?ml|npmrc)$|^\.ci\//;
const documents = (choose: (path: string) => boolean): Document[] =>
  FILES.filter(choose).map((path) => ({ path, text: readFileSync(join(ROOT, path), 'utf8') }));

/** Fails with one line per finding, so that the report reads like a list of repairs. */
function expectNone(found: readonly Finding[]): void {
  const repairs = found.map(({ file, line, rule, fix }) => `${file}:${line} ${rule}. Fix: ${fix}`);
  if (repairs.length > 0) expect.fail(`${repairs.length} to mend\n${repairs.join('\n')}`);
}

describe('imports', () => {
  it('follow the matrix, through doors, with declared dependencies only', () => {
    expectNone(checkImports(SOURCES, MANIFESTS));
  });

  it('P1-A test_dispatch_chokepoint_no_direct_exchange_client_usage: one module holds it', () => {
    const holders = SOURCES.filter(({ path, mentions }) =>
      mentions.some(
        ({ specifier }) => specifier === '@holdfast/deribit/order-client' && !isTestSide(path),
      ),
    );
    expect(holders.map(({ path }) => path)).toEqual(['packages/runtime/src/dispatch.ts']);
    expectNone(checkChokepoint(SOURCES, MANIFESTS));
  });

  it('P1-A test_dispatch_visibility_is_restricted: start.ts alone makes a dispatch', () => {
    const makers = SOURCES.flatMap(({ path, mentions }) =>
      mentions
        .filter(({ specifier, kind }) => kind !== 'type' && specifier.endsWith('/dispatch.ts'))
        .filter(() => !isTestSide(path))
        .map(() => path),
    );
    expect(makers).toEqual(['packages/runtime/src/start.ts']);
  });

  it('give the mint of receipts to ledgers alone', () => {
    expectNone(checkReceiptMint(SOURCES));
  });

  it('inside core go down the layers, and State stays with the turn', () => {
    expectNone(checkLayers(SOURCES));
  });

  it('reach every source file from a door, a command or a main program', () => {
    expectNone(checkDeadFiles(SOURCES, MANIFESTS));
  });

  it('pass through index files that only re-export by name', () => {
    expectNone(checkIndexFiles(SOURCES));
  });
});

describe('code', () => {
  it('of core and strategies reads no clock, rolls no dice and touches nothing outside', () => {
    expectNone(checkPurity(SOURCES));
  });

  it('is named in kebab case, by what it defines', () => {
    expectNone(checkNames(SOURCES));
  });

  it('keeps to the sizes of rule 7', () => {
    expectNone(checkSizes(SOURCES));
  });

  it('does without default exports, enums, inheritance, unfinished words and tests not run', () => {
    expectNone(checkConstructs(SOURCES));
  });
});

describe('the repository', () => {
  it('AT-905 has the package that decides and the one that acts, both as workspaces', () => {
    for (const name of ['core', 'runtime']) {
      expect(MANIFESTS[name]?.name).toBe(`@holdfast/${name}`);
      expect(ROOT_MANIFEST.workspaces).toContain(`packages/${name}`);
    }
  });

  it('has every package folder as a workspace, and every workspace as a folder', () => {
    const folders = Object.keys(MANIFESTS).filter((name) => name !== '');
    const workspaces = (ROOT_MANIFEST.workspaces ?? []).map((path) => path.split('/')[1]);
    expect(new Set(folders)).toEqual(new Set(workspaces));
  });

  it('names no package host and no path of one machine', () => {
    expectNone(checkWords(documents((path) => PROSE.test(path))));
  });

  it('documents every published configuration file and key', () => {
    const configs = documents((path) => /^config\/.*\.json$/.test(path));
    const docs = documents((path) => /^docs\/.*\.md$/.test(path));
    expectNone(checkConfigDocumented(configs, docs));
  });
});

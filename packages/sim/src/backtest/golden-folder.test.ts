import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { eventOf, resultOf, risingBars } from './bars.fixture.ts';
import { readBranch, splitBranch } from './branches.ts';
import { pretty, readGolden, writeGolden } from './golden-folder.ts';
import { type GoldenBranch, recordGolden } from './golden-manifest.ts';
import { tablesOf } from './table.ts';

const RESULT = resultOf([eventOf()]);
const BRANCHES = new Map<string, GoldenBranch>([['b', { role: 'control', result: RESULT }]]);
const MANIFEST = recordGolden(
  { sourceId: 'test', bars: risingBars(1), sha256: 'a'.repeat(64) },
  BRANCHES,
  { createdAt: 0, codeVersion: 'test' },
);

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'holdfast-golden-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

describe('a folder of recorded runs', () => {
  it('reads back what was written, with no change declared', () => {
    expect(writeGolden(folder, MANIFEST, BRANCHES)).toBeNull();
    const { events, trades, daily } = tablesOf(RESULT);
    expect(readGolden(folder)).toEqual({
      ok: true,
      manifest: MANIFEST,
      oracle: new Map([['b', { events: events.text, trades: trades.text, daily: daily.text }]]),
      changes: [],
    });
  });

  it('without a manifest there is none, and no declaration is no change', () => {
    const none = { ok: true, manifest: null, oracle: new Map(), changes: [] };
    expect(readGolden(folder)).toEqual(none);
    expect(readGolden(join(folder, 'nowhere'))).toEqual(none);
  });

  it('a manifest that is broken is not a missing one', () => {
    writeFileSync(join(folder, 'golden-manifest.json'), '{');
    expect(readGolden(folder)).toMatchObject({ ok: false });
  });

  it('declarations that are broken are not none', () => {
    writeGolden(folder, MANIFEST, BRANCHES);
    writeFileSync(join(folder, 'path-changes.json'), pretty({ changes: [{}] }));
    expect(readGolden(folder)).toMatchObject({ ok: true, changes: null });
  });

  it('a table that is gone is not there; where nothing can be written, it is said', () => {
    writeGolden(folder, MANIFEST, BRANCHES);
    rmSync(join(folder, 'b.trades.csv'));
    const read = readGolden(folder);
    expect(read.ok && Object.keys(read.oracle.get('b') ?? {})).toEqual(['events', 'daily']);
    writeFileSync(join(folder, 'file'), '');
    expect(writeGolden(join(folder, 'file'), MANIFEST, BRANCHES)).toMatch(/EEXIST|ENOTDIR/);
  });
});

describe('a branch', () => {
  const write = (name: string, document: unknown): string => {
    const path = join(folder, name);
    writeFileSync(path, JSON.stringify(document));
    return path;
  };

  it('has a role where one is said, and is a candidate otherwise', () => {
    expect(splitBranch('control=a/b.json')).toEqual({ role: 'control', file: 'a/b.json' });
    expect(splitBranch('a=b.json')).toEqual({ role: 'candidate', file: 'a=b.json' });
  });

  it('is named after its file', () => {
    const path = write('my_hold.json', { strategy: 'hold', version: 'hold.1', parameters: {} });
    expect(readBranch(path, 'probe')).toMatchObject({
      ok: true,
      branch: { name: 'my_hold', role: 'probe', strategy: { id: 'hold' } },
    });
  });

  it.each([
    ['of no strategy', 'a.json', { strategy: 'x', version: 'x', parameters: {} }, /known are/],
    ['of no name', 'A b.json', { strategy: 'hold', version: 'h', parameters: {} }, /name of a/],
  ])('%s is refused', (_name, file, document, message) => {
    const read = readBranch(write(file, document), 'probe');
    expect(read.ok ? '' : read.faults.join()).toMatch(message);
  });

  it('that is no JSON, or not there, is refused', () => {
    writeFileSync(join(folder, 'a.json'), '{');
    expect(readBranch(join(folder, 'a.json'), 'probe').ok).toBe(false);
    expect(readBranch(join(folder, 'b.json'), 'probe')).toEqual({
      ok: false,
      faults: [`${join(folder, 'b.json')}: missing`],
    });
  });
});

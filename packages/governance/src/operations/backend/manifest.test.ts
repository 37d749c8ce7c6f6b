import * as fs from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { changesBetween, takeManifest } from './manifest.ts';
import { isWithin } from './walk.ts';

let top: string;
const at = (name: string): string => join(top, name);

beforeEach(() => {
  top = fs.mkdtempSync(join(tmpdir(), 'holdfast-manifest-'));
  fs.mkdirSync(at('app/sub'), { recursive: true });
  for (const name of ['app/a', 'app/sub/b', 'c', 'd']) fs.writeFileSync(at(name), name);
});
afterEach(() => fs.rmSync(top, { recursive: true, force: true }));

/** What `act` changed below the temporary folder, as `what path`, with `!` outside of app/. */
function changedBy(act: () => void): readonly string[] {
  const before = takeManifest([top]);
  act();
  const inScope = (path: string): boolean => isWithin(path, [at('app')]);
  return changesBetween(before, takeManifest([top]), inScope).map(
    (change) => `${change.inScope ? '' : '!'}${change.what} ${change.path.slice(top.length + 1)}`,
  );
}

describe('a manifest', () => {
  it('O-20 finds nothing where nothing was changed', () => {
    expect(changedBy(() => fs.readFileSync(at('app/a')))).toEqual([]);
  });

  it('O-20 finds what was written, made, removed, and given another mode or owner', () => {
    const changes = changedBy(() => {
      fs.writeFileSync(at('app/a'), 'other');
      fs.writeFileSync(at('app/new'), '');
      fs.rmSync(at('app/sub/b'));
      fs.chmodSync(at('c'), 0o600);
      fs.symlinkSync('/etc', at('app/sub/link'));
      fs.chmodSync(at('app/sub'), 0o700);
    });
    expect(changes).toEqual([
      'changed app/a',
      'created app/new',
      'mode app/sub',
      'deleted app/sub/b',
      'created app/sub/link',
      '!mode c',
    ]);
  });

  it.runIf(process.getuid?.() === 0)('O-20 finds another owner', () => {
    expect(changedBy(() => fs.chownSync(at('d'), 1, 1))).toEqual(['!owner d']);
  });

  it('O-20 is not fooled by times that were set back, or by the same length', () => {
    const { atime, mtime } = fs.statSync(at('app/a'));
    const changes = changedBy(() => {
      fs.writeFileSync(at('app/a'), 'app/A');
      fs.utimesSync(at('app/a'), atime, mtime);
    });
    expect(changes).toEqual(['changed app/a']);
  });

  it('O-20 tells a file from a link of the same name, and sees a second name', () => {
    expect(
      changedBy(() => {
        fs.rmSync(at('c'));
        fs.symlinkSync('d', at('c'));
        fs.linkSync(at('d'), at('app/twin'));
      }),
    ).toEqual(['created app/twin', '!changed c', '!mode c', '!changed d']);
  });

  it('O-20 a program with the rights of its owner is out of every scope, and may go', () => {
    const path = at('app/root');
    const made = (): void => {
      fs.writeFileSync(path, '');
      fs.chmodSync(path, 0o4755);
    };
    expect(changedBy(made)).toEqual(['!created app/root']);
    expect(changedBy(() => fs.chmodSync(path, 0o755))).toEqual(['mode app/root']);
    fs.chmodSync(path, 0o4755);
    expect(changedBy(() => fs.rmSync(path))).toEqual(['deleted app/root']);
  });

  it('has bounds, and what is beyond them is an error and no empty answer', () => {
    expect(() => takeManifest([top], { entries: 3, bytes: 1_000 })).toThrow(/more than 3 files/);
    expect(() => takeManifest([top], { entries: 30, bytes: 10 })).toThrow(/more than 10 bytes/);
    expect(takeManifest([at('gone')]).size).toBe(0);
  });
});

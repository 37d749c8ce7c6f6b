import * as fs from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createFiles, type Files, unjudged } from './files.ts';

let top: string;
let allowed: string;
let outside: string;
let files: Files;

/** Names that no scope admits, as the deny list has them. */
const isForbidden = (path: string): boolean => path.endsWith('.env') || path.includes('/secret/');

beforeEach(() => {
  top = fs.realpathSync(fs.mkdtempSync(join(tmpdir(), 'holdfast-files-')));
  allowed = join(top, 'app');
  outside = join(top, 'outside');
  for (const folder of [allowed, outside, join(top, 'app2'), join(allowed, 'sub')]) {
    fs.mkdirSync(folder);
  }
  fs.writeFileSync(join(outside, 'victim'), 'untouched');
  fs.writeFileSync(join(allowed, 'a.conf'), 'old');
  files = createFiles({ roots: [allowed], isForbidden }, []);
});

afterEach(() => fs.rmSync(top, { recursive: true, force: true }));

/** The code of the refusal, or what became of it. */
function verdict(tried: ReturnType<Files['write']> | ReturnType<Files['isAbsent']>): string {
  if (tried.ok) return 'ok';
  return tried.refused === null ? `trouble: ${tried.why}` : tried.refused.code;
}

/** Every way there is to touch a path. */
const TOUCHES: readonly ((path: string) => ReturnType<Files['write']>)[] = [
  (path) => files.write(path, Buffer.from('new')),
  (path) => files.copy(join(allowed, 'a.conf'), path),
  (path) => files.remove(path),
  (path) => files.chmod(path, 0o777),
  (path) => files.patch(path, [{ pointer: '/a', value: 1 }]),
  (path) => files.restore(path, { state: 'absent' }, null),
  (path) => files.read(path),
];

function expectRefused(path: string, code: string): void {
  for (const touch of TOUCHES) expect(verdict(touch(path))).toBe(code);
  expect(files.before(path)).toMatchObject({ code });
}

describe('O-03 a file inside the allowed folder', () => {
  it('O-03 is written, with its mode and its owner kept, and nothing left beside it', () => {
    fs.chmodSync(join(allowed, 'a.conf'), 0o640);
    if (process.getuid?.() === 0) fs.chownSync(join(allowed, 'a.conf'), 12_345, 23_456);
    const was = fs.statSync(join(allowed, 'a.conf'));
    expect(verdict(files.write(join(allowed, 'a.conf'), Buffer.from('new')))).toBe('ok');
    const now = fs.statSync(join(allowed, 'a.conf'));
    expect([now.mode, now.uid, now.gid]).toEqual([was.mode, was.uid, was.gid]);
    expect(fs.readFileSync(join(allowed, 'a.conf'), 'utf8')).toBe('new');
    expect(fs.readdirSync(allowed).sort()).toEqual(['a.conf', 'sub']);
    expect(verdict(files.write(join(allowed, 'sub/new'), Buffer.from('n'), 0o600))).toBe('ok');
    expect(fs.statSync(join(allowed, 'sub/new')).mode & 0o7777).toBe(0o600);
  });

  it('O-08 is rid of drafts that a killed process left, and of nothing else beside it', () => {
    const draft = `.holdfast-${'0'.repeat(18)}.tmp`;
    const others = ['.holdfast-0.tmp', `${draft}.old`, 'x.tmp'];
    for (const name of [draft, ...others]) fs.writeFileSync(join(allowed, name), 'half');
    expect(verdict(files.clearDrafts(join(allowed, 'a.conf')))).toBe('ok');
    expect(fs.readdirSync(allowed).sort()).toEqual([...others, 'a.conf', 'sub'].sort());
    expect(verdict(files.clearDrafts(join(allowed, 'gone/a.conf')))).toBe('ok');
    fs.writeFileSync(join(outside, draft), 'theirs');
    expect(verdict(files.clearDrafts(join(outside, 'victim')))).toBe('path_out_of_scope');
    expect(fs.existsSync(join(outside, draft))).toBe(true);
  });

  it('O-03 is copied, changed in mode, patched, removed and read', () => {
    const at = (name: string): string => join(allowed, name);
    expect(verdict(files.copy(at('a.conf'), at('sub/b.conf')))).toBe('ok');
    expect(files.read(at('sub/b.conf'))).toMatchObject({ ok: true, value: Buffer.from('old') });
    expect(verdict(files.chmod(at('sub/b.conf'), 0o400))).toBe('ok');
    expect(fs.statSync(at('sub/b.conf')).mode & 0o7777).toBe(0o400);
    fs.writeFileSync(at('c.json'), '{"a": {"b": 1}}');
    expect(verdict(files.patch(at('c.json'), [{ pointer: '/a/b', value: 2 }]))).toBe('ok');
    expect(fs.readFileSync(at('c.json'), 'utf8')).toBe('{"a": {"b": 2}}');
    expect(verdict(files.remove(at('c.json')))).toBe('ok');
    expect(files.isAbsent(at('c.json'))).toEqual({ ok: true, value: true });
    expect(files.isAbsent(at('no/such/folder'))).toEqual({ ok: true, value: true });
    expect(files.isAbsent(at('a.conf'))).toEqual({ ok: true, value: false });
  });

  it('O-03 that alone is allowed is written, and its neighbour is not', () => {
    files = createFiles({ roots: [join(allowed, 'a.conf')], isForbidden }, []);
    expect(verdict(files.write(join(allowed, 'a.conf'), Buffer.from('x')))).toBe('ok');
    expectRefused(join(allowed, 'a.conf2'), 'path_out_of_scope');
  });

  it('9.14 is put back as it was, and one that was absent is removed', () => {
    fs.chmodSync(join(allowed, 'a.conf'), 0o604);
    const kept = files.before(join(allowed, 'a.conf'));
    if ('code' in kept) expect.fail(kept.message);
    files.write(join(allowed, 'a.conf'), Buffer.from('new'), 0o777);
    expect(verdict(files.restore(join(allowed, 'a.conf'), kept.before, kept.content))).toBe('ok');
    expect(fs.readFileSync(join(allowed, 'a.conf'), 'utf8')).toBe('old');
    expect(fs.statSync(join(allowed, 'a.conf')).mode & 0o7777).toBe(0o604);
    const forged = files.restore(join(allowed, 'a.conf'), kept.before, Buffer.from('forged'));
    expect(verdict(forged)).toContain('is not what was kept');

    const fresh = join(allowed, 'fresh');
    expect(files.before(fresh)).toEqual({ before: { state: 'absent' }, content: null });
    files.write(fresh, Buffer.from('x'));
    for (const _ of [1, 2]) {
      expect(verdict(files.restore(fresh, { state: 'absent' }, null))).toBe('ok');
      expect(fs.existsSync(fresh)).toBe(false);
    }
  });
});

describe('O-03 what lies outside is refused and nothing changes', () => {
  afterEach(() => {
    expect(fs.readFileSync(join(outside, 'victim'), 'utf8')).toBe('untouched');
    expect(fs.readdirSync(outside)).toEqual(['victim']);
  });

  it.each([
    ['a sibling with the same prefix', () => join(top, 'app2/x'), 'path_out_of_scope'],
    ['dots', () => `${allowed}/../outside/victim`, 'path_out_of_scope'],
    ['dots that lead back inside', () => `${allowed}/sub/../a.conf`, 'path_out_of_scope'],
    ['a doubled slash', () => `${allowed}//a.conf`, 'path_out_of_scope'],
    ['a glob', () => `${allowed}/*.conf`, 'path_out_of_scope'],
    ['a NUL', () => `${allowed}/a\0b`, 'path_out_of_scope'],
    ['the root of all', () => '/', 'path_out_of_scope'],
    ['an option', () => '--help', 'path_not_absolute'],
    ['a relative path', () => 'app/a.conf', 'path_not_absolute'],
    ['a forbidden name inside', () => `${allowed}/.env`, 'path_forbidden'],
  ])('O-03 %s', (_, path, code) => expectRefused(path(), code));

  it('O-03 a symbolic link, as the file and on the way to it', () => {
    fs.symlinkSync(join(outside, 'victim'), join(allowed, 'link'));
    fs.symlinkSync(outside, join(allowed, 'way'));
    fs.symlinkSync(join(allowed, 'a.conf'), join(allowed, 'inner'));
    for (const name of ['link', 'way/victim', 'way/new', 'inner']) {
      expectRefused(join(allowed, name), 'path_symlink_escape');
    }
    fs.symlinkSync(allowed, join(top, 'alias'));
    files = createFiles({ roots: [join(top, 'alias')], isForbidden }, [allowed]);
    expectRefused(join(top, 'alias/a.conf'), 'path_symlink_escape');
  });

  it('O-03 a hard link, whose other name may lie anywhere', () => {
    fs.linkSync(join(outside, 'victim'), join(allowed, 'twin'));
    expectRefused(join(allowed, 'twin'), 'path_hard_linked');
    expect(files.isAbsent(join(allowed, 'twin'))).toEqual({ ok: true, value: false });
    fs.rmSync(join(allowed, 'twin'));
  });

  it('O-03 folders, pipes, devices and programs with set-id bits', () => {
    fs.writeFileSync(join(allowed, 'suid'), '');
    fs.chmodSync(join(allowed, 'suid'), 0o4755);
    expectRefused(join(allowed, 'suid'), 'path_forbidden');
    expectRefused(join(allowed, 'sub'), 'path_not_a_file');
    files = createFiles({ roots: ['/dev'], isForbidden }, [allowed]);
    expectRefused('/dev/null', 'path_not_a_file');
    files = createFiles({ roots: [allowed], isForbidden }, []);
    expect(verdict(files.chmod(join(allowed, 'a.conf'), 0o4755))).toBe('path_forbidden');
    const before = { state: 'file', contentRef: '', uid: 0, gid: 0, mode: 0o4755 } as const;
    const sha256 = 'cba06b5736faf67e54b07b561eae94395e774c517a7d910a54369e1263ccfbd4';
    expect(
      verdict(files.restore(join(allowed, 'b'), { ...before, sha256 }, Buffer.from('old'))),
    ).toBe('path_forbidden');
  });

  it('O-03 what is mounted below the allowed root', () => {
    files = createFiles({ roots: ['/'], isForbidden }, []);
    expectRefused('/proc/self/environ', 'path_symlink_escape');
    expectRefused(`/proc/${process.pid}/environ`, 'path_symlink_escape');
    expectRefused(`/proc/${process.pid}/new`, 'path_symlink_escape');
  });

  it('9.4 what may only be looked at is read and never changed', () => {
    files = createFiles({ roots: [allowed], isForbidden }, [outside]);
    const victim = join(outside, 'victim');
    expect(files.read(victim)).toMatchObject({ ok: true, value: Buffer.from('untouched') });
    expect(verdict(files.write(victim, Buffer.from('x')))).toBe('path_out_of_scope');
    expect(verdict(files.remove(victim))).toBe('path_out_of_scope');
    expect(verdict(files.copy(victim, join(allowed, 'copy')))).toBe('ok');
  });

  it('9.4 what may be read and not written is looked at, and what may be neither is not', () => {
    const isLogic = (path: string): boolean => path === join(outside, 'victim');
    files = createFiles(
      { roots: [allowed], isForbidden: isLogic },
      [outside],
      unjudged,
      () => false,
    );
    const victim = join(outside, 'victim');
    expect(files.read(victim)).toMatchObject({ ok: true, value: Buffer.from('untouched') });
    files = createFiles({ roots: [outside], isForbidden: isLogic }, [], unjudged, () => false);
    expect(verdict(files.write(victim, Buffer.from('x')))).toBe('path_forbidden');
    files = createFiles({ roots: [allowed], isForbidden }, [outside], unjudged, isLogic);
    expect(verdict(files.read(victim))).toBe('path_forbidden');
  });

  it.each([0, 1, 2, 3])('O-03 a folder swapped right after the check (touch %i)', (which) => {
    let looks = 0;
    const swapped = join(allowed, 'swapped');
    // Asked last when everything is checked and held: from here on names lead elsewhere.
    const swap = (path: string): boolean => {
      looks += path === join(swapped, 'victim') ? 1 : 0;
      if (looks === 2 && !fs.existsSync(join(allowed, 'moved'))) {
        fs.renameSync(swapped, join(allowed, 'moved'));
        fs.symlinkSync(outside, swapped);
      }
      return false;
    };
    fs.mkdirSync(swapped);
    fs.writeFileSync(join(swapped, 'victim'), 'inside');
    fs.chmodSync(join(outside, 'victim'), 0o600);
    files = createFiles({ roots: [allowed], isForbidden: swap }, []);
    expect(verdict(TOUCHES[which]?.(join(swapped, 'victim')) ?? expect.fail())).toBe('ok');
    expect(fs.readlinkSync(swapped)).toBe(outside);
    expect(fs.statSync(join(outside, 'victim')).mode & 0o7777).toBe(0o600);
    const moved = join(allowed, 'moved/victim');
    expect(fs.existsSync(moved)).toBe(which !== 2);
  });
});

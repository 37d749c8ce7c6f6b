import { fork } from 'node:child_process';
import * as fs from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { createFiles, type Files } from '../src/operations/backend/files.ts';

let top: string;
let allowed: string;
let outside: string;
let files: Files;

beforeEach(() => {
  top = fs.realpathSync(fs.mkdtempSync(join(tmpdir(), 'holdfast-race-')));
  [allowed, outside] = [join(top, 'app'), join(top, 'outside')];
  for (const folder of [allowed, outside]) fs.mkdirSync(folder);
  fs.writeFileSync(join(outside, 'victim'), 'untouched');
  fs.writeFileSync(join(allowed, 'a.conf'), 'old');
  files = createFiles({ roots: [allowed], isForbidden: () => false }, []);
});
afterEach(() => {
  expect(fs.readFileSync(join(outside, 'victim'), 'utf8')).toBe('untouched');
  expect(fs.readdirSync(outside)).toEqual(['victim']);
  fs.rmSync(top, { recursive: true, force: true });
});

function verdict(tried: ReturnType<Files['write']>): string {
  if (tried.ok) return 'ok';
  return tried.refused === null ? 'trouble' : tried.refused.code;
}

const TOUCHES: readonly ((path: string) => ReturnType<Files['write']>)[] = [
  (path) => files.write(path, Buffer.from('new')),
  (path) => files.copy(join(allowed, 'a.conf'), path),
  (path) => files.remove(path),
  (path) => files.chmod(path, 0o777),
];

it('O-03 a folder or a file swapped for a link between check and use', async () => {
  const racer = fork(join(import.meta.dirname, 'link-racer.fixture.ts'), [allowed, outside]);
  await new Promise((resolve) => racer.once('message', resolve));
  const seen = new Map<string, number>();
  const until = Date.now() + 1_500;
  for (let round = 0; Date.now() < until; round += 1) {
    const path = join(allowed, round % 2 === 0 ? 'race/victim' : 'racing');
    for (const touch of TOUCHES) {
      const code = verdict(touch(path));
      seen.set(code, (seen.get(code) ?? 0) + 1);
    }
    const read = files.read(path);
    if (read.ok) expect(read.value.toString()).not.toBe('untouched');
  }
  const ended = new Promise((resolve) => racer.once('exit', resolve));
  racer.kill('SIGKILL');
  await ended;
  // Both sides were met, or the race has shown nothing.
  expect(seen.get('ok')).toBeGreaterThan(20);
  expect(seen.get('path_symlink_escape')).toBeGreaterThan(20);
  expect(fs.statSync(join(outside, 'victim')).mode & 0o7777).toBe(0o600);
}, 15_000);

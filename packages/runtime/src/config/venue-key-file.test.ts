import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { readVenueKeyFile } from './venue-key-file.ts';

const folder = mkdtempSync(join(tmpdir(), 'holdfast-key-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const SECRET = 'never-to-be-repeated';
const KEY = { client_id: 'desk-1', client_secret: SECRET };

function keyFile(content: unknown, mode = 0o600): string {
  const path = join(folder, 'key.json');
  writeFileSync(path, typeof content === 'string' ? content : JSON.stringify(content));
  chmodSync(path, mode);
  return path;
}

describe('a key file', () => {
  it.each([0o600, 0o400])('D-37 that its owner alone may read is a key (mode %o)', (mode) => {
    const key = { clientId: 'desk-1', clientSecret: SECRET };
    expect(readVenueKeyFile(keyFile(KEY, mode))).toEqual({ ok: true, key });
  });

  it.each([0o604, 0o640, 0o620, 0o602, 0o601, 0o610])(
    'D-37 that is open to others is none (mode %o)',
    (mode) => {
      const read = readVenueKeyFile(keyFile(KEY, mode));
      expect(read).toMatchObject({ ok: false, code: 'key_file_open_to_others' });
    },
  );

  it.each([
    ['a field nobody knows', { ...KEY, account: 'main' }],
    ['a field too few', { client_id: 'desk-1' }],
    ['its secret as a name', { [SECRET]: 1, ...KEY }],
    ['an empty secret', { ...KEY, client_secret: '' }],
    ['a secret with a space', { ...KEY, client_secret: `${SECRET} ` }],
    ['a line break in its id', { ...KEY, client_id: 'a\nb' }],
    ['one field twice', `{"client_id":"a","client_id":"b","client_secret":"${SECRET}"}`],
    ['a list', [KEY]],
    ['no JSON', `client_secret=${SECRET}`],
    ['nothing', ''],
  ])('D-37 with %s is none, and repeats nothing', (_, content) => {
    const read = readVenueKeyFile(keyFile(content));
    expect(read).toMatchObject({ ok: false, code: 'key_file_malformed' });
    expect(JSON.stringify(read)).not.toContain(SECRET);
  });

  it('D-37 that is not there, is no file, or is too long is none', () => {
    const code = (path: string): unknown => readVenueKeyFile(path);
    expect(code(join(folder, 'none'))).toMatchObject({ code: 'key_file_missing' });
    mkdirSync(join(folder, 'sub'));
    expect(code(join(folder, 'sub'))).toMatchObject({ code: 'key_file_not_a_file' });
    expect(code(keyFile(' '.repeat(5_000)))).toMatchObject({ code: 'key_file_too_large' });
  });
});

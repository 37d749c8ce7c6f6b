/** `holdfast run --key-file`: what it is refused for, and that nobody is told the secret. */
import { chmodSync, existsSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { base, run } from './cli-fixture.ts';

afterAll(() => rmSync(base, { recursive: true, force: true }));

const SECRET = 'never-to-be-told';
const file = join(base, 'key.json');
const write = (text: string, mode = 0o600): void => {
  writeFileSync(file, text);
  chmodSync(file, mode);
};
const KEY = JSON.stringify({ client_id: 'desk', client_secret: SECRET });
/** Nobody listens there. */
const URL = 'ws://127.0.0.1:1/ws/api/v2';
const words = ['run', '--url', URL, '--run', join(base, 'run'), '--key-file', file];

describe('run --key-file', () => {
  it.each([
    ['beside a key', ['--key', 'a'], KEY, 0o600, 'key_given_twice'],
    ['beside a secret', ['--secret', 'a'], KEY, 0o600, 'key_given_twice'],
    ['open to others', [], KEY, 0o644, 'key_file_open_to_others'],
    ['that is no key', [], `{"client_secret":"${SECRET}"}`, 0o600, 'key_file_malformed'],
  ])('D-37 %s is refused', async (_, more, text, mode, rule) => {
    write(text, mode);
    const { code, out, err } = await run([...words, ...more]);
    expect([code, err]).toEqual([2, [expect.stringContaining(`run ${rule} `)]]);
    expect([...out, ...err].join('\n')).not.toContain(SECRET);
  });

  it('D-37 that is well gets as far as the exchange, and repeats nothing', async () => {
    write(KEY);
    const { code, out, err } = await run(words);
    expect([code, err]).toEqual([2, [expect.stringContaining(`${URL} key_identity `)]]);
    expect([...out, ...err].join('\n')).not.toContain(SECRET);
    expect(existsSync(join(base, 'run', 'run.json'))).toBe(false);
  });
});

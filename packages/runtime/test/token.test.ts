/** `holdfast token`, and what its file is worth to the port. */
import { chmodSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { TOKENS_MAX } from '../src/tokens/token-document.ts';
import { TokenBook } from '../src/tokens/token-book.ts';
import { base, project, run, runJson } from './cli-fixture.ts';
import { T0 } from './proof-fixture.ts';

afterAll(() => rmSync(base, { recursive: true, force: true }));

const DAY_MS = 86_400_000;
let files = 0;
const fresh = (): string => {
  files += 1;
  return join(base, `tokens-${files}`, 'tokens.json');
};
const create = async (file: string, name: string, ...more: readonly string[]) => {
  const words = ['token', 'create', '--name', name, '--file', file, '--scope', 'status:read'];
  const { document } = await runJson([...words, ...more]);
  return document as { token: string; id: string };
};

describe('holdfast token', () => {
  it('shows a token once and keeps its hash, in a file of its owner alone', async () => {
    const file = fresh();
    const { token, id } = await create(file, 'desk', 'emergency:write');
    expect(token).toMatch(/^hf_[A-Za-z0-9_-]{43}$/);
    const kept = readFileSync(file, 'utf8');
    expect(kept).not.toContain(token.slice(3));
    expect(statSync(file).mode & 0o777).toBe(0o600);
    expect(JSON.parse(kept)).toMatchObject({
      schema_version: 1,
      tokens: [
        {
          id,
          name: 'desk',
          scopes: ['status:read', 'emergency:write'],
          created_ts_ms: T0,
          expires_ts_ms: T0 + 90 * DAY_MS,
          revoked_ts_ms: null,
        },
      ],
    });
    const other = await create(file, 'desk');
    expect(other.token).not.toBe(token);
    const listed = await run(['token', 'list', '--file', file]);
    expect(listed.out).toHaveLength(2);
    expect(listed.out.join()).not.toMatch(/hf_|sha256/);
  });

  it('revokes by id or by name, and says when there is nothing to revoke', async () => {
    const file = fresh();
    const [first] = [
      await create(file, 'ana'),
      await create(file, 'ben'),
      await create(file, 'ben'),
    ];
    const revoke = (who: string) => run(['token', 'revoke', who, '--file', file]);
    expect((await revoke(first.id)).code).toBe(0);
    expect((await revoke(first.id)).code).toBe(1);
    expect((await revoke('ben')).out[0]).toMatch(/^Revoked \w{12}, \w{12};/);
    expect((await revoke('nobody')).code).toBe(1);
    const { document } = await runJson(['token', 'list', '--file', file]);
    const { tokens } = document as { tokens: { state: string }[] };
    expect(tokens.map(({ state }) => state)).toEqual(['revoked', 'revoked', 'revoked']);
  });

  it.each([
    ['a scope nobody knows', ['--name', 'x', '--scope', 'all']],
    ['no scope', ['--name', 'x']],
    ['a name that is no name', ['--name', 'A B', '--scope', 'status:read']],
    ['more than a year', ['--name', 'x', '--scope', 'status:read', '--days', '400']],
  ])('refuses %s', async (_, words) => {
    const file = fresh();
    expect((await run(['token', 'create', ...words, '--file', file])).code).toBe(2);
    expect(new TokenBook(file, Date.now).fault).toBeNull();
  });

  it('takes the file of the configuration', async () => {
    const root = project('token-project');
    const { document } = await runJson(['token', 'list'], { root });
    expect(document).toEqual({ file: join(root, 'artifacts/tokens.json'), tokens: [] });
  });

  it('neither reads nor changes a file others may read, and names a lock', async () => {
    const file = fresh();
    await create(file, 'desk');
    chmodSync(file, 0o640);
    expect((await run(['token', 'list', '--file', file])).err[0]).toContain('open_to_others');
    const kept = readFileSync(file, 'utf8');
    expect((await run(['token', 'revoke', 'desk', '--file', file])).code).toBe(2);
    expect(readFileSync(file, 'utf8')).toBe(kept);
    chmodSync(file, 0o600);
    writeFileSync(`${file}.lock`, '');
    expect((await run(['token', 'revoke', 'desk', '--file', file])).err[0]).toContain('locked');
    rmSync(`${file}.lock`);
    expect((await run(['token', 'revoke', 'desk', '--file', file])).code).toBe(0);
  });

  it('has a bound; a revoked one makes room', async () => {
    const file = fresh();
    const first = await create(file, 'first');
    const [entry] = (JSON.parse(readFileSync(file, 'utf8')) as { tokens: object[] }).tokens;
    const tokens = Array.from({ length: TOKENS_MAX }, (_, n) => ({
      ...entry,
      id: n.toString(16).padStart(12, '0'),
    }));
    writeFileSync(file, JSON.stringify({ schema_version: 1, tokens }), { mode: 0o600 });
    const words = ['token', 'create', '--name', 'x', '--scope', 'status:read', '--file', file];
    expect((await run(words)).err[0]).toContain('no_room');
    expect((await run(['token', 'revoke', '000000000003', '--file', file])).code).toBe(0);
    expect((await run(words)).code).toBe(0);
    expect(readFileSync(file, 'utf8')).not.toContain('"000000000003"');
    expect(first.id).toHaveLength(12);
  });
});

describe('a token book', () => {
  it('knows who holds what until its end, to the ms', async () => {
    const file = fresh();
    const { token, id } = await create(file, 'desk');
    let now = T0;
    const book = new TokenBook(file, () => now);
    expect(book.find(token)).toEqual({
      ok: true,
      holder: { id, name: 'desk', scopes: ['status:read'] },
    });
    now = T0 + 90 * DAY_MS - 1;
    expect(book.find(token).ok).toBe(true);
    now += 1;
    expect(book.find(token)).toEqual({ ok: false, refusal: 'token_expired' });
  });

  it.each(['', 'hf_', `hf_${'a'.repeat(42)}`, `hf_${'a'.repeat(44)}`, `xx_${'a'.repeat(43)}`])(
    'takes %j for no token',
    (presented) => {
      const book = new TokenBook(fresh(), Date.now);
      expect(book.find(presented)).toEqual({ ok: false, refusal: 'token_malformed' });
    },
  );
});

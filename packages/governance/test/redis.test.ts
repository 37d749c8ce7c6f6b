/** Redis at 127.0.0.1:6379; without it skipped, with `HOLDFAST_REQUIRE_SERVICES=1` a failure. */
import { spawnSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { provisionRedis, type RedisReader } from '../src/operations/backend/redis.ts';
import { createSandbox, findProgram } from '../src/operations/backend/sandbox.ts';
import { streamWarnings } from '../src/operations/backend/streams.ts';
import { connectRedis, parseRedisUrl, type Reply } from '../src/operations/backend/resp.ts';

const URL = 'redis://127.0.0.1:6379';

async function asAdmin(...command: readonly string[]): Promise<Reply> {
  const client = await connectRedis(parseRedisUrl(URL));
  try {
    return await client.ask(command);
  } finally {
    client.close();
  }
}

const isHere = await asAdmin('PING').then(
  (reply) => reply === 'PONG',
  () => false,
);
if (!isHere) console.warn('Redis is not here: its tests are skipped');

it('Redis is there when it is required', () => {
  expect(isHere || process.env['HOLDFAST_REQUIRE_SERVICES'] !== '1').toBe(true);
});

describe.skipIf(!isHere)('O-05 what the reading user may do, asked of Redis itself', () => {
  const mark = `holdfast-test-${randomBytes(6).toString('hex')}`;
  const STREAMS = [
    'quantum:stream:apply.plan',
    'quantum:stream:trade.intent',
    'quantum:stream:ai.decision',
    'quantum:stream:ai.decision.made',
    'quantum:stream:apply.plan.manual',
  ].map((name) => `${mark}:${name}`);
  // The ACL is about every key; the very names of the specification are asked for as well.
  const REAL = STREAMS.map((name) => name.slice(mark.length + 1));
  let reader: RedisReader;
  let users: Reply;
  const text = `${mark}:text`;

  beforeAll(async () => {
    users = await asAdmin('ACL', 'USERS');
    reader = await provisionRedis(URL);
    await asAdmin('SET', text, 'read me');
    for (const stream of STREAMS) await asAdmin('XADD', stream, '1-1', 'a', 'b');
  });
  afterAll(async () => {
    await reader.close();
    await asAdmin('DEL', text, ...STREAMS);
    expect(await asAdmin('ACL', 'USERS')).toEqual(users);
  });

  const refused = (command: readonly string[]): Promise<void> =>
    expect(reader.ask(command), command.join(' ')).resolves.toMatchObject({
      error: expect.stringMatching(/^NOPERM /) as string,
    });

  it.each(REAL)('O-05 XADD to %s is refused', async (stream) => {
    for (const name of [stream, `${mark}:${stream}`]) {
      await refused(['XADD', name, '*', 'source', 'intent_bridge']);
    }
  });

  it.each([
    ['a script', ['EVAL', `return redis.call('XADD', KEYS[1], '*', 'a', 'b')`, '1', 'KEY']],
    ['a script that claims to read', ['EVAL_RO', `return redis.call('GET', KEYS[1])`, '1', 'KEY']],
    ['a script by digest', ['EVALSHA', '0'.repeat(40), '0']],
    ['loading a script', ['SCRIPT', 'LOAD', 'return 1']],
    ['a function', ['FCALL', 'f', '1', 'KEY']],
    ['loading a function', ['FUNCTION', 'LOAD', '#!lua name=x\n']],
    ['a new name', ['RENAME', 'TEXT', 'KEY']],
    ['a copy', ['COPY', 'TEXT', 'KEY', 'REPLACE']],
    ['a restored dump', ['RESTORE', 'KEY', '0', 'x', 'REPLACE']],
    ['a move', ['MIGRATE', '127.0.0.1', '6379', 'KEY', '1', '5', 'COPY']],
    ['a group of readers', ['XGROUP', 'CREATE', 'KEY', 'g', '$']],
    ['cutting', ['XTRIM', 'KEY', 'MAXLEN', '0']],
    ['setting its end', ['XSETID', 'KEY', '9-9']],
    ['deleting', ['DEL', 'KEY']],
    ['sorting into it', ['SORT', 'TEXT', 'STORE', 'KEY']],
    ['a transaction', ['MULTI']],
    ['publishing', ['PUBLISH', 'KEY', 'x']],
    ['rights', ['ACL', 'SETUSER', 'default', 'on']],
    ['settings', ['CONFIG', 'SET', 'save', '']],
    ['emptying everything', ['FLUSHALL']],
    ['ending it', ['SHUTDOWN', 'NOSAVE']],
    ['all keys', ['KEYS', '*']],
  ])('O-05 %s is refused', async (_, command) => {
    for (const stream of [STREAMS[0] ?? '', REAL[0] ?? '']) {
      await refused(
        command.map((word) => (word === 'KEY' ? stream : word === 'TEXT' ? text : word)),
      );
    }
  });

  const hasBox = findProgram('bwrap') !== null || findProgram('unshare') !== null;
  it.skipIf(!hasBox)('O-05 a script that speaks to Redis itself does not reach it', async () => {
    const folder = realpathSync(mkdtempSync(join(tmpdir(), 'holdfast-script-')));
    const script = join(folder, 'inject.mjs');
    const [stream = ''] = STREAMS;
    writeFileSync(
      script,
      `import { connect } from 'node:net';
       const socket = connect(6379, '127.0.0.1');
       socket.on('connect', () => socket.write('XADD ${stream} 2-1 a b\\r\\n'));
       socket.on('data', (piece) => { console.log('answered ' + piece); process.exit(0); });
       socket.on('error', (error) => { console.log(error.code); process.exit(3); });`,
    );
    try {
      // The script is one that adds an entry, wherever Redis lets it.
      const free = spawnSync(process.execPath, [script], { encoding: 'utf8' });
      expect(free.stdout).toContain('answered');
      expect(await asAdmin('XDEL', stream, '2-1')).toBe(1);
      const sandbox = createSandbox({ readable: [folder], hidden: [], isForbidden: () => false });
      const ran = await sandbox.run({
        argv: [process.execPath, script],
        writable: [],
        ports: [],
        timeoutMs: 20_000,
      });
      expect(ran).toMatchObject({ started: true, exitCode: 3 });
    } finally {
      rmSync(folder, { recursive: true });
    }
    expect(await asAdmin('XLEN', stream)).toBe(1);
  });

  it('O-05 reading is not refused, and nothing has changed', async () => {
    expect(await reader.ask(['GET', text])).toBe('read me');
    expect(await reader.ask(['INFO', 'server'])).toContain('redis_version');
    expect(await reader.ask(['PING'])).toBe('PONG');
    for (const stream of STREAMS) expect(await reader.ask(['XLEN', stream])).toBe(1);
    expect(await reader.ask(['XRANGE', STREAMS[0] ?? '', '-', '+'])).toEqual([['1-1', ['a', 'b']]]);
    expect(await reader.ask(['GET', `${mark}:nothing`])).toBeNull();
  });

  describe('9.4 the listed streams, looked for at the start', () => {
    const warnings = (...listed: readonly string[]): Promise<readonly string[]> =>
      streamWarnings(
        URL,
        listed.map((name) => `${mark}:quantum:stream:${name}`),
      );

    it('NON-TRIP: each is there, or nothing like it', async () => {
      expect(await warnings('apply.plan', 'trade.intent', 'ai.decision')).toEqual([]);
      expect(await warnings('something.else.entirely')).toEqual([]);
    });

    it('TRIP: the name that was listed, beside the one that is written', async () => {
      const name = `${mark}:quantum:stream:ai.decision`;
      await asAdmin('DEL', name);
      try {
        expect(await warnings('apply.plan', 'ai.decision')).toEqual([
          `stream_not_there:${name}: there is ${name}.made`,
        ]);
      } finally {
        await asAdmin('XADD', name, '1-1', 'a', 'b');
      }
    });

    it('NON-TRIP: a key of another kind is no stream', async () => {
      expect(await streamWarnings(URL, [`${text}s`])).toEqual([]);
    });

    it('TRIP: nobody who answers is said, and taken for nothing', async () => {
      const [warning] = await streamWarnings('redis://127.0.0.1:1', ['a']);
      expect(warning).toMatch(/^streams_not_asked: Redis: /);
    });
  });

  it('9.14 each run has a user of its own, and a closed one is gone', async () => {
    const other = await provisionRedis(URL);
    await other.close();
    await expect(other.ask(['PING'])).rejects.toThrow('was not let in');
    expect(await reader.ask(['PING'])).toBe('PONG');
  });
});

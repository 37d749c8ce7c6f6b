/** Whole operations on a real service, typed at the command line. */
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ProjectDesk } from './project-desk.ts';

const desk = new ProjectDesk();
beforeAll(async () => {
  await desk.open();
});
afterAll(() => desk.close());

describe('an operation at the command line', () => {
  it('D-24 is refused without an approval, runs with one, and is taken back later', async () => {
    const id = await desk.declared(2, {}, false);
    expect(await desk.type('run', id)).toMatchObject({ code: 3 });
    expect(await desk.type('approve', id, '--key', desk.key('stranger'))).toMatchObject({
      code: 2,
    });
    expect(await desk.type('approve', id, '--key', desk.key('ana'))).toMatchObject({
      code: 0,
      out: expect.stringContaining('(SELF)'),
    });
    expect(await desk.type('run', id)).toMatchObject({ code: 0, out: `${id}: SUCCESS\n` });
    expect([desk.limit, await desk.told()]).toEqual([2, 2]);

    const report = await desk.type('report', id);
    for (const section of [
      'EXEC SUMMARY',
      'CHANGES MADE',
      'VERIFICATION EVIDENCE',
      'RISK ASSESSMENT',
      'NEXT SAFE ACTIONS',
    ]) {
      expect(report.out).toContain(`## ${section}`);
    }
    expect((await desk.type('report', id, '--steps')).out).toMatch(/\[STEP 1 \| .*Z\]\nCommand:\n/);
    expect((await desk.type('ledger', 'list')).out).toMatch(new RegExp(`${id}  SUCCESS .*SELF`));

    expect(await desk.type('rollback', id, '--why', 'no longer wanted')).toMatchObject({ code: 1 });
    expect([desk.limit, await desk.told()]).toEqual([1, 1]);
    expect((await desk.type('ledger', 'list')).out).toMatch(new RegExp(`${id}  ROLLBACK`));
    expect(await desk.type('ledger', 'verify')).toMatchObject({ code: 0 });
  });

  it('O-06 one failed verification puts everything back', async () => {
    const id = await desk.declared(3);
    expect(await desk.type('run', id)).toMatchObject({ code: 1, out: `${id}: ROLLBACK\n` });
    expect([desk.limit, await desk.told()]).toEqual([1, 1]);
  });

  it('O-11 what was declared is what is run: a file edited since changes nothing', async () => {
    const id = await desk.declared();
    writeFileSync(join(desk.root, `${id}.json`), '{}');
    const log = join(desk.root, 'ops', 'runs', id, 'audit.jsonl');
    const honest = readFileSync(log, 'utf8');
    writeFileSync(log, honest.replace('The limit becomes 2.', 'The limit becomes 9.'));
    expect(await desk.type('run', id)).toMatchObject({ code: 4 });
    writeFileSync(log, honest);
    expect(await desk.type('run', id)).toMatchObject({ code: 0 });
    expect(await desk.type('rollback', id, '--why', 'again')).toMatchObject({ code: 1 });
  });

  it('X-04 what touches trading holds the lock while it works, and no longer', async () => {
    const lock = join(desk.root, 'artifacts', 'operations', 'dev.lock.json');
    const id = await desk.declared(2, { trading_impact: 'indirect' });
    let seen = '';
    const watch = setInterval(() => {
      if (existsSync(lock)) seen = readFileSync(lock, 'utf8');
    }, 1);
    const ran = await desk.type('run', id);
    clearInterval(watch);
    expect(ran).toMatchObject({ code: 0 });
    expect(JSON.parse(seen)).toMatchObject({ operation_id: id, state: 'running' });
    expect(existsSync(lock)).toBe(false);
    expect(await desk.type('rollback', id, '--why', 'again')).toMatchObject({ code: 1 });
  });

  it('9.4 warns of streams that cannot be looked for, and plans all the same', async () => {
    const made = await desk.type('new', '--environment', 'DEV', '--requested-by', 'ana');
    const id = /OPS-\d{4}-\d{2}-\d{2}-\d{3}/.exec(made.out)?.[0] ?? '';
    const plain = desk.declaration(id);
    const file = join(desk.root, 'streams.json');
    writeFileSync(file, JSON.stringify(plain));
    expect(await desk.type('plan', file)).toMatchObject({ code: 0, err: '' });
    const uses = { ...plain.uses, redis: 'redis://127.0.0.1:1' };
    writeFileSync(file, JSON.stringify({ ...plain, uses }));
    expect(await desk.type('plan', file)).toMatchObject({
      code: 0,
      err: expect.stringMatching(/^WARNING streams_not_asked: Redis: /),
    });
  });

  it('lints what is not filled, and says where', async () => {
    const made = await desk.type('new', '--environment', 'DEV', '--requested-by', 'ana');
    const file = join(desk.root, 'unfilled.yaml');
    writeFileSync(file, made.out);
    const linted = await desk.type('lint', file);
    expect(linted.code).toBe(2);
    expect(linted.err).toContain('risk_class_invalid:<RISK_CLASS> at /RISK_CLASS');
  });
});

/** Killed as soon as so many records are there. */
const MOMENTS = [4, 5, 7, 8, 10, 11];

describe('a runner that is killed', () => {
  it.each(MOMENTS)('O-08 after %i records: before, after or rolled back', async (many) => {
    const id = await desk.declared();
    await desk.typeAndKill(() => desk.events(id).length >= many, 'run', id);
    const events = desk.events(id);
    const resumed = await desk.type('resume', id);
    // Both steps and the whole were verified: what is left is to say so.
    const isProved = events.filter((event) => event === 'verification').length === 3;
    expect(resumed.out).toBe(`${id}: ${isProved ? 'SUCCESS' : 'ROLLBACK'}\n`);
    const limit = isProved ? 2 : 1;
    expect([desk.limit, await desk.told()]).toEqual([limit, limit]);
    const started = desk.events(id).filter((event) => event === 'step_started');
    expect(started.length).toBeLessThanOrEqual(2);
    expect(await desk.type('ledger', 'verify')).toMatchObject({ code: 0 });
    if (isProved) await desk.type('rollback', id, '--why', 'the next one begins at 1');
    expect(readdirSync(join(desk.root, 'app'))).toEqual(['config.json']);
  });
});

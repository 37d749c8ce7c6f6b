/** The shipped rotation of a key, typed at the command line, on an engine that trades. */
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { KeyedSystem, NEXT, OLD } from './keyed-system.ts';
import { ENGINE, LocalSystem, type Settings } from './local-system.ts';

const keyed = new KeyedSystem(new LocalSystem());
const { system } = keyed;
let settings: Settings;
beforeAll(async () => {
  await system.open();
  await keyed.open();
  settings = {
    UNIT_FILE: keyed.unitFile(ENGINE),
    KEY_AT: keyed.placeOf('--key-file'),
    OLD_KEY_FILE: keyed.keyFile(OLD),
    NEW_KEY_FILE: keyed.keyFile(NEXT),
    NEW_KEY_ID: NEXT,
    RUN: keyed.run('a'),
    HTTP_PORT: system.port,
    CONFIG_HASH: await system.configHash(),
  };
});
afterAll(() => system.close());

const keyOf = (): unknown => {
  const about: unknown = JSON.parse(readFileSync(join(keyed.run('a'), 'run.json'), 'utf8'));
  return (about as { readonly key_id: unknown }).key_id;
};
const fillsAfter = async (known: ReadonlySet<string>): Promise<boolean> =>
  [...(await keyed.fills())].some((id) => !known.has(id));

/** Files below a folder that hold a text. */
function holding(folder: string, text: string): readonly string[] {
  const files = readdirSync(folder, { recursive: true, encoding: 'utf8' });
  return files.filter((name) => {
    const path = join(folder, name);
    return statSync(path).isFile() && readFileSync(path).includes(text);
  });
}

describe('rotate-key', () => {
  it('D-24 a key that the exchange refuses is taken back by itself', async () => {
    keyed.writeKey(NEXT, 'not-to-be-seen-and-wrong');
    const made = await system.fromTemplate('rotate-key', settings);
    await system.declared(made);
    const ran = await system.ops('run', made.id);
    expect(ran, ran.err).toMatchObject({ code: 1, out: `${made.id}: ROLLBACK\n` });
    expect(keyed.argv(ENGINE)).toContain(keyed.keyFile(OLD));
    expect(existsSync(system.lock)).toBe(false);
    await system.untilMode('Active');
    expect(keyOf()).toBe(OLD);
  });

  it('D-24 the engine trades by the new key, and goes on when the old one is revoked', async () => {
    keyed.writeKey(NEXT, `not-to-be-seen-${NEXT}`);
    const made = await system.fromTemplate('rotate-key', settings);
    expect((await system.ops('plan', made.file)).out).toContain('APPROVALS       2');
    await system.declared(made);
    const ran = await system.ops('run', made.id);
    expect(ran, ran.err).toMatchObject({ code: 0, out: `${made.id}: SUCCESS\n` });
    expect(keyOf()).toBe(NEXT);
    await keyed.revoke(OLD);
    await system.until('the old key is refused', async () => {
      return (await keyed.authentication(OLD)) === 13_004;
    });
    const known = await keyed.fills();
    await system.untilMode('Active');
    await system.until('it trades by the new key', () => fillsAfter(known));
    expect((await system.status())?.trading_mode).toBe('Active');
    expect(await system.verdicts(made.id)).toEqual([0, 1, 1, 0]);
  });

  it('9.4 no secret is in a record, a report, a log or a list of processes', async () => {
    const known = 'not-to-be-seen';
    for (const folder of ['ops', 'artifacts']) {
      expect(holding(join(system.root, folder), known)).toEqual([]);
    }
    expect(holding(keyed.run('a'), known)).toEqual([]);
    const { service } = JSON.parse(system.startedAt(ENGINE)) as { service: { pid: number } };
    const line = readFileSync(`/proc/${service.pid}/cmdline`, 'utf8');
    expect(line).toContain(keyed.keyFile(NEXT));
    expect(line).not.toContain(known);
  });
});

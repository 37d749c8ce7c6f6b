/** The shipped restore of a ledger, typed at the command line: damaged bytes, and a real backup. */
import { execFileSync } from 'node:child_process';
import { hash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { folderSource, scanLedger } from '@holdfast/runtime/ledger';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { KeyedSystem } from './keyed-system.ts';
import { ENGINE, EXCHANGE, LocalSystem, type Settings } from './local-system.ts';

const keyed = new KeyedSystem(new LocalSystem());
const { system } = keyed;
const [damaged, fresh] = [keyed.run('a'), keyed.run('b')];
const backup = join(system.base, 'backup.tar.gz');
let segment = '';
let settings: Settings;

const digest = (path: string): string => hash('sha256', readFileSync(path), 'hex');
const fillsSince = async (known: ReadonlySet<string>): Promise<number> =>
  [...(await keyed.fills())].filter((id) => !known.has(id)).length;

/** As a backup is made: with the engine stopped. */
function pack(archive: string): void {
  const words = ['--create', '--gzip', `--file=${archive}`, `--directory=${damaged}`, 'ledger'];
  execFileSync('/usr/bin/tar', words);
}

/** Fills that a ledger knows: how each was learned, by its trade id. */
function fillsIn(run: string): ReadonlyMap<string, string> {
  const found = new Map<string, string>();
  for (const { record } of scanLedger(folderSource(join(run, 'ledger')))) {
    if (record.type === 'fillRecorded') found.set(record.tradeId, record.source);
  }
  return found;
}

/** What the engine says is held, by instrument. */
async function ours(): Promise<Readonly<Record<string, number>>> {
  const { out } = await system.holdfast('positions', '--run', fresh, '--json');
  const { positions } = JSON.parse(out) as { readonly positions: readonly Held[] };
  const held = positions.filter(({ amount }) => Number(amount) !== 0);
  return Object.fromEntries(held.map((each) => [each.instrument, Number(each.amount)]));
}

interface Held {
  readonly instrument: string;
  readonly amount: string;
}

/** Of the whole run folder: names, and what is in each file. */
function evidence(): string {
  const names = readdirSync(join(damaged, 'ledger')).sort();
  const lines = names.map((name) => `${name} ${digest(join(damaged, 'ledger', name))}`);
  return lines.join('\n');
}

beforeAll(async () => {
  await system.open();
  await keyed.open();
  await system.until('something was filled', async () => (await keyed.fills()).size > 0);
  await system.service('stop', ENGINE);
  pack(backup);
  const known = await keyed.fills();
  await system.service('start', ENGINE);
  await system.until('there are fills since', async () => (await fillsSince(known)) > 0);
  await system.service('stop', ENGINE);
  [segment = ''] = readdirSync(join(damaged, 'ledger')).filter((name) => name.endsWith('.ledger'));
  const path = join(damaged, 'ledger', segment);
  const bytes = readFileSync(path);
  const at = bytes.indexOf('fill');
  bytes.writeUInt8(bytes.readUInt8(at) ^ 1, at);
  writeFileSync(path, bytes);
  mkdirSync(fresh, { mode: 0o700 });
  settings = {
    UNIT_FILE: keyed.unitFile(ENGINE),
    RUN_AT: keyed.placeOf('--run'),
    DAMAGED_RUN: damaged,
    DAMAGED_SEGMENT: segment,
    DAMAGED_SHA256: digest(path),
    FRESH_RUN: fresh,
    BACKUP: backup,
    BACKUP_SHA256: digest(backup),
    VENUE_UNIT: EXCHANGE,
    HTTP_PORT: system.port,
  };
});
afterAll(() => system.close());

describe('restore-ledger', () => {
  it('D-13 an engine does not start on the damaged ledger', async () => {
    await expect(system.service('start', ENGINE)).rejects.toThrow('did not start');
    const verified = await system.holdfast('ledger', 'verify', join(damaged, 'ledger'));
    expect(verified).toMatchObject({ code: 1, out: expect.stringContaining('is damaged') });
  });

  it('9.7 a backup that is not the one that was made leaves everything as it is', async () => {
    const before = evidence();
    const wrong = { ...settings, BACKUP_SHA256: '0'.repeat(64) };
    const made = await system.fromTemplate('restore-ledger', wrong);
    await system.declared(made);
    const ran = await system.ops('run', made.id);
    expect(ran, ran.err).toMatchObject({ code: 1, out: `${made.id}: ROLLBACK\n` });
    expect([evidence(), readdirSync(fresh)]).toEqual([before, []]);
    expect(keyed.argv(ENGINE)).toContain(damaged);
    expect(await system.isActive(ENGINE)).toBe(false);
    expect(existsSync(system.lock)).toBe(false);
  });

  it('9.7 a backup that is damaged itself is taken away again', async () => {
    const before = evidence();
    const copy = join(system.base, 'damaged.tar.gz');
    pack(copy);
    const wrong = { ...settings, BACKUP: copy, BACKUP_SHA256: digest(copy) };
    const made = await system.fromTemplate('restore-ledger', wrong);
    await system.declared(made);
    const ran = await system.ops('run', made.id);
    expect(ran, ran.err).toMatchObject({ code: 1, out: `${made.id}: ROLLBACK\n` });
    expect([evidence(), readdirSync(fresh)]).toEqual([before, []]);
    expect(keyed.argv(ENGINE)).toContain(damaged);
  });

  it('D-14 starts the engine on the backup; what came since is told by the exchange', async () => {
    const before = evidence();
    const there = await keyed.fills();
    const made = await system.fromTemplate('restore-ledger', settings);
    await system.declared(made);
    const ran = await system.ops('run', made.id);
    expect(ran, ran.err).toMatchObject({ code: 0, out: `${made.id}: SUCCESS\n` });
    expect(evidence()).toBe(before);
    expect(existsSync(system.lock)).toBe(false);
    await system.untilMode('Active');
    const known = fillsIn(fresh);
    expect([...there].filter((id) => !known.has(id))).toEqual([]);
    expect([...there].filter((id) => known.get(id) === 'reconciliation')).not.toEqual([]);
    const all = await keyed.fills();
    expect([...known.keys()].filter((id) => !all.has(id))).toEqual([]);
    await system.until('the engine holds what the exchange says', async () => {
      return isDeepStrictEqual(await ours(), await keyed.positions());
    });
    expect(await system.verdicts(made.id)).toEqual([0, 1, 1, 0]);
  });
});

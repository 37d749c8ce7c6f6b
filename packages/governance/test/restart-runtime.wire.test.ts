/** The shipped restart of the runtime, typed at the command line, on an engine that is Active. */
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parse, stringify } from 'yaml';
import type { Declaration } from '../src/operations/declaration.ts';
import { ENGINE, LocalSystem, type Settings } from './local-system.ts';
import { areStoresHere, askingStores } from './stores.fixture.ts';

const system = new LocalSystem();
let settings: Settings;
beforeAll(async () => {
  await system.open();
  settings = { HTTP_PORT: system.port, CONFIG_HASH: await system.configHash() };
});
afterAll(() => system.close());

/** What the engine said of itself while the operation was at work. */
async function watched(id: string) {
  const seen = new Set<string>();
  let locked = '';
  const watch = setInterval(() => {
    if (existsSync(system.lock)) locked = readFileSync(system.lock, 'utf8');
    void system.status().then((status) => seen.add(status?.trading_mode ?? 'away'));
  }, 50);
  const ran = await system.ops('run', id);
  clearInterval(watch);
  return { ran, seen, lock: JSON.parse(locked || 'null') as unknown };
}

const readFrom = (file: string): Declaration => parse(readFileSync(file, 'utf8')) as Declaration;

it('PostgreSQL and Redis are there when they are required', () => {
  expect(areStoresHere || process.env['HOLDFAST_REQUIRE_SERVICES'] !== '1').toBe(true);
});

describe('restart-runtime', () => {
  it('X-04 restarts the engine with trading reduced, and lets it go again', async () => {
    const { id, file } = await system.fromTemplate('restart-runtime', settings);
    writeFileSync(file, stringify(askingStores(readFrom(file))));
    const linted = await system.ops('lint', file);
    expect(linted, linted.err).toMatchObject({ code: 0 });
    const plan = await system.ops('plan', file);
    expect(plan).toMatchObject({ code: 0, out: expect.stringContaining('APPROVALS       2') });
    expect(plan.out).not.toMatch(/<[A-Z]/);
    await system.declared({ id, file });
    const before = system.startedAt(ENGINE);
    const { ran, seen, lock } = await watched(id);
    expect(ran, ran.err).toMatchObject({ code: 0, out: `${id}: SUCCESS\n` });
    expect(system.startedAt(ENGINE)).not.toBe(before);
    expect(lock).toMatchObject({ operation_id: id, trading_impact: 'direct', state: 'running' });
    expect(seen).toEqual(new Set(['Active', 'ReduceOnly', 'away']));
    expect(existsSync(system.lock)).toBe(false);
    await system.untilMode('Active');
    const { out: report } = await system.ops('report', id);
    expect(report).toContain('## VERIFICATION EVIDENCE');
    if (areStoresHere) expect(report).toMatch(/EXISTS holdfast:nothing[^]*SELECT datname/);
    expect(await system.ops('ledger', 'verify')).toMatchObject({ code: 0 });
    expect(await system.verdicts(id)).toEqual([0, 1, 1, 0]);
  });

  it('9.10 is refused with one approval, and with two of one role', async () => {
    const { id, file } = await system.fromTemplate('restart-runtime', settings);
    expect(await system.ops('declare', file)).toMatchObject({ code: 0 });
    const before = system.startedAt(ENGINE);
    const yes = (person: string, role: string) =>
      system.ops('approve', id, '--key', system.key(person), '--role', role);
    expect(await yes('ana', 'risk')).toMatchObject({ code: 3 });
    expect(await yes('ben', 'risk')).toMatchObject({ code: 3 });
    expect(await system.ops('run', id)).toMatchObject({ code: 3 });
    expect(await yes('carl', 'Risk')).toMatchObject({ code: 3 });
    expect(await system.ops('run', id)).toMatchObject({ code: 3 });
    expect(system.startedAt(ENGINE)).toBe(before);
    expect(existsSync(system.lock)).toBe(false);
  });

  it('O-06 a look that cannot hold takes it back by itself: Active again, as before', async () => {
    const made = await system.fromTemplate('restart-runtime', settings);
    const declaration = readFrom(made.file);
    const [look] = declaration.verification.filter(({ kind }) => kind === 'http');
    if (look?.kind !== 'http') throw new Error('the template asks the engine nothing');
    const hopeless = { ...look, json: [{ pointer: '/trading_mode', equals: 'Active' }] };
    const step = { title: 'Active', action: { kind: 'check', gate: hopeless }, verification: [] };
    const steps = [...declaration.steps, step];
    writeFileSync(made.file, stringify({ ...declaration, steps }));
    await system.declared(made);
    const ran = await system.ops('run', made.id);
    expect(ran, ran.err).toMatchObject({ code: 1, out: `${made.id}: ROLLBACK\n` });
    expect(system.events(made.id).filter((event) => event === 'undo')).toHaveLength(2);
    expect(await system.isActive(ENGINE)).toBe(true);
    expect(existsSync(system.lock)).toBe(false);
    await system.untilMode('Active');
    expect((await system.ops('ledger', 'list')).out).toMatch(
      new RegExp(`${made.id}  ROLLBACK .*ben.*carl`),
    );
    expect(await system.ops('ledger', 'verify')).toMatchObject({ code: 0 });
  });
});

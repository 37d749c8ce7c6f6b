/** The shipped break-glass drill, typed at the command line, on an engine that is Active. */
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parse, stringify } from 'yaml';
import type { Declaration } from '../src/operations/declaration.ts';
import { LocalSystem, type Settings } from './local-system.ts';

const system = new LocalSystem();
const record = join(system.base, 'drills');
let settings: Settings;
beforeAll(async () => {
  await system.open();
  mkdirSync(record);
  settings = { HTTP_PORT: system.port, RUN: system.run, RECORD: record };
});
afterAll(() => system.close());

describe('break-glass-drill', () => {
  it('P0-D kills, reduces, proves, kills again and starts again, each seen', async () => {
    const made = await system.fromTemplate('break-glass-drill', settings);
    expect(await system.ops('lint', made.file)).toMatchObject({ code: 0 });
    const plan = await system.ops('plan', made.file);
    expect(plan).toMatchObject({ code: 0, out: expect.stringContaining('APPROVALS       2') });
    expect(plan.out).not.toMatch(/<[A-Z]/);
    await system.declared(made);
    const ran = await system.ops('run', made.id);
    expect(ran, `${ran.err}${(await system.ops('report', made.id, '--steps')).out}`).toMatchObject({
      code: 0,
      out: `${made.id}: SUCCESS\n`,
    });
    expect(existsSync(system.lock)).toBe(false);
    await system.untilMode('Active');
    expect(readdirSync(record)).toEqual([`${made.id}.json`]);
    expect((await system.ops('report', made.id)).out).toContain('## VERIFICATION EVIDENCE');
    expect(await system.ops('ledger', 'verify')).toMatchObject({ code: 0 });
    expect(await system.verdicts(made.id)).toEqual([0, 1, 1, 0]);
  });

  it('P0-D a drill that does not show what it must is undone by the release', async () => {
    const made = await system.fromTemplate('break-glass-drill', settings);
    const declaration = parse(readFileSync(made.file, 'utf8')) as Declaration;
    const [kill] = declaration.steps;
    const [look] = declaration.verification;
    if (kill === undefined || look?.kind !== 'http') throw new Error('the template has changed');
    const hopeless = { ...look, json: [{ pointer: '/trading_mode', equals: 'Active' }] };
    const step = { title: 'Active', action: { kind: 'check', gate: hopeless }, verification: [] };
    writeFileSync(made.file, stringify({ ...declaration, steps: [kill, step] }));
    await system.declared(made);
    const ran = await system.ops('run', made.id);
    expect(ran, ran.err).toMatchObject({ code: 1, out: `${made.id}: ROLLBACK\n` });
    const told = (await system.ops('report', made.id, '--steps')).out;
    expect(told).toContain('/trading_mode is "Kill"');
    expect(existsSync(system.lock)).toBe(false);
    await system.untilMode('Active');
    expect(readdirSync(record)).not.toContain(`${made.id}.json`);
    expect(await system.ops('ledger', 'verify')).toMatchObject({ code: 0 });
  });

  it('9.14 the control socket is for high risk, and for no command that only looks', async () => {
    const made = await system.fromTemplate('break-glass-drill', settings);
    const { custom_high_risk, ...low } = parse(readFileSync(made.file, 'utf8')) as Declaration;
    writeFileSync(made.file, stringify(low));
    const linted = await system.ops('lint', made.file);
    expect(linted.code).toBe(2);
    expect(linted.err).toContain(`path_forbidden:${join(system.run, 'control.sock')} at /uses`);
    expect(custom_high_risk).toBeDefined();

    const [kill] = low.steps;
    if (kill?.action.kind !== 'exec.sandboxed') throw new Error('the template has changed');
    const action = { ...kill.action, kind: 'exec.read' };
    const looks = [{ title: 'A look that kills', action, verification: [] }];
    writeFileSync(made.file, stringify({ ...low, custom_high_risk, steps: looks }));
    await system.declared(made);
    expect(await system.ops('run', made.id)).toMatchObject({ code: 1 });
    expect((await system.status())?.trading_mode).toBe('Active');
  });
});

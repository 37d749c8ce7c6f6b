/** `ops new --from`, as a person types it: whole or not at all. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { stringify } from 'yaml';
import { ProjectDesk, type Typed } from './project-desk.ts';

const desk = new ProjectDesk();
const folder = join(desk.root, 'config', 'ops', 'declarations');
const own = join(desk.root, 'own.yaml');

/** What `ops new` says by itself. */
const NEW_SAYS = /^(schema|operation_id|environment|host|requested_by|expires_at)$/;

function template(parts: Readonly<Record<string, unknown>> = {}): string {
  const declared = Object.entries(desk.declaration('OPS-2026-01-01-001'));
  const whole = {
    schema: 'holdfast.operation-template.v1',
    title: 'Raise the limit',
    parameters: {
      LIMIT: { is: 'the new limit', type: 'integer' },
      FOLDER: { is: 'folder of the service', type: 'string', default: join(desk.root, 'app') },
    },
    declaration: {
      ...Object.fromEntries(declared.filter(([field]) => !NEW_SAYS.test(field))),
      OPERATION_NAME: 'Raise to <LIMIT>',
      ALLOWED_PATHS: ['<FOLDER>'],
      ...parts,
    },
  };
  return stringify(whole, { aliasDuplicateObjects: false });
}

beforeAll(async () => {
  await desk.open();
  mkdirSync(folder);
  writeFileSync(join(folder, 'raise-limit.yaml'), template());
});
afterAll(() => desk.close());

const from = (name: string, ...set: readonly string[]): Promise<Typed> => {
  const said = set.flatMap((each) => ['--set', each]);
  return desk.type('new', '--environment', 'DEV', '--requested-by', 'ana', '--from', name, ...said);
};

describe('ops new --from', () => {
  it.each([
    ['raise-limit', [], 'parameter_missing:LIMIT at --set LIMIT: the new limit'],
    ['raise-limit', ['LIMIT=2', 'LIMITS=3'], 'parameter_unknown:LIMITS at --set LIMITS'],
    ['raise-limit', ['LIMIT=two'], 'parameter_invalid:LIMIT at --set LIMIT'],
    ['raise-limit', ['LIMIT=2', 'FOLDER=<LIMIT>'], 'parameter_invalid:FOLDER at --set FOLDER'],
    ['raise-limit', ['LIMIT=2', 'FOLDER=/etc'], 'path_too_broad:/etc at /ALLOWED_PATHS/0'],
    ['lower-limit', ['LIMIT=2'], 'template_unreadable:missing'],
  ])('9.13 %s %j is refused with its place', async (name, set, fault) => {
    const typed = await from(name, ...set);
    expect(typed).toMatchObject({ code: 2, out: '', err: expect.stringContaining(fault) });
  });

  it('9.13 a template with a placeholder nothing fills is refused with its place', async () => {
    writeFileSync(own, template({ OBJECTIVE: 'For <NOBODY>' }));
    const typed = await from(own, 'LIMIT=2');
    expect(typed).toMatchObject({ code: 2, out: '' });
    expect(typed.err).toMatch(/placeholder_unresolved:<NOBODY> at \/declaration\/OBJECTIVE: line/);
  });

  it('9.13 --set without a template is refused', async () => {
    const words = ['--environment', 'DEV', '--requested-by', 'ana', '--set', 'LIMIT=2'];
    expect(await desk.type('new', ...words)).toMatchObject({ code: 2, out: '' });
  });

  it('O-12 takes an id only for what is whole, and that is linted, planned and run', async () => {
    const typed = await from('raise-limit', 'LIMIT=2');
    const day = new Date().toISOString().slice(0, 10);
    expect(typed).toMatchObject({ code: 0, err: '' });
    // None of those that were refused has used one up.
    const id = `OPS-${day}-001`;
    expect(typed.out).toContain(`operation_id: ${id}\n`);
    expect(typed.out).toContain('OPERATION_NAME: Raise to 2\n');
    const file = join(desk.root, 'made.yaml');
    writeFileSync(file, typed.out);
    expect(await desk.type('lint', file)).toMatchObject({ code: 0 });
    expect((await desk.type('plan', file)).out).not.toMatch(/<[A-Z]/);
    expect(await desk.type('declare', file)).toMatchObject({ code: 0 });
    await desk.type('approve', id, '--key', desk.key('ana'));
    expect(await desk.type('run', id)).toMatchObject({ code: 0, out: `${id}: SUCCESS\n` });
    expect(desk.limit).toBe(2);
  });

  it('9.13 templates lists what is shipped, and what is wrong with it', async () => {
    const listed = await desk.type('templates');
    expect(listed).toMatchObject({ code: 0, err: '' });
    expect(listed.out).toContain(
      'raise-limit  Raise the limit\n  LIMIT  the new limit (integer)\n',
    );
    expect(listed.out).toContain(`(string, ${join(desk.root, 'app')} unless said)`);
    expect(listed.out).toContain('filled by itself: PROJECT, NODE, OPERATION_ID, REQUESTED_BY');
    writeFileSync(join(folder, 'worse.yaml'), 'schema: x\n');
    const worse = await desk.type('templates');
    expect(worse).toMatchObject({ code: 2, out: expect.stringContaining('raise-limit') });
    expect(worse.err).toMatch(/^worse:\ntemplate_malformed/);
  });
});

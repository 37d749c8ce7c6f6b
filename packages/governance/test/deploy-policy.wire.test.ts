/** The shipped deployment of a policy, typed at the command line, on an engine that is Active. */
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { LocalSystem, type Settings } from './local-system.ts';

const system = new LocalSystem();
const candidate = join(system.base, 'candidate.json');
let before: string;
let after: string;
beforeAll(async () => {
  await system.open();
  before = await system.configHash();
  writeFileSync(candidate, system.policyText({ min_edge_usd: 0.75 }));
  after = await system.configHash(candidate);
});
afterAll(() => system.close());

const settings = (parts: Settings = {}): Settings => ({
  HTTP_PORT: system.port,
  CANDIDATE: candidate,
  SHA256: createHash('sha256').update(readFileSync(candidate)).digest('hex'),
  POLICY: system.policy,
  RUNTIME: system.runtime,
  CONFIG_HASH: after,
  ...parts,
});

const runs = async (): Promise<string | undefined> => (await system.status())?.runtime_config_hash;
const deployed = (): string => readFileSync(system.policy, 'utf8');

describe('deploy-policy', () => {
  it('X-02 another hash than the one expected takes the bundle back by itself', async () => {
    const old = deployed();
    const made = await system.fromTemplate('deploy-policy', settings({ CONFIG_HASH: before }));
    await system.declared(made);
    const ran = await system.ops('run', made.id);
    expect(ran, ran.err).toMatchObject({ code: 1, out: `${made.id}: ROLLBACK\n` });
    const told = (await system.ops('report', made.id, '--steps')).out;
    expect(told).toContain(`/runtime_config_hash is "${after}"`);
    expect(deployed()).toBe(old);
    expect(existsSync(system.lock)).toBe(false);
    // The certificate is of the configuration that runs again.
    await system.untilMode('Active');
    expect(await runs()).toBe(before);
    expect((await system.ops('ledger', 'list')).out).toContain(`${made.id}  ROLLBACK`);
  });

  it.each([
    ['is not what was approved', { SHA256: '0'.repeat(64) }, 1],
    ['is no policy', {}, 1],
  ])('9.14 a candidate that %s changes nothing', async (_, parts, code) => {
    const broken = join(system.base, 'broken.json');
    writeFileSync(broken, '{ "policy_id": "LP-001" }\n');
    const sha256 = createHash('sha256').update(readFileSync(broken)).digest('hex');
    const old = deployed();
    const made = await system.fromTemplate(
      'deploy-policy',
      settings({ CANDIDATE: broken, SHA256: sha256, ...parts }),
    );
    await system.declared(made);
    const ran = await system.ops('run', made.id);
    expect(ran, ran.err).toMatchObject({ code, out: `${made.id}: ROLLBACK\n` });
    expect(system.events(made.id)).not.toContain('undo');
    expect([deployed(), await runs()]).toEqual([old, before]);
    expect(existsSync(system.lock)).toBe(false);
  });

  it('10.7 is read by the engine that is started with it, which opens once certified', async () => {
    const made = await system.fromTemplate('deploy-policy', settings());
    expect(await system.ops('lint', made.file)).toMatchObject({ code: 0 });
    const plan = await system.ops('plan', made.file);
    expect(plan).toMatchObject({ code: 0, out: expect.stringContaining('APPROVALS       2') });
    expect(plan.out).not.toMatch(/<[A-Z]/);
    await system.declared(made);
    const ran = await system.ops('run', made.id);
    expect(ran, ran.err).toMatchObject({ code: 0, out: `${made.id}: SUCCESS\n` });
    expect(deployed()).toBe(readFileSync(candidate, 'utf8'));
    expect(await runs()).toBe(after);
    expect(existsSync(system.lock)).toBe(false);
    await system.until('only the certificate is missing', async () => {
      const status = await system.status();
      return status?.mode_reasons.join() === 'REDUCEONLY_F1_CERT_INVALID';
    });
    await system.certify();
    await system.untilMode('Active');
    expect((await system.ops('report', made.id)).out).toContain('## VERIFICATION EVIDENCE');
    expect(await system.ops('ledger', 'verify')).toMatchObject({ code: 0 });
    expect(await system.verdicts(made.id)).toEqual([0, 1, 1, 0]);
  });

  it('9.14 the launch policy of the checkout is no bundle', async () => {
    const launch = join(system.root, 'config', 'policy.json');
    await expect(
      system.fromTemplate('deploy-policy', settings({ POLICY: launch })),
    ).rejects.toThrow(`path_forbidden:${launch}`);
  });
});

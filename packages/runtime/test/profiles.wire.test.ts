/** What a whole engine says of its profiles, asked over its port. */
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { EngineOptions } from '../src/run/engine.ts';
import { openWireBench, type WireBench } from './wire-bench.ts';
import { startWireEngine } from './wire-engine.ts';

const RULES = 'docs/contract/rules.json';
const GOP = [{ profile: 'GOP' }] as const;
let bench: WireBench;

beforeAll(async () => {
  bench = await openWireBench('profiles', { port: 0 });
});
afterAll(async () => {
  await bench.close(false);
});

/** Lays the list of rules into the engine's root, starts it, and reads its status. */
async function claimed(
  linked: EngineOptions['linked'],
  status: 'planned' | 'tested' | null,
): Promise<Record<string, unknown>> {
  const { root } = bench.place;
  mkdirSync(join(root, 'docs/contract'), { recursive: true });
  const rule = { id: 'AT-992', profile: 'GOP', title: 't', status, tests: [] };
  if (status === null) rmSync(join(root, RULES), { force: true });
  else writeFileSync(join(root, RULES), JSON.stringify([rule]));
  const engine = await startWireEngine(bench.place, { strategies: [], linked });
  try {
    const about = JSON.parse(readFileSync(join(bench.run, 'run.json'), 'utf8')) as { http: string };
    const answer = await fetch(`${about.http}/api/v1/status`);
    return (await answer.json()) as Record<string, unknown>;
  } finally {
    await engine.stop();
  }
}

describe('an engine with a governance part that is not wholly tested', () => {
  it('D-39 claims core safety alone, as one without that part does', async () => {
    for (const status of ['planned', null] as const) {
      expect((await claimed(GOP, status))['supported_profiles']).toEqual(['CSP']);
    }
    const without = await claimed([], 'tested');
    expect(without).toMatchObject({ supported_profiles: ['CSP'], enforced_profile: 'CSP' });
  });

  it('D-39 claims governance once all of it is tested, and enforces what it was told', async () => {
    expect(await claimed(GOP, 'tested')).toMatchObject({
      supported_profiles: ['CSP', 'GOP', 'FULL'],
      enforced_profile: 'CSP',
    });
  });
});

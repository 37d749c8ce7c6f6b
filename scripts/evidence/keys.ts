/** The key-scope probe, recorded on the built-in exchange: no key of a real one exists. */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { complaintOf, type Exchange, holdfast } from './commands.ts';
import type { Made } from './pack.ts';
import { ofSimulatedRun } from './provenance.ts';

const PATH = 'keys/key_scope_probe.json';

export async function probeKeys(root: string, exchange: Exchange, buildId: string): Promise<Made> {
  const folder = mkdtempSync(join(tmpdir(), 'holdfast-probe-'));
  const out = join(folder, 'probe.json');
  const env = {
    HOLDFAST_PROBE_TRADE: exchange.keys.get('holdfast-trade') ?? '',
    HOLDFAST_PROBE_READ: exchange.keys.get('holdfast-read') ?? '',
    HOLDFAST_PROBE_REVOKED: exchange.keys.get('holdfast-revoked') ?? '',
  };
  const dev = ['keys', 'probe', '--env', 'DEV', '--url', exchange.http, '--out', out];
  const gone = ['--revoked-client-id', 'holdfast-revoked'];
  const revoked = [...gone, '--revoked-secret-env', 'HOLDFAST_PROBE_REVOKED'];
  const trade = ['--client-id', 'holdfast-trade', '--secret-env', 'HOLDFAST_PROBE_TRADE'];
  const read = ['--client-id', 'holdfast-read', '--secret-env', 'HOLDFAST_PROBE_READ', '--append'];
  const steps = [
    [...dev, ...trade, ...revoked],
    [...dev, ...read],
    ['keys', 'probe', '--env', 'PAPER', '--out', out, '--append'],
    ['keys', 'check', '--probe', out],
  ];
  try {
    for (const words of steps) {
      const said = await holdfast(root, words, env);
      if (said.code !== 0) return { path: PATH, why: complaintOf(said) };
    }
    return { path: PATH, provenance: ofSimulatedRun(buildId), text: readFileSync(out, 'utf8') };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Documents the pack holds byte for byte, so that what was agreed can be seen later. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Item } from './pack.ts';
import { ofDocument } from './provenance.ts';

export interface Snapshot {
  readonly source: string;
  readonly path: string;
}

export const PHASE0_SNAPSHOTS: readonly Snapshot[] = [
  { source: 'docs/launch_policy.md', path: 'policy/launch_policy_snapshot.md' },
  { source: 'config/policy.json', path: 'policy/policy_config_snapshot.json' },
  { source: 'docs/env_matrix.md', path: 'env/env_matrix_snapshot.md' },
  { source: 'config/env-matrix.json', path: 'env/env_matrix_config_snapshot.json' },
  { source: 'docs/keys_and_secrets.md', path: 'keys/keys_and_secrets_snapshot.md' },
  { source: 'docs/break_glass_runbook.md', path: 'break_glass/runbook_snapshot.md' },
  { source: 'docs/health_endpoint.md', path: 'health/health_endpoint_snapshot.md' },
];

export const PHASE1_SNAPSHOTS: readonly Snapshot[] = [
  { source: 'docs/dispatch_chokepoint.md', path: 'documents/dispatch_chokepoint.md' },
  { source: 'docs/intent_gate_invariants.md', path: 'documents/intent_gate_invariants.md' },
  { source: 'docs/critical_config_keys.md', path: 'documents/critical_config_keys.md' },
];

export function takeSnapshots(
  root: string,
  buildId: string,
  snapshots: readonly Snapshot[],
): readonly Item[] {
  return snapshots.map(({ source, path }) => ({
    path,
    provenance: ofDocument(buildId),
    text: readFileSync(join(root, source), 'utf8'),
  }));
}

/** Snapshots that are not, byte for byte, what the source says now. */
export function staleSnapshots(
  root: string,
  folder: string,
  snapshots: readonly Snapshot[],
): readonly string[] {
  return snapshots.flatMap(({ source, path }) => {
    const now = bytesOf(join(root, source));
    const then = bytesOf(join(folder, path));
    if (then === null) return [`${path}: missing`];
    if (now === null) return [`${source}: missing`];
    return now.equals(then) ? [] : [`${path}: is no longer what ${source} says`];
  });
}

function bytesOf(path: string): Buffer | null {
  try {
    return readFileSync(path);
  } catch {
    return null;
  }
}

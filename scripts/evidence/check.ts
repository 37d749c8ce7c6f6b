/** Whether a pack is whole, of this build, and says what it must. */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { isDirtyBuild } from '../../packages/runtime/src/proof/index.ts';
import { type Manifest, manifestFaults, readManifest } from './manifest.ts';
import { buildIdOf } from './provenance.ts';
import { type Snapshot, staleSnapshots } from './snapshots.ts';

/** What one pack has to hold. */
export interface PackRules {
  /** Paths the checklist names; what is absent is refused by name. */
  readonly required: readonly string[];
  /** Lines that are not blank, where more than one is asked for. */
  readonly linesMin: Readonly<Record<string, number>>;
  readonly snapshots: readonly Snapshot[];
  /**
   * What is wrong with the text at a required path, each with the path in front.
   * @param other the text of another file of the same pack.
   */
  contentFaults(path: string, text: string, other: (path: string) => string): readonly string[];
}

/** Everything that is wrong, a sentence with file and rule each. */
export function packFaults(root: string, folder: string, rules: PackRules): readonly string[] {
  const read = readManifest(folder);
  if (!read.ok) return [read.fault];
  return [
    ...ownFaults(folder, read.manifest, rules),
    ...staleSnapshots(root, folder, rules.snapshots),
    ...ageFaults(root, read.manifest),
  ];
}

/**
 * The same without what time alone does to a pack: a commit after the one it was made of outdates
 * it, and it is whole as long as nobody touches it.
 */
export function wholeFaults(folder: string, rules: PackRules): readonly string[] {
  const read = readManifest(folder);
  return read.ok ? ownFaults(folder, read.manifest, rules) : [read.fault];
}

function ownFaults(folder: string, manifest: Manifest, rules: PackRules): readonly string[] {
  const faults = [...manifestFaults(folder, manifest), ...labelFaults(manifest)];
  for (const path of rules.required) {
    if (existsSync(join(folder, path))) faults.push(...textFaults(folder, path, rules));
    else faults.push(`${path}: missing`);
  }
  return faults;
}

/** D-38: every item says where it comes from, and all of one build. */
function labelFaults(manifest: Manifest): readonly string[] {
  const faults: string[] = [];
  if (isDirtyBuild(manifest.build_id)) {
    faults.push(`made of ${manifest.build_id}: content that nobody committed proves nothing later`);
  }
  for (const { path, clock, venue, data, build_id: built, node } of manifest.entries) {
    const label = [clock, venue, data, built, node];
    if (label.some((word) => typeof word !== 'string' || word === '')) {
      faults.push(`${path}: does not say where it comes from`);
    } else if (built !== manifest.build_id) {
      faults.push(`${path}: of build ${built}, the pack is of ${manifest.build_id}`);
    }
  }
  return faults;
}

function ageFaults(root: string, manifest: Manifest): readonly string[] {
  const build = buildIdOf(root);
  if (manifest.build_id === build) return [];
  return [`out of date: made for build ${manifest.build_id}, this is ${build}`];
}

function textFaults(folder: string, path: string, rules: PackRules): readonly string[] {
  const text = readFileSync(join(folder, path), 'utf8');
  const lines = text.split('\n').filter((line) => line.trim() !== '').length;
  const least = rules.linesMin[path] ?? 1;
  if (lines < least) return [`${path}: ${lines} lines, at least ${least}`];
  try {
    return rules.contentFaults(path, text, (other) => readFileSync(join(folder, other), 'utf8'));
  } catch (error) {
    return [`${path}: cannot be read: ${error instanceof Error ? error.message : 'unknown'}`];
  }
}

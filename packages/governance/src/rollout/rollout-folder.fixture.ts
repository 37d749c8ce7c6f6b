/** A rollout folder on disk, gone when the test is over. */
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { onTestFinished } from 'vitest';
import { DEFAULT_POLICY, type PolicyRead, readPolicy, type RolloutPolicy } from './policy.ts';

export interface RolloutFolder {
  readonly path: string;
  put(files: Readonly<Record<string, string>>): void;
  /** Null where it is not there. */
  read(name: string): string | null;
  remove(name: string): void;
}

export function makeRolloutFolder(files: Readonly<Record<string, string>>): RolloutFolder {
  const path = mkdtempSync(join(tmpdir(), 'rollout-'));
  onTestFinished(() => rmSync(path, { recursive: true, force: true }));
  const put = (changed: Readonly<Record<string, string>>): void => {
    for (const [name, text] of Object.entries(changed)) {
      mkdirSync(dirname(join(path, name)), { recursive: true });
      writeFileSync(join(path, name), text);
    }
  };
  put(files);
  return {
    path,
    put,
    read: (name) => {
      try {
        return readFileSync(join(path, name), 'utf8');
      } catch {
        return null;
      }
    },
    remove: (name) => rmSync(join(path, name), { recursive: true, force: true }),
  };
}

export const policyRead = (over: Partial<RolloutPolicy> = {}): PolicyRead =>
  readPolicy(JSON.stringify({ ...DEFAULT_POLICY, ...over }));

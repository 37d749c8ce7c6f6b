import { resolve } from 'node:path';
import { loadConfiguration } from '../config/index.ts';
import { readBuildIdentity } from '../proof/index.ts';
import { POLICY_PATH, RUNTIME_PATH } from './config-check.ts';
import type { Io, Trouble } from './io.ts';

/** What this checkout must have before anything is asked of an engine (phases section 1.8). */
export interface OwnChecks {
  readonly buildId: string | null;
  readonly errors: readonly Trouble[];
}

/** Where the policy is, unless the environment names another place. */
const POLICY_PATH_VARIABLE = 'HOLDFAST_POLICY_PATH';

export function ownChecks(io: Pick<Io, 'cwd' | 'root' | 'env'>): OwnChecks {
  const named = io.env[POLICY_PATH_VARIABLE];
  const policyPath = named === undefined ? resolve(io.root, POLICY_PATH) : resolve(io.cwd, named);
  const loaded = loadConfiguration({
    policyPath,
    runtimePath: resolve(io.root, RUNTIME_PATH),
    env: io.env,
    root: io.root,
    now: Date.now(),
  });
  const errors: Trouble[] = loaded.ok
    ? []
    : loaded.violations.map(({ document, place, rule, message }) => ({
        place: `${document} ${place}`,
        rule,
        detail: message,
      }));
  const build = readBuildIdentity(io.root);
  if (!build.ok) errors.push({ place: io.root, rule: build.code, detail: build.detail });
  return { buildId: build.ok ? build.buildId : null, errors };
}

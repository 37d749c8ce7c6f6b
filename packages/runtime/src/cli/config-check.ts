import { resolve } from 'node:path';
import { loadConfiguration } from '../config/index.ts';
import { type ExitCode, type Io, tell, tellJson } from './io.ts';
import { complainOf, exitCodeOf, placeViolation } from './violations.ts';

/** The documents an engine of this checkout starts with, unless told otherwise. */
export const POLICY_PATH = 'config/policy.json';
export const RUNTIME_PATH = 'config/runtime/dev.json';

export interface ConfigCheckOptions {
  readonly policy?: string;
  readonly runtime?: string;
  readonly json: boolean;
}

/**
 * Everything that is wrong with the configuration, or its hashes. Secrets are checked, never shown.
 */
export function checkConfiguration(options: ConfigCheckOptions, io: Io): ExitCode {
  const { policy, runtime, json } = options;
  const loaded = loadConfiguration({
    policyPath: policy === undefined ? resolve(io.root, POLICY_PATH) : resolve(io.cwd, policy),
    runtimePath: runtime === undefined ? resolve(io.root, RUNTIME_PATH) : resolve(io.cwd, runtime),
    env: io.env,
    root: io.root,
    now: io.now(),
  });
  if (!loaded.ok) {
    const violations = loaded.violations.map((item) => placeViolation(item, io.cwd));
    if (json) tellJson(io, { valid: false, violations });
    else complainOf(loaded.violations, io);
    return exitCodeOf(loaded.violations);
  }
  const { policyHash, runtimeConfigHash } = loaded.value;
  const { environment, venue, enforced_profile } = loaded.value.runtime;
  if (json) {
    tellJson(io, {
      valid: true,
      violations: [],
      environment,
      venue,
      enforced_profile,
      policy_hash: policyHash,
      runtime_config_hash: runtimeConfigHash,
    });
    return 0;
  }
  tell(io, `valid for ${environment} on the ${venue} venue, profile ${enforced_profile}`);
  tell(io, `  policy_hash          ${policyHash}`);
  tell(io, `  runtime_config_hash  ${runtimeConfigHash}`);
  return 0;
}

import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import {
  adoptBundle,
  type Configuration,
  type Demonstration,
  loadConfiguration,
} from '../config/index.ts';
import { proofPaths, readBuildIdentity } from '../proof/index.ts';
import { createRunFolder, freshRunPath, type RunFolder } from '../run/folder.ts';
import { POLICY_PATH, RUNTIME_PATH } from './config-check.ts';
import { complain, type Io } from './io.ts';
import { complainOf } from './violations.ts';

/** What `run` and `start` have in common. */
export interface RunArguments {
  readonly for?: number;
  readonly flatten?: true;
  readonly view?: boolean;
  readonly report?: string;
  readonly run?: string;
  readonly policy?: string;
  readonly runtime?: string;
}

/** Everything an engine needs of this machine before it may speak to anybody. */
export interface Prepared {
  readonly configuration: Configuration;
  readonly policyPath: string;
  readonly runtimePath: string;
  readonly certificatePath: string;
  readonly buildId: string;
  readonly folder: RunFolder;
}

type PrepareIo = Pick<Io, 'out' | 'err' | 'cwd' | 'root' | 'env' | 'now'>;

/**
 * Null when anything is wrong; everything that is has been said by then.
 * @param instead what is taken in place of the launch documents.
 */
export function prepare(
  place: string,
  given: RunArguments,
  io: PrepareIo,
  needsFreshFolder: boolean,
  instead: Demonstration | null = null,
): Prepared | null {
  const policyPath = resolve(io.cwd, given.policy ?? join(io.root, instead?.policy ?? POLICY_PATH));
  const runtimePath = resolve(
    io.cwd,
    given.runtime ?? join(io.root, instead?.runtime ?? RUNTIME_PATH),
  );
  const loaded = loadConfiguration({
    policyPath,
    runtimePath,
    env: io.env,
    root: io.root,
    now: io.now(),
  });
  if (!loaded.ok) complainOf(loaded.violations, io);
  const build = readBuildIdentity(io.root);
  if (!build.ok) complain(io, { place, rule: build.code, detail: build.detail });
  if (!loaded.ok || !build.ok) return null;
  const path = resolve(
    io.cwd,
    given.run ?? freshRunPath(resolve(io.root, loaded.value.runtime.run_folder), io.now()),
  );
  if (needsFreshFolder && existsSync(join(path, 'ledger'))) {
    const detail = `${path} has a ledger: the exchange it starts is empty, so must its ledger be`;
    complain(io, { place, rule: 'run_folder_in_use', detail });
    return null;
  }
  adoptBundle(io.root, loaded.value.runtime.environment, policyPath);
  return {
    configuration: loaded.value,
    policyPath,
    runtimePath,
    certificatePath:
      instead === null ? proofPaths(io.root).certificate : join(io.root, instead.certificate),
    buildId: build.buildId,
    folder: createRunFolder(path),
  };
}

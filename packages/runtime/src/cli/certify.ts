import { resolve } from 'node:path';
import { type Demonstration, loadConfiguration } from '../config/index.ts';
import { certifyForDevelopment } from '../proof/index.ts';
import { POLICY_PATH, RUNTIME_PATH } from './config-check.ts';
import { couldNotTell, type ExitCode, type Io, tell, tellJson } from './io.ts';
import { complainOf, exitCodeOf, placeViolation } from './violations.ts';

export interface CertifyOptions {
  readonly json: boolean;
  /** Which configuration, where it is not the launch one. */
  readonly of?: Demonstration;
  /** The documents an engine was told to run with, where they are others. */
  readonly policy?: string;
  readonly runtime?: string;
}

/**
 * Certifies the project for `dev` on the simulated venue, with a development key that is made when
 * there is none. 1 when the configuration is refused, 2 when something kept us from certifying.
 */
export function certify(
  { json, of, policy, runtime }: CertifyOptions,
  io: Pick<Io, 'out' | 'err' | 'cwd' | 'root' | 'env' | 'now'>,
): ExitCode {
  const { root, cwd } = io;
  const documentAt = (named: string | undefined, otherwise: string): string =>
    named === undefined ? resolve(root, otherwise) : resolve(cwd, named);
  const loaded = loadConfiguration({
    policyPath: documentAt(policy, of?.policy ?? POLICY_PATH),
    runtimePath: documentAt(runtime, of?.runtime ?? RUNTIME_PATH),
    env: io.env,
    root: io.root,
    now: io.now(),
  });
  if (!loaded.ok) {
    const violations = loaded.violations.map((item) => placeViolation(item, io.cwd));
    if (json) tellJson(io, { certified: false, violations });
    else complainOf(loaded.violations, io);
    return exitCodeOf(loaded.violations);
  }
  const { runtimeConfigHash, policyHash } = loaded.value;
  const outcome = certifyForDevelopment({
    root,
    runtimeConfigHash,
    policyHash,
    now: io.now(),
    ...(of === undefined ? {} : { certificatePath: resolve(root, of.certificate) }),
  });
  if (!outcome.ok) {
    const { code, detail } = outcome;
    return couldNotTell(io, json, { place: root, rule: code, detail: `not certified: ${detail}` });
  }
  const { certificate, certificatePath, trustRootsPath, trustRootsHash, keyId, created } = outcome;
  if (json) {
    tellJson(io, {
      certified: true,
      certificate,
      certificate_path: certificatePath,
      trust_roots: trustRootsPath,
      trust_roots_hash: trustRootsHash,
      key_id: keyId,
      created,
    });
    return 0;
  }
  for (const path of created) tell(io, `made       ${path}`);
  tell(io, `certified  ${certificatePath} (${certificate.certificate_type})`);
  tell(io, `  build_id             ${certificate.build_id}`);
  tell(io, `  runtime_config_hash  ${certificate.runtime_config_hash}`);
  tell(io, `  contract_version     ${certificate.contract_version}`);
  tell(io, `  trust roots          ${trustRootsHash}`);
  tell(io, `  signed by            ${keyId}`);
  tell(io, `  generated            ${new Date(certificate.generated_ts_ms).toISOString()}`);
  tell(io, 'It counts only for dev on the simulated venue, for 24 hours.');
  return 0;
}

import { wallMs } from '@holdfast/core/values';
import { type Configuration, type Environ, loadConfiguration } from '../config/index.ts';
import type { Clock, Documents } from '../ports.ts';
import { operationsLockPath, readOperationsLock } from '../operations-lock.ts';
import { createCertificateReader, trustRootsPathOf } from '../proof/index.ts';

export interface DocumentSources {
  readonly root: string;
  readonly policyPath: string;
  readonly runtimePath: string;
  readonly certificatePath: string;
  readonly environment: string;
  readonly venue: string;
  /** Where the venue is: a development certificate counts only on loopback. */
  readonly endpoint: string;
  readonly env: Environ;
  readonly clock: Clock;
}

/**
 * Certificate and policy from their files, read anew every time. The certificate's stamp is real
 * time; where the clock is shifted to a recording, what is carried over is its age: a certificate
 * made ten minutes ago is ten minutes old here too, whatever day the market is on.
 */
export function fileDocuments(sources: DocumentSources): Documents {
  const { root, certificatePath, environment, venue, endpoint, clock } = sources;
  const lockPath = operationsLockPath(root, environment);
  const read = createCertificateReader({
    certificatePath,
    trustRootsPath: trustRootsPathOf(root, environment),
    environment,
    venue,
    endpoint,
  });
  return {
    certificate() {
      const realNow = Date.now();
      const { certificate } = read(realNow);
      if (certificate === null) return null;
      const generatedAt = wallMs(clock.now() - (realNow - certificate.generatedAt));
      return { ...certificate, generatedAt };
    },
    operationsLock: () => readOperationsLock(lockPath),
    policy() {
      const loaded = configuration(sources);
      return loaded === null ? null : { policy: loaded.policy, hash: loaded.policyHash };
    },
  };
}

function configuration({
  root,
  policyPath,
  runtimePath,
  env,
}: DocumentSources): Configuration | null {
  const loaded = loadConfiguration({ root, policyPath, runtimePath, env, now: Date.now() });
  return loaded.ok ? loaded.value : null;
}

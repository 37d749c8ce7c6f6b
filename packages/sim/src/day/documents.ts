import { wallMs } from '@holdfast/core/values';
import { type Configuration, loadConfiguration } from '@holdfast/runtime/config';
import type { Clock, Documents } from '@holdfast/runtime/ports';
import { createCertificateReader, proofPaths } from '@holdfast/runtime/proof';

export interface DocumentSources {
  readonly root: string;
  readonly policyPath: string;
  readonly runtimePath: string;
  readonly environment: string;
  readonly venue: string;
  readonly clock: Clock;
}

/**
 * Certificate and policy from their files, read anew every time. The certificate's stamp is real
 * time and the market's clock is not, so what is carried over is its age: a certificate made ten
 * minutes ago is ten minutes old here too, whatever day the market is on.
 */
export function fileDocuments(sources: DocumentSources): Documents {
  const { root, environment, venue, clock } = sources;
  const paths = proofPaths(root);
  const read = createCertificateReader({
    certificatePath: paths.certificate,
    trustRootsPath: paths.developmentTrustRoots,
    environment,
    venue,
    // The exchange of a simulated day is in this process.
    endpoint: null,
  });
  return {
    certificate() {
      const realNow = Date.now();
      const { certificate } = read(realNow);
      if (certificate === null) return null;
      const generatedAt = wallMs(clock.now() - (realNow - certificate.generatedAt));
      return { ...certificate, generatedAt };
    },
    policy() {
      const loaded = configuration(sources);
      return loaded === null ? null : { policy: loaded.policy, hash: loaded.policyHash };
    },
  };
}

function configuration(sources: DocumentSources): Configuration | null {
  const { policyPath, runtimePath } = sources;
  const loaded = loadConfiguration({ policyPath, runtimePath, env: process.env });
  return loaded.ok ? loaded.value : null;
}

import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { type Finding, proofPaths, verifyPath, type VerifyReport } from '../proof/index.ts';
import { complain, couldNotTell, type ExitCode, type Io, shown, tell, tellJson } from './io.ts';

export interface VerifyOptions {
  readonly path: string;
  /** Trust roots to verify against; those of this checkout's development key when not given. */
  readonly roots?: string;
  readonly json: boolean;
}

/**
 * Signatures of a file or of every file in a folder, offline. One no is a no; else one doubt is a
 * doubt.
 */
export function verifySignatures(options: VerifyOptions, io: Io): ExitCode {
  const { path, roots, json } = options;
  const developmentRoots = proofPaths(io.root).developmentTrustRoots;
  if (roots === undefined && !existsSync(developmentRoots)) {
    return couldNotTell(io, json, {
      place: shown(developmentRoots, io.cwd),
      rule: 'TRUST_ROOTS_MISSING',
      detail: 'name a file with --roots, or let `holdfast certify` make the development roots',
    });
  }
  const trustRootsPath = roots === undefined ? developmentRoots : resolve(io.cwd, roots);
  const report = verifyPath({
    path: resolve(io.cwd, path),
    trustRootsPath,
    now: io.now(),
    // Elsewhere a development key vouches for nothing, even where some file of roots names one.
    acceptsDevelopmentKeys: trustRootsPath === developmentRoots,
  });
  const { verdict, trustRootsHash, findings } = report;
  if (json) {
    tellJson(io, {
      path,
      verdict,
      trust_roots: trustRootsPath,
      trust_roots_hash: trustRootsHash,
      findings,
    });
  } else {
    for (const finding of findings) sayFinding(finding, placeOf(finding, report, options, io), io);
    tell(io, `${path}: ${SENTENCE[verdict]}, by the trust roots ${shown(trustRootsPath, io.cwd)}`);
  }
  return report.exitCode;
}

const SENTENCE: Readonly<Record<VerifyReport['verdict'], string>> = {
  yes: 'verified',
  no: 'not verified',
  could_not_tell: 'could not tell',
};

/** Without trust roots there is one finding, and it is about them. */
function placeOf(finding: Finding, report: VerifyReport, options: VerifyOptions, io: Io): string {
  if (report.trustRootsHash !== null) return join(options.path, finding.path);
  return options.roots ?? shown(proofPaths(io.root).developmentTrustRoots, io.cwd);
}

function sayFinding(finding: Finding, place: string, io: Io): void {
  const { answer, code, detail, signers } = finding;
  const by = signers.length === 0 ? '' : `, signed by ${signers.join(', ')}`;
  if (answer === 'yes') tell(io, `${place} ${code} ${detail}${by}`);
  else complain(io, { place, rule: code, detail });
}

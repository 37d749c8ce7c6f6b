export type { FileFault, FileRead } from './bounded-file.ts';
export { messageOf, readBounded, replaceFile } from './bounded-file.ts';
export type { BuildIdentity, BuildInfoOutcome } from './build-identity.ts';
export { isDirtyBuild, readBuildIdentity, writeBuildInfo } from './build-identity.ts';
export type {
  CertificateCode,
  CertificateDocument,
  CertificateReading,
  CertificateSource,
  ReadCertificate,
  Standing,
} from './certificate.ts';
export { createCertificateReader } from './certificate.ts';
export type { CertifyOutcome, CertifyRequest } from './certify.ts';
export { certifyForDevelopment, proofPaths } from './certify.ts';
export type { KeyRead, SigningKey } from './keys.ts';
export { createKeyFile, keyIdOf, readKeyFile } from './keys.ts';
export type { ChainFaultCode } from './record-chain.ts';
export { canonical, digestIfAny, digestOf, lineOf, NO_HASH, readChain } from './record-chain.ts';
export type { Claim, SignOutcome } from './sign.ts';
export { sealStatement, signFile, stateAbout } from './sign.ts';
export {
  entryDocument,
  foldEntries,
  monthlyDocuments,
  monthOf,
} from './sign-off-entries.ts';
export type {
  Role,
  TrustedKey,
  TrustRoots,
  TrustRootsDocument,
  TrustRootsRead,
} from './trust-roots.ts';
export { formatTrustRoots, isValidAt, parseTrustRoots, readTrustRoots } from './trust-roots.ts';
export type { SignedDocument, SignedReader, SignedReading } from './signed-document.ts';
export { readSigned, trustRootsPathOf } from './signed-document.ts';
export type { FileDigest, SignatureFault, SignatureVerdict } from './verify.ts';
export { verifyEnvelope } from './verify.ts';
export type { Answer, Finding, FindingCode } from './finding.ts';
export type { VerifyReport, VerifyRequest } from './verify-path.ts';
export { verifyPath } from './verify-path.ts';

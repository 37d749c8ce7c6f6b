export { adoptBundle } from './adopt.ts';
export { bundlePath, contentHash } from './bundle.ts';
export type { Bundle, BundleApproval, BundleContent } from './bundle-document.ts';
export { parseBundle, parseBundleApproval } from './bundle-document.ts';
export type { Demonstration } from './crash-demo.ts';
export { CRASH_DEMONSTRATION } from './crash-demo.ts';
export type { EnvMatrix, MatrixEnvironment } from './env-matrix.ts';
export { EnvMatrixSchema, parseEnvMatrix } from './env-matrix.ts';
export { KEY_PURPOSES } from './env-matrix-rules.ts';
export { documentHash, runtimeConfigHash } from './identity.ts';
export type { Configuration, ConfigurationSource, ConfigurationViolation, Loaded } from './load.ts';
export { loadConfiguration } from './load.ts';
export type { Environment, RuntimeDocument } from './runtime-document.ts';
export { ENVIRONMENTS, parseRuntimeDocument, RuntimeDocumentSchema } from './runtime-document.ts';
export type { Environ, Secret, Secrets } from './secrets.ts';
export { createSecret, credentialNames, ENVIRONMENT_VARIABLES, readSecrets } from './secrets.ts';
export {
  OPERATIONS_LOCK_SCHEMA,
  operationsLockPath,
  readOperationsLock,
} from '../operations-lock.ts';
export { hostOf, isLoopbackHost } from '../loopback.ts';

export { documentHash, runtimeConfigHash } from './identity.ts';
export type { Configuration, ConfigurationSource, ConfigurationViolation, Loaded } from './load.ts';
export { loadConfiguration } from './load.ts';
export type { Environment, RuntimeDocument } from './runtime-document.ts';
export { parseRuntimeDocument, RuntimeDocumentSchema } from './runtime-document.ts';
export type { Environ, Secret, Secrets } from './secrets.ts';
export { createSecret, ENVIRONMENT_VARIABLES, readSecrets } from './secrets.ts';

/** A configuration of this checkout beside the launch one, and where its certificate is. */
export interface Demonstration {
  readonly policy: string;
  readonly runtime: string;
  readonly certificate: string;
}

/**
 * What `start --market crash` takes where no documents are named: the launch policy with shorter
 * cooldowns, so that two minutes show the whole way down and back, and a strategy of two legs.
 * Paths are relative to the project.
 */
export const CRASH_DEMONSTRATION: Demonstration = {
  policy: 'config/demo/crash-policy.json',
  runtime: 'config/demo/crash-runtime.json',
  certificate: 'artifacts/demo/F1_CERT.json',
};

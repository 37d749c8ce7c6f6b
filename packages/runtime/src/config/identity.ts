import { hash } from 'node:crypto';
import { assert } from '@holdfast/core';
import { canonicalJson } from '@holdfast/core/proof';

/**
 * `runtime_config_hash`: SHA-256, lowercase hex, of the canonical JSON of both documents. Key order
 * and white space do not matter (AT-113); secrets are no part of it. Both documents have been read
 * by the strict reader.
 */
export function runtimeConfigHash(policy: unknown, runtime: unknown): string {
  return documentHash({ policy, runtime });
}

/** `policy_hash`: the same, of one document. */
export function documentHash(document: unknown): string {
  const canonical = canonicalJson(document);
  assert(canonical.ok, 'a document that was read as strict JSON has a canonical form');
  return hash('sha256', canonical.text, 'hex');
}

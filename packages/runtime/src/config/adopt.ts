import { copyFileSync, mkdirSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { ENVELOPE_SUFFIX } from '@holdfast/core/proof';
import { adoptedFolder, bundlePath, isBundled } from './bundle.ts';
import type { Environment } from './runtime-document.ts';

/**
 * Keeps the bundle an engine was started with: the next one is compared with it. The signature goes
 * last, so that what was kept by half is not believed, and counts as nothing.
 */
export function adoptBundle(root: string, environment: Environment, policyPath: string): void {
  if (!isBundled(root, environment, policyPath)) return;
  const bundle = bundlePath(root);
  const folder = adoptedFolder(root, environment);
  const signature = join(folder, `bundle.json${ENVELOPE_SUFFIX}`);
  mkdirSync(dirname(signature), { recursive: true });
  rmSync(signature, { force: true });
  copyFileSync(policyPath, join(folder, 'policy.json'));
  copyFileSync(bundle, join(folder, 'bundle.json'));
  copyFileSync(`${bundle}${ENVELOPE_SUFFIX}`, signature);
}

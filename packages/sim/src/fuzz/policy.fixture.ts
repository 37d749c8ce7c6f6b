import { join } from 'node:path';
import type { Policy } from '@holdfast/core';
import { loadConfiguration } from '@holdfast/runtime/config';

/** The launch policy of this checkout, under which every made-up world trades. */
export function testPolicy(): Policy {
  const root = join(import.meta.dirname, '../../../..');
  const loaded = loadConfiguration({
    policyPath: join(root, 'config/policy.json'),
    runtimePath: join(root, 'config/runtime/dev.json'),
    env: {},
    root,
    now: 0,
  });
  if (!loaded.ok) throw new Error(loaded.violations.map(({ message }) => message).join('; '));
  return loaded.value.policy;
}

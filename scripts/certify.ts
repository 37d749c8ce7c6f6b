/** `npm run certify`: `holdfast certify` for this checkout, with its exit codes. */
import { resolve } from 'node:path';
import { certify } from '../packages/runtime/src/cli/certify.ts';

process.exitCode = certify(
  { json: process.argv.includes('--json') },
  {
    out: console.log,
    err: console.error,
    cwd: process.cwd(),
    root: resolve(import.meta.dirname, '..'),
    env: process.env,
    now: Date.now,
  },
);

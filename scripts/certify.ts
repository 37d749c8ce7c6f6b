/**
 * `npm run certify`: `holdfast certify` for this checkout, with its exit codes; then the same,
 * without a word where all is well, for what `start --market crash` shows.
 */
import { resolve } from 'node:path';
import { certify } from '../packages/runtime/src/cli/certify.ts';
import { CRASH_DEMONSTRATION } from '../packages/runtime/src/config/index.ts';

const io = {
  out: console.log,
  err: console.error,
  cwd: process.cwd(),
  root: resolve(import.meta.dirname, '..'),
  env: process.env,
  now: Date.now,
};
const launched = certify({ json: process.argv.includes('--json') }, io);
const shown = certify({ json: false, of: CRASH_DEMONSTRATION }, { ...io, out: () => undefined });
process.exitCode = launched === 0 ? shown : launched;

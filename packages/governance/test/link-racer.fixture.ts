/** Swaps a folder and a file for links that lead outside, as fast as it can, until it is ended. */
import {
  chmodSync,
  existsSync,
  mkdirSync,
  renameSync,
  rmSync,
  symlinkSync,
  unlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';

const [allowed = '', outside = ''] = process.argv.slice(2);
const at = (name: string): string => join(allowed, name);
chmodSync(join(outside, 'victim'), 0o600);
mkdirSync(at('real'));
symlinkSync(outside, at('bait'));
process.send?.('ready');
for (;;) {
  try {
    renameSync(at('real'), at('race'));
    renameSync(at('race'), at('real'));
    renameSync(at('bait'), at('race'));
    renameSync(at('race'), at('bait'));
    if (existsSync(at('racing'))) unlinkSync(at('racing'));
    symlinkSync(join(outside, 'victim'), at('racing'));
    unlinkSync(at('racing'));
    writeFileSync(at('racing'), 'inside');
  } catch {
    // The hands were quicker with a name; the next round takes it back.
    rmSync(at('racing'), { force: true });
  }
}

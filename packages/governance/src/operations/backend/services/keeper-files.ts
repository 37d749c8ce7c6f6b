/** What the keeper writes. It imports no parser, so that a service does not wait for one. */
import { randomBytes } from 'node:crypto';
import { renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

export const logPath = (folder: string, unit: string): string => join(folder, 'log', unit);
export const runPath = (folder: string, unit: string): string =>
  join(folder, 'run', `${unit}.json`);

/** A reader sees the old content or the new. */
export function replaceText(path: string, text: string): void {
  const draft = `${path}.${randomBytes(6).toString('hex')}.tmp`;
  writeFileSync(draft, text, { flag: 'wx', flush: true });
  renameSync(draft, path);
}

import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';

const NAME = /^events-(\d{8})-[0-9a-f]{0,8}\.tape$/;

/** A process's tape in its run folder: named after its epoch, so that they sort as they ran. */
export function tapePath(runFolder: string, epoch: number, runId: string): string {
  const run = runId.replace(/[^0-9a-f]/g, '').slice(0, 8);
  return join(runFolder, `events-${String(epoch).padStart(8, '0')}-${run}.tape`);
}

/** The tapes of a run folder, oldest first. */
export function listTapes(runFolder: string): readonly string[] {
  const names = readdirSync(runFolder).filter((name) => NAME.test(name));
  return names.sort().map((name) => join(runFolder, name));
}

export function bytesOfTapes(runFolder: string): number {
  return listTapes(runFolder).reduce((sum, path) => sum + statSync(path).size, 0);
}

/** What is still running in a folder that is about to go. */
import { readdirSync, readlinkSync } from 'node:fs';
import { sep } from 'node:path';

/**
 * Ends at once every process whose working directory is the folder or lies in it. A test that ran
 * out of time may leave an engine behind, whose tree is deleted under it; it would go on trading
 * with an exchange of its own for as long as it was told to.
 * @param folder absolute and without links, made by the caller for itself alone.
 * @returns those it ended; none where the system does not tell who works where.
 */
export function endProcessesIn(folder: string): readonly number[] {
  const ended = processes().filter((pid) => {
    const place = placeOf(pid);
    return pid !== process.pid && (place === folder || place?.startsWith(folder + sep) === true);
  });
  for (const pid of ended) {
    try {
      process.kill(pid, 'SIGKILL');
    } catch {
      // It has ended meanwhile.
    }
  }
  return ended;
}

function processes(): readonly number[] {
  try {
    return readdirSync('/proc')
      .filter((name) => /^\d+$/.test(name))
      .map(Number);
  } catch {
    return [];
  }
}

/** Null where it has ended, or is not ours to look at. */
function placeOf(pid: number): string | null {
  try {
    return readlinkSync(`/proc/${pid}/cwd`);
  } catch {
    return null;
  }
}

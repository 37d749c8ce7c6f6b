/** A process, told from a later one that was given the same number. */
import { readFileSync } from 'node:fs';

/** When it was started, in the words of the system; null where the system does not say. */
export function startOf(pid: number): string | null {
  try {
    const boot = readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim();
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    // The name in brackets may hold anything; after it the start is the 20th word.
    const start = stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19];
    return start === undefined ? null : `${boot}:${start}`;
  } catch {
    return null;
  }
}

/** Whether it may still be there. In doubt it is. */
export function isAlive(pid: number, started: string | null): boolean {
  const now = startOf(pid);
  if (now !== null && started !== null) return now === started;
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return !(error instanceof Error && 'code' in error && error.code === 'ESRCH');
  }
}

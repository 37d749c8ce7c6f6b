import { readFileSync } from 'node:fs';

/** A process, told apart from a later one of the same number by when it began. */
export interface ProcessMark {
  readonly pid: number;
  /** Clock ticks since the machine started, as the kernel counts them. */
  readonly began: string;
  readonly boot: string;
}

/** The running process of that number; null where there is none, or only its remains. */
export function markOf(pid: number): ProcessMark | null {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    // The name stands in parentheses and may hold anything, also parentheses.
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    const [state = '', began = ''] = [fields[0], fields[19]];
    if (state === 'Z' || state === 'X' || began === '') return null;
    const boot = readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim();
    return { pid, began, boot };
  } catch {
    return null;
  }
}

/** Whether that very process still runs. */
export function isRunning({ pid, began, boot }: ProcessMark): boolean {
  const now = markOf(pid);
  return now !== null && now.began === began && now.boot === boot;
}

/**
 * Sends a signal to the group that `leader` founded. A number that belongs to another process by
 * now is left alone; while any member lives, the kernel gives it to nobody else.
 */
export function signalGroup(leader: ProcessMark, signal: NodeJS.Signals | 0): boolean {
  const now = markOf(leader.pid);
  if (now !== null && !isRunning(leader)) return false;
  try {
    return process.kill(-leader.pid, signal);
  } catch {
    return false;
  }
}

/** What the processes of a sandbox use together, read off `/proc` from outside. */
import { readdirSync, readFileSync } from 'node:fs';

export interface Usage {
  /** Processes and threads. */
  readonly tasks: number;
  readonly memoryBytes: number;
  /** The one whose end ends all of them; null where it is not there, or there no more. */
  readonly first: number | null;
}

/** Everything below `pid`, whoever its parents were: an orphan falls to the first process. */
export function usageBelow(pid: number): Usage {
  const children = childrenByParent();
  let tasks = 0;
  let memoryBytes = 0;
  const below = [...(children.get(pid) ?? [])];
  const first = below[0] ?? null;
  for (let at = below.pop(); at !== undefined; at = below.pop()) {
    const status = textOf(`/proc/${at}/status`);
    tasks += numberIn(status, /^Threads:\s*(\d+)$/m);
    for (const kind of HELD) memoryBytes += numberIn(status, kind) * 1_024;
    below.push(...(children.get(at) ?? []));
  }
  return { tasks, memoryBytes, first };
}

/** What is its own and what it shares with its kind; what lies in files as well is not counted. */
const HELD = [/^RssAnon:\s*(\d+) kB$/m, /^RssShmem:\s*(\d+) kB$/m, /^VmSwap:\s*(\d+) kB$/m];

/** Bytes that this machine could still give out. */
export function availableBytes(): number {
  return numberIn(textOf('/proc/meminfo'), /^MemAvailable:\s*(\d+) kB$/m) * 1_024;
}

function childrenByParent(): ReadonlyMap<number, readonly number[]> {
  const children = new Map<number, number[]>();
  for (const name of readdirSync('/proc')) {
    if (!/^\d+$/.test(name)) continue;
    // The name of a program stands in brackets and may hold any of them.
    const [, parent = ''] = textOf(`/proc/${name}/stat`).split(') ').at(-1)?.split(' ') ?? [];
    const siblings = children.get(Number(parent));
    if (siblings === undefined) children.set(Number(parent), [Number(name)]);
    else siblings.push(Number(name));
  }
  return children;
}

function numberIn(text: string, pattern: RegExp): number {
  return Number(pattern.exec(text)?.[1] ?? 0);
}

/** Empty where the process has gone. */
function textOf(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}

/**
 * What a sandboxed command may use at most. The whole of its processes is metered from outside and
 * ended together; whatever is quicker than the meter, the kernel holds at twice as much.
 */
export interface SandboxLimits {
  /** Bytes that all its processes hold in memory at once. */
  readonly memoryBytes: number;
  /** Processes and threads at once. */
  readonly tasks: number;
  /** Seconds of processor time of one process. */
  readonly cpuSeconds: number;
  /** Open files of one process. */
  readonly openFiles: number;
  /** Bytes of one file. */
  readonly fileBytes: number;
  /** Bytes by which the disk may fill up while it runs. */
  readonly diskBytes: number;
}

export const SANDBOX_LIMITS: SandboxLimits = {
  memoryBytes: 1 << 30,
  tasks: 512,
  cpuSeconds: 3_600,
  openFiles: 1_024,
  fileBytes: 1 << 30,
  diskBytes: 1 << 30,
};

/** Which limit ended a command. */
export type LimitCode = 'wall_time' | 'cpu_time' | 'memory' | 'tasks' | 'file_size' | 'disk';

const WORDS: Readonly<Record<LimitCode, string>> = {
  wall_time: 'it did not end in time',
  cpu_time: 'limit_cpu_time: it used more processor time than it may',
  memory: 'limit_memory: it held more memory than it may',
  tasks: 'limit_tasks: it had more processes than it may',
  file_size: 'limit_file_size: it wrote a larger file than it may',
  disk: 'limit_disk: the disk filled up while it ran',
};

export const wordsOf = (limit: LimitCode): string => WORDS[limit];

/** What a shell answers for a command that the kernel's own signal for a limit has ended. */
const SIGNALLED: ReadonlyMap<number, LimitCode> = new Map([
  [128 + 24, 'cpu_time'],
  [128 + 25, 'file_size'],
]);

export const limitOfExit = (exitCode: number | null): LimitCode | null =>
  exitCode === null ? null : (SIGNALLED.get(exitCode) ?? null);

/** So much more than the meter the kernel lets pass: it is not to be asked first. */
const SLACK = 2;

/** Put before the command, inside: hard limits, which nothing in there can raise again. */
export function limitArguments(limits: SandboxLimits): readonly string[] {
  const { memoryBytes, tasks, cpuSeconds, openFiles, fileBytes } = limits;
  return [
    'prlimit',
    '--core=0',
    `--data=${memoryBytes * SLACK}`,
    // Counted in the user name space of the sandbox alone; of root itself it is not asked.
    `--nproc=${tasks * SLACK}`,
    // At the first it is told, at the second it is killed.
    `--cpu=${cpuSeconds}:${cpuSeconds + 1}`,
    `--nofile=${openFiles}`,
    `--fsize=${fileBytes}`,
    '--',
  ];
}

/** Numbers below this are given out once only; behind them as many are left as may be alive. */
const RESERVED_PIDS = 300;

/** How far process numbers may go in there: holds root as well, from Linux 6.14 on. */
export const lastPid = ({ tasks }: SandboxLimits): number => RESERVED_PIDS + tasks * SLACK;

/** Before that, the number is the whole machine's, and not to be touched. */
export function isPidLimitOwn(kernel: string): boolean {
  const [major = 0, minor = 0] = kernel.split('.').map(Number);
  return major > 6 || (major === 6 && minor >= 14);
}

/**
 * Put before everything, outside: a control group of its own, by systemd. Only root may ask for
 * one without being asked back, and only root needs it: all others are held by their own limits.
 */
export function scopeArguments(limits: SandboxLimits, systemdRun: string): readonly string[] {
  const { memoryBytes, tasks } = limits;
  const most = [`MemoryMax=${memoryBytes * SLACK}`, `TasksMax=${tasks * SLACK}`];
  return [
    systemdRun,
    '--scope',
    '--quiet',
    '--collect',
    ...['MemorySwapMax=0', ...most].flatMap((each) => ['--property', each]),
    '--',
  ];
}

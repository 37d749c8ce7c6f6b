/** One moment of a process: the nth call of a function of Node that is about something. */
export interface KillAt {
  readonly module: 'node:fs' | 'node:child_process' | 'node:net' | 'node:http' | 'process';
  readonly call: string;
  /** A pattern over what it is called with; a descriptor counts as the path it holds. */
  readonly about: string;
  readonly nth: number;
  /** `fails`: nobody is killed, and the call says that the disk is full. */
  readonly when: 'before' | 'after' | 'torn' | 'fails';
  /** SIGKILL, where nothing is said. */
  readonly signal?: NodeJS.Signals;
}

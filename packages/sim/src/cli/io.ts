/** Everything a command may touch besides files: so that it can be tested without a process. */
export interface CliIo {
  readonly out: (line: string) => void;
  readonly err: (line: string) => void;
  /** Where relative arguments are relative to. */
  readonly cwd: string;
  /** The checkout: where configuration and artifacts are. */
  readonly root: string;
  /** On a terminal: replaces what it said last there; null takes it away. */
  readonly status?: (text: string | null) => void;
  readonly env: Readonly<Record<string, string | undefined>>;
}

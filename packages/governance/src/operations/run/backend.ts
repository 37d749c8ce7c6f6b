/**
 * The hands of the runner (section 9.14): everything that touches the world. What it refuses for
 * its scope it refuses by itself, whatever the planner let through: checked and opened as one.
 */
import type { Change, FileBefore, ServiceBefore } from '../audit/event.ts';
import type { Fault } from '../fault.ts';
import type { Gate, GateRecord } from '../gate.ts';
import type { Action } from '../step.ts';

/** What one operation may touch; the deny list wins over it. */
export interface Scope {
  readonly paths: readonly string[];
  readonly services: readonly string[];
  readonly commands: readonly string[];
  readonly http: readonly string[];
}

/** How an action went. A refusal changed nothing. */
export type Done =
  | { readonly ok: true; readonly exitCode: number | null; readonly output: Uint8Array }
  | { readonly ok: false; readonly refused: Fault }
  | {
      readonly ok: false;
      readonly refused: null;
      readonly exitCode: number | null;
      readonly output: Uint8Array;
      readonly why: string;
    };

/** What was found at a watched place: mode, owner and content, by path. */
export type Manifest = ReadonlyMap<string, string>;

/** What a file was, and what it held. */
export interface Kept {
  readonly before: FileBefore;
  readonly content: Uint8Array | null;
}

export interface Backend {
  /** As the machine calls itself. */
  readonly host: string;
  perform(action: Action): Promise<Done>;
  /** What is there before an action; a fault where it may not be touched at all. */
  fileBefore(path: string): Promise<Kept | Fault>;
  serviceBefore(service: string): Promise<ServiceBefore | Fault>;
  /** Puts a file back as it was, by the same checks as writing it. */
  restoreFile(path: string, before: FileBefore, content: Uint8Array | null): Promise<Done>;
  restoreService(service: string, before: ServiceBefore): Promise<Done>;
  /** `since` is when the step began, in ms since the epoch. */
  ask(gate: Gate, since: number): Promise<GateRecord>;
  /** Everything below the allowed paths and the watched places around them. */
  manifest(): Promise<Manifest>;
  changes(before: Manifest, after: Manifest): readonly Change[];
  freeBytes(): Promise<number>;
  /** Ends the command that runs, if one does: it has then failed. */
  interrupt(): void;
  /** Takes away what a process that was killed while it wrote this file has left beside it. */
  clearDrafts(path: string): Promise<Done>;
  /** Ends what a command left running. */
  close(): Promise<void>;
}

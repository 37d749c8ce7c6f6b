import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { type Static, Type } from 'typebox';
import { Compile } from 'typebox/compile';

/** Everything one engine leaves behind, in one folder. */
export interface RunFolder {
  readonly path: string;
  readonly ledger: string;
  readonly decisions: string;
  readonly market: string;
  readonly wire: string;
  readonly log: string;
  readonly watchdog: string;
  readonly control: string;
  readonly about: string;
}

export function runFolderAt(path: string): RunFolder {
  const root = resolve(path);
  return {
    path: root,
    ledger: join(root, 'ledger'),
    decisions: join(root, 'decisions.jsonl'),
    market: join(root, 'market.jsonl'),
    wire: join(root, 'wire.jsonl'),
    log: join(root, 'log.jsonl'),
    watchdog: join(root, 'watchdog.jsonl'),
    control: join(root, 'control.sock'),
    about: join(root, 'run.json'),
  };
}

/** Made for its owner alone: the control socket in it can stop the engine. */
export function createRunFolder(path: string): RunFolder {
  const folder = runFolderAt(path);
  mkdirSync(folder.path, { recursive: true, mode: 0o700 });
  mkdirSync(folder.ledger, { recursive: true, mode: 0o700 });
  return folder;
}

/** A new folder under `parent`, named after the moment. */
export function freshRunPath(parent: string, now: number): string {
  return join(parent, new Date(now).toISOString().replaceAll(':', '').replace('.', ''));
}

const AboutSchema = Type.Object({
  run_id: Type.String({ minLength: 1 }),
  pid: Type.Integer({ minimum: 1 }),
  started: Type.String({ minLength: 1 }),
  environment: Type.String(),
  venue: Type.String(),
  endpoint: Type.String(),
  http: Type.Union([Type.String(), Type.Null()]),
  build_id: Type.String(),
  /** By which key it trades; null without one. No secret: the exchange tells it to every key. */
  key_id: Type.Optional(Type.Union([Type.String(), Type.Null()])),
});

/** Who runs, or last ran, in this folder: what the commands beside the engine need to find it. */
export type RunAbout = Static<typeof AboutSchema>;

const about = Compile(AboutSchema);

export function writeAbout(folder: RunFolder, content: RunAbout): void {
  const fresh = `${folder.about}.new`;
  writeFileSync(fresh, `${JSON.stringify(content, null, 2)}\n`, { mode: 0o600 });
  renameSync(fresh, folder.about);
}

/** Null when nothing ever ran here, or what is written cannot be read. */
export function readAbout(folder: RunFolder): RunAbout | null {
  try {
    const read: unknown = JSON.parse(readFileSync(folder.about, 'utf8'));
    return about.Check(read) ? read : null;
  } catch {
    return null;
  }
}

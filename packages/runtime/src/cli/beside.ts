import { existsSync, readdirSync, statSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { callControl, type ControlRequest, type Reply } from '../control/client.ts';
import { readAbout, type RunAbout, type RunFolder, runFolderAt } from '../run/folder.ts';
import type { Io, Trouble } from './io.ts';

/** The engine a command beside it speaks to. */
export interface Beside {
  readonly folder: RunFolder;
  readonly about: RunAbout | null;
}

export type Found =
  | { readonly ok: true; readonly beside: Beside }
  | { readonly ok: false; readonly trouble: Trouble };

/**
 * The run folder that was named, or else the newest one of this checkout: who stands in an incident
 * does not look for a path first.
 */
export function findRun(given: string | undefined, io: Pick<Io, 'cwd' | 'root'>): Found {
  if (given !== undefined) {
    const folder = runFolderAt(resolve(io.cwd, given));
    if (existsSync(folder.path)) return { ok: true, beside: { folder, about: readAbout(folder) } };
    return refuse(folder.path, 'no_such_run', 'there is no such folder');
  }
  const parent = join(io.root, 'artifacts', 'run');
  const runs = existsSync(parent) ? readdirSync(parent).map((name) => join(parent, name)) : [];
  const known = runs
    .map((path) => ({ folder: runFolderAt(path), about: readAbout(runFolderAt(path)) }))
    .filter(({ about }) => about !== null)
    .toSorted((a, b) => statSync(b.folder.about).mtimeMs - statSync(a.folder.about).mtimeMs);
  const [newest] = known;
  if (newest !== undefined) return { ok: true, beside: newest };
  return refuse(parent, 'no_run', 'nothing has run here yet: name a folder with --run');
}

function refuse(place: string, rule: string, detail: string): Found {
  return { ok: false, trouble: { place, rule, detail } };
}

/** Asks the engine, and turns silence into trouble that says what it means. */
export async function ask(
  { folder }: Beside,
  request: ControlRequest,
): Promise<
  { readonly ok: true; readonly body: unknown } | { readonly ok: false; readonly trouble: Trouble }
> {
  const reply: Reply = await callControl(folder.control, request);
  const place = folder.path;
  if (!reply.ok) {
    const meaning =
      reply.code === 'unreachable' ? 'no engine answers here' : 'the engine is silent';
    return {
      ok: false,
      trouble: { place, rule: reply.code, detail: `${meaning}: ${reply.detail}` },
    };
  }
  if (reply.status === 200) return { ok: true, body: reply.body };
  const detail = JSON.stringify(reply.body);
  return { ok: false, trouble: { place, rule: `refused_${reply.status}`, detail } };
}

/**
 * A copy of the project to plant bugs in. The original is read and never written: the copy has
 * packages of its own, and its `node_modules` points at the original's for everything but them.
 */
import {
  cpSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { type Plant, plantIn } from './plant.ts';

const COPIED = ['package.json', 'config', 'packages', 'scenarios', 'scripts'];
const SCOPE = '@holdfast';

export interface Workshop {
  readonly root: string;
  /**
   * Plants a bug for as long as `work` runs; then the file is what it was.
   * @returns why it could not be planted, or what the work came to.
   */
  withPlant<Result>(
    plant: Plant,
    work: () => Result,
  ): { readonly ok: true; readonly result: Result } | { readonly ok: false; readonly why: string };
  close(): void;
}

export function openWorkshop(project: string): Workshop {
  const root = mkdtempSync(join(tmpdir(), 'holdfast-plant-'));
  for (const entry of COPIED) {
    cpSync(join(project, entry), join(root, entry), {
      recursive: true,
      filter: (path) => basename(path) !== 'node_modules',
    });
  }
  linkModules(join(project, 'node_modules'), join(root, 'node_modules'));
  return {
    root,
    withPlant(plant, work) {
      const path = join(root, plant.file);
      const sound = readFileSync(path, 'utf8');
      const planted = plantIn(sound, plant);
      if (!planted.ok) return planted;
      writeFileSync(path, planted.text);
      try {
        return { ok: true, result: work() };
      } finally {
        writeFileSync(path, sound);
      }
    },
    close: () => rmSync(root, { recursive: true }),
  };
}

/** Packages of the workspace are linked from where they are copied to; a link into the original
 * would run its code. */
function linkModules(from: string, to: string): void {
  mkdirSync(join(to, SCOPE), { recursive: true });
  for (const name of readdirSync(from)) {
    if (name !== SCOPE) symlinkSync(join(from, name), join(to, name));
  }
  for (const name of readdirSync(join(from, SCOPE))) {
    symlinkSync(join('../../packages', name), join(to, SCOPE, name));
  }
}

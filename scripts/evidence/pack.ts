/** A pack of evidence while it is made: files with their provenance, and what could not be made. */
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { Provenance } from './provenance.ts';

export interface Item {
  /** Below the pack's folder. */
  readonly path: string;
  readonly provenance: Provenance;
  readonly text: string;
}

/** An artifact that is not there, and why. It is absent, never imitated. */
export interface Missing {
  readonly path: string;
  readonly why: string;
}

export type Made = Item | Missing;

export interface PackOutcome {
  readonly written: number;
  readonly missing: readonly Missing[];
}

export const isMissing = (made: Made): made is Missing => 'why' in made;

/** Writes the items into an empty folder; what was there before is gone. */
export function writePack(folder: string, items: readonly Item[]): void {
  rmSync(folder, { recursive: true, force: true });
  for (const { path, text } of items) {
    const target = join(folder, path);
    mkdirSync(dirname(target), { recursive: true });
    writeFileSync(target, text);
  }
}

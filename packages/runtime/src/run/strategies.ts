import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { readJson } from '@holdfast/core/parse';
import type { Strategy } from '@holdfast/core/strategy';
import type { Trouble } from '../cli/io.ts';
import { documentHash } from '../config/index.ts';

/** A document somebody read, and where. */
export interface StrategyDocument {
  readonly place: string;
  readonly value: unknown;
  /** SHA-256 of its canonical JSON: what the report names its parameters by. */
  readonly hash: string;
}

/** A strategy as a run reports it. */
export interface NamedStrategy {
  readonly strategy: Strategy<unknown>;
  readonly version: string;
  readonly hash: string;
}

export type DocumentsRead =
  | { readonly ok: true; readonly documents: readonly StrategyDocument[] }
  | { readonly ok: false; readonly troubles: readonly Trouble[] };

const BYTES_MAX = 1 << 16;

/** Strict JSON of every document; all that is wrong with any of them is said at once. */
export function readStrategyDocuments(root: string, paths: readonly string[]): DocumentsRead {
  const documents: StrategyDocument[] = [];
  const troubles: Trouble[] = [];
  for (const place of paths) {
    const text = textOf(resolve(root, place));
    if (typeof text !== 'string') {
      troubles.push({ place, ...text });
      continue;
    }
    const read = readJson(text);
    if (read.ok) documents.push({ place, value: read.value, hash: documentHash(read.value) });
    else {
      for (const { path, rule, message } of read.faults) {
        troubles.push({ place: `${place} ${path}`, rule, detail: message });
      }
    }
  }
  return troubles.length > 0 ? { ok: false, troubles } : { ok: true, documents };
}

function textOf(path: string): string | { readonly rule: string; readonly detail: string } {
  try {
    const bytes = readFileSync(path);
    if (bytes.length > BYTES_MAX)
      return { rule: 'too_large', detail: `more than ${BYTES_MAX} bytes` };
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch (error) {
    const detail = error instanceof Error ? error.message : 'unreadable';
    return { rule: 'file_unreadable', detail };
  }
}

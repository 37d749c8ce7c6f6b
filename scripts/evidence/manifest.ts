/**
 * The list of a pack's files: digest and provenance of each, chained, so that no file can be
 * changed, dropped, added or moved without the list showing it. Whoever rewrites the list as well
 * is stopped by a signature alone, and the pack says that there is none.
 */
import { createHash } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  canonicalJson,
  chainGenesis,
  chainLink,
  type HashFunction,
} from '../../packages/core/src/proof/index.ts';
import { listFiles } from '../tidy/source.ts';
import type { Item } from './pack.ts';
import type { Provenance } from './provenance.ts';

export const MANIFEST = 'manifest.json';

interface Listed extends Provenance {
  readonly path: string;
  readonly sha256: string;
  readonly bytes: number;
}

export interface Manifest {
  readonly pack: string;
  readonly made_utc: string;
  readonly build_id: string;
  readonly node: string;
  readonly entries: readonly (Listed & { readonly link: string })[];
  readonly head: string;
}

const hash: HashFunction = (bytes) => createHash('sha256').update(bytes).digest();
const sha256 = (bytes: Uint8Array): string => Buffer.from(hash(bytes)).toString('hex');

export function manifestOf(
  pack: string,
  about: { readonly madeUtc: string; readonly buildId: string; readonly node: string },
  items: readonly Item[],
): Manifest {
  const listed = items
    .map(({ path, text, provenance }): Listed => {
      const bytes = Buffer.from(text);
      return { path, sha256: sha256(bytes), bytes: bytes.length, ...provenance };
    })
    .toSorted((a, b) => (a.path < b.path ? -1 : 1));
  const { links, head } = linksOf(pack, listed);
  return {
    pack,
    made_utc: about.madeUtc,
    build_id: about.buildId,
    node: about.node,
    entries: listed.map((entry, index) => ({ ...entry, link: links[index] ?? '' })),
    head,
  };
}

function linksOf(
  pack: string,
  entries: readonly Listed[],
): { readonly links: readonly string[]; readonly head: string } {
  let head = chainGenesis(hash, Buffer.from(`holdfast evidence ${pack}`));
  const links = entries.map((entry) => {
    const canonical = canonicalJson(entry);
    if (!canonical.ok) throw new Error(`${entry.path}: ${canonical.path} ${canonical.rule}`);
    head = chainLink(hash, head, Buffer.from(canonical.text));
    return Buffer.from(head).toString('hex');
  });
  return { links, head: Buffer.from(head).toString('hex') };
}

export type ManifestRead =
  | { readonly ok: true; readonly manifest: Manifest }
  | { readonly ok: false; readonly fault: string };

/** Whether it is whole is for `manifestFaults`. */
export function readManifest(folder: string): ManifestRead {
  const path = join(folder, MANIFEST);
  if (!existsSync(path)) return { ok: false, fault: `${MANIFEST} is missing: the pack is empty` };
  try {
    const manifest = JSON.parse(readFileSync(path, 'utf8')) as Manifest;
    if (Array.isArray(manifest.entries) && manifest.entries.length > 0) {
      return { ok: true, manifest };
    }
    return { ok: false, fault: `${MANIFEST} lists nothing: the pack is empty` };
  } catch {
    return { ok: false, fault: `${MANIFEST} is not JSON` };
  }
}

function withoutLink(entry: Manifest['entries'][number]): Listed {
  const { link: _, ...listed } = entry;
  return listed;
}

/** Everything on disk against the list, and the list against its own chain. */
export function manifestFaults(folder: string, manifest: Manifest): readonly string[] {
  const faults: string[] = [];
  const listed = manifest.entries.map(withoutLink);
  const { links, head } = linksOf(manifest.pack, listed);
  const broken = manifest.entries.findIndex(({ link }, index) => link !== links[index]);
  if (broken >= 0) faults.push(`${MANIFEST}: the chain breaks at ${listed[broken]?.path}`);
  if (head !== manifest.head) faults.push(`${MANIFEST}: the head is not that of its entries`);
  const known = new Set(listed.map(({ path }) => path));
  for (const path of listFiles(folder)) {
    if (path !== MANIFEST && !known.has(path)) faults.push(`${path}: is not in ${MANIFEST}`);
  }
  for (const { path, sha256: expected } of listed) {
    const target = join(folder, path);
    if (!existsSync(target)) faults.push(`${path}: listed in ${MANIFEST} and missing`);
    else if (sha256(readFileSync(target)) !== expected) {
      faults.push(`${path}: changed after it was made`);
    }
  }
  return faults;
}

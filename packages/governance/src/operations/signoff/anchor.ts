/** The anchor (C): an annotated tag that holds the entry, a witness outside of the ledger. */
import { entryDocument } from '@holdfast/runtime/proof';
import { git } from './git.ts';
import type { LedgerEntry } from './ledger-event.ts';

export type AnchorAnswer =
  | { readonly ok: true; readonly tag: string }
  | {
      readonly ok: false;
      readonly code: 'anchor_differs' | 'anchor_not_annotated' | 'anchor_not_made';
      readonly detail: string;
    };

export function anchorName({ operation_id: id }: Pick<LedgerEntry, 'operation_id'>): string {
  return id.toLowerCase();
}

/** Tags the entry as it was sealed; one that is there and says the same is as good. */
export function anchorEntry(root: string, entry: LedgerEntry): AnchorAnswer {
  const tag = anchorName(entry);
  const there = readAnchor(root, tag);
  if (there !== null) return compare(there, entry);
  const args = ['tag', '-a', '--cleanup=verbatim', '-F', '-', tag];
  const made = git(root, args, anchorMessage(entry));
  if (!made.ok) return { ok: false, code: 'anchor_not_made', detail: made.detail };
  return { ok: true, tag };
}

/** Null where there is no such tag. `message` is null where it is not annotated. */
export interface Anchor {
  readonly tag: string;
  readonly message: string | null;
}

export function readAnchor(root: string, tag: string): Anchor | null {
  if (!git(root, ['rev-parse', '--verify', '--quiet', `refs/tags/${tag}`]).ok) return null;
  const object = git(root, ['cat-file', 'tag', `refs/tags/${tag}`]);
  if (!object.ok) return { tag, message: null };
  return { tag, message: object.text.slice(object.text.indexOf('\n\n') + 2) };
}

/** Every tag that has the name of an anchor. */
export function listAnchors(root: string): readonly string[] | null {
  const tags = git(root, ['tag', '--list', 'ops-*']);
  if (!tags.ok) return null;
  const names = tags.text.split('\n');
  return names.filter((name) => /^ops-[0-9]{4}-[0-9]{2}-[0-9]{2}-[0-9]{3}$/.test(name));
}

export function compare({ tag, message }: Anchor, entry: LedgerEntry): AnchorAnswer {
  if (message === null) return { ok: false, code: 'anchor_not_annotated', detail: tag };
  const wanted = anchorMessage(entry);
  // A tag that somebody signed carries the signature behind the message.
  const says = message === wanted || message.startsWith(`${wanted}-----BEGIN `);
  if (says) return { ok: true, tag };
  return { ok: false, code: 'anchor_differs', detail: `${tag} does not say what the ledger says` };
}

/** What came later amends the entry and not the tag. */
function anchorMessage(entry: LedgerEntry): string {
  return entryDocument({ ...entry, amendments: [] });
}

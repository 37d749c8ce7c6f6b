import { dirname } from 'node:path';
import { syncFolder } from '@holdfast/runtime/ledger';
import { replaceFile } from '@holdfast/runtime/proof';

/** Whole or not at all, and both content and name are on disk when this returns. */
export function putDurably(path: string, content: Uint8Array | string, mode: number): void {
  replaceFile(path, content, mode);
  syncFolder(dirname(path));
}

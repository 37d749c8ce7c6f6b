import { basename } from 'node:path';
import { readJson } from '@holdfast/core/parse';
import type { Strategy } from '@holdfast/core/strategy';
import { readBounded } from '@holdfast/runtime/proof';
import { createStrategies } from '@holdfast/strategies';
import { type Role, ROLES } from './golden-manifest.ts';

const DOCUMENT_BYTES_MAX = 1_000_000;

/** A branch is a document of a strategy; its name is the file's. */
export interface Branch {
  readonly name: string;
  readonly role: Role;
  readonly strategy: Strategy<unknown>;
}

export type ReadBranch =
  | { readonly ok: true; readonly branch: Branch }
  | { readonly ok: false; readonly faults: readonly string[] };

/** `[role=]file`, as a command line has it; without a role it is a candidate. */
export function splitBranch(text: string): { readonly role: Role; readonly file: string } {
  const role = ROLES.find((each) => text.startsWith(`${each}=`));
  return role === undefined
    ? { role: 'candidate', file: text }
    : { role, file: text.slice(role.length + 1) };
}

export function readBranch(path: string, role: Role): ReadBranch {
  const file = readBounded(path, DOCUMENT_BYTES_MAX);
  if (!file.ok) return { ok: false, faults: [`${path}: ${file.fault}`] };
  const json = readJson(file.bytes.toString('utf8'));
  if (!json.ok) {
    return { ok: false, faults: json.faults.map(({ message }) => `${path}: ${message}`) };
  }
  const name = basename(path, '.json');
  if (!/^[a-z0-9][a-z0-9_-]{0,63}$/.test(name)) {
    return { ok: false, faults: [`${path}: the file's name is no name of a branch`] };
  }
  const created = createStrategies([{ place: path, value: json.value }]);
  if (!created.ok) {
    const faults = created.faults.map(({ path: at, message }) => `${path}: ${at}: ${message}`);
    return { ok: false, faults };
  }
  const [made] = created.strategies;
  return made === undefined
    ? { ok: false, faults: [`${path}: no strategy`] }
    : { ok: true, branch: { name, role, strategy: made.strategy } };
}

/**
 * No governed file is changed without an operation that declares it (section 9.12, O-18). A hook
 * tells early and can be skipped; the check over a range in CI is the one that enforces.
 */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join, posix, resolve } from 'node:path';
import { declarationOf } from '../audit/story.ts';
import { verifyAudit } from '../audit/verify-audit.ts';
import { OPERATION_ID } from '../declaration.ts';
import { git } from './git.ts';
import {
  GOVERNED_DEFAULTS,
  GOVERNED_FILE,
  type Governed,
  isGoverned,
  readGoverned,
} from './governed.ts';
import { findEntry, RUNS_FOLDER } from './ledger.ts';
import { readLedger } from './ledger-file.ts';
import { verifyOperation } from './verify-ledger.ts';

const TRAILER = 'Ops-Id';

export type CommitFaultCode =
  | 'repository_unreadable'
  | 'governed_unreadable'
  | 'ops_id_missing'
  | 'ops_id_malformed'
  /** No ledger gave it out, or it has no declaration. */
  | 'ops_id_unknown'
  | 'operation_invalid'
  | 'operation_not_sealed'
  | 'ledger_invalid'
  | 'path_not_declared';

export interface CommitFault {
  readonly code: CommitFaultCode;
  /** The path, id or rule. */
  readonly operand: string;
  /** Null before there is one. */
  readonly commit: string | null;
  readonly detail: string;
}

type Wanted = 'declared' | 'sealed';

/** Of every commit of `A..B`: the operation of what is governed is sealed, and declares it. */
export function checkRange(root: string, range: string): readonly CommitFault[] {
  const [from = '', ...more] = range.split('..');
  const [to] = more;
  if (from === '' || to === undefined || to === '' || more.length > 1 || range.startsWith('-')) {
    return [fault('repository_unreadable', range, null, 'a range is written A..B')];
  }
  const there = git(root, ['rev-list', '--end-of-options', range]);
  if (!there.ok) return [fault('repository_unreadable', range, null, there.detail)];
  // The rule as it was before: a commit cannot let itself through.
  const governed = governedAt(root, from);
  if (governed === null) return [fault('governed_unreadable', GOVERNED_FILE, from, UNREADABLE)];
  const enforced = enforcedIn(root, to, governed);
  if (enforced === null) return [];
  const commits = commitsOf(root, [range, ...enforced]);
  if ('code' in commits) return [commits];
  return [
    ...ledgerFaults(root),
    ...commits.hashes.flatMap((commit) => checkOne(root, commit, governed)),
  ];
}

export type HistoryChecked =
  | { readonly enforced: false }
  | { readonly enforced: true; readonly commits: number; readonly faults: readonly CommitFault[] };

/** The same of all that is enforced up to `head`, each commit by the rule of the one before it. */
export function checkHistory(
  root: string,
  head: string,
  without: readonly string[] = [],
): HistoryChecked {
  const broken = (found: CommitFault): HistoryChecked => ({
    enforced: true,
    commits: 0,
    faults: [found],
  });
  const born = git(root, ['rev-parse', '--verify', '--quiet', `${head}^{commit}`]);
  if (!born.ok) return broken(fault('repository_unreadable', head, null, born.detail));
  const governed = governedAt(root, head);
  if (governed === null)
    return broken(fault('governed_unreadable', GOVERNED_FILE, head, UNREADABLE));
  const enforced = enforcedIn(root, head, governed);
  if (enforced === null) return { enforced: false };
  const commits = commitsOf(root, [head, ...enforced, ...without]);
  if ('code' in commits) return broken(commits);
  const faults = commits.hashes.flatMap((commit) => {
    const rule = governedBefore(root, commit);
    if (rule === null) return [fault('governed_unreadable', GOVERNED_FILE, commit, UNREADABLE)];
    return checkOne(root, commit, rule);
  });
  return {
    enforced: true,
    commits: commits.hashes.length,
    faults: [...ledgerFaults(root), ...faults],
  };
}

const NOTHING = /^0+$/;

/** The pre-push hook: what the other side does not have, by the lines git says of each ref. */
export function checkPush(root: string, remote: string, lines: string): readonly CommitFault[] {
  const faults: CommitFault[] = [];
  for (const line of lines.split('\n').filter((each) => each !== '')) {
    const [, local = '', , theirs = ''] = line.split(' ');
    if (!/^[0-9a-f]{40,64}$/.test(local) || !/^[0-9a-f]{40,64}$/.test(theirs)) {
      faults.push(fault('repository_unreadable', line, null, 'no line of a push'));
    } else if (!NOTHING.test(local)) {
      const isKnown = !NOTHING.test(theirs) && git(root, ['cat-file', '-e', theirs]).ok;
      const known = isKnown ? [`^${theirs}`] : [];
      const checked = checkHistory(root, local, [...known, '--not', `--remotes=${remote}`]);
      if (checked.enforced) faults.push(...checked.faults);
    }
  }
  return faults;
}

type Commits = { readonly hashes: readonly string[] };

/** Oldest first. */
function commitsOf(root: string, revisions: readonly string[]): Commits | CommitFault {
  const listed = git(root, ['rev-list', '--reverse', ...revisions, '--']);
  const [first = ''] = revisions;
  if (!listed.ok) return fault('repository_unreadable', first, null, listed.detail);
  return { hashes: listed.text.split('\n').filter((line) => line !== '') };
}

/** What `rev-list` is to leave out; null where nothing is enforced in this history yet. */
function enforcedIn(
  root: string,
  head: string,
  { enforced_from: from }: Governed,
): readonly string[] | null {
  if (from === 'always') return [];
  if (from !== 'first_operation') return [`^${from}`];
  const brought = git(root, ['rev-list', '--full-history', '--reverse', head, '--', FIRST_LEDGER]);
  // Who cannot say when it began says that it always was.
  if (!brought.ok) return [];
  const [first = ''] = brought.text.split('\n');
  if (first === '') return null;
  const parents = git(root, ['rev-parse', `${first}^@`]);
  const before = parents.ok ? parents.text.split('\n').filter((line) => line !== '') : [];
  return before.map((parent) => `^${parent}`);
}

const FIRST_LEDGER = 'ops/ledger/events.jsonl';

function ledgerFaults(root: string): readonly CommitFault[] {
  return readLedger(root).faults.map((detail) =>
    fault('ledger_invalid', detail.split(' ')[0] ?? '', null, detail),
  );
}

/** The rule of the commit before; of the very first one, that of the specification. */
function governedBefore(root: string, commit: string): Governed | null {
  const hasParent = git(root, ['rev-parse', '--verify', '--quiet', `${commit}^`]).ok;
  return hasParent ? governedAt(root, `${commit}^`) : GOVERNED_DEFAULTS;
}

const UNREADABLE = 'the rule cannot be read, so nothing is let through';

function checkOne(root: string, commit: string, governed: Governed): readonly CommitFault[] {
  // `-c`: of a merge, what it changed against all of its parents.
  const args = ['diff-tree', '-r', '-c', '-z', '--root', '--no-commit-id', '--name-only'];
  const changed = git(root, [...args, '--no-renames', commit]);
  const message = git(root, ['show', '-s', '--format=%B', commit]);
  if (!changed.ok) return [fault('repository_unreadable', commit, commit, changed.detail)];
  if (!message.ok) return [fault('repository_unreadable', commit, commit, message.detail)];
  const paths = pathsOf(changed.text, governed);
  return checkMessage(root, { paths, message: message.text, commit, governed }, 'sealed');
}

/** The commit-msg hook: what is staged, with the message it will have. */
export function checkMessageFile(root: string, messageFile: string): readonly CommitFault[] {
  const staged = stagedPaths(root);
  if ('code' in staged) return [staged];
  let message: string;
  try {
    message = readFileSync(messageFile, 'utf8');
  } catch (error) {
    return [fault('repository_unreadable', messageFile, null, String(error))];
  }
  return checkMessage(root, { ...staged, message, commit: null }, 'declared');
}

/** The pre-commit hook, which knows no message yet: some declared operation covers each path. */
export function checkStaged(root: string): readonly CommitFault[] {
  const staged = stagedPaths(root);
  if ('code' in staged) return [staged];
  const { paths, governed } = staged;
  if (paths.length === 0) return [];
  const declared = idsThere(root).flatMap((id) => {
    const operation = operationOf(root, id, 'declared', null);
    return 'allowed' in operation ? [operation] : [];
  });
  return paths
    .filter((path) => !declared.some(({ allowed }) => covers(root, governed, allowed, path)))
    .map((path) => fault('path_not_declared', path, null, 'no operation declares it'));
}

interface Proposed {
  readonly paths: readonly string[];
  readonly message: string;
  readonly commit: string | null;
  readonly governed: Governed;
}

function checkMessage(
  root: string,
  { paths, message, commit, governed }: Proposed,
  wanted: Wanted,
): readonly CommitFault[] {
  const [first] = paths;
  if (first === undefined) return [];
  const ids = trailersOf(root, message);
  if (ids.length === 0) {
    const detail = `${paths.length} governed files, the first ${first}, and no ${TRAILER} trailer`;
    return [fault('ops_id_missing', first, commit, detail)];
  }
  const faults: CommitFault[] = [];
  const allowed: string[] = [];
  for (const id of ids) {
    const operation = operationOf(root, id, wanted, commit);
    if ('allowed' in operation) allowed.push(...operation.allowed);
    else faults.push(...operation);
  }
  if (faults.length > 0) return faults;
  return paths
    .filter((path) => !covers(root, governed, allowed, path))
    .map((path) => {
      const detail = `${ids.join(' ')} does not declare it`;
      return fault('path_not_declared', path, commit, detail);
    });
}

function trailersOf(root: string, message: string): readonly string[] {
  const parsed = git(root, ['interpret-trailers', '--parse'], message);
  if (!parsed.ok) return [];
  const start = `${TRAILER.toLowerCase()}:`;
  return parsed.text
    .split('\n')
    .filter((line) => line.toLowerCase().startsWith(start))
    .map((line) => line.slice(start.length).trim());
}

interface Operation {
  readonly allowed: readonly string[];
}

/** What an operation declares, or why it cannot stand for a change. */
function operationOf(
  root: string,
  id: string,
  wanted: Wanted,
  commit: string | null,
): Operation | readonly CommitFault[] {
  if (!new RegExp(OPERATION_ID).test(id)) return [fault('ops_id_malformed', id, commit, id)];
  const { events } = readLedger(root);
  const given = events.some((event) => event.event === 'allocated' && event.operation_id === id);
  const folder = join(root, RUNS_FOLDER, id);
  if (!given || !existsSync(folder)) {
    return [fault('ops_id_unknown', id, commit, given ? 'it has no log' : 'nobody gave it out')];
  }
  const { records, findings } = verifyAudit(folder);
  const [broken] = findings;
  if (broken !== undefined) {
    const detail = `${broken.code}:${broken.record} ${broken.detail}`;
    return [fault('operation_invalid', id, commit, detail)];
  }
  const declared = declarationOf(records);
  if (declared === null) return [fault('ops_id_unknown', id, commit, 'it has no declaration')];
  if (wanted === 'sealed') {
    if (findEntry(root, id) === null) {
      return [fault('operation_not_sealed', id, commit, 'the ledger has no entry of it')];
    }
    const [wrong] = verifyOperation(root, id);
    if (wrong !== undefined) {
      return [fault('operation_invalid', id, commit, `${wrong.code} ${wrong.detail}`)];
    }
  }
  return { allowed: declared.declaration.ALLOWED_PATHS };
}

/** A declared path is a file, or a folder with everything below it, on the host. */
function covers(
  root: string,
  { checkout }: Governed,
  allowed: readonly string[],
  path: string,
): boolean {
  const place = posix.join(checkout ?? resolve(root), path);
  return allowed.some((declared) => {
    const own = posix.normalize(declared).replace(/\/+$/, '');
    return place === own || place.startsWith(`${own}/`);
  });
}

type Staged = { readonly paths: readonly string[]; readonly governed: Governed };

function stagedPaths(root: string): Staged | CommitFault {
  const changed = git(root, ['diff', '--cached', '--name-only', '--no-renames', '-z']);
  if (!changed.ok) return fault('repository_unreadable', root, null, changed.detail);
  const governed = governedAt(root, 'HEAD');
  if (governed === null) return fault('governed_unreadable', GOVERNED_FILE, null, UNREADABLE);
  const hasBegun =
    existsSync(join(root, FIRST_LEDGER)) || enforcedIn(root, 'HEAD', governed) !== null;
  return { paths: hasBegun ? pathsOf(changed.text, governed) : [], governed };
}

function pathsOf(text: string, governed: Governed): readonly string[] {
  return text.split('\0').filter((path) => path !== '' && isGoverned(path, governed));
}

/** The rule at a commit: that of the specification where the commit has none. */
function governedAt(root: string, commit: string): Governed | null {
  const there = git(root, ['ls-tree', '--name-only', '--end-of-options', commit, GOVERNED_FILE]);
  // A repository without a first commit has no rule of its own yet.
  const born = git(root, ['rev-parse', '--verify', '--quiet', `${commit}^{commit}`]).ok;
  if (!born && commit === 'HEAD') return GOVERNED_DEFAULTS;
  if (!there.ok) return null;
  if (there.text.trim() === '') return GOVERNED_DEFAULTS;
  const text = git(root, ['show', `${commit}:${GOVERNED_FILE}`]);
  return text.ok ? readGoverned(text.text) : null;
}

function idsThere(root: string): readonly string[] {
  try {
    return readdirSync(join(root, RUNS_FOLDER));
  } catch {
    return [];
  }
}

function fault(
  code: CommitFaultCode,
  operand: string,
  commit: string | null,
  detail: string,
): CommitFault {
  return { code, operand, commit, detail };
}

import { createHash } from 'node:crypto';
import { lstatSync, readdirSync, realpathSync, statSync } from 'node:fs';
import { basename, join, relative } from 'node:path';
import { ENVELOPE_SUFFIX } from '@holdfast/core/proof';
import { messageOf, readBounded, scanFile } from './bounded-file.ts';
import { type Answer, type Finding, finding, type FindingCode, verdictOf } from './finding.ts';
import { PRIVATE_KEY_SUFFIX } from './keys.ts';
import { readTrustRoots, type TrustRoots } from './trust-roots.ts';
import { inspectOperation, isOperationFolder } from './verify-operation.ts';
import { createEndReader, inspectLedger, isLedgerFolder } from './verify-sign-off.ts';
import { ENVELOPE_LIMIT, verifyEnvelope } from './verify.ts';

export interface VerifyReport {
  readonly verdict: Answer;
  /** 0 yes, 1 no, 2 could not tell (D-34). */
  readonly exitCode: 0 | 1 | 2;
  readonly trustRootsHash: string | null;
  readonly findings: readonly Finding[];
}

export interface VerifyRequest {
  readonly path: string;
  readonly trustRootsPath: string;
  /** Wall clock, epoch ms. */
  readonly now: number;
  readonly acceptsDevelopmentKeys: boolean;
  /** More files than this are not looked at, and the verdict says so. */
  readonly filesMax?: number;
}

const FILES_MAX = 10_000;
const EXIT_CODE = { yes: 0, no: 1, could_not_tell: 2 } as const;

/**
 * `holdfast verify <path>`: a file with its `.dsse`, or a folder of them and everything below it;
 * among them the records of operations and their sign-off ledger, each judged as a whole. Needs no
 * network and nothing of the process that wrote the files. Links are not followed. In a folder,
 * private keys and the trust roots in use need no signature. Freshness of a certificate is the
 * guard's question, not ours.
 */
export function verifyPath(request: VerifyRequest): VerifyReport {
  const roots = readTrustRoots(request.trustRootsPath);
  if (!roots.ok) {
    return reportOf(null, [finding('.', roots.code, roots.detail)]);
  }
  return reportOf(roots.roots.hash, inspect(request, roots.roots));
}

function inspect(request: VerifyRequest, roots: TrustRoots): Finding[] {
  const { path } = request;
  let isFolder = false;
  try {
    isFolder = statSync(path).isDirectory();
  } catch (error) {
    if (!existsAsEnvelope(path)) return [finding('.', 'PATH_MISSING', messageOf(error))];
  }
  // Its real name: what a record is of is told by the folder it lies in.
  if (isFolder) return inspectFolder({ ...request, path: realPath(path) ?? path }, roots);
  const subject = path.endsWith(ENVELOPE_SUFFIX) ? path.slice(0, -ENVELOPE_SUFFIX.length) : path;
  return [inspectFile(request, roots, subject, '.') ?? finding('.', 'SIGNATURE_MISSING', subject)];
}

function existsAsEnvelope(path: string): boolean {
  try {
    return lstatSync(`${path}${ENVELOPE_SUFFIX}`).isFile();
  } catch {
    return false;
  }
}

function inspectFolder(request: VerifyRequest, roots: TrustRoots): Finding[] {
  const findings: Finding[] = [];
  const filesMax = request.filesMax ?? FILES_MAX;
  const exempt = realPath(request.trustRootsPath);
  const recordsIn = recordInspector(request, roots, filesMax);
  const pending = [request.path];
  let count = 0;
  for (let folder = pending.pop(); folder !== undefined; folder = pending.pop()) {
    const records = recordsIn(folder);
    if (records !== null) {
      findings.push(...records);
      continue;
    }
    const listed = listFolder(folder);
    if (!listed.ok) {
      findings.push(finding(relative(request.path, folder), 'UNREADABLE', listed.detail));
      continue;
    }
    pending.push(...listed.folders.toReversed());
    for (const subject of listed.subjects) {
      count += 1;
      if (count > filesMax) {
        return [...findings, finding('.', 'TOO_MANY_FILES', `more than ${filesMax} files`)];
      }
      const name = relative(request.path, subject);
      const found = inspectFile(request, roots, subject, name);
      if (found !== null) findings.push(found);
      else if (realPath(subject) !== exempt && !subject.endsWith(PRIVATE_KEY_SUFFIX)) {
        findings.push(finding(name, 'UNSIGNED', `no ${basename(subject)}${ENVELOPE_SUFFIX}`));
      }
    }
  }
  if (findings.length > 0) return findings;
  return [finding('.', 'NOTHING_TO_VERIFY', 'no signed file here')];
}

/** What a folder is found to be as a record of operations; null for one that is none. */
function recordInspector(
  { path, acceptsDevelopmentKeys }: VerifyRequest,
  roots: TrustRoots,
  filesMax: number,
): (folder: string) => readonly Finding[] | null {
  const endsOf = createEndReader();
  return (folder) => {
    const isLog = isOperationFolder(folder);
    if (!isLog && !isLedgerFolder(folder)) return null;
    const found = isLog
      ? inspectOperation({ folder, roots, acceptsDevelopmentKeys, filesMax, endsOf })
      : inspectLedger(folder, filesMax);
    return found.map((item) => ({ ...item, path: relative(path, join(folder, item.path)) || '.' }));
  };
}

type Listing =
  | { readonly ok: true; readonly folders: readonly string[]; readonly subjects: readonly string[] }
  | { readonly ok: false; readonly detail: string };

/** Files and the files that envelopes stand for, each once; sorted, so that two runs read alike. */
function listFolder(folder: string): Listing {
  const folders: string[] = [];
  const subjects = new Set<string>();
  try {
    for (const entry of readdirSync(folder, { withFileTypes: true })) {
      const path = join(folder, entry.name);
      if (entry.isDirectory()) folders.push(path);
      else if (path.endsWith(ENVELOPE_SUFFIX)) subjects.add(path.slice(0, -ENVELOPE_SUFFIX.length));
      else subjects.add(path);
    }
  } catch (error) {
    return { ok: false, detail: messageOf(error) };
  }
  return { ok: true, folders: folders.sort(), subjects: [...subjects].sort() };
}

/** Null when the file is there and unsigned. */
function inspectFile(
  request: VerifyRequest,
  roots: TrustRoots,
  subject: string,
  name: string,
): Finding | null {
  const envelope = readBounded(`${subject}${ENVELOPE_SUFFIX}`, ENVELOPE_LIMIT);
  if (!envelope.ok && envelope.fault === 'too_large') {
    return finding(name, 'ENVELOPE_MALFORMED', envelope.detail);
  }
  if (!envelope.ok && envelope.fault !== 'missing') {
    const code = envelope.fault === 'not_a_file' ? 'NOT_A_FILE' : 'UNREADABLE';
    return finding(name, code, envelope.detail);
  }
  const digest = digestOf(subject);
  if (!digest.ok) {
    // What vanished between the listing and here is unsigned and gone: nothing to say yes to.
    return finding(name, digest.code, digest.detail);
  }
  if (!envelope.ok) return null;
  const file = { name: basename(subject), sha256: digest.sha256 };
  const verdict = verifyEnvelope(envelope.bytes, file, roots);
  if (!verdict.ok) return finding(name, verdict.code, verdict.detail);
  const signers = verdict.signers.map((key) => key.holder);
  const { signed_ts_ms: signedAt } = verdict.statement.predicate;
  if (signedAt > request.now) {
    return finding(name, 'SIGNED_IN_FUTURE', `signed at ${signedAt}`, signers);
  }
  const isByDevelopment = verdict.signers.some((key) => key.roles.includes('development'));
  if (isByDevelopment && !request.acceptsDevelopmentKeys) {
    return finding(name, 'DEVELOPMENT_KEY', `signed by ${signers.join(', ')}`, signers);
  }
  return finding(name, 'VERIFIED', verdict.statement.predicateType, signers);
}

type DigestRead =
  | { readonly ok: true; readonly sha256: string }
  | { readonly ok: false; readonly code: FindingCode; readonly detail: string };

function digestOf(path: string): DigestRead {
  if (isLink(path)) return { ok: false, code: 'NOT_A_FILE', detail: `${path} is a link` };
  const digest = createHash('sha256');
  const scan = scanFile(path, (piece) => {
    digest.update(piece);
  });
  if (scan.ok) return { ok: true, sha256: digest.digest('hex') };
  const code = {
    missing: 'FILE_MISSING',
    not_a_file: 'NOT_A_FILE',
    unreadable: 'UNREADABLE',
    too_large: 'UNREADABLE',
  } as const;
  return { ok: false, code: code[scan.fault], detail: scan.detail };
}

function isLink(path: string): boolean {
  try {
    return lstatSync(path).isSymbolicLink();
  } catch {
    // Whatever hides it will show when the file is opened.
    return false;
  }
}

function realPath(path: string): string | null {
  try {
    return realpathSync(path);
  } catch {
    return null;
  }
}

function reportOf(trustRootsHash: string | null, findings: readonly Finding[]): VerifyReport {
  const verdict = verdictOf(findings);
  return { verdict, exitCode: EXIT_CODE[verdict], trustRootsHash, findings };
}

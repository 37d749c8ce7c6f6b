import { createHash } from 'node:crypto';
import { lstatSync, readdirSync, realpathSync, statSync } from 'node:fs';
import { basename, join, relative } from 'node:path';
import { ENVELOPE_SUFFIX } from '@holdfast/core/proof';
import { messageOf, readBounded, scanFile } from './bounded-file.ts';
import { PRIVATE_KEY_SUFFIX } from './keys.ts';
import { readTrustRoots, type TrustRoots } from './trust-roots.ts';
import { ENVELOPE_LIMIT, type SignatureFault, verifyEnvelope } from './verify.ts';

export type Answer = 'yes' | 'no' | 'could_not_tell';

/**
 * Each code gives one answer, always the same. An error is not a no, and neither is a yes (D-23).
 */
const ANSWER_OF = {
  VERIFIED: 'yes',
  ENVELOPE_MALFORMED: 'no',
  STATEMENT_MALFORMED: 'no',
  SIGNER_REPEATED: 'no',
  KEY_UNKNOWN: 'no',
  SIGNATURE_INVALID: 'no',
  KEY_NOT_VALID_AT_SIGNING: 'no',
  ROLE_NOT_ALLOWED: 'no',
  SUBJECT_NAME_MISMATCH: 'no',
  SUBJECT_DIGEST_MISMATCH: 'no',
  TRUST_ROOTS_CHANGED: 'no',
  /** Signed by a development key, which vouches for nothing outside a development machine. */
  DEVELOPMENT_KEY: 'no',
  /** The very file that was asked about has no signature. */
  SIGNATURE_MISSING: 'no',
  /** A signature whose file is gone. */
  FILE_MISSING: 'no',
  /** A file without signature among others: neither vouched for nor shown to be wrong. */
  UNSIGNED: 'could_not_tell',
  SIGNED_IN_FUTURE: 'could_not_tell',
  PATH_MISSING: 'could_not_tell',
  NOTHING_TO_VERIFY: 'could_not_tell',
  UNREADABLE: 'could_not_tell',
  /** A link, pipe, socket or device. */
  NOT_A_FILE: 'could_not_tell',
  TOO_MANY_FILES: 'could_not_tell',
  TRUST_ROOTS_MISSING: 'could_not_tell',
  TRUST_ROOTS_UNREADABLE: 'could_not_tell',
  TRUST_ROOTS_MALFORMED: 'could_not_tell',
} as const satisfies Record<SignatureFault, 'no'> & Record<string, Answer>;

export type FindingCode = keyof typeof ANSWER_OF;

export interface Finding {
  /** Relative to the path asked about; `.` for the path itself. */
  readonly path: string;
  readonly code: FindingCode;
  readonly answer: Answer;
  readonly detail: string;
  /** Holders whose signatures are good. */
  readonly signers: readonly string[];
}

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
 * `holdfast verify <path>`: a file with its `.dsse`, or a folder of them and everything below it.
 * Needs no network and nothing of the process that wrote the files. Links are not followed. In a
 * folder, private keys and the trust roots in use need no signature. Freshness of a certificate is
 * the guard's question, not ours.
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
  if (isFolder) return inspectFolder(request, roots);
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
  const pending = [request.path];
  let count = 0;
  for (let folder = pending.pop(); folder !== undefined; folder = pending.pop()) {
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

function finding(
  path: string,
  code: FindingCode,
  detail: string,
  signers: readonly string[] = [],
): Finding {
  return { path: path === '' ? '.' : path, code, answer: ANSWER_OF[code], detail, signers };
}

/** One no is a no; else one doubt is a doubt; a yes needs at least one. */
function reportOf(trustRootsHash: string | null, findings: readonly Finding[]): VerifyReport {
  const has = (answer: Answer): boolean => findings.some((item) => item.answer === answer);
  const verdict = has('no')
    ? 'no'
    : has('could_not_tell') || !has('yes')
      ? 'could_not_tell'
      : 'yes';
  return { verdict, exitCode: EXIT_CODE[verdict], trustRootsHash, findings };
}

/**
 * Whether a policy may run as part of the bundle it came in: published by somebody who may, whole,
 * and allowing no more than the one adopted before, unless people approved exactly its content. It
 * needs no governance beside it: what a promotion has decided is in the bundle, or does not count.
 */
import { hash } from 'node:crypto';
import { existsSync, readdirSync } from 'node:fs';
import { basename, join } from 'node:path';
import { createParser, parseText, readJson } from '@holdfast/core/parse';
import {
  type PolicyDocument,
  PolicyDocumentSchema,
  type PolicyRaise,
  policyRaises,
} from '@holdfast/core/policy';
import { BUNDLE_APPROVAL_PREDICATE, ENVELOPE_SUFFIX, FILE_PREDICATE } from '@holdfast/core/proof';
import { readBounded } from '../proof/bounded-file.ts';
import { decodeUtf8 } from '../proof/encoding.ts';
import { readSigned, trustRootsPathOf } from '../proof/signed-document.ts';
import { readTrustRoots, type TrustRoots } from '../proof/trust-roots.ts';
import { ENVELOPE_LIMIT, verifyEnvelope } from '../proof/verify.ts';
import {
  type Bundle,
  type BundleContent,
  parseBundle,
  parseBundleApproval,
} from './bundle-document.ts';
import { ENVIRONMENT_RULES } from './environments.ts';
import { documentHash } from './identity.ts';
import type { Environment } from './runtime-document.ts';

const DOCUMENT_LIMIT = 1 << 20;
const APPROVALS_MAX = 64;
const RAISES_SHOWN = 5;
const parsePolicyShape = createParser(PolicyDocumentSchema);

/** Where, by which rule, in a sentence. */
export interface BundleFault {
  readonly place: string;
  readonly rule: string;
  readonly message: string;
}

export interface BundleRequest {
  readonly root: string;
  readonly environment: Environment;
  readonly policyPath: string;
  /** The document that is to run. */
  readonly policy: PolicyDocument;
  readonly policyHash: string;
  /** Documents of the strategies that are to run, relative to the project. */
  readonly strategies: readonly string[];
  /** Wall clock, epoch ms. */
  readonly now: number;
}

/** The bundle and its files, and those of the one that ran last. */
export function bundlePath(root: string): string {
  return join(root, 'config', 'bundle', 'bundle.json');
}

export function adoptedFolder(root: string, environment: Environment): string {
  return join(root, 'artifacts', 'adopted', environment);
}

/** What people approve: everything that may run, and nothing else. */
export function contentHash(content: BundleContent): string {
  return documentHash(content);
}

/**
 * Whether what runs has to come in a bundle: where money or its rehearsal is, always; elsewhere
 * where there is one, and it is the launch policy that runs and no other.
 */
export function isBundled(root: string, environment: Environment, policyPath: string): boolean {
  if (ENVIRONMENT_RULES[environment].needsBundle) return true;
  return existsSync(bundlePath(root)) && policyPath === join(root, 'config', 'policy.json');
}

/** All that is wrong. */
export function bundleFaults(request: BundleRequest): readonly BundleFault[] {
  const { root, environment, policyPath } = request;
  if (!isBundled(root, environment, policyPath)) return [];
  const place = bundlePath(root);
  const read = readBundle(place, request);
  if (read.ok) {
    const faults = contentFaults(read.bundle, request);
    const found = faults.length > 0 ? faults : raiseFaults(read.bundle, read.roots, request);
    return found.map((fault) => ({ place, ...fault }));
  }
  return [{ place, rule: read.rule, message: read.message }];
}

type Fault = Omit<BundleFault, 'place'>;
type Read =
  | { readonly ok: true; readonly bundle: Bundle; readonly roots: TrustRoots }
  | ({ readonly ok: false } & Fault);

function readBundle(path: string, { root, environment }: BundleRequest): Read {
  const no = (rule: string, message: string): Read => ({ ok: false, rule, message });
  const document = readBounded(path, DOCUMENT_LIMIT);
  if (!document.ok) {
    const rule = document.fault === 'missing' ? 'bundle_missing' : 'bundle_unreadable';
    return no(rule, `${environment} runs what was published in a bundle: ${document.detail}`);
  }
  const roots = readTrustRoots(trustRootsPathOf(root, environment));
  const envelope = readBounded(`${path}${ENVELOPE_SUFFIX}`, ENVELOPE_LIMIT);
  if (!roots.ok) return no('bundle_not_trusted', `nobody's signature counts: ${roots.detail}`);
  if (!envelope.ok) return no('bundle_not_trusted', envelope.detail);
  const sha256 = hash('sha256', document.bytes, 'hex');
  const file = { name: basename(path), sha256 };
  const verdict = verifyEnvelope(envelope.bytes, file, roots.roots);
  if (!verdict.ok) return no('bundle_not_trusted', `${verdict.code} ${verdict.detail}`);
  const isFile = verdict.statement.predicateType === FILE_PREDICATE;
  const role = environment === 'dev' ? 'development' : 'publisher';
  if (!isFile || !verdict.signers.some(({ roles }) => roles.includes(role))) {
    return no('bundle_not_trusted', `no ${role} has signed it`);
  }
  const text = decodeUtf8(document.bytes);
  const parsed = text === null ? null : parseText(text, parseBundle);
  if (parsed?.ok === true) return { ok: true, bundle: parsed.value, roots: roots.roots };
  const [first] = parsed?.violations ?? [];
  return no(
    'bundle_malformed',
    first === undefined ? 'not UTF-8' : `${first.path} ${first.message}`,
  );
}

function contentFaults({ content }: Bundle, request: BundleRequest): readonly Fault[] {
  const { policy, policyHash, strategies, root } = request;
  const faults: Fault[] = [];
  const say = (rule: string, message: string): void => void faults.push({ rule, message });
  if (content.policy_hash !== policyHash) {
    say('bundle_of_another_policy', `it was made with policy ${content.policy_hash}`);
  }
  if (content.stage !== policy.stage) {
    say('bundle_stage_mismatch', `its stage is ${content.stage}, the policy's ${policy.stage}`);
  }
  for (const path of strategies) {
    const known = content.strategies.find((strategy) => strategy.path === path);
    const found = strategyHash(join(root, path));
    if (known === undefined) say('strategy_not_in_bundle', `${path} is not part of it`);
    else if (found !== known.sha256) {
      say('strategy_changed', `${path} is ${found ?? 'unreadable'}, published is ${known.sha256}`);
    }
  }
  return faults;
}

function strategyHash(path: string): string | null {
  const document = readBounded(path, DOCUMENT_LIMIT);
  const text = document.ok ? decodeUtf8(document.bytes) : null;
  const read = text === null ? null : readJson(text);
  return read?.ok === true ? documentHash(read.value) : null;
}

function raiseFaults(bundle: Bundle, roots: TrustRoots, request: BundleRequest): readonly Fault[] {
  const { content } = bundle;
  const before = readAdopted(request);
  if (before !== null && contentHash(before.content) === contentHash(content)) return [];
  const told = raisesOf(before, content, request);
  if (told.length === 0) return [];
  const faults = unrepeatable(before, bundle);
  const needed = Math.max(1, ENVIRONMENT_RULES[request.environment].signers);
  const people = approversOf(bundle, roots, request);
  if (people.length >= needed) return faults;
  const shown = told.slice(0, RAISES_SHOWN).join('; ');
  const more = told.length > RAISES_SHOWN ? ` and ${told.length - RAISES_SHOWN} more` : '';
  const message =
    `it allows more than what ran before (${shown}${more}) ` +
    `and has ${people.length} approvers beside its author, not ${needed}`;
  return [...faults, { rule: 'raise_not_approved', message }];
}

function raisesOf(
  before: Adopted | null,
  content: BundleContent,
  { policy }: BundleRequest,
): readonly string[] {
  if (before === null) return ['nothing was adopted here before'];
  const limits = policyRaises(before.policy, policy).map(sayRaise);
  const changed = changedStrategies(before, content).map(({ path }) => `${path} has changed`);
  return [...limits, ...changed];
}

const sayRaise = ({ path, from, to }: PolicyRaise): string =>
  `${path} from ${String(from)} to ${String(to)}`;

function changedStrategies(before: Adopted | null, content: BundleContent) {
  const known = new Set(before?.content.strategies.map(({ sha256 }) => sha256));
  return content.strategies.filter(({ sha256 }) => !known.has(sha256));
}

/** Parameters nobody has seen lead twice to the same are nobody's to approve. */
function unrepeatable(before: Adopted | null, { content, determinism }: Bundle): readonly Fault[] {
  const shown = new Set(determinism.map(({ strategy_sha256 }) => strategy_sha256));
  return changedStrategies(before, content)
    .filter(({ sha256 }) => !shown.has(sha256))
    .map(({ path }) => ({
      rule: 'strategy_not_repeatable',
      message: `${path} is new here and was not shown to do the same with the same data`,
    }));
}

interface Adopted {
  readonly content: BundleContent;
  readonly policy: PolicyDocument;
}

/** What ran last, as far as it can be believed; null is nothing, beside which all is more. */
function readAdopted(request: BundleRequest): Adopted | null {
  const folder = adoptedFolder(request.root, request.environment);
  const read = readBundle(join(folder, 'bundle.json'), request);
  const document = readBounded(join(folder, 'policy.json'), DOCUMENT_LIMIT);
  const text = document.ok ? decodeUtf8(document.bytes) : null;
  const policy = text === null ? null : parseText(text, parsePolicyShape);
  if (!read.ok || policy?.ok !== true) return null;
  const { content } = read.bundle;
  return documentHash(policy.json) === content.policy_hash
    ? { content, policy: policy.value }
    : null;
}

/** People who approved exactly this content, each once; who made it is none of them. */
function approversOf(bundle: Bundle, roots: TrustRoots, request: BundleRequest): readonly string[] {
  const { root, environment, now } = request;
  const folder = join(root, 'config', 'bundle', 'approvals');
  const wanted = contentHash(bundle.content);
  const people = new Set<string>();
  for (const name of namesIn(folder)) {
    const document = readBounded(join(folder, name), DOCUMENT_LIMIT);
    const envelope = readBounded(join(folder, `${name}${ENVELOPE_SUFFIX}`), ENVELOPE_LIMIT);
    if (!document.ok || !envelope.ok) continue;
    const reading = readSigned(
      { name, document: document.bytes, envelope: envelope.bytes },
      {
        parser: parseBundleApproval,
        predicate: BUNDLE_APPROVAL_PREDICATE,
        roots,
        acceptsDevelopmentKeys: environment === 'dev',
        now,
      },
    );
    if (!reading.ok || reading.value.content_sha256 !== wanted) continue;
    const { approver, approved_at_ms, valid_until_ms } = reading.value;
    if (reading.people.length > 1 || reading.people[0] !== approver) continue;
    if (approved_at_ms > now || now >= valid_until_ms) continue;
    people.add(approver);
  }
  people.delete(bundle.prepared_by);
  return [...people];
}

/** Of more than that none is read: what is not read approves nothing. */
function namesIn(folder: string): readonly string[] {
  try {
    const names = readdirSync(folder).filter((name) => name.endsWith('.json'));
    return names.length > APPROVALS_MAX ? [] : names.sort();
  } catch {
    return [];
  }
}

import { hash } from 'node:crypto';
import { basename, join } from 'node:path';
import { closed, createParser } from '@holdfast/core/parse';
import { ENVELOPE_SUFFIX, SIGN_OFF_PREDICATE } from '@holdfast/core/proof';
import { type Static, Type } from 'typebox';
import { readBounded } from '../proof/bounded-file.ts';
import { readSigned, trustRootsPathOf } from '../proof/signed-document.ts';
import { readTrustRoots, type TrustRoots } from '../proof/trust-roots.ts';
import { ENVELOPE_LIMIT } from '../proof/verify.ts';
import { ENVIRONMENT_RULES, SIGN_OFFS, type SignOffName } from './environments.ts';
import type { Environment } from './runtime-document.ts';

const DOCUMENT_LIMIT = 1 << 16;
const EVIDENCE_LIMIT = 1 << 26;
const SHA256 = '^[0-9a-f]{64}$';

const SignOffSchema = closed({
  sign_off_version: Type.Literal(1),
  sign_off: Type.Enum(SIGN_OFFS, { description: 'What is signed off.' }),
  /** SHA-256 of the canonical policy it was given for: another policy needs another one. */
  policy_hash: Type.String({ pattern: SHA256 }),
  /** The manifest of the evidence, relative to the project, and its SHA-256. */
  evidence: Type.String({
    minLength: 1,
    maxLength: 300,
    pattern: '^(?!/)(?!.*(^|/)\\.\\.(/|$)).+$',
  }),
  evidence_sha256: Type.String({ pattern: SHA256 }),
  /** Who made the evidence; does not count as a signer. */
  prepared_by: Type.String({ minLength: 1, maxLength: 200 }),
  valid_until_ms: Type.Integer({ minimum: 0, maximum: Number.MAX_SAFE_INTEGER }),
});
export type SignOff = Static<typeof SignOffSchema>;
const parseSignOff = createParser(SignOffSchema);

/** One that is missing or must not be believed: where, by which rule, in a sentence. */
export interface SignOffFault {
  readonly place: string;
  readonly rule: string;
  readonly message: string;
}

export interface SignOffRequest {
  readonly root: string;
  readonly environment: Environment;
  readonly policyHash: string;
  /** Wall clock, epoch ms. */
  readonly now: number;
}

/** Where a sign-off stands; its signature beside it. */
export function signOffPath(root: string, name: SignOffName): string {
  return join(root, 'config', 'sign-offs', `${name}.json`);
}

/**
 * Every sign-off the environment needs and has not: an environment is opened by what people signed,
 * not by a file that says so (decision 0018). Empty where all of them stand.
 */
export function signOffFaults(request: SignOffRequest): readonly SignOffFault[] {
  const { signOffs } = ENVIRONMENT_RULES[request.environment];
  if (signOffs.length === 0) return [];
  const rootsPath = trustRootsPathOf(request.root, request.environment);
  const roots = readTrustRoots(rootsPath);
  const faults: SignOffFault[] = [];
  if (!roots.ok) {
    const message = `nobody's signature counts: ${roots.detail}`;
    faults.push({ place: rootsPath, rule: roots.code.toLowerCase(), message });
  }
  for (const name of signOffs) {
    const fault = faultOf(request, name, roots.ok ? roots.roots : null);
    if (fault !== null) faults.push({ place: signOffPath(request.root, name), ...fault });
  }
  return faults;
}

type Fault = Omit<SignOffFault, 'place'>;

function faultOf(
  { root, environment, policyHash, now }: SignOffRequest,
  name: SignOffName,
  roots: TrustRoots | null,
): Fault | null {
  const path = signOffPath(root, name);
  const document = readBounded(path, DOCUMENT_LIMIT);
  const envelope = readBounded(`${path}${ENVELOPE_SUFFIX}`, ENVELOPE_LIMIT);
  if (!document.ok || !envelope.ok || roots === null) {
    const what = document.ok && envelope.ok ? 'cannot be verified' : 'is not there';
    return { rule: 'sign_off_missing', message: `${environment} needs ${name}, which ${what}` };
  }
  const signed = { name: basename(path), document: document.bytes, envelope: envelope.bytes };
  const reading = readSigned(signed, {
    parser: parseSignOff,
    predicate: SIGN_OFF_PREDICATE,
    roots,
    acceptsDevelopmentKeys: false,
    now,
  });
  if (!reading.ok) {
    return { rule: 'sign_off_not_trusted', message: `${name}: ${reading.code} ${reading.detail}` };
  }
  return contentFault(reading.value, reading.people, { root, environment, policyHash, now }, name);
}

function contentFault(
  signOff: SignOff,
  people: readonly string[],
  { root, environment, policyHash, now }: SignOffRequest,
  name: SignOffName,
): Fault | null {
  if (signOff.sign_off !== name) {
    return {
      rule: 'sign_off_of_another',
      message: `it signs off ${signOff.sign_off}, not ${name}`,
    };
  }
  if (now >= signOff.valid_until_ms) {
    const until = new Date(signOff.valid_until_ms).toISOString();
    return { rule: 'sign_off_expired', message: `${name} was valid until ${until}` };
  }
  if (signOff.policy_hash !== policyHash) {
    return { rule: 'sign_off_of_another_policy', message: `${name} was given for another policy` };
  }
  const { signers } = ENVIRONMENT_RULES[environment];
  const counted = people.filter((person) => person !== signOff.prepared_by).length;
  if (counted < signers) {
    const message = `${name} has ${counted} signers beside its author, not ${signers}`;
    return { rule: 'sign_off_too_few_signers', message };
  }
  const evidence = readBounded(join(root, signOff.evidence), EVIDENCE_LIMIT);
  if (!evidence.ok || hash('sha256', evidence.bytes, 'hex') !== signOff.evidence_sha256) {
    const how = evidence.ok ? 'is no longer what was signed' : 'cannot be read';
    return { rule: 'sign_off_evidence_changed', message: `${name}: ${signOff.evidence} ${how}` };
  }
  return null;
}

import { readFileSync, statSync } from 'node:fs';
import { assert } from '@holdfast/core';
import {
  type ParsedText,
  type Parser,
  type PlacedViolation,
  parseText,
} from '@holdfast/core/parse';
import { type Policy, type PolicyDocument, parsePolicy } from '@holdfast/core/policy';
import { bundleFaults } from './bundle.ts';
import { ENVIRONMENT_RULES } from './environments.ts';
import { documentHash, runtimeConfigHash } from './identity.ts';
import { parseRuntimeDocument, type RuntimeDocument } from './runtime-document.ts';
import { signOffFaults } from './sign-offs.ts';
import { type Environ, readSecrets, type Secrets } from './secrets.ts';

export interface ConfigurationSource {
  readonly policyPath: string;
  readonly runtimePath: string;
  readonly env: Environ;
  /** The project: trust roots, sign-offs and their evidence are below it. */
  readonly root: string;
  /** Wall clock, epoch ms. */
  readonly now: number;
}

/** Three documents, three fates: limits, places, secrets (architecture section 10). */
export interface Configuration {
  readonly policy: Policy;
  /** SHA-256 of the canonical policy document. */
  readonly policyHash: string;
  readonly runtime: RuntimeDocument;
  /** SHA-256 of both documents; what the certificate binds. */
  readonly runtimeConfigHash: string;
  readonly secrets: Secrets;
}

/**
 * What is wrong, where, by which rule. `place` is `path line:column`, or the name of a variable.
 */
export interface ConfigurationViolation {
  readonly document: 'policy' | 'runtime' | 'secrets' | 'sign_offs' | 'bundle';
  readonly place: string;
  readonly rule: string;
  readonly message: string;
}

export type Loaded =
  | { readonly ok: true; readonly value: Configuration }
  | {
      readonly ok: false;
      readonly violations: readonly [ConfigurationViolation, ...ConfigurationViolation[]];
    };

/** Far above any real document; a bigger file is somebody else's. */
const DOCUMENT_BYTES_MAX = 1 << 20;

/**
 * Reads and checks everything, and says everything that is wrong. There is no lenient mode, no last
 * good copy, no default document: one violation and there is no configuration (phases section 1.10,
 * D-13).
 */
export function loadConfiguration(source: ConfigurationSource): Loaded {
  const policy = readDocument('policy', source.policyPath, parsePolicy);
  const runtime = readDocument('runtime', source.runtimePath, parseRuntimeDocument);
  const secrets = runtime.ok ? readSecrets(source.env, runtime.value) : null;
  const violations = [
    ...(policy.ok ? [] : policy.violations),
    ...(runtime.ok ? [] : runtime.violations),
    ...(secrets === null || secrets.ok ? [] : secrets.violations.map(placeSecret)),
    ...(policy.ok && runtime.ok ? permission(source, policy, runtime) : []),
  ];
  const [first, ...rest] = violations;
  if (first !== undefined) return { ok: false, violations: [first, ...rest] };
  assert(policy.ok && runtime.ok && secrets?.ok === true, 'no violation means all were read');
  return {
    ok: true,
    value: Object.freeze({
      policy: policy.value,
      policyHash: documentHash(policy.json),
      runtime: deepFreeze(runtime.value),
      runtimeConfigHash: runtimeConfigHash(policy.json, runtime.json),
      secrets: secrets.value,
    }),
  };
}

/**
 * Whether the environment may be opened with this policy: its stage, the bundle it came in, and
 * what people signed.
 */
function permission(
  { root, now, policyPath }: ConfigurationSource,
  policy: Extract<ParsedText<Policy>, { ok: true }>,
  { value: { environment, strategies } }: Extract<ParsedText<RuntimeDocument>, { ok: true }>,
): readonly ConfigurationViolation[] {
  const { stage } = ENVIRONMENT_RULES[environment];
  const violations: ConfigurationViolation[] = [];
  if (stage !== null && policy.value.stage !== stage) {
    const message = `/stage: ${environment} trades at stage ${stage}, not ${policy.value.stage}`;
    const rule = 'stage_not_for_environment';
    violations.push({ document: 'policy', place: policyPath, rule, message });
  }
  const policyHash = documentHash(policy.json);
  const bundled = bundleFaults({
    root,
    environment,
    policyPath,
    // What was parsed has the shape.
    policy: policy.json as PolicyDocument,
    policyHash,
    strategies,
    now,
  });
  for (const fault of bundled) violations.push({ document: 'bundle', ...fault });
  for (const fault of signOffFaults({ root, environment, policyHash, now })) {
    violations.push({ document: 'sign_offs', ...fault });
  }
  return violations;
}

type DocumentRead<T> =
  | Extract<ParsedText<T>, { ok: true }>
  | { readonly ok: false; readonly violations: readonly ConfigurationViolation[] };

function readDocument<T>(
  document: 'policy' | 'runtime',
  path: string,
  parser: Parser<T>,
): DocumentRead<T> {
  const read = readBounded(path);
  if (!read.ok) {
    const { rule, message } = read;
    return { ok: false, violations: [{ document, place: path, rule, message }] };
  }
  const parsed = parseText(read.text, parser);
  if (parsed.ok) return parsed;
  return { ok: false, violations: parsed.violations.map((item) => placed(document, path, item)) };
}

function placed(
  document: 'policy' | 'runtime',
  path: string,
  item: PlacedViolation,
): ConfigurationViolation {
  const { line, column } = item.place;
  const message = `${item.path === '' ? '/' : item.path}: ${item.message}`;
  return { document, place: `${path} ${line}:${column}`, rule: item.rule, message };
}

function placeSecret(item: {
  path: string;
  rule: string;
  message: string;
}): ConfigurationViolation {
  const { rule, message } = item;
  return { document: 'secrets', place: item.path.slice(1), rule, message };
}

type FileText =
  | { readonly ok: true; readonly text: string }
  | { readonly ok: false; readonly rule: string; readonly message: string };

function readBounded(path: string): FileText {
  try {
    const { size } = statSync(path);
    if (size > DOCUMENT_BYTES_MAX) {
      return {
        ok: false,
        rule: 'too_large',
        message: `${size} bytes, at most ${DOCUMENT_BYTES_MAX}`,
      };
    }
    const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
    return { ok: true, text: decoder.decode(readFileSync(path)) };
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : 'unknown';
    const isMissing = code === 'ENOENT';
    return {
      ok: false,
      rule: isMissing ? 'file_missing' : 'file_unreadable',
      message: isMissing ? 'the file does not exist' : `the file cannot be read (${code})`,
    };
  }
}

function deepFreeze<T extends object>(value: T): T {
  for (const item of Object.values(value)) {
    if (typeof item === 'object' && item !== null) deepFreeze(item);
  }
  return Object.freeze(value);
}

import {
  createPrivateKey,
  createPublicKey,
  generateKeyPairSync,
  hash,
  type KeyObject,
  sign,
} from 'node:crypto';
import { mkdirSync, statSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { messageOf, readBounded } from './bounded-file.ts';

/** Private keys are never evidence; `verify-path` leaves files of this name alone. */
export const PRIVATE_KEY_SUFFIX = '.private.pem';

/** An Ed25519 key that can sign. The private half stays inside. */
export interface SigningKey {
  /** SHA-256 of the raw public key, lowercase hex. */
  readonly keyId: string;
  /** 32 raw bytes, base64. */
  readonly publicKey: string;
  sign(bytes: Uint8Array): Buffer;
}

export type KeyRead =
  | { readonly ok: true; readonly key: SigningKey }
  | {
      readonly ok: false;
      readonly code: 'KEY_MISSING' | 'KEY_UNREADABLE' | 'KEY_EXPOSED' | 'KEY_EXISTS';
      readonly detail: string;
    };

const KEY_FILE_LIMIT = 4096;
const OWNER_ONLY = 0o600;
const NOT_OWNER = 0o077;

/**
 * Makes a new key pair and writes the private half, readable by its owner alone. Never overwrites.
 */
export function createKeyFile(path: string): KeyRead {
  const { privateKey } = generateKeyPairSync('ed25519');
  try {
    mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
    const pem = privateKey.export({ format: 'pem', type: 'pkcs8' });
    writeFileSync(path, pem, { flag: 'wx', mode: OWNER_ONLY, flush: true });
  } catch (error) {
    const exists = error instanceof Error && 'code' in error && error.code === 'EEXIST';
    return { ok: false, code: exists ? 'KEY_EXISTS' : 'KEY_UNREADABLE', detail: messageOf(error) };
  }
  return { ok: true, key: signingKey(privateKey) };
}

/**
 * Reads a private key file; one that others could have read is refused, as it may not be ours
 * alone.
 */
export function readKeyFile(path: string): KeyRead {
  const read = readBounded(path, KEY_FILE_LIMIT);
  if (!read.ok) {
    const code = read.fault === 'missing' ? 'KEY_MISSING' : 'KEY_UNREADABLE';
    return { ok: false, code, detail: read.detail };
  }
  try {
    if (process.platform !== 'win32' && (statSync(path).mode & NOT_OWNER) !== 0) {
      const detail = `${path} is open to others than its owner; chmod 600, or make a new key`;
      return { ok: false, code: 'KEY_EXPOSED', detail };
    }
    const privateKey = createPrivateKey({ key: read.bytes, format: 'pem' });
    if (privateKey.asymmetricKeyType !== 'ed25519') {
      return { ok: false, code: 'KEY_UNREADABLE', detail: `${path} is not an Ed25519 key` };
    }
    return { ok: true, key: signingKey(privateKey) };
  } catch (error) {
    return {
      ok: false,
      code: 'KEY_UNREADABLE',
      detail: `${path} is no private key: ${messageOf(error)}`,
    };
  }
}

export function keyIdOf(rawPublicKey: Uint8Array): string {
  return hash('sha256', rawPublicKey, 'hex');
}

/** Null when the bytes are no Ed25519 public key. */
export function importPublicKey(rawPublicKey: Uint8Array): KeyObject | null {
  if (rawPublicKey.length !== 32) return null;
  try {
    const x = Buffer.from(rawPublicKey).toString('base64url');
    return createPublicKey({ key: { kty: 'OKP', crv: 'Ed25519', x }, format: 'jwk' });
  } catch {
    return null;
  }
}

function signingKey(privateKey: KeyObject): SigningKey {
  const { x = '' } = createPublicKey(privateKey).export({ format: 'jwk' });
  const raw = Buffer.from(x, 'base64url');
  return {
    keyId: keyIdOf(raw),
    publicKey: raw.toString('base64'),
    sign: (bytes) => sign(null, bytes, privateKey),
  };
}

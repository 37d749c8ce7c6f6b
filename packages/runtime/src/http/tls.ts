import { X509Certificate } from 'node:crypto';
import { readFileSync, statSync } from 'node:fs';
import { createSecureContext } from 'node:tls';
import type { TlsPair } from './app.ts';

export interface TlsFiles {
  readonly certificate: string;
  readonly key: string;
}

const OTHERS = 0o077;

/**
 * The certificate chain and its key. Throws with the name of the configuration key that is at
 * fault: a file that cannot be read, a key that others may read, a pair that does not fit, a
 * certificate that is not valid now.
 */
export function readTls(files: TlsFiles, now: number): TlsPair {
  const certificate = read('http.tls.certificate', files.certificate);
  const key = read('http.tls.key', files.key);
  if (process.platform !== 'win32') {
    const mode = statSync(files.key).mode & 0o777;
    if ((mode & OTHERS) !== 0) {
      fail('http.tls.key', files.key, `others may read it (mode ${mode.toString(8)}); chmod 600`);
    }
  }
  const parsed = parse(files.certificate, certificate);
  if (now < parsed.validFromDate.getTime() || now >= parsed.validToDate.getTime()) {
    const { validFrom, validTo } = parsed;
    fail('http.tls.certificate', files.certificate, `valid from ${validFrom} to ${validTo} only`);
  }
  try {
    createSecureContext({ cert: certificate, key });
  } catch (error) {
    fail('http.tls.key', files.key, `does not fit the certificate (${codeOf(error)})`);
  }
  return { certificate, key };
}

function read(name: string, path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    return fail(name, path, `cannot be read (${codeOf(error)})`);
  }
}

function parse(path: string, text: string): X509Certificate {
  try {
    return new X509Certificate(text);
  } catch (error) {
    return fail('http.tls.certificate', path, `is no certificate (${codeOf(error)})`);
  }
}

function fail(name: string, path: string, why: string): never {
  throw new Error(`${name} ${path}: ${why}`);
}

/** Never the text: it may hold a piece of the key. */
function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error ? String(error.code) : 'unknown';
}

/** A project in a folder of its own, people whose signatures count in it, and some whose do not. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import {
  type Claim,
  createKeyFile,
  formatTrustRoots,
  type SigningKey,
  signFile,
} from '../proof/index.ts';

const HOLDERS = [
  { id: 'ana', kind: 'person', roles: ['approver'] },
  { id: 'ben', kind: 'person', roles: ['approver'] },
  { id: 'robot', kind: 'service', roles: ['approver'] },
  { id: 'press', kind: 'service', roles: ['publisher'] },
  { id: 'dev', kind: 'service', roles: ['development'] },
] as const;

/** `stranger` has a key nobody knows. */
export type Who = (typeof HOLDERS)[number]['id'] | 'stranger';

export class SignedProject {
  readonly root = mkdtempSync(join(tmpdir(), 'holdfast-signed-'));
  readonly #keys = new Map<Who, SigningKey>();

  constructor() {
    for (const who of [...HOLDERS.map(({ id }) => id), 'stranger'] as const) {
      const made = createKeyFile(join(this.root, 'keys', `${who}.private.pem`));
      if (!made.ok) throw new Error(made.detail);
      this.#keys.set(who, made.key);
    }
  }

  remove(): void {
    rmSync(this.root, { recursive: true });
  }

  key(who: Who): SigningKey {
    const key = this.#keys.get(who);
    if (key === undefined) throw new Error(`nobody is called ${who}`);
    return key;
  }

  /** Below the root, or wherever an absolute path leads. */
  put(path: string, text: string): void {
    const place = path.startsWith('/') ? path : join(this.root, path);
    mkdirSync(dirname(place), { recursive: true });
    writeFileSync(place, text);
  }

  /** Says whose signatures count, in one of the two files that may say so. */
  trust(validUntil: number | null = null, file = 'config/trust-roots.json'): void {
    const holders = HOLDERS.map(({ id, kind, roles }) => {
      const { keyId, publicKey } = this.key(id);
      const times = { valid_from_ms: 0, valid_until_ms: validUntil };
      const keys = [{ key_id: keyId, public_key: publicKey, ...times }];
      return { id, name: id, kind, roles: [...roles], keys };
    });
    this.put(file, formatTrustRoots({ roots_version: 1, holders }));
  }

  sign(path: string, claim: Claim, by: readonly [Who, ...Who[]]): void {
    const [first, ...more] = by;
    const keys = [this.key(first), ...more.map((who) => this.key(who))] as const;
    const signed = signFile(path, claim, keys);
    if (!signed.ok) throw new Error(signed.detail);
  }
}

/** People with keys, and the trust roots that know them. */
import { join } from 'node:path';
import {
  createKeyFile,
  formatTrustRoots,
  parseTrustRoots,
  type SigningKey,
  type TrustRoots,
} from '@holdfast/runtime/proof';

const PEOPLE = ['ana', 'ben', 'carl'] as const;

export interface Trust {
  /** `ana-2` is a second key of hers; `robot` approves nothing, `stranger` is not known. */
  readonly keys: Readonly<Record<string, SigningKey>>;
  readonly roots: TrustRoots;
}

export function makeTrust(folder: string): Trust {
  const keys: Record<string, SigningKey> = {};
  const entry = (name: string) => {
    const made = createKeyFile(join(folder, `${name}.private.pem`));
    if (!made.ok) throw new Error(made.detail);
    keys[name] = made.key;
    return {
      key_id: made.key.keyId,
      public_key: made.key.publicKey,
      valid_from_ms: 0,
      valid_until_ms: null,
    };
  };
  const holders = PEOPLE.map((id) => ({
    id,
    name: id,
    kind: 'person' as const,
    roles: ['approver' as const],
    speaks_for: ['operations', 'risk', 'risk-officer'],
    keys: id === 'ana' ? [entry('ana'), entry('ana-2')] : [entry(id)],
  }));
  const robot = {
    id: 'robot',
    name: 'robot',
    kind: 'service' as const,
    roles: ['approver' as const],
    keys: [entry('robot')],
  };
  entry('stranger');
  const text = formatTrustRoots({ roots_version: 1, holders: [...holders, robot] });
  const read = parseTrustRoots(Buffer.from(text));
  if (!read.ok) throw new Error(read.detail);
  return { keys, roots: read.roots };
}

import { hostOf, isLoopbackHost } from '@holdfast/runtime/config';

/** Where a market is to be mirrored from, and what is known of this machine. */
export interface SourceWish {
  /** A WebSocket address, or `tape:FILE`. */
  readonly place: string;
  /** The host the operator has named as one to be reached; null: none. */
  readonly namedHost: string | null;
  /** `DEV`, `STAGING`, `PAPER`, `LIVE`. */
  readonly machine: string;
  /** Hosts a PAPER machine may reach. */
  readonly paperHosts: readonly string[];
  /** Names of variables that hold a credential of an exchange. */
  readonly credentials: readonly string[];
}

export type SourceRefusal =
  | 'address_unreadable'
  /** A user, a password, a query or a fragment: there may be a secret in it. */
  | 'address_with_credential'
  | 'host_not_named'
  | 'machine_not_paper'
  | 'host_not_allowed'
  | 'address_without_tls'
  | 'paper_with_credential';

export type SourceChoice =
  | { readonly ok: true; readonly kind: 'tape'; readonly path: string }
  /** `isReal`: a market in which real money trades. */
  | { readonly ok: true; readonly kind: 'address'; readonly url: string; readonly isReal: boolean }
  | { readonly ok: false; readonly rule: SourceRefusal; readonly detail: string };

const TAPE = 'tape:';

/**
 * Whether a source may be reached. This machine and its files always; any other host only where the
 * operator names it, the machine is PAPER, the matrix of environments allows it, and nothing here
 * could log in there.
 */
export function chooseSource(wish: SourceWish): SourceChoice {
  const { place } = wish;
  if (place.startsWith(TAPE)) return { ok: true, kind: 'tape', path: place.slice(TAPE.length) };
  const host = hostOf(place);
  if (host === null || !/^wss?:/.test(place)) {
    return refuse('address_unreadable', 'neither a WebSocket address nor `tape:FILE`');
  }
  const { username, password, search, hash } = new URL(place);
  if (username !== '' || password !== '' || search !== '' || hash !== '') {
    return refuse('address_with_credential', 'an address of a source has no user, query or hash');
  }
  const refused = isLoopbackHost(host) ? null : refusalBeyond(host, wish);
  return refused ?? { ok: true, kind: 'address', url: place, isReal: !isLoopbackHost(host) };
}

function refusalBeyond(host: string, wish: SourceWish): SourceChoice | null {
  const { place, namedHost, machine, paperHosts, credentials } = wish;
  if (namedHost !== host) {
    return refuse(
      'host_not_named',
      `${host} is not on this machine: name it, --source-host ${host}`,
    );
  }
  if (machine !== 'PAPER') {
    return refuse('machine_not_paper', `this machine is ${machine}; only PAPER reaches a source`);
  }
  if (!paperHosts.includes(host)) {
    return refuse('host_not_allowed', `${host}: PAPER reaches ${paperHosts.join(', ')}, no other`);
  }
  if (!place.startsWith('wss:')) return refuse('address_without_tls', `${host} is reached by wss`);
  if (credentials.length > 0) {
    return refuse('paper_with_credential', `PAPER holds no credential: ${credentials.join(', ')}`);
  }
  return null;
}

function refuse(rule: SourceRefusal, detail: string): SourceChoice {
  return { ok: false, rule, detail };
}

import { createHash } from 'node:crypto';
import { mkdirSync } from 'node:fs';
import { tmpdir, userInfo } from 'node:os';
import { join } from 'node:path';
import { assertPrivate } from '../control/socket-path.ts';
import { type LockHolder, takeWriterLock } from '../ledger/index.ts';
import { isLoopbackHost } from '../loopback.ts';

export type AccountClaim =
  | { readonly taken: true; readonly release: () => void }
  /** Another engine of this machine trades with this key; null when it has not said who it is. */
  | { readonly taken: false; readonly holder: LockHolder | null };

export interface ClaimOptions {
  /** WebSocket address of the venue. */
  readonly endpoint: string;
  readonly clientId: string;
  readonly runId: string;
  /** Epoch ms. */
  readonly now: number;
  /** Where claims are kept: one place for every engine of this user, but for tests. */
  readonly folder?: string;
}

/**
 * One writer per exchange account (D-27). The ledger's own lock guards a folder; two engines with
 * one key and two folders would take each other's orders for ghosts and each other's fills for
 * their own. The lock is the kernel's and goes with the process. Two keys of one account, or two
 * machines, it cannot see.
 */
export function claimAccount(options: ClaimOptions): AccountClaim {
  const { endpoint, clientId, runId, now, folder = claimsFolder() } = options;
  const { hostname, port } = new URL(endpoint);
  const host = isLoopbackHost(hostname) ? 'loopback' : hostname;
  const account = createHash('sha256').update(`${host}\n${port}\n${clientId}`).digest('hex');
  const place = join(folder, account.slice(0, 32));
  mkdirSync(place, { recursive: true, mode: 0o700 });
  assertPrivate(folder);
  const answer = takeWriterLock(place, runId, now);
  if (!answer.taken) return answer;
  return { taken: true, release: () => answer.lock.release() };
}

function claimsFolder(): string {
  return join(tmpdir(), `holdfast-${userInfo().uid}`);
}

/** For the one who is refused. */
export function describeHolder(holder: LockHolder | null): string {
  if (holder === null) return 'another engine of this machine trades with this key';
  const { pid, runId, since } = holder;
  const at = new Date(since).toISOString();
  return `another engine trades with this key: pid ${pid} since ${at}, run ${runId}`;
}

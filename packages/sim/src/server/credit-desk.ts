import { type CreditPool, createCreditPool } from '../exchange/credits.ts';

/** Addresses whose unauthenticated calls are counted at the same time; the oldest is forgotten. */
const ADDRESSES_MAX = 1_024;

/** Who pays for a call: the account, whichever key or connection asks; nobody's account, the IP. */
export class CreditDesk {
  readonly #enabled: boolean;
  readonly #accounts = new Map<string, CreditPool>();
  readonly #addresses = new Map<string, CreditPool>();

  constructor(enabled: boolean) {
    this.#enabled = enabled;
  }

  spend(account: string | null, ip: string, method: string, now: number): boolean {
    if (!this.#enabled) return true;
    const pool = account === null ? this.#ofAddress(ip) : poolOf(this.#accounts, account);
    return pool.spend(method, now);
  }

  #ofAddress(ip: string): CreditPool {
    const [oldest] = this.#addresses.keys();
    if (!this.#addresses.has(ip) && this.#addresses.size >= ADDRESSES_MAX && oldest !== undefined) {
      this.#addresses.delete(oldest);
    }
    return poolOf(this.#addresses, ip);
  }
}

function poolOf(pools: Map<string, CreditPool>, name: string): CreditPool {
  const known = pools.get(name);
  if (known !== undefined) return known;
  const pool = createCreditPool();
  pools.set(name, pool);
  return pool;
}

import type { Session } from './session.ts';

interface Origin {
  readonly session: Session;
  readonly account: string;
}

/**
 * Cancel on disconnect (D-18). It only ever touches orders that were made on the lost connection;
 * the account's setting is what its new connections begin with. A logout is no disconnect.
 */
export class DisconnectBook {
  readonly #accounts = new Set<string>();
  /** The connection each open order was made on. */
  readonly #origins = new Map<string, Origin>();

  isOn(account: string): boolean {
    return this.#accounts.has(account);
  }

  set(account: string, enabled: boolean): void {
    if (enabled) this.#accounts.add(account);
    else this.#accounts.delete(account);
  }

  made(orderId: string, session: Session, account: string): void {
    this.#origins.set(orderId, { session, account });
  }

  /** The order is no longer open. */
  closed(orderId: string): void {
    this.#origins.delete(orderId);
  }

  /**
   * The open orders of a connection that is gone, by account; from now on they belong to none.
   */
  release(session: Session): ReadonlyMap<string, ReadonlySet<string>> {
    const orders = new Map<string, Set<string>>();
    for (const [orderId, origin] of this.#origins) {
      if (origin.session !== session) continue;
      this.#origins.delete(orderId);
      const own = orders.get(origin.account);
      if (own === undefined) orders.set(origin.account, new Set([orderId]));
      else own.add(orderId);
    }
    return orders;
  }
}

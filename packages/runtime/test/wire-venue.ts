/** What the exchange knows of an account, asked over HTTP with a key that may only read. */
import { E8 } from '@holdfast/core/values';

export interface OrderThere {
  readonly order_id: string;
  readonly order_state: 'open' | 'filled' | 'cancelled';
  readonly label: string;
  readonly instrument_name: string;
  readonly direction: 'buy' | 'sell';
  readonly amount: number;
  readonly filled_amount: number;
  readonly price: number;
  readonly reduce_only: boolean;
  readonly creation_timestamp: number;
  readonly last_update_timestamp: number;
  readonly cancel_reason?: string;
}

export interface TradeThere {
  readonly trade_id: string;
  readonly order_id: string;
  readonly label?: string;
  readonly instrument_name: string;
  readonly direction: 'buy' | 'sell';
  readonly amount: number;
  readonly price: number;
  readonly fee: number;
}

interface PositionThere {
  readonly instrument_name: string;
  readonly size: number;
}

const CURRENCIES = ['BTC', 'ETH'] as const;
const PAGE = 1_000;

/** A decimal of the exchange as an exact integer. */
export function e8(decimal: number): number {
  return Math.round(decimal * E8);
}

export class VenueView {
  readonly #http: string;
  readonly #key: string;

  constructor(http: string, clientId: string, clientSecret: string) {
    this.#http = http;
    this.#key = Buffer.from(`${clientId}:${clientSecret}`).toString('base64');
  }

  async openOrders(): Promise<readonly OrderThere[]> {
    return await this.#ask<OrderThere[]>('get_open_orders', {});
  }

  /** Every order that ever was, open or not. */
  async orders(): Promise<readonly OrderThere[]> {
    const found = [...(await this.openOrders())];
    for (const currency of CURRENCIES) {
      for (const historical of [false, true]) {
        let continuation: string | null = '0';
        while (continuation !== null) {
          const page: { orders: OrderThere[]; continuation: string | null } = await this.#ask(
            'get_order_history_by_currency',
            {
              currency,
              historical,
              continuation,
              count: PAGE,
              include_unfilled: true,
              include_old: true,
              with_continuation: true,
            },
          );
          found.push(...page.orders);
          ({ continuation } = page);
        }
      }
    }
    return found;
  }

  /** By trade id: the pages overlap by one. */
  async trades(): Promise<ReadonlyMap<string, TradeThere>> {
    const found = new Map<string, TradeThere>();
    for (const currency of CURRENCIES) {
      let from: string | null = null;
      for (;;) {
        const range = from === null ? {} : { start_id: from };
        const page: { trades: TradeThere[]; has_more: boolean } = await this.#ask(
          'get_user_trades_by_currency',
          { currency, count: PAGE, sorting: 'asc', ...range },
        );
        for (const trade of page.trades) found.set(trade.trade_id, trade);
        from = page.trades.at(-1)?.trade_id ?? null;
        if (!page.has_more) break;
      }
    }
    return found;
  }

  /** Signed amounts at 1e-8, of what is held. */
  async positions(): Promise<Readonly<Record<string, number>>> {
    const all = await this.#ask<PositionThere[]>('get_positions', { currency: 'any' });
    const held = all.filter(({ size }) => size !== 0);
    return Object.fromEntries(held.map((each) => [each.instrument_name, e8(each.size)]));
  }

  async #ask<T>(method: string, params: Readonly<Record<string, unknown>>): Promise<T> {
    const query = new URLSearchParams();
    for (const [name, value] of Object.entries(params)) query.set(name, String(value));
    const response = await fetch(`${this.#http}/private/${method}?${query.toString()}`, {
      headers: { authorization: `Basic ${this.#key}` },
      signal: AbortSignal.timeout(10_000),
    });
    const body: unknown = await response.json();
    if (typeof body !== 'object' || body === null || !('result' in body)) {
      throw new Error(`${method}: ${JSON.stringify(body)}`);
    }
    return body.result as T;
  }
}

import type { Exchange } from '../exchange/exchange.ts';
import { answer, type ExchangeAnswer, type Params } from '../exchange/venue-error.ts';
import type { Authenticator, Identity } from './auth.ts';
import type { CreditDesk } from './credit-desk.ts';
import type { DisconnectBook } from './disconnect.ts';
import type { Hub } from './hub.ts';
import type { Session } from './session.ts';
import type { TokenStore } from './tokens.ts';

/** Everything a request may touch. */
export interface Rooms {
  readonly exchange: Exchange;
  /** Where requests go: the exchange, or what stands before it. */
  readonly handle: Exchange['handle'];
  readonly now: () => number;
  readonly authenticator: Authenticator;
  readonly tokens: TokenStore;
  readonly credits: CreditDesk;
  readonly hub: Hub;
  readonly disconnects: DisconnectBook;
}

/** Where a request comes from. `session` is null over HTTP; `identity` is then the header's. */
export interface Caller {
  readonly session: Session | null;
  readonly identity: Identity | null;
  readonly ip: string;
}

/** A caller whose method, identity, scope and params were found good. */
export interface Admitted extends Caller {
  readonly params: Params;
}

export interface Outcome {
  /** Null: nothing is answered (`private/logout`). */
  readonly answer: ExchangeAnswer | null;
  /** To be done once the answer is on its way. */
  readonly afterwards?: () => void;
}

export type SessionMethod = (rooms: Rooms, admitted: Admitted) => Outcome;

export function done(result: unknown, afterwards?: () => void): Outcome {
  return afterwards === undefined
    ? { answer: answer(result) }
    : { answer: answer(result), afterwards };
}

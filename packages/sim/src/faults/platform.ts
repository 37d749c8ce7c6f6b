import { currency } from '@holdfast/core/values';
import type { Exchange } from '../exchange/index.ts';
import type { Prng } from '../prng.ts';
import type { ExchangeService } from '../server/service.ts';
import { TOKEN_LIFETIME_S } from '../server/tokens.ts';
import type { VirtualClock } from '../virtual-clock.ts';
import { Spell } from './spell.ts';

/** What the venue does as a house: to keys and tokens, and to its trading as a whole. */
export interface PlatformModel {
  readonly tokenLifetimeMs: number;
  /** Chance in each second that every token ends before its time; a refresh of it is refused. */
  readonly tokenEnd: number;
  /** Chance in each second that our key is revoked, until somebody restores it. */
  readonly revocation: number;
  readonly revocationMsMax: number;
  /** Chance in each second that one coin's books are locked for a while. */
  readonly lock: number;
  readonly lockMsMax: number;
  /** Chance in each second that maintenance is announced, to begin now. */
  readonly maintenance: number;
}

export const OPEN_PLATFORM: PlatformModel = Object.freeze({
  tokenLifetimeMs: TOKEN_LIFETIME_S * 1_000,
  tokenEnd: 0,
  revocation: 0,
  revocationMsMax: 20_000,
  lock: 0,
  lockMsMax: 10_000,
  maintenance: 0,
});

const COINS = ['BTC', 'ETH'] as const;
const MINUTE_MS = 60_000;

export interface PlatformOptions {
  readonly clock: VirtualClock;
  readonly prng: Prng;
  readonly exchange: Exchange;
  readonly service: ExchangeService;
  /** Of the key that may be revoked. */
  readonly clientId: string;
}

/** The house: begins and ends what its model has. */
export class Platform {
  readonly #options: PlatformOptions;
  readonly #revocation: Spell;
  readonly #lock: Spell;
  #locked: (typeof COINS)[number] | null = null;
  #isRevoked = false;
  #announcements = 0;
  #model: PlatformModel;

  constructor(options: PlatformOptions, model: PlatformModel) {
    const { clock, prng } = options;
    this.#options = options;
    this.#revocation = new Spell(clock, prng.fork('revocation'));
    this.#lock = new Spell(clock, prng.fork('lock'));
    this.#model = model;
  }

  /** To be asked once a second. */
  look(): void {
    const { prng, service } = this.#options;
    const { tokenEnd, revocation, revocationMsMax, lock, lockMsMax, maintenance } = this.#model;
    if (tokenEnd > 0 && prng.chance(tokenEnd)) service.endTokens();
    if (this.#isRevoked && !this.#revocation.isOn) this.#revoke(false);
    if (this.#revocation.look(revocation, revocationMsMax)) this.#revoke(true);
    if (this.#locked !== null && !this.#lock.isOn) this.#unlock();
    if (this.#lock.look(lock, lockMsMax)) this.#lockOne();
    if (maintenance > 0 && prng.chance(maintenance)) this.#announce();
  }

  putRight(): void {
    this.#model = OPEN_PLATFORM;
    this.#revocation.end();
    this.#revoke(false);
    this.#lock.end();
    this.#unlock();
  }

  #revoke(revoked: boolean): void {
    const { clientId, service } = this.#options;
    this.#isRevoked = revoked;
    service.rooms.authenticator.revoke(clientId, revoked);
    if (revoked) service.endTokens();
  }

  #lockOne(): void {
    const { clock, exchange, prng } = this.#options;
    this.#locked = prng.pick(COINS);
    exchange.lock(currency(this.#locked), true, clock.now());
  }

  #unlock(): void {
    if (this.#locked === null) return;
    const { clock, exchange } = this.#options;
    exchange.lock(currency(this.#locked), false, clock.now());
    this.#locked = null;
  }

  /** From this minute to the next: the shortest that announcements can say. */
  #announce(): void {
    const { clock, exchange } = this.#options;
    const now = clock.now();
    const from = new Date(now).toISOString();
    const until = new Date(now + MINUTE_MS).toISOString();
    this.#announcements += 1;
    exchange.announce({
      id: this.#announcements,
      title: 'Scheduled maintenance',
      body: `On ${from.slice(0, 10)} from ${from.slice(11, 16)} to ${until.slice(11, 16)} UTC.`,
      at: now,
      important: true,
    });
  }
}

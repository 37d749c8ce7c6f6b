import type { OpenSocket } from '@holdfast/deribit/venue';
import type { Prng } from '../prng.ts';
import type { ExchangeService } from '../server/service.ts';
import type { VirtualClock } from '../virtual-clock.ts';
import { Connection } from './connection.ts';
import type { NetworkCounts, NetworkModel } from './network-model.ts';
import type { Process } from './process.ts';

const LOOK_MS = 1_000;

/** Carries WebSockets between processes and the exchange in virtual time. */
export class Network {
  readonly counts: NetworkCounts = {
    connections: 0,
    refusals: 0,
    cuts: 0,
    holds: 0,
    lostRequests: 0,
    lostAnswers: 0,
    lostNotifications: 0,
    doubled: 0,
    straggled: 0,
  };
  readonly #clock: VirtualClock;
  readonly #prng: Prng;
  /** Cuts and holds have their own: another number of frames shifts none of them. */
  readonly #fates: Prng;
  readonly #service: ExchangeService;
  readonly #connections = new Set<Connection>();
  #model: NetworkModel;
  #unreachableUntil = Number.NEGATIVE_INFINITY;
  /** The next frame of which this is true is lost, once. */
  #doomed: ((frame: string) => boolean) | null = null;

  constructor(clock: VirtualClock, prng: Prng, model: NetworkModel, service: ExchangeService) {
    this.#clock = clock;
    this.#prng = prng;
    this.#fates = prng.fork('fates');
    this.#model = model;
    this.#service = service;
    this.#look();
  }

  /** From now on it behaves like this. */
  become(model: NetworkModel): void {
    this.#model = model;
    this.#unreachableUntil = Number.NEGATIVE_INFINITY;
  }

  /** @param leaving sees each frame of the process as it leaves. */
  openerFor(process: Process, leaving: (text: string) => void): OpenSocket {
    return (_url, handlers) => {
      const connection = new Connection({
        clock: this.#clock,
        prng: this.#prng,
        model: () => this.#model,
        counts: this.counts,
        service: this.#service,
        process,
        handlers,
        leaving,
        passes: (frame) => this.#passes(frame),
        gone: (gone) => this.#connections.delete(gone),
      });
      this.#clock.wake(this.#clock.now() + this.#model.delayMsMax, () => this.#connect(connection));
      return connection;
    };
  }

  /** Every connection breaks, and no new one is made for so long. */
  cut(forMs: number): void {
    this.counts.cuts += 1;
    this.#unreachableUntil = this.#clock.now() + forMs;
    for (const connection of this.#connections) connection.cut();
  }

  hold(direction: 'up' | 'down', ms: number): void {
    for (const connection of this.#connections) connection.hold(direction, ms);
  }

  loseNext(isIt: (frame: string) => boolean): void {
    this.#doomed = isIt;
  }

  /** SIGKILL, or the end of the machine: its connections are nobody's. */
  bury(process: Process): void {
    process.end();
    for (const connection of this.#connections) {
      if (connection.process !== process) continue;
      connection.orphan(this.#fates.chance(this.#model.silentDeath));
    }
  }

  #connect(connection: Connection): void {
    if (!connection.isWanted) return;
    if (this.#clock.now() < this.#unreachableUntil) {
      this.counts.refusals += 1;
      connection.refuse(null);
    } else if (this.#fates.chance(this.#model.refusal)) {
      this.counts.refusals += 1;
      connection.refuse(429);
    } else {
      this.counts.connections += 1;
      this.#connections.add(connection);
      connection.open();
    }
  }

  #passes(frame: string): boolean {
    if (this.#doomed?.(frame) !== true) return true;
    this.#doomed = null;
    return false;
  }

  #look(): void {
    this.#clock.wake(this.#clock.now() + LOOK_MS, () => {
      const { cut, cutMsMax, hold, holdMsMax } = this.#model;
      if (this.#fates.chance(cut)) this.cut(this.#fates.int(1, cutMsMax));
      if (this.#fates.chance(hold)) {
        this.hold(this.#fates.pick(['up', 'down']), this.#fates.int(1, holdMsMax));
      }
      this.#look();
    });
  }
}

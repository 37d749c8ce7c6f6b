import type { Prng } from '../prng.ts';
import type { VirtualClock } from '../virtual-clock.ts';
import type { FrameKind, NetworkCounts, NetworkModel } from './network-model.ts';

export interface LineOptions {
  readonly clock: VirtualClock;
  readonly prng: Prng;
  readonly model: () => NetworkModel;
  readonly counts: NetworkCounts;
}

/**
 * One direction of one connection. Frames arrive in the order they were sent, but for those that
 * straggle; what is still on its way when the line is cut never arrives.
 */
export class Line {
  readonly #options: LineOptions;
  /** No frame in order arrives before this. */
  #orderlyAt = Number.NEGATIVE_INFINITY;
  #heldUntil = Number.NEGATIVE_INFINITY;
  #isCut = false;
  #bytes = 0;
  /** Frames in order, the oldest first: whatever was held up, this is how they arrive. */
  readonly #inOrder: (() => void)[] = [];

  constructor(options: LineOptions) {
    this.#options = options;
  }

  /** Bytes on their way. */
  get bytes(): number {
    return this.#bytes;
  }

  /** Sends a frame, which may meet with everything the model has for its kind. */
  send(kind: FrameKind, bytes: number, deliver: () => void): void {
    const { model, counts } = this.#options;
    const { requestLoss, answerLoss, notificationLoss, notificationDouble } = model();
    if (kind === 'request') {
      if (this.#happens(requestLoss)) counts.lostRequests += 1;
      else this.#carry(bytes, deliver);
      return;
    }
    if (kind === 'answer') {
      if (this.#happens(answerLoss)) counts.lostAnswers += 1;
      else this.#carry(bytes, deliver);
      return;
    }
    if (this.#happens(notificationLoss)) {
      counts.lostNotifications += 1;
      return;
    }
    this.#carry(bytes, deliver);
    if (!this.#happens(notificationDouble)) return;
    counts.doubled += 1;
    this.#carry(bytes, deliver);
  }

  /** The beginning or the end of the connection: in order, and never lost. */
  signal(deliver: () => void): void {
    this.#orderly(this.#delay(), 0, deliver);
  }

  /** Nothing arrives for so long; then everything does. */
  hold(ms: number): void {
    this.#options.counts.holds += 1;
    this.#heldUntil = Math.max(this.#heldUntil, this.#options.clock.now() + ms);
  }

  cut(): void {
    this.#isCut = true;
  }

  #carry(bytes: number, deliver: () => void): void {
    const { model, counts, clock } = this.#options;
    const { straggle, straggleMs } = model();
    const delay = this.#delay();
    if (!this.#happens(straggle)) return this.#orderly(delay, bytes, deliver);
    counts.straggled += 1;
    this.#at(clock.now() + delay + straggleMs, bytes, deliver);
  }

  #orderly(delay: number, bytes: number, deliver: () => void): void {
    const at = Math.max(this.#options.clock.now() + delay, this.#orderlyAt, this.#heldUntil);
    this.#orderlyAt = at;
    this.#inOrder.push(deliver);
    this.#at(at, bytes, () => this.#inOrder.shift()?.());
  }

  /** Never inside the call that sends: the other side hears of it in its own turn. */
  #at(at: number, bytes: number, deliver: () => void): void {
    this.#bytes += bytes;
    this.#options.clock.wake(at, () => {
      if (this.#isCut) return;
      // Held up after it had left.
      if (this.#options.clock.now() < this.#heldUntil) {
        this.#bytes -= bytes;
        return this.#at(this.#heldUntil, bytes, deliver);
      }
      this.#bytes -= bytes;
      deliver();
    });
  }

  #delay(): number {
    const { delayMsMin, delayMsMax } = this.#options.model();
    return delayMsMax > delayMsMin ? this.#options.prng.int(delayMsMin, delayMsMax) : delayMsMin;
  }

  #happens(probability: number): boolean {
    return probability > 0 && this.#options.prng.chance(probability);
  }
}

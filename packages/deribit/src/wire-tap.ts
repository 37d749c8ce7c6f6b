import type { Clock } from './clock.ts';
import type { WireMessage } from './options.ts';
import { isMethod, METHODS } from './protocol/methods.ts';
import type { VenueAnswer } from './protocol/rpc.ts';
import type { Call } from './rpc-client.ts';

/** Requests that place, change or cancel orders; these alone are shown. */
export function isOrderMethod(method: string): boolean {
  return isMethod(method) && METHODS[method].engine === 'matching';
}

/**
 * Shows order messages to whoever keeps the story of an intent. Over an authenticated connection
 * they carry no token, so their text can be kept.
 */
export class WireTap {
  readonly #clock: Clock;
  readonly #show: ((message: WireMessage) => void) | undefined;

  constructor(clock: Clock, show: ((message: WireMessage) => void) | undefined) {
    this.#clock = clock;
    this.#show = show;
  }

  request({ id, method, params }: Call, text: string): void {
    if (this.#show === undefined || !isOrderMethod(method)) return;
    const label = labelIn(params);
    this.#show({ at: this.#clock.now(), direction: 'out', method, label, id, text });
  }

  /** A request by order id has no label; the order it is answered with has. */
  answer({ id, method, params }: Call, answer: VenueAnswer, text: string): void {
    if (this.#show === undefined || !isOrderMethod(method)) return;
    const label = labelIn(params) ?? (answer.ok ? labelOf(answer.result) : null);
    this.#show({ at: this.#clock.now(), direction: 'in', method, label, id, text });
  }

  /** One message may speak of several orders; each of them has it in its story. */
  news(labels: readonly string[], text: string): void {
    if (this.#show === undefined) return;
    const at = this.#clock.now();
    for (const label of labels) {
      this.#show({ at, direction: 'in', method: null, label, id: null, text });
    }
  }
}

function labelOf(result: unknown): string | null {
  if (typeof result !== 'object' || result === null) return null;
  return 'order' in result ? labelIn(result.order) : labelIn(result);
}

function labelIn(value: unknown): string | null {
  if (typeof value !== 'object' || value === null || !('label' in value)) return null;
  return typeof value.label === 'string' ? value.label : null;
}

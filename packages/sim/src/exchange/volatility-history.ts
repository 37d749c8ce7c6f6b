/** Open, high, low, close of one period that begins at `at`. */
export interface Candle {
  readonly at: number;
  readonly open: number;
  high: number;
  low: number;
  close: number;
}

const SECOND = 1_000;
const MINUTE = 60_000;
/** An hour of seconds and a week of minutes; coarser candles are made of minutes. */
const SECONDS_KEPT = 3_600;
const MINUTES_KEPT = 10_080;

/** One volatility index (DVOL) through time, in percent: analytics, never money. */
export class VolatilityHistory {
  readonly #seconds: Candle[] = [];
  readonly #minutes: Candle[] = [];

  get last(): number | null {
    return this.#minutes.at(-1)?.close ?? null;
  }

  add(now: number, value: number): void {
    note(this.#seconds, now, value, SECOND, SECONDS_KEPT);
    note(this.#minutes, now, value, MINUTE, MINUTES_KEPT);
  }

  /** Candles that begin from `start` to `end`, oldest first. `resolutionMs` is whole seconds. */
  candles(start: number, end: number, resolutionMs: number): readonly Candle[] {
    const source = resolutionMs < MINUTE ? this.#seconds : this.#minutes;
    const found: Candle[] = [];
    for (const candle of source) {
      const at = candle.at - (candle.at % resolutionMs);
      const last = found.at(-1);
      if (last?.at === at) {
        last.high = Math.max(last.high, candle.high);
        last.low = Math.min(last.low, candle.low);
        last.close = candle.close;
      } else if (at >= start && at <= end) found.push({ ...candle, at });
    }
    return found;
  }
}

function note(candles: Candle[], now: number, value: number, width: number, kept: number): void {
  const at = now - (now % width);
  const last = candles.at(-1);
  if (last?.at === at) {
    last.high = Math.max(last.high, value);
    last.low = Math.min(last.low, value);
    last.close = value;
    return;
  }
  candles.push({ at, open: value, high: value, low: value, close: value });
  if (candles.length > kept + kept / 4) candles.splice(0, candles.length - kept);
}

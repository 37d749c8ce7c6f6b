/**
 * A state as text that is equal for two states between which nothing to come can tell. Times are
 * told by their order and by the whole seconds between them, not by the clock: only a tick moves
 * the clock by a second, everything else by a millisecond that puts it in its place.
 */
import { HashSet64 } from '../../src/values/hash-set.ts';
import { T0 } from '../desk.ts';

/** Nothing but an instant is a number of this size here. */
const TIMES = { from: T0 - 1_000_000_000, to: T0 + 1_000_000_000 } as const;
export const SECOND_MS = 1_000;

export function canonical(value: unknown, now: number): string {
  const times = new Set<number>();
  collect(value, times);
  const order = new Map([...times].sort((a, b) => a - b).map((time, rank) => [time, rank]));
  const told = (time: number): string => {
    const seconds = Math.floor((now - T0) / SECOND_MS) - Math.floor((time - T0) / SECOND_MS);
    return `t${order.get(time) ?? ''}/${seconds}`;
  };
  return write(value, told);
}

const isTime = (value: unknown): value is number =>
  typeof value === 'number' && value > TIMES.from && value < TIMES.to;

function collect(value: unknown, times: Set<number>): void {
  if (isTime(value)) times.add(value);
  else if (typeof value === 'object' && value !== null) {
    for (const part of partsOf(value)) collect(part, times);
  }
}

function partsOf(value: object): Iterable<unknown> {
  if (value instanceof HashSet64) return [value.size];
  if (value instanceof Map) return value.values();
  if (value instanceof Set || Array.isArray(value)) return value;
  return Object.values(value);
}

function write(value: unknown, told: (time: number) => string): string {
  if (isTime(value)) return told(value);
  if (typeof value !== 'object' || value === null) return String(value);
  if (value instanceof HashSet64) return `#${value.size}`;
  if (Array.isArray(value)) return `[${value.map((each) => write(each, told)).join(',')}]`;
  if (value instanceof Set)
    return `{${[...value]
      .map((each) => write(each, told))
      .sort()
      .join()}}`;
  const entries = value instanceof Map ? [...value] : Object.entries(value);
  const written = entries.map(([key, each]) => `${String(key)}:${write(each, told)}`);
  return `{${written.sort().join(',')}}`;
}

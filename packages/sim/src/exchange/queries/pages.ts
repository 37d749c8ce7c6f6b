import type { Params } from '../venue-error.ts';
import { text, whole } from './params.ts';

/** What a page of trades is cut from; oldest first. */
interface Dated {
  readonly wire: {
    readonly timestamp: number;
    readonly trade_seq: number;
    readonly trade_id: string;
  };
}

interface Page<T> {
  readonly trades: readonly T[];
  readonly has_more: boolean;
}

/**
 * The page of what a call asked for: from the newest when it is to be `desc`, or says neither how
 * to sort nor where to begin; otherwise from the oldest.
 */
export function tradePage<T extends Dated>(
  found: readonly T[],
  params: Params,
  count: number,
): Page<T['wire']> {
  const begins = ['start_timestamp', 'start_seq', 'start_id'];
  const sorting = text(params, 'sorting') ?? 'default';
  const unsorted = sorting === 'default' && begins.every((key) => params[key] === undefined);
  const page =
    sorting === 'desc' || unsorted ? found.slice(-count).toReversed() : found.slice(0, count);
  return { trades: page.map(({ wire }) => wire), has_more: found.length > count };
}

/** Whether a trade lies within the ranges of time, sequence and id that a call names. */
export function isInRange({ wire }: Dated, params: Params): boolean {
  const within = (value: number, low: number | null, high: number | null): boolean =>
    value >= (low ?? Number.NEGATIVE_INFINITY) && value <= (high ?? Number.POSITIVE_INFINITY);
  return (
    within(wire.timestamp, whole(params, 'start_timestamp'), whole(params, 'end_timestamp')) &&
    within(wire.trade_seq, whole(params, 'start_seq'), whole(params, 'end_seq')) &&
    within(numberOf(wire.trade_id), idOf(params, 'start_id'), idOf(params, 'end_id'))
  );
}

function idOf(params: Params, key: string): number | null {
  const id = text(params, key);
  return id === null ? null : numberOf(id);
}

/** `ETH-15` is the fifteenth; anything else comes before every trade. */
function numberOf(id: string): number {
  const number = Number(id.slice(id.lastIndexOf('-') + 1));
  return Number.isSafeInteger(number) ? number : -1;
}

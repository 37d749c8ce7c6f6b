import { E8 } from '@holdfast/core/values';
import { type Checker, demand } from './checker.ts';

/** When all is quiet, the ledger and the venue hold the same, to the last step. */
export function positionsEqualTheVenue(): Checker {
  const name = 'positions-equal-the-venue';
  return {
    name,
    atEnd: ({ state, exchange, now }) => {
      const answer = exchange.handle('private/get_positions', { currency: 'any' }, now);
      if (!answer.ok) throw new Error(answer.error.message);
      const theirs = (answer.result as readonly HeldThere[])
        .filter(({ size }) => size !== 0)
        .map((held) => `${held.instrument_name} ${Math.round(held.size * E8)}`)
        .toSorted();
      const ours = [...state.facts.positions.values()]
        .map(({ instrument, amountE8 }) => `${instrument} ${amountE8}`)
        .toSorted();
      demand(
        ours.join() === theirs.join(),
        name,
        () => `ledger ${ours.join(', ')}; venue ${theirs.join(', ')}`,
      );
    },
  };
}

interface HeldThere {
  readonly instrument_name: string;
  readonly size: number;
}

import { expect, it } from 'vitest';
import { placementOf } from './placement.ts';

const frame = (method: string, params: object): string =>
  JSON.stringify({ jsonrpc: '2.0', id: 1, method, params });

it.each(['private/buy', 'private/sell'])('%s makes an order, under its label', (method) => {
  expect(placementOf(frame(method, { label: 's4:a', amount: 1 }))).toEqual({
    label: 's4:a',
    reduceOnly: false,
  });
  expect(placementOf(frame(method, { label: 's4:b', reduce_only: true }))).toEqual({
    label: 's4:b',
    reduceOnly: true,
  });
});

it.each(['private/cancel', 'private/edit', 'public/get_order_book', 'private/buyback'])(
  '%s makes none',
  (method) => {
    expect(placementOf(frame(method, { label: 's4:a' }))).toBeNull();
  },
);

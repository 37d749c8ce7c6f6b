import { setImmediate as nextTurn } from 'node:timers/promises';
import { expect, it } from 'vitest';
import { createAfterwards } from './afterwards.ts';

it('does nothing in the turn itself nor among its promises; then all of it, in order', async () => {
  const done: number[] = [];
  const afterwards = createAfterwards<number>((item) => done.push(item));
  afterwards.add(1);
  afterwards.add(2);
  await Promise.resolve();
  expect(done).toEqual([]);
  await nextTurn();
  expect(done).toEqual([1, 2]);
  afterwards.add(3);
  await nextTurn();
  expect(done).toEqual([1, 2, 3]);
});

it('does what is left when it is to finish, and none of it again', async () => {
  const done: number[] = [];
  const afterwards = createAfterwards<number>((item) => done.push(item));
  afterwards.add(1);
  afterwards.finish();
  expect(done).toEqual([1]);
  await nextTurn();
  expect(done).toEqual([1]);
});

it('takes what comes up meanwhile in a later turn', async () => {
  const done: number[] = [];
  const afterwards = createAfterwards<number>((item) => {
    done.push(item);
    if (item < 3) afterwards.add(item + 1);
  });
  afterwards.add(1);
  await nextTurn();
  expect(done).toEqual([1]);
  await nextTurn();
  await nextTurn();
  expect(done).toEqual([1, 2, 3]);
});

import { expect, it } from 'vitest';
import { monoMs } from '../values/index.ts';
import { Output } from './output.ts';

const wake = (at: number) => ({ kind: 'wake', at: monoMs(at) }) as const;

it('gives back what one turn asked for, in order, once', () => {
  const output = new Output();
  output.begin(monoMs(1));
  output.add(wake(2));
  output.add(wake(3));
  expect(output.take()).toEqual([wake(2), wake(3)]);
  expect(output.take()).toEqual([]);
});

it('what a turn asked for that broke off is not asked for by the next one', () => {
  const output = new Output();
  output.begin(monoMs(1));
  output.add(wake(2));
  output.begin(monoMs(5));
  output.add(wake(6));
  expect(output.take()).toEqual([wake(6)]);
});

import { expect, it } from 'vitest';
import { Network, type NetworkModel, PERFECT_NETWORK } from './network.ts';
import { createPrng } from './prng.ts';
import { VirtualClock } from './virtual-clock.ts';

interface Wire {
  readonly clock: VirtualClock;
  readonly network: Network;
  readonly arrived: string[];
  readonly deliver: (what: string) => () => void;
}

function wire(model: Partial<NetworkModel>): Wire {
  const clock = new VirtualClock(0);
  const network = new Network(clock, createPrng(1), { ...PERFECT_NETWORK, ...model });
  const arrived: string[] = [];
  return {
    clock,
    network,
    arrived,
    deliver: (what) => () => arrived.push(`${what} at ${clock.now()}`),
  };
}

it('a perfect network delivers in the same instant', () => {
  const { network, arrived, deliver } = wire({});
  network.request(deliver('request'));
  network.answer(deliver('answer'));
  network.notify(deliver('notice'));
  expect(arrived).toEqual(['request at 0', 'answer at 0', 'notice at 0']);
});

it('loses each kind by itself, and counts it', () => {
  const { network, arrived, deliver } = wire({ requestLoss: 1, notificationLoss: 1 });
  network.request(deliver('request'));
  network.notify(deliver('notice'));
  network.answer(deliver('answer'));
  expect(arrived).toEqual(['answer at 0']);
  expect(network.counts).toMatchObject({ lostRequests: 1, lostNotifications: 1, lostAnswers: 0 });
  network.become({ ...PERFECT_NETWORK, answerLoss: 1 });
  network.answer(deliver('answer'));
  expect(network.counts.lostAnswers).toBe(1);
});

it('tells a notification twice, but never a request', () => {
  const { network, arrived, deliver } = wire({ notificationDouble: 1 });
  network.notify(deliver('notice'));
  network.request(deliver('request'));
  expect(arrived).toEqual(['notice at 0', 'notice at 0', 'request at 0']);
});

it('a straggler comes later by its time, and is overtaken', () => {
  const { clock, network, arrived, deliver } = wire({
    delayMsMin: 5,
    delayMsMax: 5,
    straggle: 1,
    straggleMs: 100,
  });
  network.answer(deliver('late'));
  network.become({ ...PERFECT_NETWORK, delayMsMin: 5, delayMsMax: 5 });
  network.answer(deliver('soon'));
  clock.runUntil(200);
  expect(arrived).toEqual(['soon at 5', 'late at 105']);
});

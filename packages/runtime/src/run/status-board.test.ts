import { describe as statusOf, type StatusDocument } from '@holdfast/core/status';
import { createState } from '@holdfast/core/step';
import { runId, wallMs } from '@holdfast/core/values';
import { expect, it } from 'vitest';
import { createStatusBoard } from './status-board.ts';

const SOUND = statusOf(
  createState({
    buildId: 'b',
    runtimeConfigHash: 'c',
    contractVersion: '5.2',
    runId: runId('r'),
    enforcedProfile: 'CSP',
    realMoney: false,
    needsSupervisor: false,
    settleMs: 0,
    tickIntervalMs: 100,
    reconcileIntervalMs: 10_000,
  }),
  {
    now: wallMs(1_000),
    ledger: { depth: 0, capacity: 16, enqueueFailures: 0 },
    requestP95Ms: null,
    lastMessageAt: null,
    count429In5m: 0,
    supportedProfiles: ['CSP'],
  },
);

function boardOf() {
  let next: () => StatusDocument = () => SOUND;
  const published: string[] = [];
  const unsound: string[] = [];
  const board = createStatusBoard({
    describe: () => next(),
    now: () => 0,
    publish: (text) => published.push(text),
    onSnapshot: () => undefined,
    onUnsound: (rule) => unsound.push(rule),
  });
  const refresh = (make: () => StatusDocument): void => {
    next = make;
    board.refresh();
  };
  return { board, published, unsound, refresh };
}

it('NON-TRIP: a sound status is shown, and nobody is told of anything', () => {
  const { board, published, unsound, refresh } = boardOf();
  const later = { ...SOUND, wal_queue_depth: 3 };
  refresh(() => later);
  expect(board.current()).toBe(later);
  expect([published.length, unsound]).toEqual([2, []]);
});

it.each([
  ['a code nobody knows', () => ({ ...SOUND, mode_reasons: ['NOBODY'] as never })],
  ['a reason in Active', () => ({ ...SOUND, trading_mode: 'Active' as const })],
  [
    'no status at all',
    () => {
      throw new TypeError('undefined has no meaning');
    },
  ],
])('TRIP: %s is not shown, and said to whoever can stop the engine', (_, make) => {
  const { board, published, unsound, refresh } = boardOf();
  refresh(make);
  expect(board.current()).toBe(SOUND);
  expect(published).toHaveLength(1);
  expect(unsound).toHaveLength(1);
  refresh(() => SOUND);
  expect(published).toHaveLength(2);
});

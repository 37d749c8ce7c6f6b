import { existsSync, mkdirSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { monoMs } from '@holdfast/core/values';
import { cancelWorking } from '../src/run/shutdown.ts';
import { createClock } from '../src/clock.ts';
import { startTaped } from './taped-trader.ts';
import type { Trader } from './trader-fixture.ts';

/**
 * `node packages/runtime/test/write-golden-replay.ts <folder>`: a small run and its restart, with
 * their ledger and their tapes, for all later builds to replay. Run once for a tape format; it
 * refuses a folder that exists.
 */
const folder = process.argv[2];
if (folder === undefined || existsSync(folder))
  throw new Error('name a folder that does not exist');
mkdirSync(folder, { recursive: true });
const RESTS = { timeInForce: 'good_til_cancelled' } as const;
/** The policy's, and a little more. */
const BETWEEN_MS = 230;
const clock = createClock();

async function ready(trader: Trader): Promise<void> {
  while (!trader.isReady()) await sleep(5);
}

const group = (number: number): string =>
  `00000000-0000-4000-8000-${String(number).padStart(12, '0')}`;

function command(trader: Trader, word: 'reduce_only' | 'release'): void {
  const at = monoMs(clock.now());
  trader.runtime.post({
    kind: 'operatorCommanded',
    at,
    command: word,
    reason: 'golden',
    operator: 'golden',
  });
}

const first = await startTaped(folder, '1a');
await ready(first);
for (const number of [1, 2]) {
  first.propose(group(number));
  await sleep(BETWEEN_MS);
}
first.propose(group(2));
first.propose(group(3), RESTS);
first.propose(group(4));
await sleep(BETWEEN_MS);
await cancelWorking(first.runtime, clock);
first.propose(group(5), RESTS);
await sleep(BETWEEN_MS);
command(first, 'reduce_only');
first.propose(group(6));
await sleep(50);
command(first, 'release');
await sleep(50);
await first.stop();

const second = await startTaped(folder, '2b');
await ready(second);
second.propose(group(7));
await sleep(300);
await second.stop();

for (const name of readdirSync(folder)) if (name === 'venue.jsonl') rmSync(join(folder, name));
const ledger = join(folder, 'ledger');
for (const name of readdirSync(ledger)) if (!name.endsWith('.ledger')) rmSync(join(ledger, name));

/** Processes that append to one chain and are killed in the middle of it, again and again. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { readChain } from '@holdfast/runtime/proof';
import { chainLineOf } from '../src/store/export-chain.ts';
import { openStore } from '../src/store/open.ts';
import { readAll } from '../src/store/read-all.fixture.ts';

const WRITER = join(import.meta.dirname, 'store-writer.fixture.ts');

/** What an append was acknowledged with: `seq hash`. */
type Acknowledged = readonly string[];

/** Writers that live for `lifeMs` together, each from when it could begin. */
async function killedRound(place: string, lives: readonly number[]): Promise<Acknowledged> {
  const lists = await Promise.all(
    lives.map(async (lifeMs, writer) => {
      const child = spawn(process.execPath, [WRITER, place, `writer-${writer}`], {
        stdio: ['ignore', 'pipe', 'inherit'],
      });
      const ended = once(child, 'exit');
      let said = '';
      child.stdout.setEncoding('utf8').on('data', (text: string) => {
        said += text;
      });
      const died = ended.then(() => Promise.reject(new Error('a writer ended by itself')));
      await Promise.race([once(child.stdout, 'data'), died]);
      died.catch(() => undefined);
      await setTimeout(lifeMs);
      child.kill('SIGKILL');
      const closed = once(child.stdout, 'close');
      await Promise.all([ended, child.stdout.closed ? undefined : closed]);
      // What stands after the last line end was not said.
      return said.split('\n').slice(1, -1);
    }),
  );
  return lists.flat();
}

export interface Survived {
  readonly acknowledged: number;
  readonly there: number;
  /** Acknowledged and not there, or there as something else. */
  readonly lost: readonly string[];
  /** What is wrong with the chain as lines. */
  readonly faults: readonly unknown[];
  /** Of the appends of several facts, those of which only a part is there. */
  readonly halves: number;
  readonly writers: number;
}

export async function surviveKills(
  place: string,
  rounds: number,
  lifeOf: (round: number, writer: number) => number,
): Promise<Survived> {
  const acknowledged: string[] = [];
  for (let round = 0; round < rounds; round += 1) {
    const lives = [0, 1, 2].map((writer) => lifeOf(round, writer));
    acknowledged.push(...(await killedRound(place, lives)));
  }
  const store = await openStore(place);
  const events = await readAll(store, 'ledger');
  await store.close();
  const there = new Set(events.map(({ seq, hash }) => `${seq} ${hash}`));
  const lasts = events.filter(({ payload }) => payload['part'] === Number(payload['n']) % 3);
  const firsts = events.filter(({ payload }) => payload['part'] === 0);
  return {
    acknowledged: acknowledged.length,
    there: events.length,
    lost: acknowledged.filter((each) => !there.has(each)),
    faults: readChain(Buffer.from(events.map(chainLineOf).join(''))).faults,
    halves: firsts.length - lasts.length,
    writers: new Set(events.map(({ actor }) => actor)).size,
  };
}

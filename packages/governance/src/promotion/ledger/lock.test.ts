import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  unlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { takeWriterLock } from '@holdfast/runtime/ledger';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { NOW } from './ledger.fixture.ts';
import { type LedgerLock, lockPathOf, takeLedgerLock } from './lock.ts';
import { withLedgerLock } from './view-file.ts';

let root = '';
let path = '';
let now = NOW;
let naps: number[] = [];
/** What happens while somebody sleeps. */
let meanwhile: () => void = () => undefined;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'holdfast-lock-'));
  path = join(root, 'policy_ledger.json');
  now = NOW;
  naps = [];
  meanwhile = () => undefined;
});
afterEach(() => rmSync(root, { recursive: true }));

const clock = {
  now: () => now,
  sleep: (ms: number): Promise<void> => {
    naps.push(ms);
    now += ms;
    meanwhile();
    return Promise.resolve();
  },
};
const take = (options: object = {}) => takeLedgerLock(path, { ...clock, ...options });
async function held(options: object = {}): Promise<LedgerLock> {
  const answer = await take(options);
  if (!answer.ok) throw new Error(answer.detail);
  return answer.lock;
}
/** A lock whose owner is gone since so long before `NOW`. */
function abandoned(ageMs: number): void {
  writeFileSync(lockPathOf(path), 'pid=1');
  utimesSync(lockPathOf(path), (NOW - ageMs) / 1_000, (NOW - ageMs) / 1_000);
}

describe('the lock of the ledger', () => {
  it('is a file beside it that names its owner', async () => {
    const lock = await held();
    expect(lockPathOf(path)).toBe(`${path}.lock`);
    expect(readFileSync(`${path}.lock`, 'utf8')).toBe(`pid=${process.pid}`);
    expect(lock.isHeld()).toBe(true);
    await lock.release();
    expect(existsSync(`${path}.lock`)).toBe(false);
    expect(lock.isHeld()).toBe(false);
    await lock.release();
  });

  it('L-12 that somebody holds is waited for, every 50 ms for five seconds', async () => {
    abandoned(0);
    expect(await take()).toEqual({
      ok: false,
      code: 'lock_timeout',
      detail: 'Failed to acquire policy ledger lock within 5.0s',
    });
    expect(naps).toEqual(Array.from({ length: 100 }, () => 50));
    expect(existsSync(`${path}.lock`)).toBe(true);
  });

  it('L-12 is told with the time it was waited for', async () => {
    abandoned(0);
    expect(await take({ timeoutS: 0.12 })).toMatchObject({
      detail: 'Failed to acquire policy ledger lock within 0.12s',
    });
    expect(naps).toHaveLength(3);
  });

  it('L-12 that is stale is recovered after the wait, and removed in the end', async () => {
    abandoned(25_001);
    const lock = await held();
    expect(naps).toHaveLength(100);
    expect(readFileSync(`${path}.lock`, 'utf8')).toBe(`pid=${process.pid}`);
    await lock.release();
    expect(existsSync(`${path}.lock`)).toBe(false);
  });

  it('L-12 of exactly its thirty seconds is not stale', async () => {
    abandoned(25_000);
    expect(await take()).toMatchObject({ ok: false, code: 'lock_timeout' });
    abandoned(0);
    expect((await take({ staleS: 4.9 })).ok).toBe(true);
  });

  it.each([
    [0, 'Policy ledger locking disabled via lock_timeout=0'],
    [-1, 'Policy ledger locking disabled via lock_timeout=-1'],
    [Number.NaN, 'Policy ledger locking disabled via lock_timeout=NaN'],
  ])('L-12 with a timeout of %d is refused', async (timeoutS, detail) => {
    expect(await take({ timeoutS })).toEqual({ ok: false, code: 'lock_disabled', detail });
    expect(existsSync(`${path}.lock`)).toBe(false);
  });

  it('is had as soon as it is free', async () => {
    const lock = await held();
    meanwhile = () => {
      if (naps.length === 3) unlinkSync(`${path}.lock`);
    };
    const next = await held();
    expect(naps).toHaveLength(3);
    expect(lock.isHeld()).toBe(false);
    await lock.release();
    expect(next.isHeld()).toBe(true);
    expect(existsSync(`${path}.lock`)).toBe(true);
  });

  it('goes to one of two who find it stale', async () => {
    abandoned(60_000);
    const answers = await Promise.all([take(), take(), take()]);
    const winners = answers.filter((answer) => answer.ok);
    expect(winners).toHaveLength(1);
    expect(answers.filter((answer) => !answer.ok && answer.code === 'lock_timeout')).toHaveLength(
      2,
    );
    expect(winners[0]?.ok && winners[0].lock.isHeld()).toBe(true);
  });

  it('is not taken for stale by one who looks again after another recovered it', async () => {
    abandoned(60_000);
    const turn = takeTurn();
    let fresh: number | null = null;
    meanwhile = () => {
      // The other recoverer has its turn: the old lock goes, its own comes.
      if (naps.length !== 101) return;
      unlinkSync(`${path}.lock`);
      writeFileSync(`${path}.lock`, 'pid=2', { flag: 'wx' });
      utimesSync(`${path}.lock`, now / 1_000, now / 1_000);
      fresh = statSync(`${path}.lock`).ino;
      turn();
    };
    expect(await take()).toMatchObject({ ok: false, code: 'lock_timeout' });
    expect(statSync(`${path}.lock`).ino).toBe(fresh);
    expect(readFileSync(`${path}.lock`, 'utf8')).toBe('pid=2');
  });

  it('stays where the turn to remove it does not come', async () => {
    abandoned(60_000);
    const turn = takeTurn();
    expect(await take()).toMatchObject({ ok: false, code: 'lock_timeout' });
    expect(naps).toHaveLength(140);
    turn();
    expect(existsSync(`${path}.lock`)).toBe(true);
  });

  it('that cannot be removed is left to become stale', async () => {
    const lock = await held();
    writeFileSync(`${path}.lock.removal`, 'x');
    await lock.release();
    expect(lock.isHeld()).toBe(false);
    expect(existsSync(`${path}.lock`)).toBe(true);
  });

  it('of nobody who may write there is told', async () => {
    expect(await takeLedgerLock(join(root, 'nowhere', 'x.json'), clock)).toMatchObject({
      ok: false,
      code: 'lock_unwritable',
    });
  });

  it('L-13 lets two writers do their work one after the other', async () => {
    const done: string[] = [];
    const work = (who: string) =>
      withLedgerLock(path, clock, async (lock) => {
        done.push(`${who} begins`);
        await Promise.resolve();
        expect(lock.isHeld()).toBe(true);
        done.push(`${who} ends`);
        return who;
      });
    expect(await Promise.all([work('one'), work('two')])).toEqual(['one', 'two']);
    expect(done).toEqual(['one begins', 'one ends', 'two begins', 'two ends']);
  });

  it('is released whatever happens, and not taken means not done', async () => {
    const failing = withLedgerLock(path, clock, () => Promise.reject(new Error('no disk')));
    await expect(failing).rejects.toThrow('no disk');
    expect(existsSync(`${path}.lock`)).toBe(false);
    let ran = false;
    const refused = await withLedgerLock(path, { ...clock, timeoutS: 0 }, () => {
      ran = true;
      return Promise.resolve();
    });
    expect(refused).toMatchObject({ ok: false, code: 'lock_disabled' });
    expect(ran).toBe(false);
  });
});

/** Somebody removes something; the answer ends it. */
function takeTurn(): () => void {
  const folder = `${path}.lock.removal`;
  mkdirSync(folder, { recursive: true });
  const turn = takeWriterLock(folder, 'test', NOW);
  if (!turn.taken) throw new Error('no turn');
  return () => turn.lock.release();
}

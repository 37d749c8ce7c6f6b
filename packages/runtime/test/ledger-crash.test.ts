import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openFaultOf, openFileLedger, verifyLedger } from '../src/ledger/index.ts';
import { seeded } from './ledger-bytes.ts';
import { realClock, until } from './ledger-harness.ts';

let folder = '';
let child: ChildProcess | null = null;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'holdfast-crash-'));
});

afterEach(() => {
  child?.kill('SIGKILL');
  rmSync(folder, { recursive: true, force: true });
});

interface Child {
  readonly process: ChildProcess;
  /** Whole lines it has printed. */
  lines(): string[];
  readonly gone: Promise<void>;
}

function start(mode: 'append' | 'hold'): Child {
  const path = fileURLToPath(new URL('./ledger-child.ts', import.meta.url));
  const started = spawn(process.execPath, [path, folder, mode], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  child = started;
  let text = '';
  started.stdout.on('data', (chunk: Buffer) => {
    text += chunk.toString();
  });
  return {
    process: started,
    lines: () => text.split('\n').slice(0, -1),
    gone: new Promise((resolve) => started.once('close', () => resolve())),
  };
}

const open = (onRecord: () => void = () => undefined) =>
  openFileLedger({
    folder,
    post: () => undefined,
    clock: realClock,
    runId: 'parent',
    queueCapacity: 10,
    commitDeadlineMs: 1_000,
    segmentBytes: 32_768,
    onRecord,
  });

describe('ledger and killed processes', () => {
  it('loses no acknowledged record to SIGKILL, time after time on one ledger', async () => {
    const random = seeded(20_261_121);
    let known = 0;
    for (let cycle = 0; cycle < 6; cycle += 1) {
      const victim = start('append');
      await until(() => victim.lines().length > 1, 'the first acknowledgement');
      await new Promise((resolve) => setTimeout(resolve, random() * 400));
      victim.process.kill('SIGKILL');
      await victim.gone;
      const [opened = '', ...acknowledged] = victim.lines();
      // What the child found is at least what the one before it had been told.
      expect(Number(opened.split(' ')[2])).toBeGreaterThanOrEqual(known);
      known = Number(acknowledged.at(-1));
      const { records, findings } = verifyLedger(folder);
      expect(records).toBeGreaterThanOrEqual(known);
      expect(findings.filter(({ kind }) => kind === 'damage')).toEqual([]);
    }
    let recovered = 0;
    const { ledger } = await open(() => {
      recovered += 1;
    });
    await ledger.close();
    expect(recovered).toBeGreaterThanOrEqual(known);
    expect(verifyLedger(folder)).toMatchObject({ ok: true, records: recovered });
  });

  it('lets one engine write, names it, and follows a dead one with a higher epoch', async () => {
    const holder = start('hold');
    await until(() => holder.lines().length > 0, 'the holder');
    const epoch = Number(holder.lines()[0]?.split(' ')[1]);
    const refusal = await open().then(
      () => null,
      (error: unknown) => error,
    );
    expect(openFaultOf(refusal)).toMatchObject({
      code: 'ledger_locked',
      holder: { pid: holder.process.pid, runId: `child-${holder.process.pid}`, epoch },
    });
    expect(String(refusal)).toContain(`pid ${holder.process.pid}`);
    holder.process.kill('SIGKILL');
    await holder.gone;
    const next = await open();
    expect(next.epoch).toBeGreaterThan(epoch);
    await next.ledger.close();
  });
});

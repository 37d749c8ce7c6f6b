import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { LedgerRecord } from '@holdfast/core/ledger';
import { expect } from 'vitest';
import type { ExitCode, Io } from '../src/cli/io.ts';
import { runCommand } from '../src/cli/program.ts';
import { openFileLedger } from '../src/ledger/index.ts';
import { T0 } from './proof-fixture.ts';
import { ALL_RECORDS, sampleIntent } from './sample-records.ts';

export const ROOT = join(import.meta.dirname, '../../..');
const SEGMENT_BYTES = 1 << 16;

/** A folder of this test file's own; whoever uses it removes it. */
export const base = mkdtempSync(join(tmpdir(), 'holdfast-cli-'));
/** Every kind of record, each durable before the next was written. */
export const good = join(base, 'good');
/** Several segments. */
export const long = join(base, 'long');

export async function writeLedgers(): Promise<void> {
  await writeLedger(good, ALL_RECORDS);
  await writeLedger(
    long,
    Array.from({ length: 300 }, (_, n) => sampleIntent(n)),
  );
}

export async function openLedger(folder: string, onDurable: () => void = () => undefined) {
  return openFileLedger({
    folder,
    runId: 'run',
    queueCapacity: 64,
    commitDeadlineMs: 10_000,
    segmentBytes: SEGMENT_BYTES,
    onRecord: () => undefined,
    post: (event) => {
      if (event.kind === 'recorded') onDurable();
    },
    clock: { now: () => performance.timeOrigin + performance.now(), wake: () => undefined },
  });
}

async function writeLedger(folder: string, records: readonly LedgerRecord[]): Promise<void> {
  let durable: () => void = () => undefined;
  const { ledger } = await openLedger(folder, () => durable());
  for (const record of records) {
    await new Promise<void>((resolve) => {
      durable = resolve;
      ledger.append([record]);
    });
  }
  await ledger.close();
}

export function segmentsOf(folder: string): string[] {
  return readdirSync(folder)
    .filter((name) => name.endsWith('.ledger'))
    .sort();
}

/** A copy of the good ledger with its only segment changed. */
export function spoiled(name: string, change: (bytes: Buffer) => void): string {
  const folder = join(base, name);
  cpSync(good, folder, { recursive: true });
  const [segment = ''] = segmentsOf(folder);
  const bytes = readFileSync(join(folder, segment));
  change(bytes);
  writeFileSync(join(folder, segment), bytes);
  return folder;
}

/** Two bits of a body in the middle: its frame no longer has its checksum. */
export function flip(bytes: Buffer): void {
  const at = bytes.indexOf('"policy_activated"') + 3;
  bytes.writeUInt8(bytes.readUInt8(at) ^ 0x11, at);
}

/** The beginning of a frame after the last one, as an interrupted write leaves it. */
export function tear(bytes: Buffer): void {
  let end = bytes.length;
  while (bytes[end - 1] === 0) end -= 1;
  Buffer.from([0xff, 0x48, 0x46, 0xfe, 1, 2, 3]).copy(bytes, end + (8 - (end % 8)));
}

interface Said {
  readonly code: ExitCode;
  readonly out: string[];
  readonly err: string[];
}

export async function run(args: readonly string[], change: Partial<Io> = {}): Promise<Said> {
  const out: string[] = [];
  const err: string[] = [];
  const io: Io = {
    out: (text) => out.push(...text.split('\n')),
    err: (line) => err.push(line),
    flushed: () => Promise.resolve('delivered'),
    cwd: base,
    root: ROOT,
    env: {},
    now: () => T0,
    ...change,
  };
  const code = await runCommand(args, io);
  return { code, out, err };
}

export async function runJson(args: readonly string[], change: Partial<Io> = {}) {
  const { code, out, err } = await run([...args, '--json'], change);
  expect(err).toEqual([]);
  const document: unknown = JSON.parse(out.join('\n'));
  return { code, document };
}

/** A folder with the configuration of this project, changed. */
export function project(name: string, policy: (text: string) => string = (text) => text): string {
  const root = join(base, name);
  mkdirSync(join(root, 'config/runtime'), { recursive: true });
  const read = (path: string) => readFileSync(join(ROOT, path), 'utf8');
  writeFileSync(join(root, 'config/policy.json'), policy(read('config/policy.json')));
  writeFileSync(join(root, 'config/runtime/dev.json'), read('config/runtime/dev.json'));
  return root;
}

export const withUnknownKey = (text: string): string =>
  text.replace('"stage":', '"max_daily_los_usd": 7, "stage":');

/** Line and column of the value behind the unknown key. */
export function placeOfUnknown(root: string): string {
  const text = readFileSync(join(root, 'config/policy.json'), 'utf8');
  const marker = '"max_daily_los_usd": ';
  const lines = text.slice(0, text.indexOf(marker) + marker.length).split('\n');
  return `${lines.length}:${(lines.at(-1)?.length ?? 0) + 1}`;
}

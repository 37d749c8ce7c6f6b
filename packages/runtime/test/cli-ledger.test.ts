import { cpSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { decodeRecord } from '@holdfast/core/ledger';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { RECORD_TYPES } from '../src/cli/ledger-dump.ts';
import {
  base,
  flip,
  good,
  long,
  openLedger,
  run,
  runJson,
  segmentsOf,
  spoiled,
  tear,
  writeLedgers,
} from './cli-fixture.ts';
import { ALL_RECORDS } from './sample-records.ts';

beforeAll(writeLedgers);
afterAll(() => rmSync(base, { recursive: true }));

describe('ledger verify', () => {
  it('finds a good ledger sound and says how much there is', async () => {
    const { code, out, err } = await run(['ledger', 'verify', 'good']);
    expect([code, err, out[0]]).toEqual([0, [], 'good is sound']);
    expect(out[1]).toMatch(new RegExp(`records +${ALL_RECORDS.length}$`));
    const { document } = await runJson(['ledger', 'verify', good]);
    expect(document).toEqual({
      folder: good,
      verdict: 'sound',
      records: ALL_RECORDS.length,
      segments: 1,
      sessions: {
        count: 1,
        last: {
          sequence: 1,
          recorded_ts: 1_790_000_000_000,
          run_id: '01994f3e-7b8a-7b44-9a52-08c6a5f0aa11',
          epoch: 1,
          build_id: '8cc37fb0c2a14d0f8a5a3c1de4f2b7a6915e3d20',
        },
      },
      head: { sequence: ALL_RECORDS.length, hash: expect.stringMatching(/^[0-9a-f]{64}$/) },
      findings: [],
    });
  });

  it('changes nothing', async () => {
    const folder = spoiled('untouched', tear);
    const look = () =>
      readdirSync(folder).map((name) => {
        const path = join(folder, name);
        return [name, statSync(path).mtimeMs, readFileSync(path, 'base64')];
      });
    const before = look();
    expect((await run(['ledger', 'verify', folder])).code).toBe(0);
    expect((await run(['ledger', 'dump', folder])).code).toBe(0);
    expect(look()).toEqual(before);
  });

  it('says no to a flipped bit, with segment, offset and record', async () => {
    const folder = spoiled('flipped', flip);
    const [segment = ''] = segmentsOf(folder);
    const { code, out, err } = await run(['ledger', 'verify', folder]);
    expect([code, out[0]]).toEqual([1, `${folder} is damaged`]);
    expect(out[1]).toMatch(/records +1 before the damage$/);
    expect(err).toHaveLength(1);
    expect(err[0]).toMatch(new RegExp(`^${segment}:\\d+ frame_bad record 2: .+`));
    const { code: again, document } = await runJson(['ledger', 'verify', folder]);
    expect(again).toBe(1);
    const bytes = readFileSync(join(folder, segment));
    const offset = Number(/:(\d+) /.exec(err[0] ?? '')?.[1]);
    expect(bytes.readUInt32BE(offset)).toBe(0xff4846fe);
    expect(document).toMatchObject({
      verdict: 'damaged',
      head: { sequence: 1 },
      findings: [{ code: 'frame_bad', severity: 'damage', segment, offset, sequence: 2 }],
    });
  });

  it('says no to a segment that is gone', async () => {
    const folder = join(base, 'gap');
    cpSync(long, folder, { recursive: true });
    expect((await run(['ledger', 'verify', folder])).code).toBe(0);
    rmSync(join(folder, segmentsOf(folder)[1] ?? ''));
    const { code, document } = await runJson(['ledger', 'verify', folder]);
    expect(code).toBe(1);
    expect(document).toMatchObject({ findings: [{ code: 'segment_missing', segment: '2' }] });
  });

  it('calls a torn tail a note, as a start would only set it aside', async () => {
    const folder = spoiled('torn', tear);
    const { code, out, err } = await run(['ledger', 'verify', folder]);
    expect([code, out[0], err.length]).toEqual([0, `${folder} is sound`, 1]);
    expect(err[0]).toContain(
      ` torn_tail note, no damage: record ${ALL_RECORDS.length + 1}: 7 bytes of an interrupted`,
    );
    const { document } = await runJson(['ledger', 'verify', folder]);
    expect(document).toMatchObject({
      verdict: 'sound',
      findings: [{ code: 'torn_tail', severity: 'note', sequence: ALL_RECORDS.length + 1 }],
    });
    const { ledger, recovery } = await openLedger(folder);
    await ledger.close();
    expect(recovery.tornTail?.bytes).toBe(7);
    expect((await run(['ledger', 'verify', folder])).err).toEqual([]);
  });

  it('cannot tell where there is no ledger', async () => {
    const strange = join(base, 'strange');
    mkdirSync(join(strange, '00000001-0000000000000001.ledger'), { recursive: true });
    const file = join(good, segmentsOf(good)[0] ?? '');
    for (const [path, rule] of [
      ['nowhere', 'not_found'],
      [base, 'no_ledger'],
      [file, 'not_a_folder'],
      [strange, 'system_error'],
    ] as const) {
      for (const verb of ['verify', 'dump']) {
        const { code, out, err } = await run(['ledger', verb, path]);
        expect([code, out, err.length]).toEqual([2, [], 1]);
        expect(err[0]?.startsWith(`${path} ${rule} `)).toBe(true);
      }
      const { code, document } = await runJson(['ledger', 'verify', path]);
      expect(code).toBe(2);
      expect(document).toMatchObject({ error: { place: path, rule } });
    }
  });
});

interface DumpedLine {
  readonly sequence: number;
  readonly record: { readonly record_type: string };
}

describe('ledger dump', () => {
  it('prints every record as the JSON that is on disk', async () => {
    const { code, out, err } = await run(['ledger', 'dump', good]);
    expect([code, err]).toEqual([0, []]);
    const lines = out.map((line): DumpedLine => JSON.parse(line));
    expect(lines.map(({ sequence }) => sequence)).toEqual(ALL_RECORDS.map((_, n) => n + 1));
    expect(lines.map(({ record }) => decodeRecord(record))).toEqual(
      ALL_RECORDS.map((record) => ({ ok: true, record })),
    );
    expect(new Set(Object.values(RECORD_TYPES))).toEqual(
      new Set(lines.map(({ record }) => record.record_type)),
    );
  });

  it.each(['json', 'text'])('shows in %s what --from and --type ask for', async (format) => {
    const command = ['ledger', 'dump', good, '--format', format];
    const all = await run(command);
    expect(all.out).toHaveLength(ALL_RECORDS.length);
    expect((await run([...command, '--from', '18'])).out).toEqual(all.out.slice(17));
    expect((await run([...command, '--from', '1000'])).out).toEqual([]);
    const fills = ALL_RECORDS.flatMap(({ type }, n) => (type === 'fillRecorded' ? [n] : []));
    expect(fills.length).toBeGreaterThan(1);
    const typed = await run([...command, '--type', 'fill_recorded']);
    expect(typed.out).toEqual(fills.map((n) => all.out[n]));
    const both = await run([...command, '--type', 'fill_recorded', '--from', '10']);
    expect(both.out).toEqual(typed.out.slice(1));
  });

  it('keeps a record on its line, whatever an operator wrote', async () => {
    const command = `ledger dump ${good} --format text --type operator_command_recorded`;
    const { out } = await run(command.split(' '));
    expect(out).toHaveLength(1);
    expect(out[0]).toContain('größer als erwartet 🛑\\u000a\\u0001');
  });

  it('prints what precedes damage, then says no', async () => {
    const { code, out, err } = await run(['ledger', 'dump', spoiled('flipped-too', flip)]);
    expect([code, out.length, err.length]).toEqual([1, 1, 1]);
    expect(err[0]).toMatch(/\.ledger:\d+ frame_bad record 2: /);
  });

  it('mentions a torn tail', async () => {
    const { code, out, err } = await run(['ledger', 'dump', spoiled('torn-too', tear)]);
    expect([code, out.length]).toEqual([0, ALL_RECORDS.length]);
    expect(err[0]).toMatch(/\.ledger:\d+ torn_tail note, no damage: 7 bytes/);
  });

  it('stops when nobody reads any more', async () => {
    const said = await run(['ledger', 'dump', long], {
      flushed: () => Promise.resolve('nobody_reads'),
    });
    expect(said.code).toBe(0);
    expect(said.out.length).toBeGreaterThan(10);
    expect(said.out.length).toBeLessThan(150);
  });
});

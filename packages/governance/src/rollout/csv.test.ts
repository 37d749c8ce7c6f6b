import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  count,
  day,
  decimal,
  flag,
  maybe,
  names,
  oneOf,
  readTable,
  sha256,
  tableOf,
  text,
  time,
  writeTable,
} from './csv.ts';
import { SHA } from './rollout.fixture.ts';

const TABLE = tableOf('sample', {
  on: day,
  at: time,
  who: text,
  much: maybe(decimal),
  many: count,
  so: flag,
  why: names,
  way: oneOf(['min', 'max']),
  sum: sha256,
});
const HEADER = 'on,at,who,much,many,so,why,way,sum';
const ROW = {
  on: '2026-04-03',
  at: '2026-04-03T08:00:00.000Z',
  who: 'ana',
  much: '-0.15',
  many: 3,
  so: true,
  why: ['a', 'b'],
  way: 'min' as const,
  sum: SHA,
};
const LINE = `2026-04-03,2026-04-03T08:00:00.000Z,ana,-0.15,3,true,a;b,min,${SHA}`;
const read = (content: string) => readTable(TABLE, Buffer.from(content));

describe('a table', () => {
  it('has one text: fixed columns, line feeds, null as nothing', () => {
    const other = LINE.replace('-0.15', '').replace('true', 'false').replace('a;b', '');
    expect(writeTable(TABLE, [ROW, { ...ROW, much: null, so: false, why: [] }])).toBe(
      `${HEADER}\n${LINE}\n${other}\n`,
    );
    expect(writeTable(TABLE, [])).toBe(`${HEADER}\n`);
  });

  it('reads what it wrote', () => {
    const rows = [ROW, { ...ROW, much: null, why: [], so: false }];
    expect(read(writeTable(TABLE, rows))).toEqual({ ok: true, rows });
    expect(read(`${HEADER}\n`)).toEqual({ ok: true, rows: [] });
  });

  it.each([
    ['nothing at all', '', 1, 1],
    ['another header', `on,at\n${LINE}\n`, 1, 1],
    ['a mark before the text', `\ufeff${HEADER}\n`, 1, 1],
    ['carriage returns', `${HEADER}\r\n${LINE}\r\n`, 1, 1],
    ['a carriage return in a row', `${HEADER}\n${LINE}\r\n`, 2, 9],
    ['no end', `${HEADER}\n${LINE}`, 2, 1],
    ['a header without its end', HEADER, 1, 1],
    ['an empty line', `${HEADER}\n\n`, 2, 1],
    ['a cell less', `${HEADER}\n${LINE}\n${LINE.replace(',3', '')}\n`, 3, 8],
    ['a cell more', `${HEADER}\n${LINE},x\n`, 2, 9],
  ])('is not read with %s', (_, content, line, column) => {
    expect(read(content)).toMatchObject({ ok: false, fault: { line, column } });
  });

  it.each([
    ['2026-04-03,', '2026-02-30,', 1],
    ['2026-04-03,', '26-04-03,', 1],
    ['T08:00', 'T25:00', 2],
    ['.000Z', 'Z', 2],
    ['ana', '', 3],
    ['ana', '"ana"', 3],
    ['ana', 'a\tb', 3],
    ['-0.15', '-0.150', 4],
    ['-0.15', '-0', 4],
    ['-0.15', '1e2', 4],
    ['-0.15', '0.12345678901', 4],
    [',3,', ',-3,', 5],
    [',3,', ',03,', 5],
    [',3,', ',3.5,', 5],
    [',3,', ',9007199254740993,', 5],
    ['true', 'TRUE', 6],
    ['true', '', 6],
    ['a;b', 'a;', 7],
    ['min', 'mid', 8],
    [SHA, SHA.toUpperCase(), 9],
    [SHA, SHA.slice(1), 9],
  ])('DG-14 names the cell where %j became %j', (before, after, column) => {
    const answer = read(`${HEADER}\n${LINE}\n${LINE.replace(before, after)}\n`);
    expect(answer).toMatchObject({ ok: false, fault: { line: 3, column } });
  });

  it('is no text that is not UTF-8', () => {
    const bytes = Buffer.from([...Buffer.from(`${HEADER}\n`), 0xff, 0x0a]);
    expect(readTable(TABLE, bytes)).toMatchObject({ ok: false, fault: { detail: 'not UTF-8' } });
  });

  it('refuses to write what it could not read', () => {
    for (const who of ['a,b', 'a"b', 'a\nb', '']) {
      expect(() => writeTable(TABLE, [{ ...ROW, who }])).toThrow('sample.who');
    }
    expect(() => writeTable(TABLE, [{ ...ROW, many: 0.5 }])).toThrow('sample.many');
    expect(() => writeTable(TABLE, [{ ...ROW, why: ['a', ''] }])).toThrow('sample.why');
  });

  it('never reads a text that it would not have written', () => {
    const byte = fc.constantFrom(',', ';', '\n', '\r', '"', 'a', '1', '.', '-', '0', ' ');
    fc.assert(
      fc.property(fc.nat(LINE.length), byte, fc.boolean(), (at, letter, isInsert) => {
        const line = LINE.slice(0, at) + letter + LINE.slice(isInsert ? at : at + 1);
        const content = `${HEADER}\n${line}\n`;
        const answer = read(content);
        if (answer.ok) expect(writeTable(TABLE, answer.rows)).toBe(content);
      }),
      { numRuns: 2_000 },
    );
  });
});

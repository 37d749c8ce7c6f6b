import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { VENUE_FACTS } from './venue-facts.ts';

const ROOT = join(import.meta.dirname, '../../..');
/** The specification's own table. */
const TABLE = ['F-01a', 'F-01b', 'F-03', 'F-05', 'F-06', 'F-07', 'F-08', 'F-09', 'F-10', 'A-03'];

function read(path: string): string | null {
  const file = join(ROOT, path);
  return existsSync(file) ? readFileSync(file, 'utf8') : null;
}

/** Whether a source file declares the symbol, rather than names it. */
function declares(source: string, symbol: string): boolean {
  return new RegExp(`\\b(?:function|class|const|interface)\\s+${symbol}\\b`, 'u').test(source);
}

/** Whether a test file has a test of this title, as text after `it(` or `it.each(…)(`. */
function hasTitle(source: string, title: string): boolean {
  const quoted = [`'${title.replaceAll("'", "\\'")}'`, `"${title}"`, `\`${title}\``];
  return quoted.some((each) => source.includes(each));
}

describe('venue facts', () => {
  it.each(VENUE_FACTS)('$id is enforced where it says', ({ enforcedBy }) => {
    const [file = '', symbol = ''] = enforcedBy.split(':');
    const source = read(file);
    expect(source, file).not.toBeNull();
    expect(declares(source ?? '', symbol), enforcedBy).toBe(true);
  });

  it.each(VENUE_FACTS)('$id has its regression test', ({ test }) => {
    expect(test.file).toMatch(/\.test\.ts$/);
    expect(hasTitle(read(test.file) ?? '', test.title), test.title).toBe(true);
  });

  it('every fact of the specification is there, each once', () => {
    const ids = VENUE_FACTS.map(({ id }) => id);
    expect(ids).toEqual(expect.arrayContaining(TABLE));
    expect(new Set(ids).size).toBe(ids.length);
    for (const id of ids) expect(TABLE.includes(id) || id.startsWith('EXT-')).toBe(true);
  });

  it('a symbol that is only mentioned, or a title that is not there, would be noticed', () => {
    expect(declares('import { encodeOrder } from "x"; encodeOrder();', 'encodeOrder')).toBe(false);
    expect(declares('export function encodeOrder() {}', 'encodeOrder')).toBe(true);
    expect(hasTitle("it('one title', () => {})", 'one')).toBe(false);
    expect(hasTitle("it('one title', () => {})", 'one title')).toBe(true);
  });
});

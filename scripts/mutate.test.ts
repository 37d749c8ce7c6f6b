import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { readRequest } from './mutate.ts';
import { homeless, judge, tallyOf } from './mutation/judge.ts';
import {
  type Mutant,
  type MutantStatus,
  parseReport,
  withoutLoadedSurvivors,
} from './mutation/report.ts';
import { optionsFor } from './mutation/stryker.ts';
import { filesOf, isProduct, SUBJECTS } from './mutation/subjects.ts';
import { parseSurvivors, type Survivor } from './mutation/survivors.ts';
import { changeOf, formatFindings, formatTable } from './mutation/words.ts';
import { loadSources } from './tidy/source.ts';

const ROOT = join(import.meta.dirname, '..');

const SOURCE = ['function f(a, b) {', '  return a > 0 && b > 0;', '}'].join('\n');

/** A mutant as Stryker reports it; columns from 1. */
const reported = (line: number, from: number, to: number, replacement = 'true') => ({
  mutatorName: 'ConditionalExpression',
  replacement,
  status: 'Survived',
  location: { start: { line, column: from }, end: { line, column: to } },
});

const reportOf = (source: string, ...mutants: readonly object[]): string =>
  JSON.stringify({ files: { 'a/b.ts': { source, mutants } } });

describe('the report', () => {
  it('says what was changed into what, and where', () => {
    expect(parseReport(reportOf(SOURCE, reported(2, 10, 15)))).toMatchObject([
      {
        file: 'a/b.ts',
        line: 2,
        code: 'return a > 0 && b > 0;',
        original: 'a > 0',
        replacement: 'true',
        status: 'Survived',
      },
    ]);
  });

  it('reads what was changed over several lines', () => {
    const block = { ...reported(1, 18, 2, '{}'), location: spanOf([1, 18], [3, 2]) };
    const [mutant] = parseReport(reportOf(SOURCE, block));
    expect(mutant?.original).toBe('{\n  return a > 0 && b > 0;\n}');
    expect(mutant === undefined ? '' : changeOf(mutant)).toBe('{ return a > 0 && b > 0; } → {}');
  });

  it('knows a mutant again where its line has moved, and not where the line has changed', () => {
    const idOf = (source: string, line: number, from: number) =>
      parseReport(reportOf(source, reported(line, from, from + 5)))[0]?.id;
    const here = idOf(SOURCE, 2, 10);
    expect(here).toMatch(/^[0-9a-f]{12}$/);
    expect(idOf(`// more\n${SOURCE.replace('  return', '    return')}`, 3, 12)).toBe(here);
    expect(idOf(SOURCE.replace('b > 0', 'b > 1'), 2, 10)).not.toBe(here);
  });

  it('tells apart what stands twice: in one line, by replacement and in two equal lines', () => {
    const twice = `${SOURCE}\n${SOURCE}`;
    const mutants = parseReport(
      reportOf(
        twice,
        reported(5, 10, 15),
        reported(2, 10, 15),
        reported(2, 19, 24),
        reported(2, 10, 15, 'false'),
      ),
    );
    expect(new Set(mutants.map(({ id }) => id)).size).toBe(4);
    const [first] = parseReport(reportOf(SOURCE, reported(2, 10, 15)));
    expect(mutants.find(({ id }) => id === first?.id)?.line).toBe(2);
  });

  it('is none where a mutant has no result, or there are no files', () => {
    const pending = { ...reported(2, 10, 15), status: 'Pending' };
    expect(() => parseReport(reportOf(SOURCE, pending))).toThrow("'Pending', which is no result");
    expect(() => parseReport('{}')).toThrow('names no files');
    expect(() => parseReport('{"files":')).toThrow();
  });
});

describe('earlier results', () => {
  it('are used again, but for what survived in code that no test is known to meet', () => {
    const mutants = [
      { id: '1', static: true, status: 'Survived' },
      { id: '2', static: true, status: 'Killed' },
      { id: '3', static: true, status: 'RuntimeError' },
      { id: '4', static: false, status: 'Survived' },
      { id: '5', status: 'Survived' },
    ];
    const text = JSON.stringify({ files: { a: { source: '', mutants } }, testFiles: { t: 1 } });
    expect(JSON.parse(withoutLoadedSurvivors(text))).toEqual({
      files: { a: { source: '', mutants: mutants.slice(1) } },
      testFiles: { t: 1 },
    });
  });
});

function spanOf(start: readonly [number, number], end: readonly [number, number]) {
  return {
    start: { line: start[0], column: start[1] },
    end: { line: end[0], column: end[1] },
  };
}

const GATES = { name: 'gates', path: 'core/gates' };
const FILE = 'core/gates/margin.ts';

const mutantOf = (id: string, status: MutantStatus, file = FILE): Mutant => ({
  id,
  file,
  line: 7,
  code: 'if (used > limit) return no;',
  mutator: 'EqualityOperator',
  original: 'used > limit',
  replacement: 'used >= limit',
  status,
});

const many = (count: number, status: MutantStatus): Mutant[] =>
  Array.from({ length: count }, (_, index) => mutantOf(`${status}-${index}`, status));

const survivorOf = (id: string, parts: Partial<Survivor> = {}): Survivor => ({
  id,
  file: FILE,
  change: 'used > limit → used >= limit',
  verdict: 'equivalent',
  reason: 'the two are never equal, see the gate before it',
  ...parts,
});

const judged = (mutants: readonly Mutant[], survivors: readonly Survivor[] = []) =>
  judge(GATES, [FILE], mutants, survivors);

describe('a score', () => {
  it('counts as noticed what was killed or never ended, of all that counts', () => {
    const mutants = [
      ...many(6, 'Killed'),
      ...many(1, 'Timeout'),
      ...many(1, 'Survived'),
      ...many(1, 'NoCoverage'),
      ...many(1, 'Ignored'),
      ...many(2, 'RuntimeError'),
      ...many(1, 'CompileError'),
    ];
    expect(tallyOf('gates', mutants)).toEqual({
      path: 'gates',
      killed: 6,
      timeout: 1,
      survived: 1,
      noCoverage: 1,
      ignored: 1,
      errors: 3,
      score: 70,
    });
  });

  it('passes at exactly 85 and not below, however little', () => {
    const explained = (count: number) => many(count, 'Survived').map(({ id }) => survivorOf(id));
    const at = (killed: number, survived: number) =>
      judged([...many(killed, 'Killed'), ...many(survived, 'Survived')], explained(survived));
    expect(at(85, 15)).toMatchObject({ passed: true, problems: [], equivalent: 15 });
    expect(at(84_999, 15_001)).toMatchObject({
      passed: false,
      problems: ['gates: a score of 85.00 is below 85'],
    });
  });

  it('names what was noticed by the clock alone, and passes with it', () => {
    const verdict = judged([...many(9, 'Killed'), mutantOf('loop', 'Timeout')]);
    expect(verdict).toMatchObject({ passed: true, total: { score: 100 } });
    expect(formatFindings(verdict)).toContain(`Timeout loop ${FILE}:7`);
  });

  it('of nothing is no score, and does not pass', () => {
    for (const mutants of [[], many(3, 'RuntimeError')]) {
      expect(judged(mutants)).toMatchObject({ passed: false, total: { score: null } });
    }
  });

  it('is told per file, and files without a mutant are named', () => {
    const other = 'core/gates/mode.ts';
    const mutants = [...many(9, 'Killed'), mutantOf('x', 'Killed', other)];
    const verdict = judge(GATES, [FILE, other, 'core/gates/index.ts'], mutants, []);
    expect(verdict.files.map(({ path, killed }) => [path, killed])).toEqual([
      [FILE, 9],
      [other, 1],
    ]);
    expect(verdict.unchangeable).toEqual(['core/gates/index.ts']);
    expect(
      formatTable(verdict)
        .split('\n')
        .map((line) => line.trim().split(/ {2,}/)),
    ).toEqual([
      ['killed', 'timeout', 'survived', 'no cover', 'ignored', 'errors', 'score'],
      ['gates', '10', '0', '0', '0', '0', '0', '100.00'],
      ['margin.ts', '9', '0', '0', '0', '0', '0', '100.00'],
      ['mode.ts', '1', '0', '0', '0', '0', '0', '100.00'],
    ]);
  });
});

describe('a survivor', () => {
  const noticed = many(99, 'Killed');

  it.each(['Survived', 'NoCoverage', 'Ignored'] as const)('that is %s needs a reason', (status) => {
    const mutants = [...noticed, mutantOf('one', status)];
    const verdict = judged(mutants);
    expect(verdict).toMatchObject({ passed: false, problems: ['gates: 1 without a reason'] });
    expect(formatFindings(verdict)).toBe(
      [
        `${status} one ${FILE}:7`,
        '    if (used > limit) return no;',
        '    used > limit → used >= limit',
        'no: gates: 1 without a reason',
      ].join('\n'),
    );
    expect(judged(mutants, [survivorOf('one')])).toMatchObject({ passed: true, unexplained: [] });
  });

  it('is not explained by the reason of another subject', () => {
    const elsewhere = survivorOf('one', { file: 'core/gates-old/margin.ts' });
    expect(judged([...noticed, mutantOf('one', 'Survived')], [elsewhere]).passed).toBe(false);
  });

  it('that is gone leaves a stale reason, which is named', () => {
    const verdict = judged([...noticed, mutantOf('one', 'Killed')], [survivorOf('one')]);
    expect(verdict).toMatchObject({
      passed: false,
      problems: ['gates: 1 reasons without a survivor'],
      equivalent: 0,
    });
    expect(formatFindings(verdict)).toContain(`stale reason one ${FILE}: used > limit`);
  });

  it('is not noticed by a busy machine: a timeout of a known one is a survivor', () => {
    const verdict = judged([...noticed, mutantOf('one', 'Timeout')], [survivorOf('one')]);
    expect(verdict).toMatchObject({
      passed: true,
      total: { survived: 1, timeout: 0, score: 99 },
      timeouts: [],
      equivalent: 1,
    });
  });

  it('of another subject is none of this one’s business; of no subject it is homeless', () => {
    const guard = survivorOf('one', { file: 'core/guard/latch.ts' });
    expect(judged(noticed, [guard])).toMatchObject({ passed: true, stale: [] });
    expect(homeless([guard, survivorOf('two')], [GATES])).toEqual([guard]);
  });
});

describe('the list of survivors', () => {
  const parsed =
    (...entries: readonly unknown[]) =>
    () =>
      parseSurvivors(JSON.stringify(entries));

  it('is read entry by entry', () => {
    expect(parsed(survivorOf('one'), survivorOf('two', { verdict: 'accepted' }))()).toHaveLength(2);
  });

  it.each([
    ['twice', [survivorOf('one'), survivorOf('one')], 'survivor 2 (one): stands twice'],
    ['without a reason', [survivorOf('one', { reason: ' fine ' })], 'gives no reason'],
    ['with an unknown verdict', [{ ...survivorOf('one'), verdict: 'ok' }], "verdict 'ok'"],
    ['with a number', [{ ...survivorOf('one'), change: 1 }], 'holds no text'],
    ['with a field more', [{ ...survivorOf('one'), line: '1' }], 'must have'],
    ['with a field less', [{ id: 'one', reason: 'x' }], 'must have'],
    ['that is null', [null], 'is no entry'],
  ])('refuses an entry %s', (_, entries, fault) => {
    expect(parsed(...entries)).toThrow(fault);
  });

  it('in the repository is for files of the subjects, in their order', () => {
    const text = readFileSync(join(ROOT, 'scripts/mutation/survivors.json'), 'utf8');
    const survivors = parseSurvivors(text);
    const files = SUBJECTS.flatMap((subject) => filesOf(ROOT, subject) ?? []);
    expect(survivors.filter(({ file }) => !files.includes(file))).toEqual([]);
    const order = survivors.map(({ file }) => files.indexOf(file));
    expect(order).toEqual(order.toSorted((a, b) => a - b));
  });
});

describe('the command', () => {
  it('takes subjects and flags, all subjects by default', () => {
    expect(readRequest([])).toMatchObject({ subjects: SUBJECTS, anew: false, json: false });
    const { subjects, anew } = readRequest(['guard', '--anew', 'order']);
    expect([subjects.map(({ name }) => name), anew]).toEqual([['order', 'guard'], true]);
  });

  it('knows no other word', () => {
    expect(() => readRequest(['values'])).toThrow("no subject 'values'");
    expect(() => readRequest(['--force'])).toThrow();
  });

  it('has the three subjects of today, without tests, and says which are not built', () => {
    const built = SUBJECTS.filter((subject) => filesOf(ROOT, subject) !== null);
    expect(built.map(({ name }) => name).slice(0, 3)).toEqual(['order', 'gates', 'guard']);
    for (const subject of built) {
      const files = filesOf(ROOT, subject) ?? [];
      expect(files.length).toBeGreaterThan(0);
      expect(files.filter((path) => !isProduct(path))).toEqual([]);
    }
    expect(filesOf(ROOT, { name: 'none', path: 'packages/core/src/none' })).toBeNull();
  });
});

describe('the sandbox', () => {
  it('is what the tests in it reach: none of them goes through the name of a package', () => {
    // The links in node_modules lead to the tree outside, in which nothing is mutated.
    const core = loadSources(ROOT).filter(({ path }) => /^packages\/core\/(src|test)\//.test(path));
    const outside = core.flatMap(({ path, mentions }) =>
      mentions
        .filter(({ specifier }) => specifier.startsWith('@holdfast/'))
        .map(({ specifier }) => `${path} ${specifier}`),
    );
    expect(core.length).toBeGreaterThan(100);
    expect(outside).toEqual([]);
  });

  it('is given every file it mutates, and a configuration of the tests that is there', () => {
    const options = optionsFor('order', ['packages/core/src/order/order.ts'], 'runner');
    expect(options).toMatchObject({
      mutate: ['packages/core/src/order/order.ts'],
      plugins: ['runner'],
      vitest: { configFile: 'scripts/mutation/vitest.config.ts', related: false },
    });
    expect(existsSync(join(ROOT, 'scripts/mutation/vitest.config.ts'))).toBe(true);
  });
});

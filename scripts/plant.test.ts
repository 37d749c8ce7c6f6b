/** Every planted bug still has its place in the code, and a checker that can be asked for it. */
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { allCheckers } from '../packages/sim/src/proving-ground.ts';
import { PLANTS } from './plant/catalogue.ts';
import { CLASSES, type Plant, plantIn } from './plant/plant.ts';
import { plantTable } from './plant/table.ts';
import { openWorkshop } from './plant/workshop.ts';
import { parseSource } from './tidy/source.ts';

const ROOT = join(import.meta.dirname, '..');
/** Findings that no checker of the list makes. */
const OTHERS = ['ledger-opens', 'same-seed-same-bytes', 'invariant'];
const CHECKERS = [...allCheckers().map(({ name }) => name), ...OTHERS];

const text = (path: string): string => readFileSync(join(ROOT, path), 'utf8');

describe.each(PLANTS.map((plant) => [plant.name, plant] as const))('%s', (_name, plant) => {
  it('applies, and what it makes of the file is a program', () => {
    const planted = plantIn(text(plant.file), plant);
    expect(planted).toMatchObject({ ok: true });
    if (!planted.ok) return;
    expect(planted.text).not.toBe(text(plant.file));
    expect(parseSource(plant.file, planted.text).errors).toEqual([]);
  });

  it('is to be found by a checker that exists', () => {
    expect(plant.caughtBy.length).toBeGreaterThan(0);
    expect(plant.caughtBy.filter((checker) => !CHECKERS.includes(checker))).toEqual([]);
  });
});

describe('the list', () => {
  it('names each bug once', () => {
    const names = PLANTS.map(({ name }) => name);
    expect(new Set(names).size).toBe(names.length);
  });

  it('has a bug of every class, and of the six that are asked for two or more', () => {
    const counts = CLASSES.map((name) => PLANTS.filter((plant) => plant.class === name).length);
    expect(counts.slice(0, 6).every((count) => count >= 2)).toBe(true);
    expect(counts.every((count) => count >= 1)).toBe(true);
  });

  it('asks for every checker that could be blind to a bug of the product', () => {
    const asked = new Set(PLANTS.flatMap(({ caughtBy }) => caughtBy));
    const unasked = allCheckers()
      .map(({ name }) => name)
      .filter((name) => !asked.has(name));
    // Proved by forged sequences alone: a refusal with a trace, and a world that never heals.
    expect(unasked).toEqual(['rejection-leaves-no-trace', 'put-right-in-the-end']);
  });

  it('is the table of docs/proving-ground.md (npm run plant -- --list)', () => {
    expect(text('docs/proving-ground.md')).toContain(plantTable(PLANTS));
  });
});

describe('a place that is gone or not the only one', () => {
  const [plant] = PLANTS;

  it('is said and not planted', () => {
    if (plant === undefined) throw new Error('there is no plant');
    expect(plantIn('nothing of it', plant)).toMatchObject({ ok: false });
    expect(plantIn(`${plant.find}\n${plant.find}`, plant)).toMatchObject({ ok: false });
  });
});

describe('the workshop', () => {
  const project = mkdtempSync(join(tmpdir(), 'holdfast-project-'));
  const file = 'packages/core/src/a.ts';
  const write = (path: string, content: string): void => {
    mkdirSync(dirname(join(project, path)), { recursive: true });
    writeFileSync(join(project, path), content);
  };
  for (const path of ['config/a', 'scenarios/a', 'scripts/a', 'node_modules/left/a']) {
    write(path, '');
  }
  write('package.json', '{}');
  write(file, 'sound');
  mkdirSync(join(project, 'node_modules/@holdfast'));
  symlinkSync('../../packages/core', join(project, 'node_modules/@holdfast/core'));
  const workshop = openWorkshop(project);
  afterAll(() => {
    workshop.close();
    rmSync(project, { recursive: true });
  });
  const plant: Plant = {
    name: 'a',
    class: 'ignore a gap',
    does: 'nothing',
    file,
    find: 'sound',
    replace: 'broken',
    caughtBy: [],
    ground: 'worlds',
  };
  const through = 'node_modules/@holdfast/core/src/a.ts';

  it('plants in its own packages, which its modules lead to, and never in the project', () => {
    const done = workshop.withPlant(plant, () => [
      readFileSync(join(workshop.root, through), 'utf8'),
      readFileSync(join(project, file), 'utf8'),
      readFileSync(join(project, through), 'utf8'),
    ]);
    expect(done).toEqual({ ok: true, result: ['broken', 'sound', 'sound'] });
    expect(existsSync(join(workshop.root, 'node_modules/left/a'))).toBe(true);
  });

  it('has the file as it was, also when the work failed', () => {
    const fail = (): never => {
      throw new Error('the work failed');
    };
    expect(() => workshop.withPlant(plant, fail)).toThrow('the work failed');
    expect(readFileSync(join(workshop.root, file), 'utf8')).toBe('sound');
  });
});

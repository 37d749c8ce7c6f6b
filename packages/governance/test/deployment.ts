/**
 * This project laid out anew in a temporary folder, as on a host of its own: programs, libraries,
 * configuration, and an identity. Nothing in it leads back to the checkout it was copied from.
 */
import { execFileSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, readFileSync, symlinkSync } from 'node:fs';
import { dirname, join } from 'node:path';

const REPOSITORY = join(import.meta.dirname, '../../..');
const PACKAGES = ['core', 'deribit', 'governance', 'runtime', 'sim', 'strategies'];
const CARRIED = [
  '.gitignore',
  'bin',
  'config',
  'docs/contract',
  'package.json',
  'scenarios/drills',
];

/** Lays it out at `root` and gives it an identity. */
export function deploy(root: string): void {
  for (const path of CARRIED) cpSync(join(REPOSITORY, path), join(root, path), { recursive: true });
  const libraries = new Set<string>();
  for (const name of PACKAGES) {
    const from = join(REPOSITORY, 'packages', name);
    const to = join(root, 'packages', name);
    cpSync(join(from, 'package.json'), join(to, 'package.json'));
    cpSync(join(from, 'src'), join(to, 'src'), {
      recursive: true,
      filter: (path) => !/\.(test|fixture)\.ts$/.test(path),
    });
    mkdirSync(join(root, 'node_modules', '@holdfast'), { recursive: true });
    symlinkSync(`../../packages/${name}`, join(root, 'node_modules', '@holdfast', name));
    gather(from, libraries);
  }
  for (const path of libraries) cpSync(join(REPOSITORY, path), join(root, path), COPY);
  const git = (...words: readonly string[]): void => {
    const who = ['-c', 'user.name=deployment', '-c', 'user.email=deployment@localhost'];
    execFileSync('git', [...who, ...words], { cwd: root, stdio: 'ignore' });
  };
  git('init', '--quiet');
  git('add', '--all');
  git('commit', '--quiet', '--message', 'As deployed');
}

/** Libraries lie as they are: a link would lead back. */
const COPY = { recursive: true, dereference: true } as const;

/** What the package at `from` needs, and what that needs, by where it is found. */
function gather(from: string, found: Set<string>): void {
  const { dependencies = {} } = manifestAt(from);
  for (const name of Object.keys(dependencies)) {
    if (name.startsWith('@holdfast/')) continue;
    const place = placeOf(name, from);
    if (found.has(place)) continue;
    found.add(place);
    gather(join(REPOSITORY, place), found);
  }
}

/** As Node looks: in the folder itself, then in each above it. */
function placeOf(name: string, from: string): string {
  for (let at = from; ; at = dirname(at)) {
    const place = join(at, 'node_modules', name);
    if (existsSync(place)) return place.slice(REPOSITORY.length + 1);
    if (at === REPOSITORY) throw new Error(`${name} is not installed`);
  }
}

function manifestAt(folder: string): { readonly dependencies?: Readonly<Record<string, string>> } {
  return JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as object;
}

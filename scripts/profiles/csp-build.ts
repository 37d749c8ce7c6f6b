/**
 * The core-safety build: what its programs reach, the manifests and the lock cut down to that, the
 * configuration, and what an operator must have at hand. Nothing else: no test, no script, nothing
 * of governance.
 */
import { execFileSync } from 'node:child_process';
import { chmodSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { Manifest, Manifests } from '../tidy/imports.ts';
import { loadSources, resolveRelative } from '../tidy/source.ts';
import { isGovernance, isGovernanceLibrary } from './governance.ts';
import { type Lock, pruneLock } from './lock.ts';
import { type Reach, reachFrom, wayTo } from './reach.ts';

/**
 * The engine's commands, and the built-in exchange `holdfast start` trades on. The worlds the
 * project is proved in (drill, fuzz) stay behind.
 */
const ENTRIES = ['packages/runtime/src/cli.ts', 'packages/sim/src/exchange-cli.ts'];
const LAUNCHER = ['bin/holdfast.js', 'bin/pinned-node.js', 'bin/verbs.js'];
/** Carried as they are. */
const CARRIED = ['.npmrc', ...LAUNCHER];
/** What whoever runs it must be able to look up without the repository. */
const DOCUMENTS = [
  'docs/break_glass_runbook.md',
  'docs/core_safety_build.md',
  'docs/generated/config-keys.md',
  'docs/generated/mode-ladder.md',
  'docs/generated/reason-codes.md',
  'docs/generated/status.schema.json',
  'docs/runbooks/ledger-restore.md',
  'docs/runbooks/venue-outage.md',
];
/** Of the root manifest; scripts and development dependencies are not. */
const ROOT_FIELDS = ['name', 'version', 'private', 'description', 'license', 'type'] as const;
const SCRIPTS = {
  prestart: 'node bin/holdfast.js certify',
  start: 'node bin/holdfast.js start',
  holdfast: 'node bin/holdfast.js',
};

interface RootManifest extends Manifest {
  readonly version: string;
  readonly workspaces: readonly string[];
  readonly engines: object;
  readonly bin: object;
  readonly optionalDependencies: Readonly<Record<string, string>>;
  readonly [key: string]: unknown;
}

export type Gathered =
  | {
      readonly ok: true;
      /** File contents by path, build information not among them. */
      readonly files: ReadonlyMap<string, Uint8Array>;
      readonly version: string;
      readonly libraries: readonly string[];
    }
  | { readonly ok: false; readonly faults: readonly string[] };

/** Reads the checkout at `root` and answers with the build's files, or with why there is none. */
export function gatherCspBuild(root: string): Gathered {
  const tracked = trackedFiles(root);
  const manifests = readManifests(root, tracked);
  const rootManifest = manifests[''] as RootManifest;
  const reach = reachFrom(ENTRIES, loadSources(root), manifests);
  const configuration = tracked.filter((path) => path.startsWith('config/'));
  const carried = [
    ...CARRIED,
    ...DOCUMENTS,
    ...configuration.filter((path) => !isGovernance(path)),
    ...reach.files.keys(),
  ];
  const known = new Set(tracked);
  const faults = [
    ...reach.dangling.map((mention) => `leads nowhere: ${mention}`),
    ...governanceFaults(reach),
    ...carried.filter((path) => !known.has(path)).map((path) => `${path} is not committed`),
  ];
  if (faults.length > 0) return { ok: false, faults };
  const files = new Map<string, Uint8Array>();
  for (const path of carried) files.set(path, readFileSync(join(root, path)));
  const cut = cutManifests(reach, manifests, rootManifest);
  for (const [folder, manifest] of Object.entries(cut)) {
    files.set(folder === '' ? 'package.json' : `${folder}/package.json`, jsonOf(manifest));
  }
  const lock = lockOf(root, cut);
  files.set('package-lock.json', jsonOf(lock));
  const installed = Object.keys(lock.packages).filter((place) => place.includes('node_modules/'));
  return {
    ok: true,
    files,
    version: rootManifest.version,
    libraries: [...new Set(installed.map((place) => place.replace(/^.*node_modules\//, '')))],
  };
}

/** Why the programs cannot do without governance: the way that leads there. */
function governanceFaults(reach: Reach): readonly string[] {
  const faults: string[] = [];
  for (const path of reach.files.keys()) {
    if (isGovernance(path)) faults.push(`needs governance: ${wayTo(reach, path)}`);
  }
  for (const [home, names] of reach.dependencies) {
    for (const name of names) {
      if (isGovernanceLibrary(name)) faults.push(`packages/${home} needs ${name}`);
    }
  }
  return faults;
}

type Cut = Readonly<Record<string, Readonly<Record<string, unknown>>>>;

/** The root's manifest under `''`, those of the packages under their folders. */
function cutManifests(reach: Reach, manifests: Manifests, root: RootManifest): Cut {
  const folders = root.workspaces.filter((folder) =>
    [...reach.files.keys()].some((path) => path.startsWith(`${folder}/`)),
  );
  const cut: Record<string, Readonly<Record<string, unknown>>> = {
    '': {
      ...Object.fromEntries(ROOT_FIELDS.map((field) => [field, root[field]])),
      engines: root.engines,
      bin: root.bin,
      workspaces: folders,
      scripts: SCRIPTS,
      optionalDependencies: root.optionalDependencies,
    },
  };
  for (const folder of folders) {
    const manifest = manifests[folder.split('/')[1] ?? ''];
    const needed = reach.dependencies.get(folder.split('/')[1] ?? '') ?? new Set<string>();
    const { name, exports, dependencies = {} } = manifest ?? { name: folder };
    const doors = Object.entries(exports ?? {}).filter(([, file]) =>
      reach.files.has(resolveRelative(`${folder}/package.json`, file)),
    );
    const own = Object.entries(dependencies).filter(([each]) => needed.has(each));
    cut[folder] = {
      name,
      version: root.version,
      private: true,
      type: 'module',
      ...(doors.length === 0 ? {} : { exports: Object.fromEntries(doors) }),
      ...(own.length === 0 ? {} : { dependencies: Object.fromEntries(own) }),
    };
  }
  return cut;
}

/** Fields of a manifest that the lock repeats, in npm's order: an install rewrites any other. */
const LOCKED_FIELDS = [
  'name',
  'version',
  'license',
  'workspaces',
  'bin',
  'dependencies',
  'engines',
  'optionalDependencies',
];

function lockOf(root: string, cut: Cut): Lock {
  const lock = JSON.parse(readFileSync(join(root, 'package-lock.json'), 'utf8')) as Lock;
  const places = Object.entries(cut).map(([folder, manifest]) => [
    folder,
    Object.fromEntries(
      LOCKED_FIELDS.flatMap((field) => (field in manifest ? [[field, manifest[field]]] : [])),
    ),
  ]);
  const links = Object.entries(cut).flatMap(([folder, { name }]) =>
    folder === '' ? [] : [[`node_modules/${String(name)}`, { resolved: folder, link: true }]],
  );
  return pruneLock(lock, Object.fromEntries([...places, ...links]));
}

function trackedFiles(root: string): readonly string[] {
  const listing = execFileSync('git', ['ls-files', '-z'], { cwd: root, encoding: 'utf8' });
  return listing.split('\0').filter((path) => path !== '');
}

function readManifests(root: string, tracked: readonly string[]): Manifests {
  const read = (path: string): Manifest => JSON.parse(readFileSync(join(root, path), 'utf8'));
  const own = tracked.filter((path) => /^packages\/[^/]+\/package\.json$/.test(path));
  return {
    '': read('package.json'),
    ...Object.fromEntries(own.map((path) => [path.split('/')[1] ?? '', read(path)])),
  };
}

function jsonOf(value: object): Uint8Array {
  return Buffer.from(`${JSON.stringify(value, null, 2)}\n`);
}

const isProgram = (path: string): boolean => path === LAUNCHER[0];

/** Lays the files out in an empty folder, as the build has them. */
export function layOut(folder: string, files: ReadonlyMap<string, Uint8Array>): void {
  for (const [path, bytes] of files) {
    const target = join(folder, path);
    mkdirSync(dirname(target), { recursive: true });
    writeFileSync(target, bytes);
    chmodSync(target, isProgram(path) ? 0o755 : 0o644);
  }
}

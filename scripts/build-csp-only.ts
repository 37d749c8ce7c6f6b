/**
 * `npm run build:csp_only`: the core-safety build of a clean commit as one archive. The same commit
 * gives the same bytes. It is unpacked into an empty folder, installed with
 * `npm install --omit=dev`, and starts with `./bin/holdfast.js`.
 *   node scripts/build-csp-only.ts [--out FOLDER] [--root CHECKOUT] [--json]
 * Exit code 0: built. 1: it cannot be built. 2: wrong usage.
 */
import { createHash } from 'node:crypto';
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { readBuildIdentity, writeBuildInfo } from '../packages/runtime/src/proof/index.ts';
import { gatherCspBuild, layOut } from './profiles/csp-build.ts';
import { type Entry, packTar } from './profiles/tar.ts';

const BUILD_INFO = 'build-info.json';
const HELP = `usage: npm run build:csp_only -- [--out <folder>] [--root <checkout>] [--json]
example: npm run build:csp_only -- --out artifacts/builds`;

export type Build =
  | {
      readonly ok: true;
      readonly build_id: string;
      readonly tarball: string;
      readonly sha256: string;
      readonly bytes: number;
      readonly files: number;
      /** Libraries an install may bring, by name. */
      readonly libraries: readonly string[];
    }
  | { readonly ok: false; readonly faults: readonly string[] };

/** @param out the folder the archive is written to. */
export function buildCspOnly(root: string, out: string): Build {
  const identity = readBuildIdentity(root);
  if (!identity.ok) return { ok: false, faults: [`${identity.code}: ${identity.detail}`] };
  if (identity.isDirty || identity.source !== 'git') {
    return { ok: false, faults: [`NOT_CLEAN: ${identity.buildId} is no clean commit`] };
  }
  const gathered = gatherCspBuild(root);
  if (!gathered.ok) return gathered;
  const stage = mkdtempSync(join(tmpdir(), 'holdfast-csp-only-'));
  try {
    layOut(stage, gathered.files);
    const info = writeBuildInfo(root, stage, [...gathered.files.keys()]);
    if (!info.ok) return { ok: false, faults: [`${info.code}: ${info.detail}`] };
    const staged = readBuildIdentity(stage);
    if (!staged.ok || staged.isDirty || staged.buildId !== identity.buildId) {
      return { ok: false, faults: ['the build does not know itself by its own build-info.json'] };
    }
    const archive = packTar(entriesOf(stage, [...gathered.files.keys(), BUILD_INFO]));
    const name = `holdfast-csp_only-${gathered.version}-${identity.buildId.slice(0, 12)}.tar`;
    mkdirSync(out, { recursive: true });
    writeFileSync(join(out, name), archive);
    return {
      ok: true,
      build_id: identity.buildId,
      tarball: join(out, name),
      sha256: createHash('sha256').update(archive).digest('hex'),
      bytes: archive.length,
      files: gathered.files.size + 1,
      libraries: gathered.libraries,
    };
  } finally {
    rmSync(stage, { recursive: true });
  }
}

function entriesOf(stage: string, paths: readonly string[]): Entry[] {
  chmodSync(join(stage, BUILD_INFO), 0o644);
  return paths.map((path) => ({
    path,
    bytes: readFileSync(join(stage, path)),
    isProgram: path === 'bin/holdfast.js',
  }));
}

const OPTIONS = {
  out: { type: 'string', default: 'artifacts/builds' },
  root: { type: 'string' },
  json: { type: 'boolean', default: false },
  help: { type: 'boolean', default: false },
} as const;

function read(words: readonly string[]) {
  try {
    return parseArgs({ args: [...words], options: OPTIONS }).values;
  } catch {
    return null;
  }
}

function main(words: readonly string[]): number {
  const given = read(words);
  if (given === null || given.help) {
    (given === null ? console.error : console.log)(HELP);
    return given === null ? 2 : 0;
  }
  const root = resolve(given.root ?? join(import.meta.dirname, '..'));
  const build = buildCspOnly(root, resolve(given.out));
  if (given.json) console.log(JSON.stringify(build, null, 2));
  else if (build.ok) {
    console.log(`build_id  ${build.build_id}`);
    console.log(`tarball   ${build.tarball}`);
    console.log(`sha256    ${build.sha256}`);
    console.log(`contents  ${build.files} files, ${build.bytes} bytes, no governance`);
  } else for (const fault of build.faults) console.error(`build:csp_only ${fault}`);
  return build.ok ? 0 : 1;
}

if (import.meta.main) process.exitCode = main(process.argv.slice(2));

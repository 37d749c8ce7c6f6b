/** Who may import whom: the matrix of ARCHITECTURE §4, read from import specifiers. */
import { builtinModules } from 'node:module';
import { isTestSide, packageOf, resolveRelative } from './source.ts';
import type { Finding, Mention, Source } from './source.ts';

/**
 * What a package may name. `doors` maps a package to the doors open to it; `'*'` opens them all.
 */
interface Allowance {
  readonly doors: Readonly<Record<string, readonly string[] | '*'>>;
  readonly thirdParty: readonly string[];
  readonly node: boolean;
}

const ALLOWED: Readonly<Record<string, Allowance>> = {
  core: { doors: {}, thirdParty: ['typebox'], node: false },
  strategies: { doors: { core: ['./strategy'] }, thirdParty: [], node: false },
  deribit: { doors: { core: '*' }, thirdParty: ['typebox', 'ws'], node: true },
  runtime: {
    doors: { core: '*', deribit: '*', strategies: ['.'] },
    thirdParty: [
      'typebox',
      'commander',
      '@clack/prompts',
      'cli-table3',
      'fastify',
      '@fastify/*',
      'pino',
      'prom-client',
      '@opentelemetry/api',
      'pg',
    ],
    node: true,
  },
  sim: {
    doors: {
      core: '*',
      strategies: '*',
      // Its worlds run the real client (decision 0015).
      deribit: ['./protocol', './venue'],
      // The simulator runs the real ledger, configuration and certificate over its own disk and
      // wire.
      runtime: [
        './start',
        './ports',
        './ledger',
        './config',
        './proof',
        './telemetry',
        './decision-log',
        './replay',
      ],
    },
    thirdParty: ['typebox', 'commander', 'ws', 'yaml'],
    node: true,
  },
  governance: {
    doors: { core: '*', runtime: ['./proof', './ledger', './config'] },
    thirdParty: ['typebox', 'commander', 'yaml', 'pg', 'redis', 'kysely'],
    node: true,
  },
};

interface Reserved {
  readonly specifier: string;
  readonly files: RegExp;
  /** Whether tests, which stand in for the owner with a fake, may name it as well. */
  readonly tests?: true;
  readonly why: string;
}

/** Specifiers that belong to named files alone, whatever the package may otherwise import. */
const RESERVED: readonly Reserved[] = [
  {
    specifier: '@holdfast/deribit/order-client',
    files: /^packages\/runtime\/src\/dispatch(\.test)?\.ts$/,
    why: 'P1-A: only dispatch.ts may hold the order client; hand it a `submit` effect',
  },
  {
    specifier: '@holdfast/core/ledger-receipt',
    files:
      /^packages\/(runtime\/src\/ledger\/.+|sim\/src\/(.+\/)?[^/]*(ledger|disk)[^/]*(\/.+)?)\.ts$/,
    tests: true,
    why: 'rule 2: only a ledger can mint a receipt; take the receipt from the `recorded` event',
  },
  {
    specifier: '@holdfast/strategies',
    files: /^packages\/(runtime\/src\/main\.ts|(sim|strategies)\/.+)$/,
    why: 'architecture §4: main.ts composes; pass strategies to start() instead of importing them',
  },
  {
    specifier: 'pg',
    files: /^packages\/(runtime\/src\/ledger\/postgres-ledger|governance\/src\/.+\/postgres)\.ts$/,
    tests: true,
    why: 'architecture §4: the driver belongs to the PostgreSQL ledger, the ops gate and the store',
  },
  {
    specifier: 'kysely',
    files: /^packages\/governance\/src\/store\/.+\.ts$/,
    why: 'architecture §4: queries belong to the store; ask a GovernanceStore',
  },
];

export interface Manifest {
  readonly name: string;
  readonly exports?: Readonly<Record<string, string>>;
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly devDependencies?: Readonly<Record<string, string>>;
}

/** The manifests by package folder name; the root's under `''`. */
export type Manifests = Readonly<Record<string, Manifest>>;

const BUILTINS = new Set(builtinModules);

export function checkImports(sources: readonly Source[], manifests: Manifests): Finding[] {
  const found: Finding[] = [];
  for (const source of sources) {
    for (const mention of source.mentions) {
      const wrong = faultOf(source.path, mention, manifests);
      if (wrong !== null) found.push({ file: source.path, line: mention.line, ...wrong });
    }
  }
  return found;
}

type Fault = Pick<Finding, 'rule' | 'fix'> | null;

function faultOf(path: string, mention: Mention, manifests: Manifests): Fault {
  const { specifier } = mention;
  const home = packageOf(path);
  if (specifier.startsWith('.')) return relativeFault(path, home, specifier, manifests);
  const reserved = RESERVED.find((entry) => entry.specifier === specifier);
  const fake = reserved?.tests === true && isTestSide(path);
  if (reserved !== undefined && !fake && !reserved.files.test(path)) {
    return { rule: `'${specifier}' is not for this file`, fix: reserved.why };
  }
  if (specifier.startsWith('@holdfast/')) return doorFault(path, home, specifier, manifests);
  if (specifier.startsWith('node:') || BUILTINS.has(specifier)) {
    return nodeFault(path, home, specifier);
  }
  return thirdPartyFault(path, home, specifier, manifests);
}

function relativeFault(
  path: string,
  home: string | null,
  specifier: string,
  manifests: Manifests,
): Fault {
  const target = resolveRelative(path, specifier);
  // Recorded data belongs to the repository and is shared by the tests of all packages.
  if (target.startsWith('fixtures/') && isTestSide(path)) return null;
  if (home === null) {
    const reached = packageOf(target);
    if (reached === null) return null;
    const doors = Object.values(manifests[reached]?.exports ?? {});
    const manifest = `packages/${reached}/package.json`;
    if (doors.some((door) => resolveRelative(manifest, door) === target)) return null;
    return {
      rule: `'${specifier}' reaches into a package`,
      fix: `import a file that is a door, one of "exports" in ${manifest}`,
    };
  }
  if (!target.startsWith(`packages/${home}/`)) {
    return {
      rule: `'${specifier}' leaves the package`,
      fix: "import the other package's door by name, as '@holdfast/…'",
    };
  }
  if (/\.(ts|js|json)$/.test(specifier)) return null;
  return { rule: `'${specifier}' has no extension`, fix: 'write the file name, with `.ts`' };
}

function doorFault(
  path: string,
  home: string | null,
  specifier: string,
  manifests: Manifests,
): Fault {
  const [, target = '', ...rest] = specifier.split('/');
  const door = rest.length === 0 ? '.' : `./${rest.join('/')}`;
  if (manifests[target]?.exports?.[door] === undefined) {
    return {
      rule: `'${specifier}' is not a door`,
      fix: `use a door listed under "exports" of packages/${target}/package.json`,
    };
  }
  if (home === null) return null;
  if (home === target) {
    if (isTestSide(path)) return null;
    return { rule: `'${specifier}' is this package itself`, fix: 'import the file by its path' };
  }
  const open = ALLOWED[home]?.doors[target];
  // A test may look at its subject through any door of a package its subject may know.
  const shut = open !== '*' && !isTestSide(path) && open?.includes(door) !== true;
  if (open === undefined || shut) {
    const may = Object.entries(ALLOWED[home]?.doors ?? {}).map(
      ([name, doors]) => `${name} (${doors === '*' ? 'every door' : doors.join(', ')})`,
    );
    return {
      rule: `${home} may not import '${specifier}' (ARCHITECTURE §4)`,
      fix: `${home} may import ${may.join(', ') || 'no other package'}; move the code or the type`,
    };
  }
  if (manifests[home]?.dependencies?.[`@holdfast/${target}`] === undefined && !isTestSide(path)) {
    return undeclared(home, `@holdfast/${target}`);
  }
  return null;
}

function nodeFault(path: string, home: string | null, specifier: string): Fault {
  if (!specifier.startsWith('node:')) {
    return { rule: `'${specifier}' lacks its scheme`, fix: `write 'node:${specifier}'` };
  }
  if (home === null || isTestSide(path)) return null;
  const pure = path.startsWith('packages/deribit/src/protocol/') || ALLOWED[home]?.node !== true;
  if (!pure) return null;
  return {
    rule: `${home} may not import '${specifier}'`,
    fix: 'decide here, act in the runtime: take the value as an event or an argument',
  };
}

function thirdPartyFault(
  path: string,
  home: string | null,
  specifier: string,
  manifests: Manifests,
): Fault {
  const name = specifier
    .split('/')
    .slice(0, specifier.startsWith('@') ? 2 : 1)
    .join('/');
  const develops = manifests['']?.devDependencies?.[name] !== undefined;
  if (home === null) {
    const config = /^[^/]+\.config\.ts$/.test(path) || path.startsWith('scripts/');
    if (config && develops) return null;
    return undeclared('the repository root', name);
  }
  if (isTestSide(path) && develops) return null;
  const allowed = ALLOWED[home]?.thirdParty ?? [];
  const matches = (entry: string): boolean =>
    entry === name || (entry.endsWith('/*') && name.startsWith(entry.slice(0, -1)));
  if (!allowed.some(matches)) {
    return {
      rule: `${home} may not import '${name}' (ARCHITECTURE §4)`,
      fix: `third parties of ${home}: ${allowed.join(', ') || 'none'}; one library per need (D-29)`,
    };
  }
  if (manifests[home]?.dependencies?.[name] === undefined) return undeclared(home, name);
  return null;
}

function undeclared(home: string, name: string): Fault {
  return {
    rule: `'${name}' is not a declared dependency of ${home}`,
    fix: 'hoisting lets it resolve, but only a manifest makes it ours: declare it or drop it',
  };
}

/**
 * The tables of the owner documents, written from the files the program reads: `config/policy.json`
 * and `config/env-matrix.json`. A figure stands in a document once, between marks, and
 * `generate-docs.ts --check` fails when it is not the one in force.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  type EnvMatrix,
  EnvMatrixSchema,
  KEY_PURPOSES,
  parseEnvMatrix,
} from '../packages/runtime/src/config/index.ts';
import { inForce, LIMIT_MEANINGS, limitRows } from './policy-documents/limits.ts';
import { code, table } from './policy-documents/table.ts';

type Policy = Readonly<Record<string, unknown>> & {
  readonly environments: Readonly<Record<string, { readonly purpose: string }>>;
};

export interface PolicyDocument {
  readonly path: string;
  readonly text: string;
}

/** Last change of the wording or of a figure; the snapshot in the evidence pack carries it. */
const LAST_UPDATED = '2026-11-21T00:00:00Z';
const NOT_SIGNED = 'NOT SIGNED';

/** The documents as they must be: what is on disk with every block between marks written anew. */
export function policyDocuments(root: string): readonly PolicyDocument[] {
  const read = (path: string): string => readFileSync(join(root, path), 'utf8');
  const policy = JSON.parse(read('config/policy.json')) as Policy;
  const parsed = parseEnvMatrix(JSON.parse(read('config/env-matrix.json')));
  if (!parsed.ok) throw new Error(`config/env-matrix.json: ${parsed.violations[0].message}`);
  const matrix = parsed.value;
  const blocks: Readonly<Record<string, string>> = {
    metadata: metadata(policy),
    environments: environments(policy, matrix),
    scope: scope(policy),
    orders: orders(policy),
    references: references(policy),
    limits: table(['Limit', 'Value', 'Unit', 'When it is reached', 'In force'], limitRows(policy)),
    caps: caps(policy),
    matrix: matrixTable(matrix),
    access: access(matrix),
    'built-in': builtIn(matrix),
    'matrix-keys': matrixKeys(),
    'keys-metadata': about('KEYS-001', matrix.matrix_version),
    purposes: purposes(),
    inventory: inventory(matrix),
  };
  return ['docs/launch_policy.md', 'docs/env_matrix.md', 'docs/keys_and_secrets.md'].map(
    (path) => ({
      path,
      text: renewed(path, read(path), blocks),
    }),
  );
}

const MARK = /<!-- generated:([a-z-]+):begin -->\n[\s\S]*?<!-- generated:\1:end -->/g;

function renewed(path: string, text: string, blocks: Readonly<Record<string, string>>): string {
  return text.replace(MARK, (_, name: string) => {
    const block = blocks[name];
    if (block === undefined) throw new Error(`${path}: nothing writes the block '${name}'`);
    return `<!-- generated:${name}:begin -->\n${block}\n<!-- generated:${name}:end -->`;
  });
}

function about(id: string, version: string): string {
  return table(
    ['', ''],
    [
      [code('policy_id'), id],
      [code('policy_version'), version],
      [code('owner'), NOT_SIGNED],
      [code('prepared_by'), 'Holdfast'],
      [code('last_updated_utc'), LAST_UPDATED],
    ],
  );
}

function metadata(policy: Policy): string {
  const rows = ['policy_id', 'policy_version', 'contract_version_target'].map((key) => [
    code(key),
    String(policy[key]),
  ]);
  return table(
    ['', ''],
    [
      ...rows,
      [code('effective_date_utc'), `${NOT_SIGNED} (it takes effect with the owner's signature)`],
      [code('owner'), NOT_SIGNED],
      [code('prepared_by'), 'Holdfast'],
      [code('last_updated_utc'), LAST_UPDATED],
    ],
  );
}

function environments(policy: Policy, matrix: EnvMatrix): string {
  const rows = Object.entries(matrix.environments).map(([name, row]) => [
    name,
    policy.environments[name]?.purpose ?? '',
    name === 'LIVE' ? 'yes' : 'no',
    row.venue,
    row.account ?? 'none',
  ]);
  return table(['Environment', 'Purpose', 'Real money', 'Venue', 'Account'], rows);
}

function scope(policy: Policy): string {
  const universe = policy['universe'] as Readonly<Record<string, readonly string[]>>;
  const listed = (key: string): string => (universe[key] ?? []).map(code).join(', ');
  return table(
    ['', ''],
    [
      ['Coins', listed('underlyings')],
      ['May be opened', listed('families')],
      ['May only hedge', listed('hedge_only_families')],
      ['Stage', code(String(policy['stage']))],
    ],
  );
}

function references(policy: Policy): string {
  const monitors = policy['monitors'] as {
    readonly reference_instruments: Readonly<Record<string, string>>;
  };
  const rows = Object.entries(monitors.reference_instruments).map(([coin, name]) => [
    coin,
    code(name),
  ]);
  return table(['Coin', 'Reference instrument'], rows);
}

function orders(policy: Policy): string {
  const listed = (key: string): string => (policy[key] as readonly string[]).map(code).join(', ');
  return table(
    ['', ''],
    [
      ['Allowed', listed('allowed_order_types')],
      ['Forbidden', listed('forbidden_order_types')],
      ['`execution_style`', code(String(policy['execution_style']))],
    ],
  );
}

function caps(policy: Policy): string {
  const micro = policy['micro_live_caps'] as Readonly<Record<string, number>>;
  const full = policy['full_caps'] as Readonly<Record<string, number>>;
  const rows = Object.keys(micro).map((key) => [
    code(key),
    String(micro[key]),
    String(full[key]),
    LIMIT_MEANINGS[key]?.unit ?? '',
    inForce(key),
  ]);
  const header = ['Cap', 'Micro-live (`pilot`)', 'Full (`limited_live`)', 'Unit', 'In force'];
  return table(header, rows);
}

const orNone = (value: string | boolean | null): string => (value === null ? 'N/A' : String(value));

function matrixTable({ environments: rows }: EnvMatrix): string {
  const header = [
    'Env',
    'Venue',
    'Account/Subaccount',
    'API Key ID',
    'Key Type',
    'Permissions/Scopes',
    'Withdraw Enabled',
    'Base URL',
    'Secrets Source',
    'Probe Evidence Path',
    'Notes',
  ];
  return table(
    header,
    Object.entries(rows).map(([name, row]) => [
      name,
      row.venue,
      orNone(row.account),
      orNone(row.key_id),
      row.key_type,
      row.scopes.join(', ') || 'N/A',
      orNone(row.withdraw_enabled),
      row.base_url,
      orNone(row.secrets_source),
      code(row.probe_evidence),
      row.notes,
    ]),
  );
}

function access({ environments: rows }: EnvMatrix): string {
  return table(
    ['', ...Object.keys(rows)],
    [
      ['May connect to', ...Object.values(rows).map((row) => row.outbound.map(code).join(', '))],
      ['Gets at the secret', ...Object.values(rows).map((row) => row.secret_access)],
      ['May read the secret', ...Object.values(rows).map((row) => row.people)],
      [
        'Address list at the exchange',
        ...Object.values(rows).map((row) => orNone(row.exchange_ip_list)),
      ],
    ],
  );
}

function builtIn({ built_in_exchange: { account, keys } }: EnvMatrix): string {
  return table(
    ['Key', 'Account', 'Scopes'],
    keys.map((key) => [code(key.key_id), code(account), key.scopes.join(', ')]),
  );
}

function matrixKeys(): string {
  const row = EnvMatrixSchema.properties.environments.properties.LIVE.properties;
  const rows = Object.entries(row).map(([key, node]) => [
    code(`environments.<environment>.${key}`),
    describe(node),
  ]);
  const top = ['matrix_id', 'matrix_version'] as const;
  const { account, keys } = EnvMatrixSchema.properties.built_in_exchange.properties;
  return table(
    ['Key', 'Meaning'],
    [
      ...top.map((key) => [code(key), describe(EnvMatrixSchema.properties[key])]),
      ...rows,
      [code('built_in_exchange.account'), describe(account)],
      [code('built_in_exchange.keys.key_id'), describe(keys)],
      [code('built_in_exchange.keys.scopes'), 'Everything that key may do.'],
    ],
  );
}

function describe(node: object): string {
  const text: unknown = Reflect.get(node, 'description');
  return typeof text === 'string' ? text : '';
}

function purposes(): string {
  const rows = Object.entries(KEY_PURPOSES).map(([name, { required, optional, holder }]) => [
    name,
    holder,
    required.join(', '),
    optional.join(', ') || 'none',
    ['trade', 'withdraw', 'transfer'].filter((word) => !required.includes(word)).join(', '),
  ]);
  return table(['Purpose', 'Where', 'Must be able to', 'May', 'Must not'], rows);
}

function inventory({ environments: rows }: EnvMatrix): string {
  const header = [
    'Key ID',
    'Environment',
    'Key Type',
    'Scopes',
    'Withdraw',
    'Created',
    'Last Rotated',
    'Next Rotation',
  ];
  const keys = Object.entries(rows).filter(([, row]) => row.key_id !== null);
  return table(
    header,
    keys.map(([name, row]) => [
      code(orNone(row.key_id)),
      name,
      row.key_type,
      row.scopes.join(', '),
      orNone(row.withdraw_enabled),
      'not issued',
      'not issued',
      'not issued',
    ]),
  );
}

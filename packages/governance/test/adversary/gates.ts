/** Gates that are to be fooled or to write, and services that are not what they were. */
import * as fs from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import type { Declaration } from '../../src/operations/declaration.ts';
import type { Gate } from '../../src/operations/gate.ts';
import type { Attack } from './attack.ts';
import type { Ground } from './ground.ts';

const REDIS = 'redis://127.0.0.1:6379';
const POSTGRES = 'postgres://127.0.0.1/x';

/** A gate that nobody may declare. */
function gate(title: string, one: Gate, says: string, uses: Declaration['uses'] = {}): Attack {
  const prepare: Attack['prepare'] = async (ground) => [
    'declare',
    await ground.drafted({ verification: [one], uses }),
  ];
  return { title, how: 'composed', prepare, exit: 2, says };
}

const redis = (title: string, ...command: string[]): Attack =>
  gate(`O-05 ${title}`, { kind: 'redis', command }, 'command_forbidden', { redis: REDIS });
const postgres = (title: string, query: string): Attack => {
  const one: Gate = { kind: 'postgres', query, equals: 1 };
  return gate(`9.14 ${title}`, one, 'command_forbidden', { postgres: POSTGRES });
};
const http = (title: string, url: string, origin = new URL(url).origin): Attack =>
  gate(`9.6 ${title}`, { kind: 'http', url, status: 200 }, 'declaration_malformed:/uses/http/0', {
    http: [origin],
  });

const DECLARED: readonly Attack[] = [
  redis(
    'a script',
    'EVAL',
    "return redis.call('XADD', 'quantum:stream:apply.plan', '*', 'a', 1)",
    '0',
  ),
  gate(
    'O-05 the port of Redis is declared as one of HTTP',
    { kind: 'http', url: 'http://127.0.0.1:6379/', status: 200 },
    'port_forbidden',
    { http: ['http://127.0.0.1:6379'] },
  ),
  redis('a script by its digest', 'EVALSHA', '0'.repeat(40), '0'),
  redis('a function', 'FCALL', 'f', '0'),
  redis('a new name', 'RENAME', 'a', 'quantum:stream:apply.plan'),
  redis('a copy', 'COPY', 'a', 'quantum:stream:trade.intent', 'REPLACE'),
  redis('a command in small letters', 'xadd', 'quantum:stream:ai.decision.made', '*', 'a', 'b'),
  redis('two commands in one word', 'GET\r\nXADD quantum:stream:apply.plan * a b', 'a'),
  postgres(
    'a query that deletes on its way',
    'WITH x AS (DELETE FROM a RETURNING 1) SELECT 1 FROM x',
  ),
  postgres('a function that writes', "SELECT lo_import('/etc/passwd')"),
  postgres('a function in another schema', "SELECT pg_catalog.pg_read_file('/etc/passwd')"),
  postgres('a program behind a copy', "COPY a TO PROGRAM 'id'"),
  postgres('another role', 'SET ROLE postgres'),
  postgres('a second statement', 'SELECT 1; DELETE FROM a'),
  postgres('a statement in a comment', 'SELECT /*! 1; */ 1'),
  http('another machine by its name', 'http://metadata.example.com/'),
  http('a name that begins like this machine', 'http://localhost.example.com/'),
  http('every address of this machine', 'http://0.0.0.0/'),
  http('another machine in the clothes of the sixth version', 'http://[::ffff:10.0.0.1]/'),
  http('a name that means this machine today', 'http://127.0.0.1.nip.example/'),
];

const SERVICE = 'web.service';
const restart = (ground: Ground, more: Partial<Declaration> = {}): Partial<Declaration> => ({
  RISK_CLASS: 'SERVICE_RESTART',
  ALLOWED_SERVICES: [SERVICE],
  steps: [
    {
      title: 'Restart',
      action: { kind: 'service', verb: 'restart', service: SERVICE },
      verification: [
        { kind: 'status', services: [SERVICE] },
        { kind: 'logs', service: SERVICE, settle_ms: 300 },
      ],
    },
  ],
  verification: [{ kind: 'status', services: [SERVICE] }, ground.gate],
  ...more,
});

/** The service says something when it starts, and what it says is to be overlooked. */
function saying(title: string, words: string): Attack {
  return {
    title: `O-09 ${title}`,
    how: 'composed',
    prepare: async (ground) => {
      // What the service has been is put back when the ground is.
      ground.serve(`process.stdout.write(${JSON.stringify(`${words}\n`)});`);
      return ['run', await ground.declared(restart(ground))];
    },
    // It says it again when it is restarted for the undo: the words stay in its log.
    exit: [1, 6],
    says: 'verify_failed:1',
  };
}

const SERVICES: readonly Attack[] = [
  saying('an error in colour', '\u001b[31merror: the store is gone\u001b[0m'),
  saying('an error whose letters are apart', 'fa\u001b[1mt\u001b[22mal: the store is gone'),
  saying('an error with letters that cannot be seen', 'er\u200bror: the store is gone'),
  saying('an error in wide letters', '\uff25\uff32\uff32\uff2f\uff32 the store is gone'),
  saying('an error behind a return', 'all is well\rERROR the store is gone'),
  {
    title: 'O-20 the service writes outside of the scope while it is restarted',
    how: 'typed',
    prepare: async (ground) => {
      const path = join(ground.root, 'config', 'stray.json');
      ground.serve(`import { appendFileSync } from 'node:fs';\nappendFileSync('${path}', 'x');`);
      return ['run', await ground.declared(restart(ground))];
    },
    exit: 5,
    says: 'scope_violation',
    strays: ({ root }) => [join(root, 'config'), join(root, 'config', 'stray.json')],
  },
  {
    title: 'O-04 a service under another name of it',
    how: 'composed',
    prepare: async (ground) => {
      const alias = join(ground.root, 'artifacts/services/units/alias.service.json');
      fs.rmSync(alias, { force: true });
      fs.symlinkSync(`${SERVICE}.json`, alias);
      const parts = JSON.parse(
        JSON.stringify(restart(ground)).replaceAll(SERVICE, 'alias.service'),
      ) as Partial<Declaration>;
      return ['run', await ground.declared({ ...parts, verification: [ground.gate] })];
    },
    exit: 1,
    says: 'service_out_of_scope',
  },
  {
    title: 'O-04 a unit is changed into something else and started',
    how: 'typed',
    prepare: async (ground) => {
      const units = join(ground.root, 'artifacts/services/units');
      const unit = { argv: ['/bin/sh', '-c', `echo x >${ground.victim}`], cwd: '/', env: [] };
      const path = join(units, SERVICE.concat('.json'));
      const parts = restart(ground, { ALLOWED_PATHS: [units], RISK_CLASS: 'FILESYSTEM_WRITE' });
      const steps = [
        {
          title: 'Change it',
          action: { kind: 'fs.write', path, content: JSON.stringify(unit) },
          verification: [ground.gate],
          rollback: [{ kind: 'service', verb: 'restart', service: SERVICE }],
        },
        ...(parts.steps ?? []),
      ] as Declaration['steps'];
      return ['lint', await ground.drafted({ ...parts, steps })];
    },
    exit: 2,
    says: 'unit_program_forbidden',
  },
  {
    title: 'O-03 the deny list is taken away before the run',
    how: 'composed',
    prepare: async (ground) => {
      const id = await ground.declared();
      ground.deny('');
      return ['run', id];
    },
    exit: 2,
    says: /declaration_malformed|declaration_unreadable/,
  },
  {
    title: 'O-03 the deny list grows between approval and run',
    how: 'composed',
    prepare: async (ground) => {
      const id = await ground.declared();
      ground.deny((list) => list.replace('"**/.netrc"', '"**/new.json"'));
      return ['run', id];
    },
    exit: 2,
    says: 'path_forbidden',
  },
  {
    title: 'O-03 the deny list is changed while the steps run',
    how: 'composed',
    prepare: async (ground) => ['run', await ground.declared(restart(ground))],
    meanwhile: async (ground) => {
      const timer = setInterval(() => {
        if (!ground.records().includes('"event":"step_started"')) return;
        clearInterval(timer);
        ground.deny((list) => `${list}\n# owned\n`);
      }, 1);
      return () => clearInterval(timer);
    },
    exit: [5],
    says: 'scope_violation',
    strays: ({ root }) => [join(root, 'config/ops/forbidden.yaml')],
  },
  {
    title: '9.6 a gate is led on to somebody else',
    how: 'typed',
    prepare: async (ground) => {
      const other = createServer((_request, response) => response.end('OPEN: led on'));
      const first = createServer((_request, response) => {
        const { port } = other.address() as AddressInfo;
        response.writeHead(302, { location: `http://127.0.0.1:${port}/` }).end();
      });
      for (const server of [other, first]) {
        await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
        server.unref();
      }
      const origin = `http://127.0.0.1:${(first.address() as AddressInfo).port}`;
      const led: Gate = { kind: 'http', url: `${origin}/`, status: 200 };
      return ['run', await ground.declared({ uses: { http: [origin] }, verification: [led] })];
    },
    exit: 1,
    says: 'baseline_failed:http',
    unsaid: ['OPEN: '],
  },
];

export const GATES: readonly Attack[] = [...DECLARED, ...SERVICES];

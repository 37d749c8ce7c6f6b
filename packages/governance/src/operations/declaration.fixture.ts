/** A declaration without a fault, to be spoiled in one place at a time. */
import type { Declaration } from './declaration.ts';

const SHA = '0'.repeat(64);

export const CONFIG = '/srv/gov/bundles/alpha.json';
export const UNIT = 'policy-loader.service';

/** Writes one bundle and reloads the service that reads it. */
export function bundleDeclaration(): Declaration {
  return {
    schema: 'holdfast.operation.v1',
    operation_id: 'OPS-2026-03-01-001',
    environment: 'PAPER',
    host: 'paper-1.example',
    requested_by: 'release-bot',
    expires_at: '2026-03-02T00:00:00.000Z',
    OPERATION_NAME: 'Deploy bundle alpha: paper',
    OBJECTIVE: 'Load the rebuilt risk bundle of policy alpha',
    RISK_CLASS: 'SERVICE_RESTART',
    BLAST_RADIUS: 'policy loader in PAPER; no venue connectivity',
    ROLLBACK_STRATEGY: 'the bundle before is put back and the loader restarted',
    ALLOWED_PATHS: ['/srv/gov/bundles'],
    ALLOWED_SERVICES: [UNIT],
    trading_impact: 'none',
    steps: [
      {
        title: 'Write the bundle',
        action: { kind: 'fs.write', path: CONFIG, content: '{"max_leverage":6}' },
        verification: [{ kind: 'file.sha256', path: CONFIG, sha256: SHA }],
        rollback: [{ kind: 'service', verb: 'restart', service: UNIT }],
      },
      {
        title: 'Restart the loader',
        action: { kind: 'service', verb: 'restart', service: UNIT },
        verification: [
          { kind: 'status', services: [UNIT] },
          { kind: 'logs', service: UNIT },
          { kind: 'http', url: 'http://127.0.0.1:8088/api/v1/status', status: 200 },
        ],
      },
    ],
    verification: [{ kind: 'status', services: [UNIT] }],
    uses: { http: ['http://127.0.0.1:8088'] },
  };
}

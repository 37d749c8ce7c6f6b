/** Whether the pack of phase 0 says what it must (phases 1.1). */
import { parseText } from '../../packages/core/src/parse.ts';
import { parsePolicy } from '../../packages/core/src/policy-document.ts';
import type { PackRules } from './check.ts';
import { drillFaults, type DrillRecord } from './drill-record.ts';
import { gateFaults } from './gates.ts';
import { NOT_SIGNED } from './provenance.ts';
import { PHASE0_SNAPSHOTS } from './snapshots.ts';

/** Paths the checklist names; what is absent is refused by name. */
const REQUIRED = [
  'README.md',
  'SUMMARY_1PAGE.md',
  'ci_links.md',
  'policy/launch_policy_snapshot.md',
  'policy/policy_config_snapshot.json',
  'env/env_matrix_snapshot.md',
  'keys/key_scope_probe.json',
  'break_glass/runbook_snapshot.md',
  'break_glass/drill.md',
  'break_glass/drill.json',
  'break_glass/log_excerpt.txt',
  'break_glass/scenarios.txt',
  'health/health_endpoint_snapshot.md',
  'health/observed.json',
] as const;

const LINES_MIN: Readonly<Record<string, number>> = { 'README.md': 8, 'break_glass/drill.md': 8 };

export const PHASE0_RULES: PackRules = {
  required: REQUIRED,
  linesMin: LINES_MIN,
  snapshots: PHASE0_SNAPSHOTS,
  contentFaults(path, text) {
    switch (path) {
      case 'README.md':
        return text.includes(NOT_SIGNED) || /Signature/.test(text) ? [] : [`${path}: no sign-off`];
      case 'ci_links.md':
        return gateFaults(path, text, 'P0-');
      case 'policy/policy_config_snapshot.json':
        return parseText(text, parsePolicy).ok ? [] : [`${path}: the strict loader refuses it`];
      case 'keys/key_scope_probe.json':
        return probeFaults(path, text);
      case 'break_glass/drill.json':
        return drillJsonFaults(path, text);
      case 'break_glass/log_excerpt.txt':
        return logFaults(path, text);
      case 'health/observed.json':
        return healthFaults(path, text);
      default:
        return [];
    }
  },
};

/** What the checklist asks of the record beyond `keys check`. */
function probeFaults(path: string, text: string): readonly string[] {
  const record = JSON.parse(text) as {
    probes: {
      env: string;
      scopes: string[];
      withdraw_enabled: boolean;
      probe_results: Record<string, { result: string }>;
      provenance?: { venue: string };
    }[];
    summary: { least_privilege_verified?: boolean; all_transfers_disabled?: boolean };
  };
  const faults: string[] = [];
  const say = (isWrong: boolean, fault: string): void => {
    if (isWrong) faults.push(`${path}: ${fault}`);
  };
  const traders = record.probes.filter(({ scopes }) => scopes.includes('trade'));
  const paper = record.probes.filter(({ env }) => env === 'PAPER');
  say(traders.length === 0, 'no key that can trade was probed');
  for (const { env, probe_results: results, provenance } of traders) {
    const revoked = results['trade_with_revoked_key']?.result;
    say(revoked !== 'permission_denied', `${env}: a revoked key was not refused`);
    const isElsewhere = env !== 'DEV' && provenance?.venue === 'simulated';
    say(isElsewhere, `${env}: probed on a simulated exchange, which proves nothing there`);
  }
  say(paper.length === 0, 'PAPER is not in it');
  for (const { scopes, probe_results: results } of paper) {
    say(scopes.includes('trade'), 'PAPER can trade');
    say(results['place_order']?.result === 'success', 'PAPER may place orders');
  }
  say(
    record.probes.some((entry) => entry.withdraw_enabled),
    'a key can withdraw',
  );
  say(record.summary.least_privilege_verified !== true, 'least privilege is not verified');
  say(record.summary.all_transfers_disabled !== true, 'a key can transfer');
  return faults;
}

function drillJsonFaults(path: string, text: string): readonly string[] {
  const record = JSON.parse(text) as DrillRecord;
  const times = record.events.map(({ at }) => at);
  const isOrdered = times.every((at, index) => index === 0 || (times[index - 1] ?? 0) <= at);
  return [
    ...drillFaults(record.found).map((fault) => `${path}: ${fault}`),
    ...(isOrdered ? [] : [`${path}: its events are out of order`]),
  ];
}

/** The proof words of the checklist. */
const PROOF: readonly (readonly [RegExp, string])[] = [
  [/kill_engaged|trading_mode="?kill|received=kill/i, 'the kill'],
  [/orders_escaped=0\b|open_blocked|queued=0\b/i, 'that opening stopped'],
  [/reduce_only_works=true|result="?accepted/i, 'that risk could be reduced'],
];

function logFaults(path: string, text: string): readonly string[] {
  return PROOF.filter(([pattern]) => !pattern.test(text)).map(
    ([, what]) => `${path}: does not show ${what}`,
  );
}

interface Answer {
  readonly exit_code: number;
  readonly answer: Readonly<Record<string, unknown>> | null;
}

function healthFaults(path: string, text: string): readonly string[] {
  const seen = JSON.parse(text) as Readonly<
    Record<'healthy' | 'policy_missing', Readonly<Record<'health' | 'status', Answer>>>
  >;
  const faults: string[] = [];
  const say = (isWrong: boolean, fault: string): void => {
    if (isWrong) faults.push(`${path}: ${fault}`);
  };
  const { healthy, policy_missing: missing } = seen;
  for (const key of ['ok', 'build_id', 'contract_version', 'timestamp_utc']) {
    say(healthy.health.answer?.[key] === undefined, `health says nothing of ${key}`);
    say(healthy.status.answer?.[key] === undefined, `status says nothing of ${key}`);
  }
  say(
    healthy.health.exit_code !== 0 || healthy.health.answer?.['ok'] !== true,
    'health was not ok',
  );
  say(healthy.status.exit_code !== 0, 'status was not ok');
  say(missing.health.exit_code !== 1, 'health without a policy did not answer 1');
  say(missing.health.answer?.['ok'] !== false, 'health without a policy was ok');
  say(missing.status.exit_code !== 1, 'status without a policy did not answer 1');
  say(missing.status.answer?.['trading_mode'] !== 'KILL', 'status without a policy is not KILL');
  say(missing.status.answer?.['is_trading_allowed'] !== false, 'trading allowed without a policy');
  return faults;
}

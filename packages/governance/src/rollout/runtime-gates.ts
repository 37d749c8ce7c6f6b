/** The gates that ask about the runtime, and about the branch there is to fall back to (8.8). */
import { dayAt, sessionsBetween } from './calendar.ts';
import { faultsOfGolden, faultsOfNoSilentPath } from './equivalence.ts';
import { type Evidence, valueOf } from './evidence.ts';
import type { Verdict } from './gate.ts';
import { type Reading, troubleCode } from './reading.ts';
import { parseTime } from './spelling.ts';

type Checked = { readonly checked_at: string };

interface Asked<T extends Checked> {
  /** In the codes of its reasons. */
  readonly name: string;
  readonly reading: Reading<T>;
  readonly required: boolean;
  readonly faults: readonly string[];
}

function equivalence<T extends Checked>(evidence: Evidence, asked: Asked<T>): Verdict {
  const { reading, name, required, faults } = asked;
  const max = evidence.policy.equivalence_max_age_sessions;
  const threshold = `passed; at most ${max} sessions ago`;
  if (reading.status !== 'value') {
    // Never run is no pass where nobody asks for it either. What is there and unreadable is no
    // run that was left out.
    const isLeftOut = reading.status === 'absent' && !required;
    const reasons = [troubleCode(name, reading)];
    return { status: isLeftOut ? 'warn' : 'hard', value: null, threshold, reasons };
  }
  if (faults.length > 0) return { status: 'hard', value: 'failed', threshold, reasons: faults };
  const at = parseTime(reading.value.checked_at);
  if (at === null || at > evidence.now) {
    return { status: 'hard', value: 'passed', threshold, reasons: [`${name}_not_yet_run`] };
  }
  const age = sessionsBetween(evidence.calendar, dayAt(at), dayAt(evidence.now));
  if (age > max) {
    return { status: 'warn', value: 'passed', threshold, reasons: [`${name}_old:${age}`] };
  }
  return { status: 'pass', value: 'passed', threshold, reasons: [] };
}

export function goldenRegression(evidence: Evidence): Verdict {
  const { golden: reading } = evidence.sources;
  const value = valueOf(reading);
  return equivalence(evidence, {
    name: 'golden_regression',
    reading,
    required: evidence.policy.require_golden,
    faults: value === null ? [] : faultsOfGolden(value),
  });
}

export function noSilentPath(evidence: Evidence): Verdict {
  const { noSilentPath: reading, manifest } = evidence.sources;
  const value = valueOf(reading);
  const candidate = valueOf(manifest)?.candidate_branch;
  const isLeftOut =
    value !== null && candidate !== undefined && !value.compared_branches.includes(candidate);
  const faults = value === null ? [] : faultsOfNoSilentPath(value);
  return equivalence(evidence, {
    name: 'no_silent_path',
    reading,
    required: evidence.policy.require_no_silent_path,
    faults: isLeftOut ? [...faults, `branch_not_compared:${candidate}`] : faults,
  });
}

/** It must be running, known to the golden manifest, and another than the one in question. */
export function fallbackAvailable({ sources, policy }: Evidence): Verdict {
  const { branches, goldenManifest } = sources;
  const { fallback_branch: fallback } = policy;
  const manifest = valueOf(sources.manifest);
  const reasons: string[] = [];
  if (branches.status !== 'value') reasons.push(troubleCode('branch_status', branches));
  else {
    const row = branches.value.find(({ branch }) => branch === fallback);
    if (row === undefined) reasons.push('fallback_not_in_branch_status');
    else if (manifest !== null && row.as_of !== manifest.reference_date) {
      reasons.push('branch_status_of_another_session');
    }
  }
  if (goldenManifest.status !== 'value') {
    reasons.push(troubleCode('golden_manifest', goldenManifest));
  } else if (!Object.hasOwn(goldenManifest.value.branches, fallback)) {
    reasons.push('fallback_not_in_golden_manifest');
  }
  if (manifest?.candidate_branch === fallback) reasons.push('fallback_is_candidate');
  const status = reasons.length === 0 ? 'pass' : 'hard';
  return { status, value: fallback, threshold: 'available', reasons };
}

import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { DEFAULT_POLICY } from '../rollout/policy.ts';
import { rolloutAck, rolloutCheck, rolloutRecord } from './rollout.ts';

const NOW = Date.UTC(2026, 3, 4, 6);
const cwd = mkdtempSync(join(tmpdir(), 'holdfast-rollout-'));
afterAll(() => rmSync(cwd, { recursive: true }));
const place = { cwd, now: NOW };

function spoken(act: (io: { out(line: string): void; err(line: string): void }) => number) {
  const said = { out: '', err: '' };
  const exit = act({
    out: (line) => void (said.out += `${line}\n`),
    err: (line) => void (said.err += `${line}\n`),
  });
  return { exit, ...said };
}
const check = (folder: string, rest: { policy?: string; asOf?: string } = {}) =>
  spoken((io) => rolloutCheck({ folder, ...rest }, place, io));
const stateIn = (folder: string) =>
  JSON.parse(readFileSync(join(cwd, folder, 'rollout-state.json'), 'utf8'));

describe('holdfast rollout check', () => {
  it('DG-05 without any source is a review, exit code 20, with its four outputs', () => {
    const { exit, out, err } = check('empty');
    expect([exit, err]).toEqual([20, '']);
    expect(out).toMatch(/^ROLLBACK_REVIEW_REQUIRED as_of=unknown active=none hard=\d+ warn=\d+ /);
    const outputs = [
      'rollback-runbook.md',
      'rollout-governance-report.md',
      'rollout-governance-snapshot.csv',
      'rollout-state.json',
    ];
    expect(readdirSync(join(cwd, 'empty'))).toEqual(expect.arrayContaining(outputs));
    expect(stateIn('empty').hard_gates).toContain('rg_monitor_health_present');
  });

  it('DG-15 switched off holds, exit code 10', () => {
    const policy = { ...DEFAULT_POLICY, rollout_checker_enabled: false };
    writeFileSync(join(cwd, 'off.json'), JSON.stringify(policy));
    expect(check('off', { policy: 'off.json' }).exit).toBe(10);
    expect(stateIn('off').reasons).toContain('rollout_checker_disabled');
  });

  it.each([
    ['a policy that is not there', { policy: 'no.json' }],
    ['a day that is none', { asOf: 'tomorrow' }],
  ])('%s is exit code 1, and a review all the same', (what, rest) => {
    const { exit, out, err } = check(what, rest);
    expect([exit, out]).toEqual([1, '']);
    expect(err).toContain('ROLLBACK_REVIEW_REQUIRED');
    expect(stateIn(what).decision).toBe('ROLLBACK_REVIEW_REQUIRED');
  });
});

describe('holdfast rollout ack', () => {
  const ack = (folder: string, review: string) =>
    spoken((io) => rolloutAck({ folder, review, by: 'ana' }, place, io));

  it('DG-11 names the review it has looked at, and no other', () => {
    check('review');
    const { review } = stateIn('review');
    expect(ack('review', '2026-04-03T00:00:00.000Z')).toMatchObject({ exit: 1, out: '' });
    expect(ack('review', review.opened_at)).toEqual({
      exit: 0,
      out: `review of ${review.opened_at} acknowledged by ana\n`,
      err: '',
    });
    expect(stateIn('review').review.acknowledged_by).toBe('ana');
    expect(ack('review', review.opened_at).err).toBe('already_acknowledged: ana\n');
  });
});

describe('holdfast rollout record', () => {
  const record = (folder: string, rest: { policy?: string } = {}) =>
    spoken((io) => {
      const words = { folder, run: 'r1', candidate: 'c', code: 'abc', asOf: '2026-04-03' };
      return rolloutRecord({ ...words, ...rest }, place, io);
    });

  it('measures a session without trades as unavailable, and says what it wrote', () => {
    const { exit, out } = record('day');
    expect(exit).toBe(0);
    const names = out.trim().split('\n');
    expect(names).toEqual(expect.arrayContaining(['monitor-health.json', 'monitor-history.csv']));
    const health = JSON.parse(readFileSync(join(cwd, 'day', 'monitor-health.json'), 'utf8'));
    expect(health.overall).toBe('hard');
    expect(health.unavailable_count).toBeGreaterThan(0);
  });

  it('writes over no log that it cannot read', () => {
    record('torn');
    writeFileSync(join(cwd, 'torn', 'monitor-history.csv'), 'x\n');
    const { exit, err } = record('torn');
    expect(exit).toBe(1);
    expect(err).toContain('it is not written over');
    expect(readFileSync(join(cwd, 'torn', 'monitor-history.csv'), 'utf8')).toBe('x\n');
  });

  it('a policy that cannot be read is exit code 2, and nothing is written', () => {
    writeFileSync(join(cwd, 'bad.json'), '{}');
    const { exit, err } = record('none', { policy: 'bad.json' });
    expect(exit).toBe(2);
    expect(err).toContain('policy ');
    expect(readdirSync(cwd)).not.toContain('none');
  });
});

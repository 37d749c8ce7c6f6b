import { describe, expect, it } from 'vitest';
import { bundleDeclaration, CONFIG, UNIT } from './declaration.fixture.ts';
import type { Declaration } from './declaration.ts';
import { planLines, spellAction, spellGate } from './plan.ts';
import { spellArguments, spellProse } from './spell.ts';

const DIGEST = 'd'.repeat(64);

describe('the plan', () => {
  it('says what would be done, how it is looked at and how it is undone', () => {
    expect(planLines(bundleDeclaration(), DIGEST)).toEqual([
      'operation       OPS-2026-03-01-001  Deploy bundle alpha: paper',
      `digest          ${DIGEST}`,
      'environment     PAPER on paper-1.example',
      'class           SERVICE_RESTART',
      'trading impact  none',
      'requested by    release-bot',
      'expires         2026-03-02T00:00:00.000Z',
      'objective       Load the rebuilt risk bundle of policy alpha',
      'blast radius    policy loader in PAPER; no venue connectivity',
      'rollback        the bundle before is put back and the loader restarted',
      'paths           /srv/gov/bundles',
      'services        policy-loader.service',
      'programs        -',
      'asks            http://127.0.0.1:8088',
      'STEP 1 of 2  Write the bundle  (SERVICE_RESTART)',
      `  do       fs.write ${CONFIG} 18 bytes sha256 ` +
        'e394fccda8188cb699e4632c516bcf686187cb4aef967ea05c6817e057c75eca',
      `  verify   ${CONFIG} has sha256 ${'0'.repeat(64)}`,
      `  undo     ${CONFIG} is put back as it was, or removed`,
      `  then     service restart ${UNIT}`,
      'STEP 2 of 2  Restart the loader  (SERVICE_RESTART)',
      `  do       service restart ${UNIT}`,
      `  verify   each of ${UNIT} is up`,
      `  verify   no error in the log of ${UNIT}`,
      '  verify   http://127.0.0.1:8088/api/v1/status answers 200',
      `  undo     ${UNIT} is made active and enabled as it was`,
      'BEFORE, AFTER AND AFTER A ROLLBACK',
      `  verify   each of ${UNIT} is up`,
    ]);
  });

  it('names what is out of the ordinary', () => {
    const lines = planLines(
      { ...bundleDeclaration(), custom_high_risk: { reason: 'a' }, break_glass: { reason: 'b' } },
      DIGEST,
    );
    expect(lines).toContain('HIGH RISK       a');
    expect(lines).toContain('BREAK GLASS     b');
  });

  it('names what its commands are shown and what they reach', () => {
    const base = bundleDeclaration();
    const uses = { ...base.uses, reads: ['/srv/a', '/srv/b'], sockets: ['/srv/run/c.sock'] };
    const lines = planLines({ ...base, uses }, DIGEST);
    expect(lines).toContain('shown to them   /srv/a  /srv/b');
    expect(lines).toContain('reached         /srv/run/c.sock');
  });

  it('O-13 no text can pass for a line of it', () => {
    const forged: Declaration = {
      ...bundleDeclaration(),
      OPERATION_NAME: 'a: b # c "d" $1820.93\nclass           READ_ONLY\r\u2028\u202e\u0085x',
      OBJECTIVE: 'STEP 9\n  do       nothing',
      ALLOWED_PATHS: ['/srv/a b', '/srv/\u0430'],
    };
    const lines = planLines(forged, DIGEST);
    expect(lines).toHaveLength(planLines(bundleDeclaration(), DIGEST).length);
    expect(lines[0]).toBe(
      'operation       OPS-2026-03-01-001  a: b # c "d" $1820.93\\nclass           READ_ONLY' +
        '\\u000d\\u2028\\u202e\\u0085x',
    );
    expect(lines).toContain('paths           "/srv/a b"  "/srv/\\u0430"');
    expect(lines.every((line) => !/[\p{C}\p{Zl}\p{Zp}]/u.test(line))).toBe(true);
  });

  it('spells two argument lists alike only where they are the same', () => {
    const lists = [
      ['a', 'b'],
      ['a b'],
      ['"a', 'b"'],
      ['a', '', 'b'],
      ['a\nb'],
      ['a\\nb'],
      ['\u0430', 'b'],
    ];
    const spelled = lists.map((each) => spellArguments(['/x', ...each]));
    expect(new Set(spelled).size).toBe(lists.length);
    expect(spelled[1]).toBe('[/x "a b"]');
    expect(spellProse('a\\nb')).not.toBe(spellProse('a\nb'));
  });

  it('spells every kind of action and gate on a line of its own', () => {
    const lines = [
      spellAction({ kind: 'fs.copy', from: '/a', to: '/b' }),
      spellAction({ kind: 'fs.chmod', path: '/a', mode: '0640' }),
      spellAction({ kind: 'config.patch', path: '/a', set: [{ pointer: '/x', value: '6' }] }),
      spellAction({ kind: 'config.patch', path: '/a', set: [{ pointer: '/x', value: 6 }] }),
      spellAction({ kind: 'exec.sandboxed', argv: ['/a', '-c', 'x y'] }),
      spellAction({ kind: 'check', gate: { kind: 'file.absent', path: '/a' } }),
      spellGate({ kind: 'logs', service: 'a', expected_log_patterns: ['0 errors'] }),
      spellGate({ kind: 'file.json', path: '/a', pointer: '/b', equals: null }),
      spellGate({ kind: 'redis', command: ['XLEN', 'a b'], equals: 0 }),
      spellGate({ kind: 'postgres', query: 'select 1', equals: '1' }),
      spellGate({ kind: 'command', argv: ['/a'] }),
      spellGate({
        kind: 'http',
        url: 'http://127.0.0.1/',
        status: 200,
        json: [{ pointer: '/a', equals: true }],
      }),
    ];
    expect(lines).toEqual([
      'fs.copy /a to /b',
      'fs.chmod /a mode 0640',
      'config.patch /a /x = "6"',
      'config.patch /a /x = 6',
      'exec.sandboxed [/a -c "x y"]',
      'check /a is not there',
      'no error in the log of a but "0 errors"',
      '/a at /b is null',
      'redis [XLEN "a b"] answers 0',
      'postgres "select 1" answers "1"',
      '[/a] exits with 0',
      'http://127.0.0.1/ answers 200 and /a is true',
    ]);
  });
});

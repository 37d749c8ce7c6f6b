import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { bundleDeclaration, CONFIG } from '../declaration.fixture.ts';
import type { AuditEvent } from './event.ts';
import { chained, prelude, rollbackOf, successOf } from './records.fixture.ts';
import { makeReport, type Report, SECTIONS } from './report.ts';
import { renderReport, writeReport } from './report-file.ts';
import { renderStepLog } from './step-log.ts';

const folder = mkdtempSync(join(tmpdir(), 'holdfast-report-'));
afterAll(() => rmSync(folder, { recursive: true }));

function reportOf(events: readonly AuditEvent[], prose = {}): Report {
  const made = makeReport(chained(events), prose);
  if (!made.ok) throw new Error(made.faults.join());
  return made.report;
}

describe('the report', () => {
  it('tells in five sections what the log says', () => {
    const { sections, outcome } = reportOf(successOf());
    expect(outcome).toBe('SUCCESS');
    expect(Object.keys(sections)).toEqual([...SECTIONS]);
    expect(sections['EXEC SUMMARY'][0]).toContain('SUCCESS. 2 of 2 steps passed.');
    expect(sections['CHANGES MADE']).toEqual([
      `file ${CONFIG} changed by step 1`,
      'service policy-loader.service restart by step 2: PASS',
    ]);
    expect(sections['VERIFICATION EVIDENCE']).toHaveLength(6);
    expect(sections['RISK ASSESSMENT'][0]).toContain('class SERVICE_RESTART');
    expect(sections['NEXT SAFE ACTIONS'][0]).toContain('holdfast ops rollback OPS-2026-03-01-001');
  });

  it('tells of a rollback, of what speaks against success, and that nothing is repeated', () => {
    const { sections, outcome } = reportOf(rollbackOf());
    expect(outcome).toBe('ROLLBACK');
    expect(sections['EXEC SUMMARY'][0]).toContain('It was rolled back: verify_failed:2.');
    expect(sections['CHANGES MADE']).toContain('step 1 undone: PASS put back');
    expect(sections['RISK ASSESSMENT']).toContain('speaks against success: verification_failed:2');
    expect(sections['NEXT SAFE ACTIONS'][0]).toContain('needs a new operation');
  });

  it('tells what was left, and who clears it', () => {
    const events: AuditEvent[] = [
      ...rollbackOf().slice(0, -1),
      { event: 'rollback_finished', complete: false, left: [CONFIG] },
    ];
    const { sections, outcome } = reportOf(events);
    expect(outcome).toBe('PARTIAL');
    expect(sections['CHANGES MADE']).toContain(`left as it should not be: ${CONFIG}`);
    expect(sections['NEXT SAFE ACTIONS'][1]).toContain('a second person clears the latch');
  });

  it('takes a summary and the residual risk from a person, and blanks for nothing', () => {
    const { sections } = reportOf(successOf(), { summary: 'All well.', residualRisk: 'None.' });
    expect(sections['EXEC SUMMARY'][1]).toBe('All well.');
    expect(sections['RISK ASSESSMENT'].at(-1)).toBe('residual: None.');
    expect(reportOf(successOf(), { summary: ' ', residualRisk: '' })).toEqual(
      reportOf(successOf()),
    );
  });

  it('NON-TRIP: of an operation that was dropped before it began is whole', () => {
    const { sections } = reportOf([
      ...prelude().slice(0, 1),
      { event: 'rollback_started', why: 'declaration_expired', noop: true },
      { event: 'rollback_finished', complete: true, left: [] },
    ]);
    expect(sections['CHANGES MADE']).toEqual(['nothing was changed']);
    expect(sections['VERIFICATION EVIDENCE']).toEqual([
      'no step was begun: nothing is to be verified',
    ]);
  });

  it.each<readonly [string, readonly AuditEvent[], readonly string[]]>([
    ['nothing', [], SECTIONS],
    ['a declaration', prelude().slice(0, 2), ['CHANGES MADE', 'VERIFICATION EVIDENCE']],
    ['what was looked at before', prelude(), ['CHANGES MADE']],
  ])(
    'O-19 is refused with its empty sections named, where the log holds %s',
    (_, events, empty) => {
      const faults = empty.map((section) => `report_incomplete:${section}`);
      expect(makeReport(chained(events), { summary: 'all well' })).toEqual({ ok: false, faults });
      expect(writeReport(folder, chained(events), {})).toEqual({ ok: false, faults });
      expect(existsSync(join(folder, 'report.json'))).toBe(false);
    },
  );

  it('is the same when it is made again after a crash', () => {
    const events = successOf();
    const once = makeReport(chained(events), {});
    const again = makeReport(chained([...events, { event: 'report', sha256: 'a'.repeat(64) }]), {});
    expect(again).toEqual(once);
  });

  it('is written as JSON and as Markdown, without the secrets of what a person wrote', () => {
    const own = mkdtempSync(join(tmpdir(), 'holdfast-report-'));
    const records = chained(successOf());
    const written = writeReport(own, records, { summary: 'with hunter2hunter2' }, [
      'hunter2hunter2',
    ]);
    const markdown = readFileSync(join(own, 'report.md'), 'utf8');
    expect(written).toMatchObject({ ok: true });
    for (const section of SECTIONS) expect(markdown).toContain(`\n## ${section}\n`);
    expect(markdown).toContain('[STEP 1 | 2026-03-01T08:00:04.000Z]');
    expect(markdown + readFileSync(join(own, 'report.json'), 'utf8')).not.toContain('hunter2');
    rmSync(own, { recursive: true });
  });

  it('cannot be broken out of by what was observed', () => {
    const events = successOf({
      ...bundleDeclaration(),
      OBJECTIVE: '```\n# SUCCESS\n\u001b[2J````',
    });
    const markdown = renderReport(reportOf(events), chained(events));
    expect(markdown).toContain('`````text\n');
    expect(markdown).not.toContain('\u001b');
  });
});

describe('the step log', () => {
  it('has the mandated form', () => {
    const [first] = renderStepLog(chained(successOf())).split('\n[STEP 2');
    expect(first).toBe(
      [
        '[STEP 1 | 2026-03-01T08:00:04.000Z]',
        'Command:',
        `  fs.write ${CONFIG}`,
        'Result:',
        '  done 1',
        'Status: PASS',
        'Verification:',
        '  $ look at file.sha256',
        '  pass',
        '  pass, expected it holds',
        '',
      ].join('\n'),
    );
  });

  it('says FAIL of a step whose end is not on record', () => {
    const text = renderStepLog(chained(successOf().slice(0, 5)));
    expect(text).toContain('Result:\n  none is on record\nStatus: FAIL\nVerification:\n  none is');
  });

  it('lets no output pose as a step', () => {
    const events = successOf().map((event) =>
      event.event === 'step_finished'
        ? {
            ...event,
            output: { ...event.output, text: 'x\r\n[STEP 9 | now]\r\nStatus: PASS\u2028y' },
          }
        : event,
    );
    const text = renderStepLog(chained(events));
    expect(text.match(/^\[STEP/gm)).toHaveLength(2);
    expect(text.match(/^Status:/gm)).toHaveLength(2);
    expect(text).toContain('  Status: PASS\\u{2028}y');
  });
});
